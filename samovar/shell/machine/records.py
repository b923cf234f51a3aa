"""The binary login records: wtmp, btmp and lastlog, as glibc lays them out on x86-64."""

import ipaddress
import struct
from collections.abc import Iterable

from samovar.shell.machine.facts import Login

_RECORD = struct.Struct("<h2xi32s4s32s256shhiii16s20x")
_LAST = struct.Struct("<i32s256s")
_BOOT, _USER, _DEAD = 2, 7, 8


def wtmp(logins: Iterable[Login], pid: int) -> bytes:
    """Records of logins, the oldest first."""
    found: list[tuple[float, bytes]] = []
    for login in logins:
        if login.user == "reboot":
            found.append((login.start, _record(_BOOT, 0, "~", "~~", "reboot", login.host, login.start)))
            continue
        short = "ts/" + login.tty.rpartition("/")[2]
        found.append((login.start, _record(_USER, pid, login.tty, short, login.user, login.host, login.start)))
        if login.end is not None:
            found.append((login.end, _record(_DEAD, pid, login.tty, "", "", "", login.end)))
    return b"".join(record for _, record in sorted(found))


def lastlog(latest: dict[int, Login], count: int) -> bytes:
    """The latest login of each user number below ``count``."""
    blank = bytes(_LAST.size)
    rows = (latest.get(uid) for uid in range(count))
    return b"".join(
        _LAST.pack(int(row.start), row.tty.encode(), row.host.encode()) if row is not None else blank for row in rows
    )


def _record(kind: int, pid: int, line: str, short: str, user: str, host: str, time: float) -> bytes:
    try:
        address = ipaddress.ip_address(host).packed.ljust(16, b"\0")
    except ValueError:
        address = bytes(16)
    seconds, part = divmod(time, 1.0)
    return _RECORD.pack(
        kind, pid, line.encode(), short.encode(), user.encode(), host.encode(), 0, 0, 0, int(seconds),
        int(part * 1_000_000), address,
    )  # fmt: skip
