// What asmjit's debugging output writes to, in libskua.so: see CMakeLists.txt.
#include <cstdio>

extern "C" {
extern FILE* skua_asmjit_stderr;
FILE* skua_asmjit_stderr = stderr;
}
