"""A login as a dialogue: what is typed is recorded, a busy loop can be stopped, files stay for the source."""

import gc
import tracemalloc
from collections.abc import Iterable

import pytest

from samovar.event import Fact
from samovar.sensor import Clock, Keep, Pause, Peer, PeerError, Send
from samovar.shell import Fault, Login, Program, Stderr, View, execute, interact
from samovar.shell.console.hosts import HOSTS
from samovar.terminal import Listen, Resize
from tests.personas import NOW, persona


def login(source: str = "198.51.100.9", *, fresh: bool = True) -> Login:
    if fresh:
        HOSTS.forget(persona(), source)
    return Login(persona(), "root", Peer(ip=source, port=40022, local_ip="203.0.113.1", local_port=22))


class Run:
    """Drives a program: its input in pieces, one for each time it listens; after those it hangs up."""

    def __init__(self, program: Program, pieces: Iterable[bytes | Resize | None], most: int = 3_000) -> None:
        self.sent, self.errors, self.now = b"", b"", float(NOW)
        self.facts: list[Fact] = []
        self.kept: list[Keep] = []
        self.listened = 0
        waiting = list(pieces)
        answer: object = None
        try:
            for _ in range(most):
                step = program.throw(answer) if isinstance(answer, PeerError) else program.send(answer)
                answer = b""
                if isinstance(step, Clock):
                    answer = b"%.6f" % self.now
                elif isinstance(step, Listen):
                    self.listened += 1
                    piece = waiting.pop(0) if waiting else PeerError("closed")
                    self.now += step.timeout if piece is None else 0.01
                    answer = PeerError("silent") if piece is None else piece
                elif isinstance(step, Pause):
                    self.now += step.seconds
                elif isinstance(step, Send):
                    self.sent += step.data
                elif isinstance(step, Stderr):
                    self.errors += step.data
                elif isinstance(step, Fact):
                    self.facts.append(step)
                elif isinstance(step, Keep):
                    self.kept.append(step)
            raise AssertionError("it does not end")
        except StopIteration as done:
            self.status = done.value

    @property
    def commands(self) -> list[str]:
        return [fact.process_command_line for fact in self.facts if fact.process_command_line]


def test_a_command_streams_and_ends_with_its_status() -> None:
    run = Run(execute(login(), b"echo out; echo err >&2; exit 3", tty=False), [])
    assert (run.sent, run.errors, run.status) == (b"out\n", b"err\n", 3)
    assert run.commands == ["echo out; echo err >&2; exit 3"]


def test_lines_without_a_terminal_are_recorded() -> None:
    run = Run(interact(login(), tty=False), [b"id -u\nfor i in 1 2\ndo echo $i\n", b"done\n"])
    assert run.sent == b"0\n1\n2\n"
    assert run.commands == ["id -u", "for i in 1 2\ndo echo $i\ndone"]


def test_a_typed_line_is_recorded_before_it_runs() -> None:
    run = Run(interact(login(), tty=True), [Resize(80, 24), b"uname\r", b"exit\r"])
    assert b"Linux" in run.sent
    assert run.commands == ["uname", "exit"]
    assert run.status == 0


@pytest.mark.parametrize("loop", [b"while :; do :; done", b"yes > /dev/null", b"sleep 1000"])
def test_control_c_ends_what_runs(loop: bytes) -> None:
    run = Run(interact(login(), tty=True), [loop + b"\r", None, b"\x03", b"echo after\r", b"exit\r"])
    assert b"^C" in run.sent
    assert b"after\r\n" in run.sent
    assert run.now < NOW + 120


def test_what_runs_without_end_is_killed() -> None:
    run = Run(execute(login(), b"while :; do :; done", tty=False), [])
    assert run.status == 137


def test_a_fork_bomb_ends() -> None:
    run = Run(execute(login(), b":(){ :|:& };:; echo alive", tty=False), [], most=20_000)
    assert b"Resource temporarily unavailable" in run.errors


