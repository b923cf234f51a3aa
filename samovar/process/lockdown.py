"""Locks a worker or the hub in, layer by layer, with what the kernel has; says in one line each what is missing."""

import os
import signal
import sys
import sysconfig
from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Struct

from samovar.process.fence import Fence
from samovar.process.sandbox import kernel, landlock, privileges, seccomp
from samovar.process.sandbox.syscalls import TABLES, Table

WORKER_MEMORY = 1 << 30  # bytes of data a worker may have
BROKER_MEMORY = 1 << 28
FETCHER_MEMORY = 1 << 29

Calls = Callable[[Table, int, bool], bytes]  # (table, our pid, whether files may be read) -> a filter


class Layer(Struct, frozen=True):
    """One layer of the lock-down; ``missing`` is one line, empty if the layer is full."""

    name: Literal["namespaces", "limits", "privileges", "landlock", "seccomp"]
    state: Literal["full", "partial", "missing"]
    missing: str = ""


def lock_worker(fence: Fence, parent: int) -> tuple[str, ...]:
    """Lock this process in as a worker, for ever; what is missing, in lines."""
    return lines(lock(fence, parent))


def lock_broker(fence: Fence, parent: int) -> tuple[str, ...]:
    """Lock this process in as the broker, for ever; what is missing, in lines."""

    def calls(table: Table, pid: int, files: bool) -> bytes:
        return seccomp.broker_filter(table, fence, pid)

    return lines(_lock(parent, BROKER_MEMORY, (), calls))


def lock_fetcher(fence: Fence, parent: int) -> tuple[str, ...]:
    """Lock this process in as the fetcher, for ever: it keeps its way into the network; what is missing, in lines."""

    def calls(table: Table, pid: int, files: bool) -> bytes:
        return seccomp.fetcher_filter(table, fence, pid, files=files)

    return lines(_lock(parent, FETCHER_MEMORY, own_code(), calls, connect=True))


def lines(layers: tuple[Layer, ...]) -> tuple[str, ...]:
    """What is missing, a line a layer."""
    return tuple(f"{layer.name}: {layer.missing}" for layer in layers if layer.missing)


def lock(fence: Fence, parent: int) -> tuple[Layer, ...]:
    """Lock this process in as a worker, for ever. Single-threaded; everything it will need is imported.

    It ends when ``parent``, its parent's pid, ends.
    """

    def calls(table: Table, pid: int, files: bool) -> bytes:
        return seccomp.worker_filter(table, fence, pid, files=files)

    return _lock(parent, WORKER_MEMORY, own_code(), calls)


def _lock(
    parent: int, memory: int, readable: tuple[str, ...], calls: Calls, *, connect: bool = False
) -> tuple[Layer, ...]:
    privileges.limit(memory)
    rules = landlock.Rules(readable=readable, connect=connect)
    try:
        ruleset = landlock.prepare(rules)
    except OSError:
        ruleset = -1
    left = privileges.leave_namespaces(network=not connect)
    bounded = privileges.drop_bounding_set()  # needs root's rights, which go next
    owner = _give_up_root(privileges.FETCHER if connect else privileges.NOBODY)
    spaces = Layer("namespaces", "full") if left else _user_namespace(network=not connect)
    bounded = privileges.drop_bounding_set() or bounded  # a user namespace has given us a new one
    privileges.drop_capabilities()
    kernel.die_with_parent(signal.SIGKILL, parent)
    files = _landlock(ruleset)
    filtered = _seccomp(calls, files=ruleset >= 0)
    if not owner.missing and not bounded:
        owner = Layer("privileges", "partial", "the bounding set is not empty: no_new_privs alone keeps rights away")
    return spaces, Layer("limits", "full"), owner, files, filtered


def probe_layers() -> tuple[Layer, ...]:
    """Lock a child of this process and report what it could do, for ``samovar check``."""
    reading, writing = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            layers = lock(Fence(3, 3), parent)
            os.write(writing, msgspec.json.encode(layers))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        report = pipe.read(65536)
    _, status = os.waitpid(pid, 0)
    if not report:
        ended = os.waitstatus_to_exitcode(status)
        return (Layer("seccomp", "missing", f"a process that locked itself ended at once (status {ended})"),)
    return msgspec.json.decode(report, type=tuple[Layer, ...])


def harden_hub(data: str, *, readable: tuple[str, ...] = (), connect: bool = False) -> tuple[str, ...]:
    """Lock this process in as the hub: writes only beneath ``data``, executes nothing; what is missing, in lines.

    To be called before threads begin. ``readable`` are further files it needs (location data); ``connect``: whether
    it may open TCP connections (outputs).
    """
    owner = os.stat(data)
    if os.geteuid() == 0 and owner.st_uid != 0:
        privileges.become(owner.st_uid, owner.st_gid)  # without capabilities, only the owner can write there
    system = ("/etc", "/usr", "/lib", "/lib64", "/proc", "/sys", "/dev/urandom", "/dev/null")
    rules = landlock.Rules(readable=(*own_code(), *system, *readable), writable=(data, "/dev/null"), connect=connect)
    try:
        ruleset = landlock.prepare(rules)
    except OSError:
        ruleset = -1
    privileges.drop_bounding_set()
    privileges.drop_capabilities()
    files = _landlock(ruleset)
    try:
        seccomp.install(seccomp.hub_filter(TABLES[kernel.machine()]))
        calls = Layer("seccomp", "full")
    except (OSError, KeyError) as error:
        calls = Layer("seccomp", "missing", str(error))
    return lines((files, calls))


def own_code() -> tuple[str, ...]:
    """The directories of our package and of Python's libraries."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    paths = {sysconfig.get_path(name) for name in names} | {os.path.dirname(os.__file__)}
    zipped = {path for path in sys.path if path.endswith(".zip") and os.path.exists(path)}
    return (here, *sorted(paths), *sorted(zipped))


def _give_up_root(user: int) -> Layer:
    if os.geteuid() != 0:
        return Layer("privileges", "partial", "not started as root: workers keep this user's id")
    try:
        privileges.become(user, user)
    except OSError as error:
        return Layer("privileges", "partial", f"cannot change to the user {user}: {error.strerror}")
    return Layer("privileges", "full")


def _user_namespace(*, network: bool) -> Layer:
    try:
        privileges.leave_namespaces_as_user(network=network)
    except OSError as error:
        return Layer("namespaces", "missing", f"the kernel refuses user namespaces: {error.strerror}")
    return Layer("namespaces", "full")


def _landlock(ruleset: int) -> Layer:
    if ruleset < 0:
        return Layer("landlock", "missing", "no Landlock in this kernel (5.13 or later): no file can be opened at all")
    landlock.restrict(ruleset)
    version = landlock.abi()
    if version < landlock.FULL_ABI:
        return Layer("landlock", "partial", f"version {version} of {landlock.FULL_ABI}: seccomp alone refuses the rest")
    return Layer("landlock", "full")


def _seccomp(calls: Calls, *, files: bool) -> Layer:
    table = TABLES.get(kernel.machine())
    if table is None:
        return Layer("seccomp", "missing", f"no system call table for {kernel.machine()}")
    try:
        seccomp.install(calls(table, os.getpid(), files))
    except OSError as error:
        return Layer("seccomp", "missing", f"the kernel refuses the filter: {error.strerror}")
    return Layer("seccomp", "full")
