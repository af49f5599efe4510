/* Runs a program by another clock.
 *
 * usage: false_clock SECONDS COUNT PROGRAM ARGUMENT...
 *
 * Whatever looks at the time of day in PROGRAM, its threads and what it starts gets the time that is SECONDS
 * later. Programs without shared libraries as well, so no LD_PRELOAD: the kernel's page with functions that
 * tell the time (vDSO) is hidden, so the C library asks the kernel, and the answer is changed on its way.
 * The file COUNT gets how many answers were changed. Exit code: PROGRAM's; 77 if nothing may be traced here.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long peek(pid_t task, uint64_t at) {
    return ptrace(PTRACE_PEEKDATA, task, (void*)at, NULL);
}
static void poke(pid_t task, uint64_t at, long word) {
    ptrace(PTRACE_POKEDATA, task, (void*)at, (void*)word);
}

/* A program that has just been loaded: its stack has arguments, environment and what the kernel tells it. */
static void hide_vdso(pid_t task) {
    struct user_regs_struct regs;
    if (ptrace(PTRACE_GETREGS, task, NULL, &regs) != 0) return;
    uint64_t at = regs.rsp + 8 * (uint64_t)(peek(task, regs.rsp) + 2);
    while (peek(task, at) != 0) at += 8;
    for (at += 8; peek(task, at) != AT_NULL; at += 16)
        if (peek(task, at) == AT_SYSINFO_EHDR) poke(task, at, AT_IGNORE);
}

/* The system call that has just returned. */
static int change_answer(pid_t task, long seconds) {
    struct user_regs_struct regs;
    if (ptrace(PTRACE_GETREGS, task, NULL, &regs) != 0 || (long)regs.rax < 0) return 0;
    uint64_t where = 0;
    if (regs.orig_rax == SYS_clock_gettime &&
        (regs.rdi == CLOCK_REALTIME || regs.rdi == CLOCK_REALTIME_COARSE))
        where = regs.rsi;
    else if (regs.orig_rax == SYS_gettimeofday)
        where = regs.rdi;
    else if (regs.orig_rax == SYS_time) {
        where = regs.rdi;
        regs.rax += (uint64_t)seconds;
        ptrace(PTRACE_SETREGS, task, NULL, &regs);
        if (where == 0) return 1;
    }
    if (where == 0) return 0;
    poke(task, where, peek(task, where) + seconds);
    return 1;
}

int main(int argc, char** argv) {
    if (argc < 4) return 64;
    const long seconds = atol(argv[1]);
    const pid_t child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) _exit(77);
        raise(SIGSTOP); /* until the options are set */
        execv(argv[3], argv + 3);
        _exit(66);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0) return 71;
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    ptrace(PTRACE_SETOPTIONS, child, NULL,
           (void*)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                   PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL));
    ptrace(PTRACE_SYSCALL, child, NULL, NULL);
    long changed = 0;
    int code = 70;
    for (pid_t task; (task = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR;) {
        if (task <= 0) continue;
        if (!WIFSTOPPED(status)) {
            if (task == child) code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        const int signal = WSTOPSIG(status);
        long deliver = 0;
        if (signal == (SIGTRAP | 0x80))
            changed += change_answer(task, seconds); /* before a call, rax is -ENOSYS: nothing happens */
        else if (signal == SIGTRAP && status >> 16 == PTRACE_EVENT_EXEC)
            hide_vdso(task);
        else if (signal != SIGTRAP && signal != SIGSTOP)
            deliver = signal;
        ptrace(PTRACE_SYSCALL, task, NULL, (void*)deliver);
    }
    FILE* count = fopen(argv[2], "w");
    if (count == NULL || fprintf(count, "%ld\n", changed) < 0 || fclose(count) != 0) return 73;
    return code;
}
