#include "vmc_new_plugin.h"

#include <utility>

namespace skua::compiler {
namespace {

// @INCLUDE@ stands for #include, which this file does not; @NAME@ is the plugin's name, @EXT@ cpp or c, @STD@
// the standard of the language, @COMPILER@ make's variable.

constexpr std::string_view kProject = R"([project]
name = "@NAME@"
version = "0.1.0"
source = "skua"
plugin-path = ["build"]     # where the build puts @NAME@.so

[plugins]
@NAME@ = "^0.1"
)";

constexpr std::string_view kCMake = R"(cmake_minimum_required(VERSION 3.22)
project(@NAME@ VERSION 0.1.0 LANGUAGES @LANGUAGE@)

find_package(Skua REQUIRED)      # not found: -DCMAKE_PREFIX_PATH=PREFIX, where Skua is installed

# build/@NAME@.so; `cmake --install` puts it where vmrun looks for plugins
skua_add_plugin(@NAME@ src/@NAME@.@EXT@)

enable_testing()
# The tests of skua/*.skua, with this plugin
skua_add_project_test(skua PLUGINS @NAME@)
# Does skua/@NAME@.skua say what the plugin says? `cmake --build build --target bindings` writes it
skua_add_bindings(@NAME@ skua/@NAME@.skua)
)";

constexpr std::string_view kPresets = R"({
  "version": 6,
  "configurePresets": [
    {
      "name": "default",
      "binaryDir": "${sourceDir}/build",
      "cacheVariables": { "CMAKE_BUILD_TYPE": "Release" }
    }
  ],
  "buildPresets": [{ "name": "default", "configurePreset": "default" }],
  "testPresets": [
    { "name": "default", "configurePreset": "default", "output": { "outputOnFailure": true } }
  ],
  "workflowPresets": [
    {
      "name": "default",
      "steps": [
        { "type": "configure", "name": "default" },
        { "type": "build", "name": "default" },
        { "type": "test", "name": "default" }
      ]
    }
  ]
}
)";

constexpr std::string_view kMake = R"make(# Builds and tests without CMake: make test
# Skua is found by pkg-config; elsewhere: make test PKG_CONFIG_PATH=PREFIX/lib/pkgconfig
PKG_CONFIG ?= PKG_CONFIG_PATH="$(PKG_CONFIG_PATH)" pkg-config
SKUA_FLAGS := $(shell $(PKG_CONFIG) --cflags skua)
VMC ?= $(shell $(PKG_CONFIG) --variable=bindir skua)/vmc
@FLAGS@ ?= -O2 -Wall -Wextra

build/@NAME@.so: src/@NAME@.@EXT@
	mkdir -p build
	$(@COMPILER@) -std=@STD@ $(@FLAGS@) -fPIC -shared -fvisibility=hidden $(SKUA_FLAGS) $< -o $@

test: build/@NAME@.so
	$(VMC) test
	$(VMC) bindgen $< -o skua/@NAME@.skua --check

bindings: build/@NAME@.so
	$(VMC) bindgen $< -o skua/@NAME@.skua

clean:
	rm -rf build

.PHONY: test bindings clean
)make";

constexpr std::string_view kReadme = R"(# @NAME@

A native plugin for Skua. Build and test it:

    cmake --workflow --preset default        # with CMake
    make test                                # or with make and pkg-config

If Skua is not installed where these look, say where: `CMAKE_PREFIX_PATH=PREFIX cmake --workflow --preset default`,
`make test PKG_CONFIG_PATH=PREFIX/lib/pkgconfig`.

| file | what it is |
|---|---|
| `src/@NAME@.@EXT@` | the natives, the table of them, and what documentation says of them |
| `skua/@NAME@.skua` | the Skua side, written by `vmc bindgen` from that: `make bindings` |
| `skua/@NAME@_test.skua` | tests: each `test "..." { ... }` |
| `skua.toml` | the project: `vmc pack` makes a library of the Skua side |

A change of a native changes its row in the table; then `make bindings`, or `cmake --build build --target bindings`,
writes the module anew. A declaration that does not fit is an error of `vmc`, at the declaration.

## Using it
A program names the library and the plugin in its skua.toml, and who runs it grants the plugin:

    [dependencies]
    @NAME@ = { version = "^0.1", passes = ["plugin:@NAME@"] }

    vmrun --plugin-path=FOLDER_OF_THE_SO --allow=plugin:@NAME@ app.ska

Without `--plugin-path`, vmrun looks in the folder `plugins` beside the archive, and in `lib/skua/plugins` of its own
installation, where `cmake --install build` puts it.
)";

