"""Numeric addresses in every spelling that the C library takes."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

_PART = re.compile(r"0[xX][0-9a-fA-F]{1,16}|[0-9]{1,16}")


def numeric(host: str) -> IPv4Address | IPv6Address | None:
    """The address that ``host`` spells, also in the old forms of inet_aton (``0x7f.1``); None: it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return _old_form(host)


def _old_form(host: str) -> IPv4Address | None:
    *first, last = host.split(".")
    if len(first) > 3 or not host.isascii():
        return None
    values = [_value(part) for part in (*first, last)]
    value = 0
    for part in values[:-1]:
        if part is None or part > 255:
            return None
        value = value << 8 | part
    room = 8 * (4 - len(first))
    rest = values[-1]
    return None if rest is None or rest >> room else IPv4Address(value << room | rest)


def _value(part: str) -> int | None:
    if not _PART.fullmatch(part):
        return None
    try:
        return int(part, 16 if part[1:2] in ("x", "X") else 8 if part.startswith("0") else 10)
    except ValueError:
        return None  # 08
