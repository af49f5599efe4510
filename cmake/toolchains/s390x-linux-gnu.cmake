# cmake --toolchain cmake/toolchains/s390x-linux-gnu.cmake -DSKUA_SYSROOT=... -DSKUA_COMPILER=OFF (docs/portability.md)
set(SKUA_TRIPLE s390x-linux-gnu)
set(CMAKE_SYSTEM_PROCESSOR s390x)
include(${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake)
