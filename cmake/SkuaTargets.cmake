# Build settings shared by every folder, and the function that declares a layer.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

set(SKUA_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=, e.g. address,undefined or thread")
set(SKUA_HEAP "boehm" CACHE STRING "Heap backend: boehm, or malloc (never collects; for sanitizers)")
set_property(CACHE SKUA_HEAP PROPERTY STRINGS boehm malloc)

find_program(SKUA_CCACHE ccache)
if(SKUA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_C_COMPILER_LAUNCHER ${SKUA_CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${SKUA_CCACHE})
endif()
find_program(SKUA_MOLD mold)
if(SKUA_MOLD)
    add_link_options(-fuse-ld=mold)
endif()

add_library(skua_options INTERFACE)
target_compile_options(skua_options INTERFACE -Wall -Wextra -Wconversion -Wno-sign-conversion)
if(SKUA_SANITIZE)
    target_compile_options(skua_options INTERFACE -fsanitize=${SKUA_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(skua_options INTERFACE -fsanitize=${SKUA_SANITIZE})
endif()

# skua_layer(NAME SOURCES ... DEPENDS ...): a static library skua_NAME with public headers in include/.
function(skua_layer name)
    cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
    add_library(skua_${name} STATIC ${ARG_SOURCES})
    target_include_directories(skua_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include
                                            PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
    target_link_libraries(skua_${name} PUBLIC ${ARG_DEPENDS} PRIVATE skua_options ${ARG_PRIVATE})
endfunction()
