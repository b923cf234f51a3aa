"""Landlock: which files can be reached at all, by path, and that no TCP is bound or connected. Kernel 5.13 on."""

import ctypes
import os
import struct
from collections.abc import Iterable

from msgspec import Struct

from samovar.process.sandbox import kernel

_READ = 1 << 2 | 1 << 3  # READ_FILE READ_DIR
_FILE = (
    1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15
)  # rights that make sense for a file: EXECUTE WRITE READ TRUNCATE IOCTL
_MAKE_DEVICES = 1 << 6 | 1 << 11  # MAKE_CHAR MAKE_BLOCK
_EXECUTE, _IOCTL = 1 << 0, 1 << 15
_BIND, _CONNECT = 1, 2
FULL_ABI = 6  # files, truncation, devices, TCP, signals: all that we use


class Rules(Struct, frozen=True, kw_only=True):
    """What stays allowed."""

    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    connect: bool = False  # outgoing TCP


def abi() -> int:
    """The kernel's version of Landlock; 0: none."""
    try:
        return kernel.syscall("landlock_create_ruleset", None, 0, 1)
    except OSError:
        return 0


def prepare(rules: Rules) -> int:
    """Make a rule set while the paths can still be opened; its descriptor. OSError: there is no Landlock."""
    version = abi()
    if not version:
        raise OSError(95, "this kernel has no Landlock, or it is switched off")
    files = (1 << 13) - 1 | (version >= 2) << 13 | (version >= 3) << 14 | (version >= 5) << 15
    attributes = struct.pack("<Q", files)
    if version >= 4:
        attributes += struct.pack("<Q", _BIND | (0 if rules.connect else _CONNECT))
    if version >= 6:
        attributes += struct.pack("<Q", 3)  # no abstract Unix sockets, no signals, outside of us
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    ruleset = kernel.syscall("landlock_create_ruleset", buffer, len(attributes), 0)
    _permit(ruleset, rules.readable, _READ & files)
    _permit(ruleset, rules.writable, files & ~(_MAKE_DEVICES | _EXECUTE | _IOCTL))
    return ruleset


def restrict(ruleset: int) -> None:
    """Put it in force, for ever."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.syscall("landlock_restrict_self", ruleset, 0)
    os.close(ruleset)


def _permit(ruleset: int, paths: Iterable[str], access: int) -> None:
    for path in paths:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue  # what is not there, or not ours to read, needs no permission
        rights = access if os.path.isdir(path) else access & _FILE
        rule = struct.pack("<Qi", rights, descriptor)
        kernel.syscall("landlock_add_rule", ruleset, 1, ctypes.create_string_buffer(rule, len(rule)), 0)
        os.close(descriptor)
