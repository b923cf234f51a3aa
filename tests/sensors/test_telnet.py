import asyncio
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.sensors.telnet import Telnet
from samovar.testing import replay
from tests.clients.running import running
from tests.conftest import Follows
from tests.personas import persona

SCRIPTS = sorted((Path(__file__).parents[1] / "transcripts").glob("telnet-*.txt"))
PIECES = (b"\xff\xfd\x01", b"\xff\xfa\x18\0x", b"\xff\xf0", b"root\r\n", b"123456\r\0", b"\xff\xff", b"\x7f", b"\x03")


@pytest.mark.parametrize("chunk", [65536, 1])
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_transcript(script: Path, chunk: int, follows: Follows) -> None:
    follows(Telnet(), script, chunk)


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(min_size=1, max_size=20)), max_size=12))
def test_garbage_only_ends_the_session(pieces: list[bytes]) -> None:
    script = "".join("C: " + piece.decode("latin-1").encode("unicode_escape").decode() + "\n" for piece in pieces)
    assert "end: " in replay(Telnet(), script + "X: closed\n", 65536, persona())


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
