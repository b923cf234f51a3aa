"""Channels: sshd's order of messages, packet by packet; events for programs; forwarded connections."""

import asyncio
from collections.abc import Generator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from asyncssh.packet import String, UInt32

from samovar.login import LoginRule
from samovar.sensor import Pause, PeerError, Read, Send, Tty
from samovar.sensors.ssh import Ssh, channel
from samovar.sensors.ssh.forward import ForwardRule
from samovar.terminal import Listen, Resize, Signal
from tests.clients.running import Notes, running
from tests.sensors.ssh.peers import drawn
from tests.sensors.ssh.raw import OPEN, OPTIONS, OURS, Packet, heard_after, request

ME = (OURS).to_bytes(4)
SSH = Ssh(login=(LoginRule(user="root", password="open"),))
PTY = request("pty-req", String("xterm") + UInt32(80) + UInt32(24) + UInt32(0) * 2 + String(b"\0"))
CONFIRMED, WIDENED = b"\x5b" + ME + bytes(8) + b"\0\0\x80\0", b"\x5d" + ME + b"\0\x20\0\0"
YES, NO, EOF, CLOSE = b"\x63" + ME, b"\x64" + ME, b"\x60" + ME, b"\x61" + ME
STARTED = [CONFIRMED, WIDENED, YES]


def said(data: bytes) -> bytes:
    return b"\x5e" + ME + String(data)


def status(number: int) -> bytes:
    return b"\x62" + ME + String("exit-status") + b"\0" + UInt32(number)


def killed(name: str) -> bytes:
    return b"\x62" + ME + String("exit-signal") + b"\0" + String(name) + b"\0" + String("") * 2


Program = Generator[Any, Any, int]


def hello(*_: object, **__: object) -> Program:
    """echo hi; echo err >&2; exit 3"""
    yield Send(b"hi\n")
    yield channel_error(b"err\n")
    return 3


def cat(*_: object, **__: object) -> Program:
    """cat; sleep 0.2"""
    while True:
        try:
            yield Send((yield Read()))
        except PeerError:
            break
    yield Pause(0.1)
    return 0


def sleep(*_: object, **__: object) -> Program:
    """sleep 5"""
    yield Pause(5)
    return 0


def suicide(*_: object, **__: object) -> Program:
    """kill -9 $$"""
    yield Pause(0)
    return -9


def nothing(*_: object, **__: object) -> Program:
    """true"""
    yield Pause(0)
    return 0


def watch(*_: object, **__: object) -> Program:
    """Tells what happens until it is told to stop."""
    while True:
        event = yield Listen()
        yield Send(f"{event}\n".encode())
        if event == Signal("TERM"):
            return 0


def channel_error(data: bytes) -> object:
    from samovar.shell import Stderr

    return Stderr(data)


#: What Debian 12's sshd was heard to say to the same packets with a real shell behind it.
EXEC = request("exec", String("x"))
ORDERS: dict[str, tuple[Any, list[Packet], list[bytes]]] = {
    "exec": (
        hello,
        [OPEN, EXEC],
        [*STARTED, said(b"hi\n"), b"\x5f" + ME + UInt32(1) + String("err\n"), status(3), EOF, CLOSE],
    ),
    "end of input": (
        cat,
        [OPEN, EXEC, (94, UInt32(0) + String("abc")), (96, UInt32(0))],
        [*STARTED, said(b"abc"), EOF, status(0), CLOSE],
    ),
    "signal": (
        sleep,
        [OPEN, EXEC, request("signal", String("TERM"), reply=False)],
        [*STARTED, EOF, killed("TERM"), CLOSE],
    ),
    "killed": (suicide, [OPEN, EXEC], [*STARTED, EOF, killed("KILL"), CLOSE]),
    "two commands": (sleep, [OPEN, EXEC, EXEC], [*STARTED, NO]),
    "no subsystem": (sleep, [OPEN, request("subsystem", String("nope"))], [CONFIRMED, NO]),
    "no request": (sleep, [OPEN, request("foo"), request("break", UInt32(5))], [CONFIRMED, NO, NO]),
    "terminal": (
        nothing,
        [OPEN, PTY, request("env", String("LANG") + String("C")), request("env", String("FOO") + String("C")), EXEC],
        [CONFIRMED, YES, YES, NO, WIDENED, YES, status(0), EOF, CLOSE],
    ),
    "window without terminal": (sleep, [OPEN, request("window-change", UInt32(9) * 4, reply=False)], [CONFIRMED]),
}


