"""Locks itself as the fetcher and tries what it must not be able to do: ``locked.py``; prints JSON, name -> outcome."""

import contextlib
import ctypes
import json
import os
import resource
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from samovar.process.fence import Fence
from samovar.process.lockdown import lock_fetcher
from samovar.process.sandbox import kernel

PAIR = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
LISTENER = socket.create_server(("127.0.0.1", 0))
UNIX = "/tmp/samovar-probe.sock"


def _write(path: str, mode: str) -> None:
    with open(path, mode) as file:
        file.write("x")


def _thread() -> None:
    thread = threading.Thread(target=lambda: None)
    thread.start()


def _bind(kind: int) -> None:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))


def _listen() -> None:
    with socket.socket() as sock:
        sock.listen()


def _connect_pair() -> None:
    address = struct.pack("<H", 2) + struct.pack(">H", 22) + socket.inet_aton("127.0.0.1") + bytes(8)
    kernel.syscall("connect", PAIR[0].fileno(), ctypes.create_string_buffer(address, 16), 16)


def _abstract() -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect("\0samovar")


REFUSED: dict[str, Callable[[], object]] = {
    "read passwd": lambda: Path("/etc/passwd").read_bytes(),
    "read resolv.conf": lambda: Path("/etc/resolv.conf").read_bytes(),
    "read own memory": lambda: Path("/proc/self/mem").read_bytes(),
    "read environment of parent": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    "list root": lambda: os.listdir("/"),
    "write temporary": lambda: _write("/tmp/samovar-probe", "w"),
    "append to own code": lambda: _write(os.__file__, "a"),
    "make directory": lambda: os.mkdir("/tmp/samovar-probe"),
    "remove file": lambda: os.unlink(__file__),
    "fork": os.fork,
    "thread": _thread,
    "bind tcp": lambda: _bind(socket.SOCK_STREAM),
    "bind udp": lambda: _bind(socket.SOCK_DGRAM),
    "listen": _listen,
    "accept": LISTENER.accept,
    "unix socket": lambda: socket.socket(socket.AF_UNIX),
    "abstract unix": _abstract,
    "raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
    "packet socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0),
    "netlink socket": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0),
    "connect the pair": _connect_pair,
    "shut the pair": lambda: PAIR[0].shutdown(socket.SHUT_RDWR),
    "set an option of the pair": lambda: PAIR[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1),
    "reuse an address": lambda: socket.socket().setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1),
    "kill parent": lambda: os.kill(os.getppid(), 0),
    "become root": lambda: os.setuid(0),
    "raise a limit": lambda: resource.setrlimit(resource.RLIMIT_NPROC, (100, 100)),
    "executable memory": lambda: __import__("mmap").mmap(-1, 4096, prot=7),
}
FATAL: dict[str, Callable[[], object]] = {
    "execute": lambda: os.execv("/bin/true", ["true"]),
    "trace": lambda: kernel.syscall("ptrace", 16, os.getppid(), 0, 0),
    "mount": lambda: kernel.syscall("mount", None, None, None, 0, None),
    "io_uring": lambda: kernel.syscall("io_uring_setup", 1, None),
}


def _outcome(act: Callable[[], object]) -> str:
    try:
        return f"done {act()!r}"
    except BaseException as error:
        return f"refused {type(error).__name__}"


def _in_a_child(act: Callable[[], object]) -> str:
    pid = os.fork()
    if pid == 0:
        lock_fetcher(Fence(PAIR[0].fileno(), PAIR[1].fileno() + 1), os.getppid())
        _outcome(act)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "survived"


def _allowed() -> str:
    """The way out, which it needs."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as sock:
            sock.connect(LISTENER.getsockname())
            sock.send(b"x")
    return f"{os.getuid()} {os.getgid()}"


def main() -> None:
    """Say it all."""
    found = {name: _in_a_child(act) for name, act in FATAL.items()}
    missing = lock_fetcher(Fence(PAIR[0].fileno(), PAIR[1].fileno() + 1), os.getppid())
    found |= {name: _outcome(act) for name, act in REFUSED.items()}
    found["way out"] = _allowed()
    sys.stdout.write(json.dumps({"missing": missing, "found": found}))


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
