# What the toolchain files beside this one share: Debian's cross compiler for SKUA_TRIPLE and, in SKUA_SYSROOT, the
# unpacked -dev packages of that architecture (tests/portability/sysroot.py makes such a folder). The C library and
# the compiler's own come with the cross compiler, in /usr/TRIPLE.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_C_COMPILER ${SKUA_TRIPLE}-gcc)
set(CMAKE_CXX_COMPILER ${SKUA_TRIPLE}-g++)
set(CMAKE_LIBRARY_ARCHITECTURE ${SKUA_TRIPLE})

set(SKUA_SYSROOT "" CACHE PATH "Folder with the target's -dev packages, unpacked")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SKUA_SYSROOT)
set(CMAKE_FIND_ROOT_PATH ${SKUA_SYSROOT} /usr/${SKUA_TRIPLE})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# Before the compiler's own search path, which ends in the building machine's /usr/include.
if(SKUA_SYSROOT)
    foreach(language IN ITEMS C CXX)
        set(CMAKE_${language}_STANDARD_INCLUDE_DIRECTORIES
            ${SKUA_SYSROOT}/usr/include/${SKUA_TRIPLE} ${SKUA_SYSROOT}/usr/include)
    endforeach()
endif()

# Runs the target's programs here, where there is one: for tests, never needed to build.
find_program(SKUA_EMULATOR NAMES qemu-${CMAKE_SYSTEM_PROCESSOR}-static qemu-${CMAKE_SYSTEM_PROCESSOR})
if(SKUA_EMULATOR)
    set(CMAKE_CROSSCOMPILING_EMULATOR ${SKUA_EMULATOR};-L;/usr/${SKUA_TRIPLE})
endif()