@pytest.mark.parametrize("name", ORDERS)
async def test_the_order_of_messages_is_sshds(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, packets, expected = ORDERS[name]
    monkeypatch.setattr(channel, "execute", program)
    async with running(SSH, tmp_path, drawn("debian-12")) as (port, _):
        assert await heard_after(port, "root", "open", packets) == expected


REFUSED = b"\x5c" + ME + UInt32(2) + String("open failed") + String("")


def opening(kind: str, body: bytes = b"") -> Packet:
    return 90, String(kind) + UInt32(OURS) + UInt32(1000) * 2 + body


def lost(reason: str) -> list[bytes]:
    return [b"\x01" + UInt32(2) + String(reason) + String(""), b""]


#: The same, for packets that no client sends after a login.
STRAY: list[tuple[Packet, list[bytes]]] = [
    ((5, String("ssh-userauth")), [b"\x03" + UInt32(5)]),
    ((7, bytes(4)), [b"\x03" + UInt32(5)]),
    ((50, String("root") + String("ssh-connection") + String("none")), [b"\x03" + UInt32(5)]),
    ((80, String("keepalive@openssh.com") + b"\1"), [b"\x52", b""]),  # (the client does not expect this and hangs up)
    ((80, String("no-more-sessions@openssh.com") + b"\1"), [b"\x51", b""]),
    ((80, String("tcpip-forward") + b"\1" + String("") + UInt32(80)), [b"\x52", b""]),
    ((81, b""), []),
    (opening("weird"), [REFUSED]),
    (opening("x11", String("192.0.2.1") + UInt32(5)), [REFUSED]),
    (opening("auth-agent@openssh.com"), [REFUSED]),
    (
        opening("direct-tcpip", (String("192.0.2.1") + UInt32(1)) * 2),
        [b"\x5c" + ME + UInt32(2) + String("Connection refused") + String("")],
    ),
    ((94, UInt32(9) + String("x")), lost("data packet referred to nonexistent channel 9")),
    ((96, UInt32(9)), lost("ieof packet referred to nonexistent channel 9")),
    ((98, UInt32(9) + String("exec") + b"\1"), lost("server_input_channel_req: unknown channel 9")),
    ((100, b""), []),
    ((101, b""), [b"\x03" + UInt32(5)]),
    ((192, b""), lost("Invalid ssh2 packet type: 192")),
]


@pytest.mark.parametrize(
    ("stray", "expected"), STRAY, ids=lambda value: str(value[0]) if isinstance(value, tuple) else ""
)
async def test_stray_packets_are_answered_as_sshd_does(stray: Packet, expected: list[bytes], tmp_path: Path) -> None:
    async with running(SSH, tmp_path, drawn("debian-12")) as (port, _):
        heard = await heard_after(port, "root", "open", [stray], wait=0.2)
    # Where a packet is not understood, sshd says its number: how many came before depends on the login.
    shown = [payload[:4] if payload[:1] == b"\x03" else payload for payload in heard]
    assert shown == [payload[:4] if payload[:1] == b"\x03" else payload for payload in expected]


async def test_a_program_hears_of_windows_and_signals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "execute", watch)
    options: dict[str, Any] = {"username": "root", "password": "open", "encoding": None, **OPTIONS}
    async with running(SSH, tmp_path) as (port, _), asyncssh.connect("127.0.0.1", port, **options) as client:
        process = await client.create_process("x", term_type="vt100", term_size=(80, 24))
        heard = await process.stdout.readline()
        process.change_terminal_size(132, 43)
        heard += await process.stdout.readline()
        process.stdin.write(b"q")
        heard += await process.stdout.readline()
        process.send_signal("TERM")
        heard += await process.stdout.readline()
        assert (await process.wait()).exit_status == 0
    assert heard.decode().splitlines() == [str(e) for e in (Resize(80, 24), Resize(132, 43), b"q", Signal("TERM"))]


