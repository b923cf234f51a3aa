"""Which system calls a worker and the hub may make, and with which arguments."""

import ctypes
import errno
import os
import struct

from samovar.process.fence import Fence
from samovar.process.sandbox import kernel
from samovar.process.sandbox.bpf import (
    ALLOW,
    KILL,
    Code,
    error,
    high,
    if_any_bit,
    if_equal,
    if_within,
    low,
    program,
    unless_equal,
    verdict,
)
from samovar.process.sandbox.syscalls import Table


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_YES, _NO = verdict(ALLOW), verdict(error(errno.EPERM))

#: what no code of ours ever does: whoever tries is an intruder, and ends there
_NEVER = _words(
    """execve execveat ptrace process_vm_readv process_vm_writev process_madvise bpf io_uring_setup
    io_uring_enter io_uring_register mount umount2 pivot_root chroot setns unshare kexec_load kexec_file_load
    init_module finit_module delete_module perf_event_open userfaultfd keyctl add_key request_key move_mount
    open_tree fsopen fsconfig fsmount fspick mount_setattr open_by_handle_at pidfd_getfd reboot swapon swapoff
    acct iopl ioperm memfd_secret"""
)

_HOT = _words(
    """epoll_wait epoll_pwait accept4 recvfrom sendto read write epoll_ctl close getsockname getpeername
    setsockopt shutdown futex clock_gettime ioctl"""
)

_PLAIN = _words(
    """epoll_wait epoll_pwait epoll_pwait2 epoll_ctl accept accept4 recvfrom recvmsg read readv pread64 write
    writev close fstat newfstatat stat lstat statx lseek poll ppoll getsockname getpeername getsockopt listen futex
    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times munmap brk mremap madvise
    rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack sched_yield getpid getppid gettid getuid geteuid getgid
    getegid exit exit_group getcwd readlink readlinkat access faccessat faccessat2 getdents64 set_robust_list rseq
    restart_syscall getrandom sched_getaffinity getrusage sysinfo dup membarrier uname"""
)

_BROKER = _words(
    """epoll_wait epoll_pwait recvfrom recvmsg read write writev close fstat newfstatat lseek futex clock_gettime
    clock_nanosleep gettimeofday time munmap brk mremap madvise rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack
    sched_yield getpid getppid gettid exit exit_group rseq restart_syscall getrandom"""
)

#: only a server's; a fetcher has no use for them
_SERVING = frozenset({"accept", "accept4", "listen"})

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | 0o20000000  # the last: __O_TMPFILE
_MSG_FASTOPEN = 0x20000000
_FIONBIO, _FIOCLEX, _TCGETS = 0x5421, 0x5451, 0x5401
_FCNTLS = (1, 2, 3, 4, 1030)  # F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD_CLOEXEC
_PR_SET_NAME = 15
_CLONE_THREAD = 0x10000
_PROT_EXEC = 4
_AF_INET, _AF_INET6 = 2, 10
_STREAM, _DATAGRAM, _FLAGS = 1, 2, (0, 0x800, 0x80000, 0x80800)  # SOCK_NONBLOCK, SOCK_CLOEXEC
#: (level, name) that a session may set on its own socket
_OPTIONS = {
    1: (7, 8, 9, 13),  # SOL_SOCKET: SO_SNDBUF SO_RCVBUF SO_KEEPALIVE SO_LINGER
    6: (1, 4, 5, 6, 12, 18, 25),  # TCP: NODELAY KEEPIDLE KEEPINTVL KEEPCNT QUICKACK USER_TIMEOUT NOTSENT_LOWAT
}


def worker_filter(table: Table, fence: Fence, pid: int, *, files: bool) -> bytes:
    """A worker's filter: an allow list; all else fails with EPERM, or ends the process (``_NEVER``).

    ``files``: whether files may be opened for reading, which only Landlock confines to our own.
    """
    return program(table, _calls(fence, pid, files=files), _HOT, error(errno.EPERM))


def _calls(fence: Fence, pid: int, *, files: bool) -> dict[str, Code]:
    shared = (fence.low, fence.high)
    rules: dict[str, Code] = dict.fromkeys(_PLAIN, _YES)
    rules |= {name: verdict(KILL) for name in _NEVER}
    rules |= {
        "sendto": _without_address(),
        "shutdown": low(0) + if_within(*shared, _NO) + _YES,
        "setsockopt": low(0) + if_within(*shared, _NO) + _options(),
        "mmap": low(2) + if_any_bit(_PROT_EXEC, _NO) + _YES,
        "mprotect": low(2) + if_any_bit(_PROT_EXEC, _NO) + _YES,
        "openat": _opening() if files else verdict(error(errno.EACCES)),
        "open": verdict(error(errno.EACCES)),
        "ioctl": low(1) + _one_of((_FIONBIO, _FIOCLEX, _TCGETS)) + verdict(error(errno.ENOTTY)),
        "fcntl": low(1) + _one_of(_FCNTLS) + _NO,
        "prctl": low(0) + if_equal(_PR_SET_NAME, _YES) + _NO,
        "prlimit64": low(2) + unless_equal(0, _NO) + high(2) + unless_equal(0, _NO) + _YES,
        "tgkill": low(0) + if_equal(pid, _YES) + _NO,
    }
    return rules


