# Build settings shared by every folder, and the functions that declare a layer and a program.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# The layers that a host program embeds are compiled once, for the programs and for libskua.so alike:
# position-independent, but nothing in them may be replaced from outside, so that the compiler inlines and
# addresses them directly (docs/decisions/011-one-compilation.md).
set(SKUA_EMBEDDED_OPTIONS -fPIC -fvisibility=hidden -fvisibility-inlines-hidden -fno-semantic-interposition)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 11)
    list(REMOVE_ITEM SKUA_EMBEDDED_OPTIONS -fno-semantic-interposition)
endif()

# Programs and the library archive lie in a build tree as they lie once installed, so that a
# program finds std.ska by the same path relative to itself: bin/vmrun, lib/skua/std.ska.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(SKUA_BIN_DIR ${CMAKE_BINARY_DIR}/bin)
set(SKUA_LIB_DIR ${CMAKE_BINARY_DIR}/lib/skua)

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or RelWithDebInfo" FORCE)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

set(SKUA_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=, e.g. address,undefined or thread")
set(SKUA_HEAP "boehm" CACHE STRING "Heap backend: boehm, or malloc (never collects; for sanitizers)")
set_property(CACHE SKUA_HEAP PROPERTY STRINGS boehm malloc)
option(SKUA_FUZZ "Build the libFuzzer targets (clang only)" OFF)
option(SKUA_COVERAGE "Count executed lines (gcov)" OFF)
set(SKUA_TEST_EXCEPT "" CACHE STRING "A regular expression: tests whose name matches are not declared")
set(SKUA_TEST_ONLY "" CACHE STRING "A regular expression: only tests whose name matches are declared")
set(SKUA_TEST_PREFIX "" CACHE STRING "Put before every test's name, so that several builds run in one ctest")

option(SKUA_COMPILER "Build the compiler, vmc" ON)
set(SKUA_STD_ARCHIVE "" CACHE FILEPATH "The std.ska that another build has made, to be used instead of compiling one; needed without vmc")

# Everything that is laid out in memory counts on pointers of 64 bits; either order of bytes will do.
if(NOT CMAKE_SIZEOF_VOID_P EQUAL 8)
    message(FATAL_ERROR "Skua needs a 64-bit target: ${CMAKE_SYSTEM_PROCESSOR} has pointers of ${CMAKE_SIZEOF_VOID_P} bytes")
endif()
set(tested_processors x86_64 AMD64 aarch64 s390x)
if(NOT CMAKE_SYSTEM_PROCESSOR IN_LIST tested_processors)
    message(WARNING "Skua is tested on x86-64, and without the compiled tier on aarch64 and s390x (docs/portability.md), "
        "not on ${CMAKE_SYSTEM_PROCESSOR}: run the tests")
endif()

find_package(Threads REQUIRED)
# The system's own Python before a version manager's on PATH, which costs half a second at each start.
find_program(SKUA_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(SKUA_PYTHON python3 REQUIRED)
find_program(SKUA_CCACHE ccache)
if(SKUA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Precompiled headers are compared by their contents, not by their time.
    set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${SKUA_CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
find_program(SKUA_MOLD mold)
if(SKUA_MOLD AND NOT CMAKE_CROSSCOMPILING)
    add_link_options(-fuse-ld=mold)
endif()

# The C++ runtime is linked statically, and third-party libraries where Debian has an archive of
# them: each shared library costs about half a millisecond at every start (docs/decisions).
if(NOT SKUA_SANITIZE)
    add_link_options(-static-libstdc++ -static-libgcc)
endif()

# The programs that users start get smaller tables of relocations (DT_RELR) and lose what nobody calls: measured,
# a millisecond less at every start (docs/decisions/001-static-linking.md). mold 1.10 makes tables that
# glibc refuses, so this is GNU ld's work; everything else is linked by mold, which is quicker.
set(SKUA_PROGRAM_LINK_OPTIONS "")
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT SKUA_SANITIZE AND NOT SKUA_COVERAGE AND NOT SKUA_FUZZ
   AND NOT CMAKE_CROSSCOMPILING)
    include(CheckCXXSourceRuns)
    set(CMAKE_REQUIRED_LINK_OPTIONS -fuse-ld=bfd -Wl,-z,pack-relative-relocs -Wl,--gc-sections)
    check_cxx_source_runs("
        static int one = 1, two = 2;
        int* volatile table[] = {&one, &two, &one};
        int main(int argc, char**) { return *table[argc - 1] == 1 && *table[argc] == 2 ? 0 : 1; }
        " SKUA_SMALL_RELOCATIONS)
    if(SKUA_SMALL_RELOCATIONS)
        set(SKUA_PROGRAM_LINK_OPTIONS ${CMAKE_REQUIRED_LINK_OPTIONS})
    endif()
    unset(CMAKE_REQUIRED_LINK_OPTIONS)
endif()

add_library(skua_options INTERFACE)
target_compile_options(skua_options INTERFACE -Wall -Wextra -Wconversion -Wno-sign-conversion)
# Flags that must hold for every object of the build, tests and third-party sources included.
if(SKUA_SANITIZE)
    add_compile_options(-fsanitize=${SKUA_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${SKUA_SANITIZE})
    if(SKUA_SANITIZE MATCHES "undefined")
        add_compile_options(-fno-sanitize-recover=undefined)
    endif()
endif()
if(SKUA_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()
if(SKUA_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# skua_add_folder(NAME): the folder's own CMakeLists.txt, if it has one (another CPU's build may
# leave jit/ out; everything else is the same).
function(skua_add_folder name)
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/CMakeLists.txt)
    if(found)
        add_subdirectory(${name})
    endif()
endfunction()

# skua_layer(NAME SOURCES ... DEPENDS ... PRIVATE ...): a static library skua_NAME with public
# headers in include/. DEPENDS are the layers below; PRIVATE are third-party libraries.
function(skua_layer name)
    cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
    add_library(skua_${name} STATIC ${ARG_SOURCES})
    target_include_directories(skua_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include
                                            PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
    target_link_libraries(skua_${name} PUBLIC ${ARG_DEPENDS} PRIVATE skua_options ${ARG_PRIVATE})
    target_compile_options(skua_${name} PRIVATE ${SKUA_EMBEDDED_OPTIONS})
endfunction()

# skua_cli11_files(FILE...): sources that include CLI11 and do little else. Its templates are not ours, and
# instrumenting them takes longer than compiling them.
function(skua_cli11_files)
    if(SKUA_SANITIZE)
        set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS -fno-sanitize=all)
    endif()
endfunction()

# skua_program(NAME SOURCES ... LINK ...): an installed program in bin/.
function(skua_program name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE skua_options ${ARG_LINK})
    target_link_options(${name} PRIVATE ${SKUA_PROGRAM_LINK_OPTIONS})
    install(TARGETS ${name} RUNTIME DESTINATION bin)
endfunction()

# Boehm's heap is reachable by its own rules, not by LeakSanitizer's; conservative scanning needs
# locals on the real stack; and the machine handles some faults of its guest by itself.
set(SKUA_TEST_ENVIRONMENT "")
if(SKUA_SANITIZE MATCHES "address")
    list(APPEND SKUA_TEST_ENVIRONMENT
        "ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:allow_user_segv_handler=1"
        "UBSAN_OPTIONS=print_stacktrace=1")
elseif(SKUA_SANITIZE MATCHES "thread")
    list(APPEND SKUA_TEST_ENVIRONMENT "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1")
endif()

# skua_test(NAME COMMAND ... [LABELS ...] [TIMEOUT seconds] [PROCESSORS n] [COST n]): a ctest entry. COST is
# about how many seconds it takes in the slowest build: ctest starts the longest first, so that all
# cores are busy to the end. Tests that take seconds need one.
# Names are AREA.WHAT, behind SKUA_TEST_PREFIX; labels name the area. The target skua_tested
# builds the programs of all tests that are declared, and nothing else.
add_custom_target(skua_tested)
function(skua_test name)
    if((SKUA_TEST_ONLY AND NOT name MATCHES "${SKUA_TEST_ONLY}")
       OR (SKUA_TEST_EXCEPT AND name MATCHES "${SKUA_TEST_EXCEPT}"))
        return()
    endif()
    cmake_parse_arguments(ARG "" "TIMEOUT;PROCESSORS;COST" "COMMAND;LABELS" ${ARGN})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 300)
    endif()
    if(NOT ARG_PROCESSORS)
        set(ARG_PROCESSORS 1)
    endif()
    if(NOT ARG_COST)
        set(ARG_COST 0)
    endif()
    set(full ${SKUA_TEST_PREFIX}${name})
    add_test(NAME ${full} COMMAND ${ARG_COMMAND})
    set_tests_properties(${full} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
        PROCESSORS ${ARG_PROCESSORS} COST ${ARG_COST} ENVIRONMENT "${SKUA_TEST_ENVIRONMENT}")
    foreach(word IN LISTS ARG_COMMAND)
        string(REGEX REPLACE "^\\$<TARGET_FILE:(.*)>$" "\\1" word "${word}")
        if(TARGET "${word}")
            add_dependencies(skua_tested ${word})
        endif()
    endforeach()
endfunction()
