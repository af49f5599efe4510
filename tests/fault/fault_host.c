/* A host while malloc fails under it, in the library that it embeds; fault_shim.c does that.
 *
 * usage: fault_host HOSTED.ska STEP FIRST
 *
 * A machine is made, loaded, called and freed, interpreted and compiled. Call FIRST of malloc fails, then
 * call FIRST + STEP, ... until there are no more; and from each of these on, all of them. Whatever fails is
 * the error of a call; nothing ends the process, and the next machine does everything.
 */
#include <dlfcn.h>
#include <signal.h>
#include <skua/embed.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char* archive;
static void (*fault_arm)(uint64_t at, bool on);
static uint64_t (*fault_calls)(void);
static char place[100];
static bool faulty;
static int64_t wanted_work;

static void wrong(const char* what, const SkuaError* error) {
    fault_arm(0, false);
    fprintf(stderr, "%s: %s: %s (status %d)\n", place, what, skua_error_text(error),
            skua_error_status(error));
    _exit(1);
}

static void died(int signal) {
    static const char* const text = ": the host was ended by a signal\n";
    (void)!write(STDERR_FILENO, place, strlen(place));
    (void)!write(STDERR_FILENO, text, strlen(text));
    _exit(signal);
}

/* Is the step done? If not, it must be for want of memory. */
static bool done(const char* what, SkuaStatus status, SkuaError** from) {
    if (status == SKUA_OK) return true;
    SkuaError* error = *from;
    *from = NULL;
    const bool memory =
        status == SKUA_NO_RESOURCE ||
        (status == SKUA_THROWN && strcmp(skua_error_type(error), "std.core.OutOfMemoryError") == 0);
    if (!faulty || !memory) {
        if (!faulty) fprintf(stderr, "afterwards: ");
        wrong(what, error);
    }
    skua_error_free(error);
    return false;
}

static void told(SkuaCall* call, void* data, const SkuaValue* args, size_t count) {
    (void)data, (void)count;
    SkuaValue length = skua_int((int64_t)args[0].as.text.len);
    skua_return(call, &length);
}

static bool call(SkuaVm* vm, const char* name, SkuaValue arg, SkuaValue* result) {
    SkuaFunction* f = NULL;
    SkuaError* error = NULL;
    return done(name, skua_function(vm, "hosted", name, &f, &error), &error) &&
           done(name, skua_call(f, &arg, 1, result, &error), &error);
}

static void use(SkuaVm* vm) {
    SkuaError* error = NULL;
    if (!done("define", skua_vm_define(vm, "host", "hosted.told", "(string)i64", told, NULL, NULL, &error),
              &error))
        return;
    if (!done("load", skua_vm_load(vm, archive, &error), &error)) return;
    SkuaValue r;
    if (call(vm, "greet", skua_text("World"), &r)) {
        if (strcmp(r.as.text.bytes, "Hello, World!") != 0) wrong(r.as.text.bytes, NULL);
        skua_value_free(&r);
    }
    for (int i = 0; i < 3; i++) {
        if (!call(vm, "work", skua_int(60), &r)) continue;
        if (!faulty && wanted_work == 0) wanted_work = r.as.i64;
        if (r.as.i64 != wanted_work) wrong("work", NULL);
    }
    if (call(vm, "caught", skua_int(7), &r)) {
        if (strcmp(r.as.text.bytes, "none of 7") != 0 && strcmp(r.as.text.bytes, "none") != 0)
            wrong(r.as.text.bytes, NULL);
        skua_value_free(&r);
    }
    SkuaValue xy[2] = {skua_int(1), skua_int(2)};
    if (call(vm, "mirrored", skua_struct(xy, 2), &r)) {
        if (r.as.fields.data[0].as.i64 != 2) wrong("mirrored", NULL);
        skua_value_free(&r);
    }
    SkuaFunction* fails = NULL;
    if (!done("fails", skua_function(vm, "hosted", "fails", &fails, &error), &error)) return;
    const SkuaStatus status = skua_call(fails, NULL, 0, NULL, &error);
    if (status == SKUA_THROWN && strcmp(skua_error_type(error), "std.core.StateError") == 0)
        skua_error_free(error);
    else if (done("fails", status, &error))
        wrong("fails has not failed", NULL);
}

static void run(SkuaJit jit) {
    const SkuaOptions options = {.size = sizeof options, .jit = jit, .max_metadata = 64 << 20};
    SkuaVm* vm = NULL;
    SkuaError* error = NULL;
    if (!done("new", skua_vm_new(&options, &vm, &error), &error)) return;
    use(vm);
    skua_vm_free(vm);
}

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    archive = argv[1];
    const uint64_t step = strtoull(argv[2], NULL, 10), first = strtoull(argv[3], NULL, 10);
    *(void**)&fault_arm = dlsym(RTLD_DEFAULT, "fault_arm");
    *(void**)&fault_calls = dlsym(RTLD_DEFAULT, "fault_calls");
    if (fault_arm == NULL || fault_calls == NULL) return 2;
    const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGALRM};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], died);
    uint64_t faults = 0;
    for (int jit = SKUA_JIT_OFF; jit <= SKUA_JIT_FORCE; jit++) {
        SkuaVm* vm = NULL;
        const SkuaOptions options = {.size = sizeof options, .jit = (SkuaJit)jit};
        if (skua_vm_new(&options, &vm, NULL) == SKUA_BAD_USE) continue; /* no compiled tier */
        skua_vm_free(vm);
        snprintf(place, sizeof place, "jit %d, no fault", jit);
        run((SkuaJit)jit);
        fault_arm(0, false);
        run((SkuaJit)jit);
        const uint64_t calls = fault_calls();
        for (uint64_t at = first; at <= calls; at += step) {
            for (int on = 0; on < 2; on++) {
                snprintf(place, sizeof place, "jit %d, call %llu of %llu of malloc%s", jit,
                         (unsigned long long)at, (unsigned long long)calls, on ? " and all after it" : "");
                alarm(60);
                faulty = true;
                fault_arm(at, on != 0);
                run((SkuaJit)jit);
                fault_arm(0, false);
                faulty = false;
                faults++;
            }
            run((SkuaJit)jit);
        }
    }
    printf("%llu faults\n", (unsigned long long)faults);
    return 0;
}