def broker_filter(table: Table, fence: Fence, pid: int) -> bytes:
    """The broker's: waits, receives, and sends with an address on its UDP sockets only; opens and makes nothing."""
    rules: dict[str, Code] = dict.fromkeys(_BROKER, _YES)
    rules |= {name: verdict(KILL) for name in _NEVER}
    rules |= {
        "sendto": _without_address(),
        "sendmsg": low(0) + if_within(fence.low, fence.high, low(2) + if_any_bit(_MSG_FASTOPEN, _NO) + _YES) + _NO,
        "mmap": low(2) + if_any_bit(_PROT_EXEC, _NO) + _YES,
        "mprotect": low(2) + if_any_bit(_PROT_EXEC, _NO) + _YES,
        "openat": verdict(error(errno.EACCES)),
        "tgkill": low(0) + if_equal(pid, _YES) + _NO,
    }
    return program(table, rules, ("epoll_wait", "recvmsg", "sendto", "recvfrom", "sendmsg"), error(errno.EPERM))


def fetcher_filter(table: Table, fence: Fence, pid: int, *, files: bool) -> bytes:
    """The fetcher's: a worker's, but that it makes TCP and UDP sockets, connects and sends with them; no more serving.

    ``fence``: the lifeline and the pairs.
    """
    shared = (fence.low, fence.high)
    kinds = tuple(kind | flags for kind in (_STREAM, _DATAGRAM) for flags in _FLAGS)
    rules = _calls(fence, pid, files=files)
    rules |= dict.fromkeys(_SERVING, _NO)
    rules |= {
        "socket": low(0)
        + if_equal(_AF_INET, low(1) + _one_of(kinds) + _NO)
        + if_equal(_AF_INET6, low(1) + _one_of(kinds) + _NO)
        + _NO,
        "connect": low(0) + if_within(*shared, _NO) + _YES,
        "sendto": _YES,
        "sendmsg": low(0) + if_within(*shared, _NO) + _YES,
    }
    return program(table, rules, _HOT, error(errno.EPERM))


def hub_filter(table: Table) -> bytes:
    """The hub's filter: a deny list, since its libraries (a database, a web server) need much."""
    rules: dict[str, Code] = dict.fromkeys(_NEVER, _NO)
    rules |= {
        # No new process, but threads; clone3's arguments cannot be seen, and glibc then takes clone.
        "clone": low(0) + if_any_bit(_CLONE_THREAD, _YES) + _NO,
        "clone3": verdict(error(errno.ENOSYS)),
        "fork": _NO,
        "vfork": _NO,
        "io_uring_setup": verdict(error(errno.ENOSYS)),
        "socket": low(0) + _one_of((1, 2, 10)) + _NO,  # AF_UNIX AF_INET AF_INET6
        "mmap": low(2) + _not_writable_and_executable(),
        "mprotect": low(2) + _not_writable_and_executable(),
        "personality": _NO,
    }
    return program(table, rules, (), ALLOW)


def install(code: bytes) -> None:
    """Put a filter in force, for all threads, for ever."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    buffer = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("<HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    kernel.syscall("seccomp", 1, 1, ctypes.create_string_buffer(head, len(head)))  # SET_MODE_FILTER, TSYNC


def _without_address() -> Code:
    # An address would reach out; MSG_FASTOPEN would connect.
    code = low(3) + if_any_bit(_MSG_FASTOPEN, _NO)
    return code + low(4) + unless_equal(0, _NO) + high(4) + unless_equal(0, _NO) + _YES


def _options() -> Code:
    code: Code = []
    for level, names in _OPTIONS.items():
        code += low(1) + if_equal(level, low(2) + _one_of(names) + _NO)
    return code + _NO


def _opening() -> Code:
    return low(2) + if_any_bit(_WRITES, verdict(error(errno.EACCES))) + _YES


def _not_writable_and_executable() -> Code:
    # PROT_EXEC without PROT_WRITE loads a library; both together is only what an exploit wants.
    return if_any_bit(_PROT_EXEC, if_any_bit(2, _NO) + _YES) + _YES


def _one_of(values: tuple[int, ...]) -> Code:
    return [step for value in values for step in if_equal(value, _YES)]
