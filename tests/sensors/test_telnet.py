import asyncio
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.login import LoginRule
from samovar.sensors.telnet import Telnet
from samovar.sensors.telnet.wire import DO, WILL, WINDOW, WONT, Wire
from samovar.testing import replay
from tests.clients.running import running
from tests.conftest import Follows
from tests.personas import persona
from tests.sensors.ssh.peers import drawn

SCRIPTS = sorted((Path(__file__).parents[1] / "transcripts").glob("telnet-*.txt"))
OPEN = (LoginRule(user="root", password="xc3511"),)
PIECES = (b"\xff\xfd\x01", b"\xff\xfa\x18\0x", b"\xff\xf0", b"root\r\n", b"123456\r\0", b"\xff\xff", b"\x7f", b"\x03")


@pytest.mark.parametrize("chunk", [65536, 1])
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_transcript(script: Path, chunk: int, follows: Follows) -> None:
    follows(Telnet(), script, chunk)


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(min_size=1, max_size=20)), max_size=12))
def test_garbage_only_ends_the_session(pieces: list[bytes]) -> None:
    script = "".join("C: " + piece.decode("latin-1").encode("unicode_escape").decode() + "\n" for piece in pieces)
    assert "end: " in replay(Telnet(), script + "X: closed\n", 65536, persona())


def clients(bytes_: bytes) -> str:
    return "C: " + bytes_.decode("latin-1").encode("unicode_escape").decode() + "\n"


def lines(script: str, kind: str) -> list[str]:
    return replay(Telnet(login=OPEN), script, 65536, drawn(kind)).splitlines()


def mirai(sent: bytes) -> bytes:
    """What Mirai's scanner answers to options: its window where asked, else no, or yes to what is offered."""
    answer, at = b"", 0
    while (at := sent.find(b"\xff", at)) >= 0 and at + 2 < len(sent):
        verb, option = sent[at + 1], sent[at + 2]
        if (verb, option) == (DO, WINDOW):
            answer += bytes((255, WILL, WINDOW, 255, 250, WINDOW, 0, 80, 0, 24, 255, 240))
        else:
            answer += bytes((255, WONT if verb == DO else DO, option))
        at += 3
    return answer


async def scanner(port: int, password: bytes) -> bytes:
    """A Mirai scanner's dialogue: it waits for prompts that end so, and for a shell's."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard = b""
    for prompt, answer in ((b"ogin: ", b"root\r\n"), (b"assword: ", password + b"\r\n"), (b"# ", b"")):
        seen = b""
        while not seen.endswith(prompt):
            data = await asyncio.wait_for(reader.read(1024), 20)
            assert data, heard
            seen += data
            heard += data
            writer.write(mirai(data))
        writer.write(answer)
    writer.write(b"enable\r\nsystem\r\nshell\r\nsh\r\n/bin/busybox MIRAI\r\n")
    while b"MIRAI: applet not found" not in heard:
        data = await asyncio.wait_for(reader.read(1024), 20)
        assert data, heard
        heard += data
    writer.close()
    return heard


@pytest.mark.parametrize("kind", ["debian-12", "openwrt-23.05"])
async def test_a_mirai_scanner_is_satisfied(kind: str, tmp_path: Path) -> None:
    async with running(Telnet(login=OPEN), tmp_path, drawn(kind)) as (port, notes):
        await scanner(port, b"xc3511")
    (login,) = (event for event in notes.events if event.event_action == "login")
    assert (login.user_name, login.samovar_login_password, login.event_outcome) == ("root", "xc3511", "success")


def test_busybox_says_its_options_and_its_prompt_at_once() -> None:
    host = drawn("openwrt-23.05").host_name
    said = lines(clients(b"root\r\nwrong\r\n"), "openwrt-23.05")
    assert said[:2] == ["S: \\xff\\xfd\\x01\\xff\\xfd\\x1f\\xff\\xfb\\x01\\xff\\xfb\\x03", "S: \\r\\r"]
    assert said[2] == f"S: {host} login:\\x20"
    assert "S: Login incorrect\\r\\n" in said


def test_the_window_and_the_terminal_are_recorded() -> None:
    told = b"\xff\xfb\x18\xff\xfb\x1f\xff\xfa\x18\0XTERM\xff\xf0\xff\xfa\x1f\0\x84\0\x2b\xff\xf0"
    said = lines(clients(told + b"root\r\nxc3511\r\n"), "openwrt-23.05")
    hello = next(line for line in said if "event.action='hello'" in line)
    assert "'terminal': 'XTERM', 'columns': 132, 'rows': 43" in hello


def test_what_a_client_tells_is_bounded() -> None:
    wire = Wire()
    wire.decode(b"".join(b"\xff\xfa\x18\0" + b"x" * 5000 + b"\xff\xf0" for _ in range(100)))
    assert len(wire.told) == 16
    assert all(len(value) <= 512 for _, value in wire.told)
    wire.decode(b"".join(b"\xff\xfd" + bytes((option,)) for option in range(255)) * 4)
    assert len(wire.answers) <= 256 * 3


def test_a_silent_client_gets_its_prompt_all_the_same() -> None:
    said = lines("X: silent\nX: silent\n" + clients(b"root\r\nxc3511\r\n"), "debian-12")
    assert any("event.outcome='success'" in line for line in said)


async def test_a_real_client_logs_in(tmp_path: Path) -> None:
    if shutil.which("inetutils-telnet") is None:
        pytest.skip("inetutils-telnet is not installed")
    async with running(Telnet(), tmp_path) as (port, notes):
        notes.tries = 9
        process = await asyncio.create_subprocess_exec(
            *("inetutils-telnet", "127.0.0.1", str(port)), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdin is not None
        assert process.stdout is not None
        said = b""
        for prompt, answer in (
            (b"login: ", b"root"),
            (b"Password: ", b"admin"),
            (b"# ", b"uname -m"),
            (b"# ", b"exit"),
        ):
            said += await asyncio.wait_for(process.stdout.readuntil(prompt), 20)
            process.stdin.write(answer + b"\n")
        rest, _ = await asyncio.wait_for(process.communicate(), 20)
    assert b"Last login: " in said
    assert b"x86_64" in said + rest
    assert [e.process_command_line for e in notes.events if e.event_action == "command"] == ["uname -m", "exit"]
