"""A small assembler for seccomp's classic BPF: system call by system call, argument tests, one verdict each."""

import struct
from collections.abc import Mapping, Sequence

from samovar.process.sandbox.syscalls import Table

ALLOW, KILL = 0x7FFF0000, 0x80000000
Code = list[bytes]

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH = 0, 4  # offsets in struct seccomp_data
_X32 = 0x40000000  # x86-64's second set of numbers


def error(code: int) -> int:
    """The verdict "fails with this errno"."""
    return 0x00050000 | code


def _step(code: int, k: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, when_true, when_false, k & 0xFFFFFFFF)


def verdict(action: int) -> Code:
    """End with this verdict."""
    return [_step(_RETURN, action)]


def low(argument: int) -> Code:
    """Load the lower 32 bits of an argument (0 to 5); both machines are little-endian."""
    return [_step(_LOAD, 16 + 8 * argument)]


def high(argument: int) -> Code:
    """Load the upper 32 bits of an argument."""
    return [_step(_LOAD, 20 + 8 * argument)]


def if_equal(value: int, then: Code) -> Code:
    """Run ``then``, which ends in a verdict, if the loaded value is this one."""
    return [_step(_EQUAL, value, 0, len(then)), *then]


def unless_equal(value: int, then: Code) -> Code:
    """Run ``then``, which ends in a verdict, if the loaded value is another."""
    return [_step(_EQUAL, value, len(then), 0), *then]


def if_any_bit(bits: int, then: Code) -> Code:
    """Run ``then``, which ends in a verdict, if the loaded value has one of these bits."""
    return [_step(_ANY_BIT, bits, 0, len(then)), *then]


def if_within(start: int, end: int, then: Code) -> Code:
    """Run ``then``, which ends in a verdict, if start <= loaded value < end."""
    return [_step(_AT_LEAST, start, 0, len(then) + 1), _step(_AT_LEAST, end, len(then), 0), *then]


def program(table: Table, rules: Mapping[str, Code], order: Sequence[str], default: int) -> bytes:
    """A whole filter. Rules of calls that the machine does not have are left out; ``order`` come first."""
    code = [_step(_LOAD, _ARCH), _step(_EQUAL, table.audit, 1, 0), *verdict(KILL), _step(_LOAD, _NUMBER)]
    code += [_step(_AT_LEAST, _X32, 0, 1), *verdict(KILL)]
    for name in [*order, *(name for name in rules if name not in order)]:
        if name in table.numbers:
            code += [_step(_EQUAL, table.numbers[name], 0, len(rules[name])), *rules[name]]
    return b"".join([*code, *verdict(default)])