def test_files_stay_for_the_source_and_for_nobody_else() -> None:
    Run(execute(login(), b"echo kept > /root/note", tty=False), [])
    assert Run(execute(login(fresh=False), b"cat /root/note", tty=False), []).sent == b"kept\n"
    other = Run(execute(login("198.51.100.10"), b"cat /root/note", tty=False), [])
    assert other.errors == b"cat: /root/note: No such file or directory\n"


def test_what_was_written_is_kept_in_each_session() -> None:
    for fresh in (True, False):
        run = Run(execute(login(fresh=fresh), b"printf abc > /tmp/x", tty=False), [])
        assert [(keep.name, keep.data) for keep in run.kept] == [("/tmp/x", b"abc")]


def test_input_of_a_command_reaches_it_in_pieces() -> None:
    run = Run(execute(login(), b"cat > /tmp/y; wc -c < /tmp/y", tty=False), [b"one", None, b"two"])
    assert run.sent == b"6\n"


def peak(line: bytes, pieces: Iterable[bytes | Resize | None] = ()) -> int:
    """Bytes of memory that a command takes at most."""
    login()  # what all share is made
    tracemalloc.start()
    try:
        Run(execute(login(), line, tty=False), pieces, most=20_000)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "line",
    [
        b"x=$(head -c 100000 /dev/zero | tr '\\0' x); while :; do echo $x; done | sleep 30",
        b"x=$(head -c 100000 /dev/zero | tr '\\0' x); while :; do echo $x >&2; done 2>&1 | sleep 30",
        b"cat /dev/zero | sleep 30",
    ],
)
def test_a_pipe_that_nobody_reads_stays_small(line: bytes) -> None:
    assert peak(line) < 24 << 20


def test_output_waits_until_it_was_sent() -> None:
    sizes, size, answer = [0], 0, None
    program = execute(login(), b"cat /dev/zero", tty=False)
    while True:
        try:
            step = program.throw(answer) if isinstance(answer, PeerError) else program.send(answer)
        except StopIteration:
            break
        answer = b""
        if isinstance(step, Clock):
            sizes.append(size)
            size, answer = 0, b"%.6f" % NOW
        elif isinstance(step, Send):
            size += len(step.data)
        elif isinstance(step, Listen):
            answer = PeerError("silent")
    assert 0 < max(sizes) <= 3 << 20


def test_a_pattern_that_backtracks_costs_no_more_than_another() -> None:
    line = b"[[ " + b"a" * 3_000 + b" =~ ^(a|a)*b$ ]]; echo $?; [[ xaby =~ (a)(b) ]] && echo ${BASH_REMATCH[@]}"
    assert Run(execute(login(), line, tty=False), []).sent == b"1\nab a b\n"


def test_input_that_nobody_reads_is_not_taken_without_end() -> None:
    run = Run(execute(login(), b"sleep 20", tty=False), [b"x" * 100_000] * 200)
    assert run.listened < 20


def test_all_sources_together_have_a_bound() -> None:
    machine = HOSTS.machine(persona())
    gc.collect()
    before = machine.base.total.bytes
    views = [View(machine.disk(NOW), 0, 0) for _ in range(10)]
    for view in views[:8]:
        view.write("/root/big", b"x" * (30 << 20))
    with pytest.raises(Fault, match="ENOSPC"):
        views[8].write("/root/big", b"x" * (30 << 20))
    del views, view
    gc.collect()
    assert machine.base.total.bytes == before


def test_commands_are_hashed_and_a_lost_one_is_looked_for_again() -> None:
    line = (
        b"mkdir /tmp/p; cp /usr/bin/id /tmp/p/mine; PATH=/tmp/p:$PATH; mine -u; "
        b"mv /tmp/p/mine /usr/local/bin/mine; mine -u; PATH=/nowhere mine"
    )
    run = Run(execute(login(), line, tty=False), [])
    assert run.sent == b"0\n0\n"
    assert b"mine: command not found" in run.errors


def test_a_program_beyond_the_emulated_python_ends_without_a_word() -> None:
    run = Run(execute(login(), b"python3 -c 'print(1)\nclass A: pass\n'; echo $?", tty=False), [])
    assert (run.sent, run.errors) == (b"1\n0\n", b"")
