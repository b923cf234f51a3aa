"""System call numbers of the two machines that matter, from the kernel's unistd_64.h and asm-generic/unistd.h.

What a machine does not have (arm64 has no ``open`` or ``fork``) is absent from its table.
"""

from msgspec import Struct


class Table(Struct, frozen=True):
    """One architecture: its audit number, as seccomp sees it, and its system calls."""

    audit: int
    numbers: dict[str, int]


# fmt: off
X86_64 = Table(
    audit=0xC000003E,
    numbers={
        "accept": 43, "accept4": 288, "access": 21, "acct": 163, "add_key": 248, "adjtimex": 159, "bind": 49,
        "bpf": 321, "brk": 12, "capset": 126, "chroot": 161, "clock_adjtime": 305, "clock_getres": 229,
        "clock_gettime": 228, "clock_nanosleep": 230, "clock_settime": 227, "clone": 56, "clone3": 435, "close": 3,
        "connect": 42, "creat": 85, "delete_module": 176, "dup": 32, "epoll_create1": 291, "epoll_ctl": 233,
        "epoll_pwait": 281, "epoll_pwait2": 441, "epoll_wait": 232, "eventfd2": 290, "execve": 59, "execveat": 322,
        "exit": 60, "exit_group": 231, "faccessat": 269, "faccessat2": 439, "fcntl": 72, "finit_module": 313,
        "fork": 57, "fsconfig": 431, "fsmount": 432, "fsopen": 430, "fspick": 433, "fstat": 5, "futex": 202,
        "getcwd": 79, "getdents64": 217, "getegid": 108, "geteuid": 107, "getgid": 104, "getpeername": 52,
        "getpid": 39, "getppid": 110, "getrandom": 318, "getrusage": 98, "getsockname": 51, "getsockopt": 55,
        "gettid": 186, "gettimeofday": 96, "getuid": 102, "init_module": 175, "io_uring_enter": 426,
        "io_uring_register": 427, "io_uring_setup": 425, "ioctl": 16, "ioperm": 173, "iopl": 172,
        "kexec_file_load": 320, "kexec_load": 246, "keyctl": 250, "kill": 62, "landlock_add_rule": 445,
        "landlock_create_ruleset": 444, "landlock_restrict_self": 446, "listen": 50, "lookup_dcookie": 212,
        "lseek": 8, "lstat": 6, "madvise": 28, "membarrier": 324, "memfd_create": 319, "memfd_secret": 447, "mmap": 9,
        "mount": 165, "mount_setattr": 442, "move_mount": 429, "mprotect": 10, "mremap": 25, "munmap": 11,
        "name_to_handle_at": 303, "nanosleep": 35, "newfstatat": 262, "open": 2, "open_by_handle_at": 304,
        "open_tree": 428, "openat": 257, "openat2": 437, "perf_event_open": 298, "personality": 135,
        "pidfd_getfd": 438, "pidfd_open": 434, "pidfd_send_signal": 424, "pipe2": 293, "pivot_root": 155, "poll": 7,
        "ppoll": 271, "prctl": 157, "pread64": 17, "prlimit64": 302, "process_madvise": 440, "process_vm_readv": 310,
        "process_vm_writev": 311, "ptrace": 101, "quotactl": 179, "read": 0, "readlink": 89, "readlinkat": 267,
        "readv": 19, "reboot": 169, "recvfrom": 45, "recvmsg": 47, "request_key": 249, "restart_syscall": 219,
        "rseq": 334, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigqueueinfo": 129, "rt_sigreturn": 15,
        "rt_tgsigqueueinfo": 297, "sched_getaffinity": 204, "sched_yield": 24, "seccomp": 317, "sendmmsg": 307,
        "sendmsg": 46, "sendto": 44, "set_robust_list": 273, "setdomainname": 171, "sethostname": 170, "setns": 308,
        "setresuid": 117, "setsockopt": 54, "settimeofday": 164, "setuid": 105, "shutdown": 48, "sigaltstack": 131,
        "socket": 41, "socketpair": 53, "stat": 4, "statx": 332, "swapoff": 168, "swapon": 167, "sysinfo": 99,
        "syslog": 103, "tgkill": 234, "time": 201, "times": 100, "tkill": 200, "umount2": 166, "uname": 63,
        "unshare": 272, "userfaultfd": 323, "vfork": 58, "write": 1, "writev": 20,
    },
)

