"""Namespaces, user ids, capabilities and limits: what the process is, before what it may do."""

import contextlib
import ctypes
import os
import resource
import struct

from samovar.process.sandbox import kernel

NOBODY = 65534
FETCHER = 65533  # nobody else's either: it may not touch the workers, nor they it
_NEWUSER = 0x10000000
#: files, System V IPC, host name, control groups
_NAMESPACES = 0x00020000 | 0x08000000 | 0x04000000 | 0x02000000
_NETWORK = 0x40000000
_CAPABILITY_VERSION = 0x20080522


def leave_namespaces(*, network: bool = True) -> bool:
    """Into namespaces of our own, with the rights we have; False if they do not suffice. ``network``: of it, too."""
    try:
        kernel.unshare(_NAMESPACES | (_NETWORK if network else 0))
    except OSError:
        return False
    return True


def leave_namespaces_as_user(*, network: bool = True) -> None:
    """The same by way of a user namespace, which an ordinary user may make. OSError where it is forbidden."""
    kernel.unshare(_NEWUSER | _NAMESPACES | (_NETWORK if network else 0))


def become(uid: int, gid: int) -> None:
    """Change user for good; needs root."""
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def drop_bounding_set() -> bool:
    """No program that is executed can gain a capability; whether we were allowed to say so."""
    for capability in range(64):
        try:
            kernel.prctl(kernel.PR_CAPBSET_DROP, capability)
        except PermissionError:
            return False
        except OSError:
            break  # past the last one that this kernel knows
    return True


def drop_capabilities() -> None:
    """No capability, and none to come."""
    with contextlib.suppress(OSError):  # before Linux 4.3 there are none
        kernel.prctl(kernel.PR_CAP_AMBIENT, kernel.PR_CAP_AMBIENT_CLEAR_ALL)
    header = ctypes.create_string_buffer(struct.pack("<Ii", _CAPABILITY_VERSION, 0), 8)
    kernel.syscall("capset", header, ctypes.create_string_buffer(24))
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)


def limit(memory: int) -> None:
    """No file written, no process or thread begun, no core, at most ``memory`` bytes of data."""
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_DATA: memory,
    }
    for what, value in wanted.items():
        _, hard = resource.getrlimit(what)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (value, value))
