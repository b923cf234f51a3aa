"""System calls that Python does not offer. Each raises OSError as the kernel says."""

import ctypes
import os
import platform

from samovar.process.sandbox.syscalls import TABLES

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4


def machine() -> str:
    """The processor architecture by the kernel's name: a key of ``TABLES``, or another word if it is not known."""
    return platform.machine()


def syscall(name: str, *arguments: int | ctypes.Array[ctypes.c_char] | None) -> int:
    """Call by name; buffers are passed by address, None as a null pointer. OSError ENOSYS on an unknown machine."""
    table = TABLES.get(machine())
    if table is None:
        raise OSError(38, f"no system call table for {machine()}")
    values = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_void_p(_address(a)) for a in arguments]
    result = int(_libc.syscall(ctypes.c_long(table.numbers[name]), *values))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def prctl(option: int, first: int = 0, second: int = 0) -> int:
    """prctl(2) with up to two integer arguments."""
    zero = ctypes.c_ulong(0)
    result = int(_libc.prctl(option, ctypes.c_ulong(first), ctypes.c_ulong(second), zero, zero))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def unshare(flags: int) -> None:
    """unshare(2); Python has it only from 3.12 on."""
    syscall("unshare", flags)


def die_with_parent(signal_number: int, parent: int) -> None:
    """Have the kernel send us a signal when our parent ends; ends at once if it is gone already.

    A change of user clears this, so that it belongs after one.
    """
    prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        os._exit(1)


def _address(buffer: ctypes.Array[ctypes.c_char] | None) -> int | None:
    return None if buffer is None else ctypes.addressof(buffer)