async def test_a_terminal_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded: list[Tty] = []
    monkeypatch.setattr("samovar.listen.host.Notebook.tty", lambda _self, step: recorded.append(step), raising=False)
    monkeypatch.setattr("samovar.record.Session.tty", lambda _self, step: recorded.append(step))
    options: dict[str, Any] = {"username": "root", "password": "open", **OPTIONS}
    async with running(SSH, tmp_path) as (port, _), asyncssh.connect("127.0.0.1", port, **options) as client:
        process = await client.create_process(term_type="vt100", term_size=(80, 24))
        process.stdin.write("exit\n")
        await process.wait()
    assert recorded[0] == Tty(b"80x24 vt100", "r")
    assert b"exit\n" in [step.data for step in recorded if step.kind == "i"]
    assert b"logout" in b"".join(step.data for step in recorded if step.kind == "o")


async def test_many_channels_at_once(tmp_path: Path) -> None:
    options: dict[str, Any] = {"username": "root", "password": "open", **OPTIONS}
    async with running(SSH, tmp_path) as (port, _), asyncssh.connect("127.0.0.1", port, **options) as client:
        done = await asyncio.gather(*(client.run(f"echo {n}") for n in range(10)))
        assert [one.stdout for one in done] == [f"{n}\n" for n in range(10)]
        held = [await client.create_process() for _ in range(10)]
        with pytest.raises(asyncssh.ChannelOpenError):
            await client.create_process()
        for process in held:
            process.close()


async def through(port: int, host: str, remote: int, data: bytes) -> bytes:
    options: dict[str, Any] = {"username": "root", "password": "open", **OPTIONS}
    async with asyncssh.connect("127.0.0.1", port, **options) as client:
        reader, writer = await client.open_connection(host, remote, encoding=None)
        writer.write(data)
        heard = b""
        while piece := await asyncio.wait_for(reader.read(65536), 10):
            heard += piece
        return heard


def requests(notes: Notes) -> list[str]:
    return [str(event.samovar_detail.get("target")) for event in notes.events if event.samovar_detail.get("forward")]


async def test_mail_through_us_is_kept(tmp_path: Path) -> None:
    talk = b"EHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: x\r\n\r\nbuy\r\n.\r\nNONSENSE\r\nQUIT\r\n"
    async with running(SSH, tmp_path) as (port, notes):
        heard = await through(port, "mx.example.com", 25, talk)
    assert heard.startswith(b"220 mx.example.com ESMTP Postfix\r\n250-mx.example.com\r\n")
    assert heard.endswith(b"250 2.0.0 Ok: queued\r\n502 5.5.2 Error: command not recognized\r\n221 2.0.0 Bye\r\n")
    assert list(notes.files.values()) == [b"Subject: x\r\n\r\nbuy\r\n"]
    assert requests(notes) == ["mx.example.com:25"]


async def test_a_page_through_us(tmp_path: Path) -> None:
    async with running(SSH, tmp_path) as (port, notes):
        heard = await through(port, "ip.example.com", 80, b"GET /json HTTP/1.1\r\nHost: ip\r\n\r\n")
        silent = SSH.__class__(login=SSH.login, forward=(ForwardRule(port=80, answer="refuse"),))
    assert heard.startswith(b"HTTP/1.1 200 OK\r\n")
    assert any("GET /json" in (event.event_original or "") for event in notes.events)
    async with running(silent, tmp_path) as (port, _):
        with pytest.raises(asyncssh.ChannelOpenError, match="Connection refused"):
            await through(port, "ip.example.com", 80, b"")


def test_a_rule_for_no_port_is_refused() -> None:
    with pytest.raises(ValueError, match="port"):
        ForwardRule(port=0, answer="smtp")
