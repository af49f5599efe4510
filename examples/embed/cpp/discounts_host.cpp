// A C++ program with Skua inside: owners for what the C API hands out, objects of the guest kept by the host,
// and a machine that may do nothing but compute.
//
// usage: discounts_host CLASS-PATH
#include <cstdio>
#include <initializer_list>
#include <map>
#include <memory>
#include <skua/embed.h>
#include <stdexcept>
#include <string>

namespace {

struct Free {
    void operator()(SkuaVm* vm) const { skua_vm_free(vm); }
    void operator()(SkuaError* error) const { skua_error_free(error); }
};
using Vm = std::unique_ptr<SkuaVm, Free>;

// An error of the guest, or of the host's way with it, as an exception of the host.
struct GuestError : std::runtime_error {
    explicit GuestError(SkuaError* error) : std::runtime_error(skua_error_text(error)) {
        skua_error_free(error);
    }
};

// Runs call(&error).
template <typename Call>
void checked(Call&& call) {
    SkuaError* error = nullptr;
    if (call(&error) != SKUA_OK) throw GuestError(error);
}

// A value that frees itself.
class Value {
public:
    Value() : value_(skua_null()) {}
    explicit Value(SkuaValue value) : value_(value) {}
    Value(Value&& other) noexcept : value_(other.value_) { other.value_ = skua_null(); }
    ~Value() { skua_value_free(&value_); }
    Value(const Value&) = delete;
    Value& operator=(const Value&) = delete;

    const SkuaValue& get() const { return value_; }
    std::int64_t integer() const { return value_.as.i64; }

private:
    SkuaValue value_;
};

class Module {
public:
    Module(SkuaVm* vm, std::string name) : vm_(vm), name_(std::move(name)) {}

    Value call(const char* function, std::initializer_list<SkuaValue> args) const {
        SkuaFunction* found = nullptr;
        checked([&](SkuaError** e) { return skua_function(vm_, name_.c_str(), function, &found, e); });
        SkuaValue result;
        checked([&](SkuaError** e) { return skua_call(found, args.begin(), args.size(), &result, e); });
        return Value(result);
    }

private:
    SkuaVm* vm_;
    std::string name_;
};

using Customers = std::map<std::string, int>;

void orders_before(SkuaCall* call, void* data, const SkuaValue* args, std::size_t) {
    const auto& customers = *static_cast<const Customers*>(data);
    const auto known = customers.find({args[0].as.text.bytes, args[0].as.text.len});
    const SkuaValue count = skua_int(known == customers.end() ? 0 : known->second);
    skua_return(call, &count);
}

void run(const char* class_path) {
    SkuaOptions options{};
    options.size = sizeof options;
    options.max_instructions = 1'000'000;  // of each rule
    SkuaVm* made = nullptr;
    checked([&](SkuaError** e) { return skua_vm_new(&options, &made, e); });
    const Vm vm(made);
    for (const char* right : {"stdin", "stdout", "stderr", "clock", "args"})
        checked([&](SkuaError** e) { return skua_vm_deny(vm.get(), right, e); });
    checked([&](SkuaError** e) { return skua_vm_load(vm.get(), class_path, e); });
    Customers customers{{"ann", 3}};
    checked([&](SkuaError** e) {
        return skua_vm_define(vm.get(), "shop", "discounts.ordersBefore", "(string)i64", orders_before,
                              &customers, nullptr, e);
    });

    const Module rules(vm.get(), "discounts");
    for (const auto& [customer, cents] : {std::pair{"ann", 120'00}, {"bob", 150'00}, {"bob", -5}}) try {
            const Value order = rules.call("order", {skua_text(customer), skua_int(cents)});
            rules.call("apply", {order.get()});
            std::printf("%s pays %lld of %d:", customer,
                        static_cast<long long>(rules.call("Order.total", {order.get()}).integer()), cents);
            const Value why = rules.call("Order.why", {order.get()});
            const auto* reasons = static_cast<const SkuaText*>(why.get().as.array.data);
            for (std::size_t i = 0; i < why.get().as.array.len; i++) std::printf(" %s.", reasons[i].bytes);
            std::printf("\n");
        } catch (const GuestError& error) {
            std::printf("refused: %s", error.what());
        }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return std::fprintf(stderr, "usage: discounts_host CLASS-PATH\n"), 2;
    try {
        run(argv[1]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "discounts_host: %s\n", error.what());
        return 1;
    }
    return 0;
}
