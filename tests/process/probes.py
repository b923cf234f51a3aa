"""What an intruder in a worker would try. Each returns something if it succeeded, and raises if it was refused."""

import contextlib
import ctypes
import errno
import mmap
import os
import resource
import socket
import struct
import threading
from collections.abc import Callable

from samovar.process.sandbox import kernel
from samovar.process.worker import Surroundings

_ZERO = ctypes.create_string_buffer(256)
_KEPT: list[object] = []  # what a system call still points to
_ADDRESS = struct.pack("<H", 2) + struct.pack(">H", 22) + socket.inet_aton("127.0.0.1") + bytes(8)


def _call(name: str, *arguments: object) -> int:
    """A bare system call; its buffers by address."""
    return kernel.syscall(name, *arguments)  # type: ignore[arg-type]


def _tcp(around: Surroundings) -> socket.socket:
    return around.taps[0].sock


def _inherited() -> list[int]:
    """Every descriptor that a worker may have."""
    return [number for number in range(256) if _is_open(number)]


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _udp_sockets() -> list[int]:
    """Fails, as it should, if there is none."""
    found = []
    for number in _inherited():
        with contextlib.suppress(OSError):
            sock = socket.socket(fileno=os.dup(number))
            if sock.family in (socket.AF_INET, socket.AF_INET6) and sock.type == socket.SOCK_DGRAM:
                found.append(number)
    if not found:
        raise PermissionError("not one UDP socket")
    return found


def _everywhere(send: Callable[[int], object]) -> list[int]:
    """The descriptors on which it was not refused with EPERM; fails, as it should, if there is none."""
    through = []
    for number in _inherited():
        try:
            send(number)
        except OSError as error:
            if error.errno == errno.EPERM:
                continue
        through.append(number)
    if not through:
        raise PermissionError("refused on every descriptor")
    return through


def _message() -> ctypes.Array[ctypes.c_char]:
    """A struct mmsghdr (a struct msghdr stands first in it) with an address and no data."""
    address = _address()
    _KEPT.append(address)
    head = struct.pack("<QIxxxxQQQQixxxxIxxxx", ctypes.addressof(address), 16, 0, 0, 0, 0, 0, 0)
    return ctypes.create_string_buffer(head, len(head))


def _address() -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(_ADDRESS, 16)


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.read(16)


def _write(path: str, mode: str) -> str:
    with open(path, mode) as file:
        file.write("x")
    return path


def _thread() -> str:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    return "thread"


DATA = os.environ.get("PROBED_DATA", "/nonexistent")

