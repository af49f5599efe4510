// Runs one command and says how long it took and how much memory it had at most:
//
//     launch OUTPUT ERRORS SECONDS COMMAND [ARG...]
//
// Standard output and errors go to the two files; after SECONDS the command is killed. Prints
// nanoseconds from before the fork to the exit, peak resident kilobytes, and the wait status.
//
// A program of its own, and in C, because a child's peak memory as the kernel reports it is never
// below that of the process that forked it: measured from Python, everything has 9 MB.

#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t child;

static void too_long(int signal_number) {
    (void)signal_number;
    if (child > 0) kill((pid_t)child, SIGKILL);
}

static void redirect(const char* path, int descriptor) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0 || dup2(file, descriptor) < 0) _exit(126);
    close(file);
}

int main(int argc, char** argv) {
    if (argc < 5) {
        fprintf(stderr, "usage: launch OUTPUT ERRORS SECONDS COMMAND [ARG...]\n");
        return 2;
    }
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t pid = fork();
    if (pid < 0) {
        perror("fork");
        return 1;
    }
    if (pid == 0) {
        redirect(argv[1], STDOUT_FILENO);
        redirect(argv[2], STDERR_FILENO);
        execvp(argv[4], argv + 4);
        _exit(127);
    }
    child = pid;
    signal(SIGALRM, too_long);
    alarm((unsigned)atoi(argv[3]));
    int status = 0;
    struct rusage usage;
    while (wait4(pid, &status, 0, &usage) < 0) {
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%lld %ld %d\n", (end.tv_sec - start.tv_sec) * 1000000000LL + (end.tv_nsec - start.tv_nsec),
           usage.ru_maxrss, status);
    return 0;
}
