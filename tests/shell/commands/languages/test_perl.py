"""perl: one-liners."""

from tests.shell.commands.rig import run


def test_print_and_die() -> None:
    assert run(["perl", "-e", 'print "a\\n"; die "oops\\n"; print "b"']) == (b"a\n", b"oops\n", 255)


def test_modules_that_are_there_and_not() -> None:
    assert run(["perl", "-MIO::Socket", "-e", 'print "ok\\n"']) == (b"ok\n", b"", 0)
    found = run(["perl", "-MNosuch", "-e", "1"])
    assert found.status == 2
    assert found.err.startswith(b"Can't locate Nosuch.pm in @INC (you may need to install the Nosuch module)")


def test_a_script_that_is_there_and_one_that_is_not() -> None:
    assert run("perl a.pl", files={"a.pl": b'print "hi\\n";'}) == (b"hi\n", b"", 0)
    assert run("perl nosuch.pl") == (b"", b'Can\'t open perl script "nosuch.pl": No such file or directory\n', 2)


def test_many_spaces_end_soon() -> None:
    assert run(["perl", "-e", "print " + " " * 16_000 + "x"]).status == 0