constexpr std::string_view kTest = R"(//! Tests of the plugin: `vmc test` runs them.
import @NAME@
import std.testing.{assertEqual, assertThrows}

test "the mean of numbers" {
    assertEqual(@NAME@.mean([1.0, 2.0, 6.0]), 3.0)
}

test "no numbers have no mean" {
    let error = assertThrows<ArgumentError>(() => {
        @NAME@.mean([])
    })
    assertEqual(error.message, "the mean of no values")
}

test "a counter counts words until it is closed" {
    use counter = @NAME@.WordCounter()
    counter.add("to be or")
    counter.add("not to be")
    assertEqual(counter.count(), 6)
    counter.close()
    assertThrows<StateError>(() => counter.add("more"))
}
)";

// What vmc bindgen writes from the sources below; the tests of both compare it.
constexpr std::string_view kModule = R"(//! Numbers and words, counted by native code.
//!
//! Made by `vmc bindgen` from the plugin `@NAME@` 0.1.0: make it again rather than change it.
//! requires: plugin:@NAME@
import std.native.{Resource}

/// The arithmetic mean. Throws ArgumentError if there are no values.
///
/// Example: `mean([1.0, 2.0])   // 1.5`
pub native("@NAME@") fn mean(values: [float]): float

native("@NAME@") fn openCounter(): int

/// Counts words of texts that come one after the other.
pub class WordCounter : Resource(openCounter()) {
    /// Counts the words of a text, which blanks separate.
    native("@NAME@") fn add(text: string)

    /// How many words there were so far.
    native("@NAME@") fn count(): int
}
)";

constexpr std::string_view kCpp =
    R"(// The natives of the plugin @NAME@. docs/plugin-api.md of Skua says what they may do.
#include <cstdint>
#include <iterator>
#include <memory>
#include <string_view>

@INCLUDE@ "skua/bind.hpp"
@INCLUDE@ "skua/describe.h"

namespace {

// Arrays are read in place. What is thrown becomes an error of Skua.
double mean(skua::Span<double> values) {
    if (values.size() == 0) throw skua::Error("std.core.ArgumentError", "the mean of no values");
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

// What is behind an object of the Skua class WordCounter, until it is closed or nobody has it any more.
class WordCounter {
public:
    void add(std::string_view text) {
        bool inside = false;
        for (const char c : text) {
            const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
            if (!blank && !inside) ++count_;
            inside = !blank;
        }
    }
    std::int64_t count() const { return count_; }

private:
    std::int64_t count_ = 0;
};

std::unique_ptr<WordCounter> open_counter() {
    return std::make_unique<WordCounter>();
}

}  // namespace

SKUA_RESOURCE(WordCounter, "@NAME@.WordCounter")

namespace {

// What Skua declares as `fn mean(values: [float]): float` in module @NAME@, and so on.
const SkNative natives[] = {
    skua::bind<&mean>("@NAME@.mean"),
    skua::bind<&open_counter>("@NAME@.openCounter"),
    skua::bind<&WordCounter::add>("@NAME@.WordCounter.add"),
    skua::bind<&WordCounter::count>("@NAME@.WordCounter.count"),
};

@NOTES@
}  // namespace

const SkDescription skua_plugin_description = SK_DESCRIPTION("Numbers and words, counted by native code.", notes,
                                                             std::size(notes), types, std::size(types));

SKUA_EXPORT_PLUGIN("@NAME@", "0.1.0", natives)
)";

constexpr std::string_view kC =
    R"(/* The natives of the plugin @NAME@. docs/plugin-api.md of Skua says what they may do. */
#include <stdlib.h>

@INCLUDE@ "skua/describe.h"
@INCLUDE@ "skua/native.h"

/* Arrays are read in place. */
static double mean(SkEnv* env, SkArray* values) {
    size_t n = env->api->array_len(env, values);
    if (n == 0) {
        env->api->throw_error(env, "std.core.ArgumentError", "the mean of no values");
        return 0; /* whatever is returned with an error pending is ignored */
    }
    const double* value = env->api->array_data(env, values);
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += value[i];
    return sum / (double)n;
}

/* What is behind an object of the Skua class WordCounter, until it is closed or nobody has it any more. */
typedef struct Counter {
    int64_t words;
} Counter;

static const SkHandleType counter_type = {"word counter", free};

static int64_t open_counter(SkEnv* env) {
    Counter* counter = calloc(1, sizeof *counter);
    if (counter == NULL) {
        env->api->throw_error(env, "std.core.OutOfMemoryError", "no memory for a word counter");
        return 0;
    }
    int64_t handle = env->api->handle_new(env, &counter_type, counter);
    if (handle == 0) free(counter);
    return handle;
}