#: refused with an error
PROBES: dict[str, Callable[[Surroundings], object]] = {
    "read passwd": lambda _: _read("/etc/passwd"),
    "read own memory": lambda _: _read("/proc/self/mem"),
    "read own maps": lambda _: _read("/proc/self/maps"),
    "read environment of parent": lambda _: _read(f"/proc/{os.getppid()}/environ"),
    "read data": lambda _: _read(f"{DATA}/spec.json"),
    "read spool": lambda _: os.listdir(f"{DATA}/spool"),
    "list root": lambda _: os.listdir("/"),
    "write temporary": lambda _: _write("/tmp/samovar-probe", "w"),
    "append to own code": lambda _: _write(os.__file__, "a"),
    "write data": lambda _: _write(f"{DATA}/probe", "w"),
    "make directory": lambda _: os.mkdir(f"{DATA}/probe-directory") or "made",
    "remove file": lambda _: os.unlink(f"{DATA}/spec.json") or "removed",
    "rename file": lambda _: os.rename(f"{DATA}/spec.json", f"{DATA}/x") or "renamed",
    "make link": lambda _: os.symlink("/etc", f"{DATA}/link") or "linked",
    "change mode": lambda _: os.chmod(f"{DATA}/spec.json", 0o777) or "changed",
    "truncate": lambda _: os.truncate(f"{DATA}/spec.json", 0) or "truncated",
    "tcp socket": lambda _: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "udp socket": lambda _: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "unix socket": lambda _: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "raw socket": lambda _: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
    "netlink socket": lambda _: socket.socket(16, socket.SOCK_RAW, 0),
    "connect listener": lambda a: _call("connect", _tcp(a).fileno(), _address(), 16),
    "connect anything": lambda _: _everywhere(lambda fd: _call("connect", fd, _address(), 16)),
    "bind anything": lambda _: _everywhere(lambda fd: _call("bind", fd, _address(), 16)),
    "have a udp socket": lambda _: _udp_sockets(),
    "sendto with address": lambda _: _everywhere(lambda fd: _call("sendto", fd, _ZERO, 1, 0x40, _address(), 16)),
    "sendmsg": lambda _: _everywhere(lambda fd: _call("sendmsg", fd, _message(), 0x40)),
    "sendmsg without address": lambda _: _everywhere(lambda fd: _call("sendmsg", fd, _ZERO, 0x40)),
    "sendmmsg": lambda _: _everywhere(lambda fd: _call("sendmmsg", fd, _message(), 1, 0x40)),
    "fast open": lambda a: _call("sendto", _tcp(a).fileno(), _ZERO, 1, 0x20000000, _address(), 16),
    "shut listener down": lambda a: _tcp(a).shutdown(socket.SHUT_RDWR) or "shut",
    "shut channel down": lambda a: _call("shutdown", _tcp(a).fileno() - 2, 2),
    "option of listener": lambda a: _tcp(a).setsockopt(1, 2, 0) or "set",
    "transparent": lambda a: _tcp(a).setsockopt(0, 19, 1) or "set",
    "fork": lambda _: os.fork() or os._exit(0),
    "thread": lambda _: _thread(),
    "kill parent": lambda _: os.kill(os.getppid(), 0) or "killed",
    "kill all": lambda _: os.kill(-1, 0) or "killed",
    "signal own thread of others": lambda _: _call("tgkill", os.getppid(), os.getppid(), 0),
    "become root": lambda _: os.setuid(0) or "root",
    "become root for real": lambda _: os.setresuid(0, 0, 0) or "root",
    "capabilities": lambda _: _call("capset", _ZERO, _ZERO),
    "memfd": lambda _: os.memfd_create("x"),
    "writable and executable memory": lambda _: mmap.mmap(-1, 4096, prot=7),
    "executable memory": lambda _: mmap.mmap(-1, 4096, prot=5),
    "own the signals of a descriptor": lambda a: _call("fcntl", _tcp(a).fileno(), 8, os.getppid()),
    "no longer die with parent": lambda _: kernel.prctl(kernel.PR_SET_PDEATHSIG, 0),
    "dumpable again": lambda _: kernel.prctl(kernel.PR_SET_DUMPABLE, 1),
    "raise limits": lambda _: resource.setrlimit(resource.RLIMIT_NPROC, (0, 0)) or "set",
    "another filter": lambda _: _call("seccomp", 2, 0, _ZERO),
    "type into the terminal": lambda a: _call("ioctl", 2, 0x5412, _ZERO),
    "pidfd": lambda _: os.pidfd_open(os.getppid()),
    "name lookup": lambda _: socket.getaddrinfo("localhost", 80),
}

#: what ends the process at once
FATAL: dict[str, Callable[[Surroundings], object]] = {
    "execute": lambda _: os.execv("/bin/true", ["true"]),
    "ptrace": lambda _: _call("ptrace", 16, os.getppid(), 0, 0),
    "process_vm_readv": lambda _: _call("process_vm_readv", os.getppid(), _ZERO, 1, _ZERO, 1, 0),
    "process_vm_writev": lambda _: _call("process_vm_writev", os.getppid(), _ZERO, 1, _ZERO, 1, 0),
    "unshare": lambda _: kernel.unshare(0x10000000) or "done",
    "mount": lambda _: _call("mount", _ZERO, _ZERO, _ZERO, 0, 0),
    "chroot": lambda _: os.chroot("/tmp") or "done",
    "bpf": lambda _: _call("bpf", 0, _ZERO, 16),
    "io_uring": lambda _: _call("io_uring_setup", 8, _ZERO),
    "perf": lambda _: _call("perf_event_open", _ZERO, 0, -1, -1, 0),
    "userfaultfd": lambda _: _call("userfaultfd", 0),
    "keyring": lambda _: _call("keyctl", 0, 0, 0, 0, 0),
    "load module": lambda _: _call("init_module", _ZERO, 1, _ZERO),
    "setns": lambda _: _call("setns", 0, 0),
}
PROBES |= FATAL
