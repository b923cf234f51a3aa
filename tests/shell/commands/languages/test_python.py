"""python3: small programs, and programs that want too much."""

import pytest

from tests.shell.commands.rig import run


@pytest.mark.parametrize(
    ("source", "out"),
    [
        ("print(1+1)", b"2\n"),
        ('print("a"*5); print([x for x in range(3)])', b"aaaaa\n[0, 1, 2]\n"),
        ("import os;print(os.getuid())", b"0\n"),
        ("import base64;print(base64.b64decode('aGk=').decode())", b"hi\n"),
        ("for i in range(2):\n  if i == 1: print(i)", b"1\n"),
        ("import platform; print(platform.system(), platform.machine())", b"Linux x86_64\n"),
    ],
)
def test_programs(source: str, out: bytes) -> None:
    assert run(["python3", "-c", source]) == (out, b"", 0)


@pytest.mark.parametrize(
    ("source", "last"),
    [
        ("1/0", b"ZeroDivisionError: division by zero\n"),
        ("x", b"NameError: name 'x' is not defined\n"),
        ("import nosuch", b"ModuleNotFoundError: No module named 'nosuch'\n"),
        ('print("a" * 10**9)', b"MemoryError\n"),
        ("a=2\nwhile 1: a=a*a", b"MemoryError\n"),
        ("a='x'\nwhile 1: a+=a", b"MemoryError\n"),
        ("a=[1]\nwhile 1: a+=a", b"MemoryError\n"),
        ("a=[]\na=[a,a]", b"MemoryError\n"),
        ("-" * 9000 + "1", b"MemoryError\n"),
        ("''.__class__", b"AttributeError: 'str' object has no attribute '__class__'\n"),
    ],
)
def test_errors(source: str, last: bytes) -> None:
    found = run(["python3", "-c", source])
    assert found.status == 1
    assert found.err.endswith(last)


def test_a_program_without_end_is_ended() -> None:
    assert run(["python3", "-c", "while 1: pass"]).status != 0
