"""FTP: from a real server (pyftpdlib), and from servers that mean harm."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fetch.servers import downloads, fetch, tcp

SAMPLE = b"#!/bin/sh\n" + b"echo hello\r\n" * 40_000


@pytest.fixture(scope="module", params=["127.0.0.1", "::1"])
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with a file for anyone, and one for who knows the password."""
    folder: Path = tmp_path_factory.mktemp("ftp")
    (folder / "a b.sh").write_bytes(SAMPLE)
    script = Path(__file__).with_name("ftpd.py")
    argv = [sys.executable, "-W", "ignore", str(script), request.param, str(folder)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield f"[{request.param}]:{port}" if ":" in request.param else f"{request.param}:{port}"
        process.kill()


async def test_a_file(real: str) -> None:
    got = await fetch(downloads(), f"ftp://{real}/a%20b.sh")
    assert (got.error, got.status, got.scheme) == (None, 226, "ftp")
    assert got.body == SAMPLE


async def test_a_password(real: str) -> None:
    got = await fetch(downloads(), f"ftp://us%40er:pa%3Ass@{real}/a%20b.sh")
    assert got.body == SAMPLE
    got = await fetch(downloads(), f"ftp://us%40er:wrong@{real}/a%20b.sh")
    assert (got.error, got.status, got.body) == ("protocol", 530, b"")


async def test_no_such_file(real: str) -> None:
    got = await fetch(downloads(), f"ftp://{real}/nothing")
    assert (got.error, got.status) == ("protocol", 550)
    assert "No such file" in got.reason


async def test_a_line_feed_in_the_url_is_no_command(real: str) -> None:
    got = await fetch(downloads(), f"ftp://{real}/a%0d%0aDELE%20x")
    assert (got.error, got.detail) == ("protocol", "bad URL")


def _server(passive: bytes, data_port: list[int]) -> object:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 x\r\n")
        while line := await reader.readline():
            replies = {b"USER": b"331 x", b"PASS": b"230 x", b"TYPE": b"200 x", b"RETR": b"150 x\r\n226 y"}
            port = data_port[0] if data_port else 0
            replies[b"PASV"] = passive % (port >> 8, port & 255) if b"%" in passive else passive
            writer.write(replies[line[:4]] + b"\r\n")

    return talk


async def test_the_data_connection_goes_nowhere_else() -> None:
    async def give(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"sample")

    port: list[int] = []
    async with tcp(give) as data, tcp(_server(b"227 x (8,8,8,8,%d,%d)", port)) as served:  # type: ignore[arg-type]
        port.append(data.port)
        got = await fetch(downloads(), f"ftp://127.0.0.1:{served.port}/x")
    assert (got.error, got.body) == (None, b"sample")


@pytest.mark.parametrize(
    ("passive", "error"),
    [
        (b"227 (127,0,0,1,0,22)", "forbidden-port"),
        (b"227 (127,0,0,1,999,999)", "protocol"),
        (b"227 nonsense", "protocol"),
        (b"xyz", "protocol"),
        (b"227-" + b"x\r\n" * 500, "protocol"),
        (b"227 " + b"x" * 100_000, "protocol"),
        (b"", "protocol"),
    ],
)
async def test_passive_replies_that_mean_harm(passive: bytes, error: str) -> None:
    async with tcp(_server(passive, [])) as served:  # type: ignore[arg-type]
        got = await fetch(downloads(), f"ftp://127.0.0.1:{served.port}/x")
    assert got.error == error
    assert got.detail != "crashed"


@pytest.mark.parametrize("word", [b"", b"SSH-2.0-x\r\n", b"\xff" * 20_000, b"421 go away\r\n", b"220-\r\n" * 1000])
async def test_what_is_no_ftp_server(word: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(word)

    async with tcp(talk) as served:
        got = await fetch(downloads(), f"ftp://127.0.0.1:{served.port}/x")
    assert got.error == "protocol"
    assert got.detail != "crashed"
    assert (got.status == 421) == word.startswith(b"421")
