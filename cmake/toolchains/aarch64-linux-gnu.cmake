# cmake --toolchain cmake/toolchains/aarch64-linux-gnu.cmake -DSKUA_SYSROOT=... -DSKUA_COMPILER=OFF (docs/portability.md)
set(SKUA_TRIPLE aarch64-linux-gnu)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
include(${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake)