static void count_words(SkEnv* env, SkObject* object, SkString* text) {
    Counter* counter = env->api->resource_acquire(env, &counter_type, object);
    if (counter == NULL) return; /* StateError is pending: it is closed */
    const char* bytes = env->api->string_data(env, text);
    size_t n = env->api->string_len(env, text);
    bool inside = false;
    for (size_t i = 0; i < n; i++) {
        bool blank = bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == '\n' || bytes[i] == '\r';
        if (!blank && !inside) counter->words++;
        inside = !blank;
    }
    env->api->resource_release(env, object);
}

static int64_t word_count(SkEnv* env, SkObject* object) {
    Counter* counter = env->api->resource_acquire(env, &counter_type, object);
    if (counter == NULL) return 0;
    int64_t words = counter->words;
    env->api->resource_release(env, object);
    return words;
}

/* What Skua declares as `fn mean(values: [float]): float` in module @NAME@, and so on. */
static const SkNative natives[] = {
    {"@NAME@.mean", "([f64])f64", (SkFunction)mean, NULL},
    {"@NAME@.openCounter", "()i64", (SkFunction)open_counter, NULL},
    {"@NAME@.WordCounter.add", "(@NAME@.WordCounter,string)void", (SkFunction)count_words, NULL},
    {"@NAME@.WordCounter.count", "(@NAME@.WordCounter)i64", (SkFunction)word_count, NULL},
};

@NOTES@
#define COUNT(array) (sizeof(array) / sizeof *(array))

const SkDescription skua_plugin_description = SK_DESCRIPTION(
    "Numbers and words, counted by native code.", notes, COUNT(notes), types, COUNT(types));

static const SkPlugin plugin = {SK_ABI_VERSION, "@NAME@", "0.1.0", natives, COUNT(natives), NULL};

const SkPlugin* skua_plugin(const SkHost* host) {
    (void)host;
    return &plugin;
}
)";

// The same in both languages.
constexpr std::string_view kNotes = R"(@OPEN@For `vmc bindgen`, which writes skua/@NAME@.skua from it.@CLOSE@
@STATIC@const SkNativeNote notes[] = {
    {"@NAME@.mean", "values",
     "The arithmetic mean. Throws ArgumentError if there are no values.\n\nExample: `mean([1.0, 2.0])   // 1.5`",
     @NULL@, 0},
    {"@NAME@.openCounter", "", @NULL@, "WordCounter.init", 0},
    {"@NAME@.WordCounter.add", "text", "Counts the words of a text, which blanks separate.", @NULL@, 0},
    {"@NAME@.WordCounter.count", "", "How many words there were so far.", @NULL@, 0},
};
@STATIC@const SkTypeNote types[] = {
    {"@NAME@.WordCounter", @NULL@, "Counts words of texts that come one after the other.", @NULL@},
};
)";

}  // namespace

std::vector<TemplateFile> plugin_project(std::string_view name, PluginLanguage language) {
    const bool c = language == PluginLanguage::C;
    const auto fill = [&](std::string_view text) {
        std::string out(text);
        const std::pair<std::string_view, std::string_view> words[] = {
            {"@NOTES@", kNotes},
            {"@INCLUDE@", "#include"},
            {"@NAME@", name},
            {"@EXT@", c ? "c" : "cpp"},
            {"@STD@", c ? "c11" : "c++20"},
            {"@COMPILER@", c ? "CC" : "CXX"},
            {"@FLAGS@", c ? "CFLAGS" : "CXXFLAGS"},
            {"@LANGUAGE@", c ? "C" : "CXX"},
            {"@OPEN@", c ? "/* " : "// "},
            {"@CLOSE@", c ? " */" : ""},
            {"@STATIC@", c ? "static " : ""},
            {"@NULL@", c ? "NULL" : "nullptr"},
        };
        for (const auto& [word, value] : words)
            for (std::size_t at = out.find(word); at != std::string::npos;
                 at = out.find(word, at + value.size()))
                out.replace(at, word.size(), value);
        return out;
    };
    const std::string stem(name);
    return {
        {"skua.toml", fill(kProject)},
        {"CMakeLists.txt", fill(kCMake)},
        {"CMakePresets.json", fill(kPresets)},
        {"Makefile", fill(kMake)},
        {"src/" + stem + (c ? ".c" : ".cpp"), fill(c ? kC : kCpp)},
        {"skua/" + stem + ".skua", fill(kModule)},
        {"skua/" + stem + "_test.skua", fill(kTest)},
        {"README.md", fill(kReadme)},
        {".gitignore", "/build\n/*.ska\n"},
    };
}

}  // namespace skua::compiler