AARCH64 = Table(
    audit=0xC00000B7,
    numbers={
        "accept": 202, "accept4": 242, "acct": 89, "add_key": 217, "adjtimex": 171, "bind": 200, "bpf": 280,
        "brk": 214, "capset": 91, "chroot": 51, "clock_adjtime": 266, "clock_getres": 114, "clock_gettime": 113,
        "clock_nanosleep": 115, "clock_settime": 112, "clone": 220, "clone3": 435, "close": 57, "connect": 203,
        "delete_module": 106, "dup": 23, "epoll_create1": 20, "epoll_ctl": 21, "epoll_pwait": 22, "epoll_pwait2": 441,
        "eventfd2": 19, "execve": 221, "execveat": 281, "exit": 93, "exit_group": 94, "faccessat": 48,
        "faccessat2": 439, "fcntl": 25, "finit_module": 273, "fsconfig": 431, "fsmount": 432, "fsopen": 430,
        "fspick": 433, "fstat": 80, "futex": 98, "getcwd": 17, "getdents64": 61, "getegid": 177, "geteuid": 175,
        "getgid": 176, "getpeername": 205, "getpid": 172, "getppid": 173, "getrandom": 278, "getrusage": 165,
        "getsockname": 204, "getsockopt": 209, "gettid": 178, "gettimeofday": 169, "getuid": 174, "init_module": 105,
        "io_uring_enter": 426, "io_uring_register": 427, "io_uring_setup": 425, "ioctl": 29, "kexec_file_load": 294,
        "kexec_load": 104, "keyctl": 219, "kill": 129, "landlock_add_rule": 445, "landlock_create_ruleset": 444,
        "landlock_restrict_self": 446, "listen": 201, "lookup_dcookie": 18, "lseek": 62, "madvise": 233,
        "membarrier": 283, "memfd_create": 279, "memfd_secret": 447, "mmap": 222, "mount": 40, "mount_setattr": 442,
        "move_mount": 429, "mprotect": 226, "mremap": 216, "munmap": 215, "name_to_handle_at": 264, "nanosleep": 101,
        "newfstatat": 79, "open_by_handle_at": 265, "open_tree": 428, "openat": 56, "openat2": 437,
        "perf_event_open": 241, "personality": 92, "pidfd_getfd": 438, "pidfd_open": 434, "pidfd_send_signal": 424,
        "pipe2": 59, "pivot_root": 41, "ppoll": 73, "prctl": 167, "pread64": 67, "prlimit64": 261,
        "process_madvise": 440, "process_vm_readv": 270, "process_vm_writev": 271, "ptrace": 117, "quotactl": 60,
        "read": 63, "readlinkat": 78, "readv": 65, "reboot": 142, "recvfrom": 207, "recvmsg": 212, "request_key": 218,
        "restart_syscall": 128, "rseq": 293, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigqueueinfo": 138,
        "rt_sigreturn": 139, "rt_tgsigqueueinfo": 240, "sched_getaffinity": 123, "sched_yield": 124, "seccomp": 277,
        "sendmmsg": 269, "sendmsg": 211, "sendto": 206, "set_robust_list": 99, "setdomainname": 162,
        "sethostname": 161, "setns": 268,
        "setresuid": 147, "setsockopt": 208, "settimeofday": 170, "setuid": 146, "shutdown": 210, "sigaltstack": 132,
        "socket": 198, "socketpair": 199, "statx": 291, "swapoff": 225, "swapon": 224, "sysinfo": 179, "syslog": 116,
        "tgkill": 131, "times": 153, "tkill": 130, "umount2": 39, "uname": 160, "unshare": 97, "userfaultfd": 282,
        "write": 64, "writev": 66,
    },
)

# fmt: on
#: by ``uname -m``
TABLES = {"x86_64": X86_64, "aarch64": AARCH64}
