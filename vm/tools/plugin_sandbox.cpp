#include "plugin_sandbox.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace skua::vmrun {

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#elif defined(__s390x__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_S390X;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

// Sanitizers have ways of their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

constexpr rlim_t kMostMemory = rlim_t{8} << 30;

// What only looks, or concerns nobody but this process. Numbers that a processor does not have are left out.
constexpr std::uint32_t kHarmless[] = {
    SYS_read,         SYS_pread64,       SYS_readv,           SYS_preadv,
    SYS_lseek,        SYS_close,         SYS_fstat,           SYS_statx,
    SYS_newfstatat,   SYS_statfs,        SYS_fstatfs,         SYS_faccessat,
    SYS_readlinkat,   SYS_getdents64,    SYS_getcwd,          SYS_mmap,
    SYS_mprotect,     SYS_munmap,        SYS_mremap,          SYS_madvise,
    SYS_brk,          SYS_futex,         SYS_rt_sigaction,    SYS_rt_sigprocmask,
    SYS_rt_sigreturn, SYS_sigaltstack,   SYS_set_robust_list, SYS_set_tid_address,
    SYS_getrandom,    SYS_clock_gettime, SYS_clock_getres,    SYS_clock_nanosleep,
    SYS_nanosleep,    SYS_gettimeofday,  SYS_sched_yield,     SYS_sched_getaffinity,
    SYS_getrusage,    SYS_sysinfo,       SYS_uname,           SYS_getpid,
    SYS_getppid,      SYS_gettid,        SYS_getuid,          SYS_geteuid,
    SYS_getgid,       SYS_getegid,       SYS_ppoll,           SYS_exit,
    SYS_exit_group,
#ifdef SYS_rseq
    SYS_rseq,
#endif
#ifdef SYS_faccessat2
    SYS_faccessat2,
#endif
#ifdef SYS_arch_prctl
    SYS_arch_prctl,
#endif
#ifdef SYS_stat
    SYS_stat,         SYS_lstat,
#endif
#ifdef SYS_access
    SYS_access,       SYS_readlink,
#endif
#ifdef SYS_pause
    SYS_pause,
#endif
#ifdef SYS_poll
    SYS_poll,
#endif
#ifdef SYS_time
    SYS_time,
#endif
};

constexpr std::uint32_t low_half(std::size_t argument) {
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 8 * argument +
                                      (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0));
}

class Filter {
public:
    void load(std::uint32_t offset) { add(BPF_LD | BPF_W | BPF_ABS, offset); }
    void end(std::uint32_t action) { add(BPF_RET | BPF_K, action); }
    // Ends with `action` if what was loaded is this.
    void if_equal(std::uint32_t value, std::uint32_t action) {
        add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
        end(action);
    }
    void refuse_unless(std::uint32_t value) {
        add(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
        end(kRefuse);
    }
    // For this call, allows it if an argument is one of these, or has none of these bits.
    void allow_if(std::uint32_t call, std::size_t argument, const std::vector<std::uint32_t>& values) {
        add(BPF_JMP | BPF_JEQ | BPF_K, call, 0, static_cast<std::uint8_t>(2 + 2 * values.size()));
        load(low_half(argument));
        for (const std::uint32_t value : values) if_equal(value, SECCOMP_RET_ALLOW);
        end(kRefuse);
    }
    void allow_without(std::uint32_t call, std::size_t argument, std::uint32_t bits) {
        add(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4);
        load(low_half(argument));
        add(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0);
        end(SECCOMP_RET_ALLOW);
        end(kRefuse);
    }
    bool install() {
        sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
        return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
               prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
    }

    static constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;

private:
    void add(int code, std::uint32_t k, std::uint8_t if_true = 0, std::uint8_t if_false = 0) {
        code_.push_back({static_cast<std::uint16_t>(code), if_true, if_false, k});
    }
    std::vector<sock_filter> code_;
};

}  // namespace

bool forbid_effects(int out) {
    if (kArchitecture == 0 || kSanitized) return false;
    rlimit memory{};
    if (getrlimit(RLIMIT_AS, &memory) == 0 && memory.rlim_cur > kMostMemory) {
        memory.rlim_cur = kMostMemory;
        setrlimit(RLIMIT_AS, &memory);
    }
    Filter filter;
    // Calls in the way of another processor, such as 32-bit ones, have other numbers.
    filter.load(offsetof(seccomp_data, arch));
    filter.refuse_unless(kArchitecture);
    filter.load(offsetof(seccomp_data, nr));
    for (const std::uint32_t call : kHarmless) filter.if_equal(call, SECCOMP_RET_ALLOW);
    const std::vector<std::uint32_t> outputs{STDOUT_FILENO, STDERR_FILENO, static_cast<std::uint32_t>(out)};
    filter.allow_if(SYS_write, 0, outputs);
    filter.allow_if(SYS_writev, 0, outputs);
    filter.allow_if(SYS_tgkill, 0, {static_cast<std::uint32_t>(getpid())});  // abort()
    // Reading alone: O_TRUNC empties a file even so.
    constexpr std::uint32_t kChanging = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
    filter.allow_without(SYS_openat, 2, kChanging);
#ifdef SYS_open
    filter.allow_without(SYS_open, 1, kChanging);
#endif
#ifdef SYS_clone3
    filter.if_equal(SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
#endif
    filter.end(Filter::kRefuse);
    return filter.install();
}

}  // namespace skua::vmrun
