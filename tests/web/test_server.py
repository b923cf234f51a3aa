"""The server on real sockets: in a thread, over TLS, bounded, and quick to end."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from samovar.asciicast import Size, head
from samovar.web import http
from samovar.web.app import create_app
from samovar.web.live import Live
from samovar.web.server import WebServer, serve
from samovar.web.settings import WebConfig
from samovar.web.users import api_token
from tests.personas import persona
from tests.web.fakes import FakeReader, FakeState, make_event, make_events

DEADLINE = 20


class Running:
    """A server in a thread."""

    def __init__(self, data: Path, config: WebConfig) -> None:
        self.live = Live()
        reader = FakeReader(make_events(30))
        self.state = FakeState(data, reader)
        app = create_app(reader, self.live, self.state, config, data=data, static=data / "none")
        sock = socket.create_server(("127.0.0.1", 0))
        self.port: int = sock.getsockname()[1]
        self.server: WebServer = serve(app, sock, config, closing=self.live.stop)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        until = time.monotonic() + DEADLINE
        while not self.server.started:
            assert time.monotonic() < until
            time.sleep(0.01)
        self.auth = f"Authorization: Bearer {api_token(data)}\r\n"

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), DEADLINE)

    def get(self, sock: socket.socket, path: str, more: str = "") -> bytes:
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{self.auth}{more}\r\n".encode())
        return sock.recv(1 << 16)

    def stop(self) -> None:
        self.server.stop()
        self.thread.join(DEADLINE)
        assert not self.thread.is_alive()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path, WebConfig())
    yield made
    made.stop()


def until(sock: socket.socket, marker: bytes) -> bytes:
    got = b""
    while marker not in got:
        piece = sock.recv(1 << 16)
        assert piece, got
        got += piece
    return got


def test_the_live_feed_arrives_and_ends_with_the_server(running: Running) -> None:
    with running.connect() as sock:
        running.get(sock, "/api/v1/live?q=user:root")
        running.live.publish([make_event(datetime.now(UTC), 1, user_name=name) for name in ("root", "other")])
        got = until(sock, b"]\n\n")
        assert b"event: events\ndata: [{" in got
        assert got.count(b'"event.id"') == 1
        running.server.stop()
        until(sock, b"0\r\n\r\n")


def test_a_terminal_that_is_watched_ends_with_the_server(running: Running, tmp_path: Path) -> None:
    session = "0" * 23
    (tmp_path / "recordings" / f"{session}.cast").write_bytes(head(session, Size()))
    running.state.growing.add(session)
    with running.connect() as sock:
        running.get(sock, f"/api/v1/recordings/{session}/live")
        running.server.stop()
        assert b"event: done" in until(sock, b"0\r\n\r\n")


def test_a_client_that_leaves_gives_its_feed_back(running: Running) -> None:
    with running.connect() as sock:
        until_retry = running.get(sock, "/api/v1/live")
        assert b"text/event-stream" in until_retry
        assert running.live.streams == 1
    limit = time.monotonic() + DEADLINE
    while running.live.streams:
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_neither_the_server_nor_its_language_is_named(running: Running) -> None:
    with running.connect() as sock:
        head = running.get(sock, "/").lower()
    assert b"\r\nserver:" not in head
    assert b"uvicorn" not in head
    assert b"python" not in head


def test_addresses_in_headers_are_not_believed(running: Running) -> None:
    body = json.dumps({"user": "ada", "password": "x"})
    last = b""
    for n in range(6):
        with running.connect() as sock:
            sock.sendall(
                (
                    "POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    f"X-Forwarded-For: 203.0.113.{n}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
                ).encode()
            )
            last = sock.recv(4096)
    assert last.startswith(b"HTTP/1.1 429")


@pytest.mark.parametrize(
    "head", [b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000, b"GET /" + b"a" * 40_000, b"\x16\x03\x01\0\xff"]
)
def test_long_and_wrong_requests_are_refused(running: Running, head: bytes) -> None:
    with running.connect() as sock:
        sock.sendall(head)
        assert sock.recv(4096).startswith(b"HTTP/1.1 400")


def test_many_small_headers_are_bounded_too_but_not_many_requests(running: Running) -> None:
    with running.connect() as sock:
        for _ in range(60):  # 60 requests on one connection are together longer than one may be
            assert running.get(sock, "/api/v1/me", "X: " + "a" * 1000 + "\r\n").startswith(b"HTTP/1.1 200")
        sock.sendall(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 8000)
        assert sock.recv(4096).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    "target", ["//users.json", "/../users.json", "//localhost/api/v1/summary", "*", "http://evil/x"]
)
def test_odd_targets_are_never_let_in(running: Running, target: str) -> None:
    with running.connect() as sock:
        sock.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert sock.recv(4096)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 401", b"HTTP/1.1 404")


def test_a_slow_request_is_cut_off(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "ARRIVAL_SECONDS", 0.1)
    for start in (
        b"",
        b"GET / HTTP/1.1\r\nX-",
        b"POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
    ):
        with running.connect() as sock:
            sock.sendall(start)
            try:
                while sock.recv(4096):
                    pass
            except ConnectionResetError:
                pass


def test_a_big_download_streams(running: Running) -> None:
    with running.connect() as sock:
        first = running.get(sock, "/api/v1/events.ndjson?from=2026-01-01&to=2100-01-01")
        got = first if first.endswith(b"0\r\n\r\n") else first + until(sock, b"0\r\n\r\n")
    assert got.count(b'"event.id"') == 30
    assert b'attachment; filename="events.ndjson"' in got


def test_tls(tmp_path: Path) -> None:
    me = persona()
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    certificate.write_text(me.tls_certificate)
    key.write_text(me.tls_key)
    running = Running(tmp_path, WebConfig(certificate=str(certificate), key=str(key)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with running.connect() as plain, context.wrap_socket(plain) as sock:
        head = running.get(sock, "/api/v1/me")
    assert b"strict-transport-security" in head
    running.stop()


def test_a_certificate_that_cannot_be_used_is_said_at_once(tmp_path: Path) -> None:
    junk = tmp_path / "junk.pem"
    junk.write_text("junk")
    with socket.create_server(("127.0.0.1", 0)) as sock, pytest.raises(ValueError, match=r"web\.certificate"):
        serve(lambda *_: None, sock, WebConfig(certificate=str(junk), key=str(junk)))  # type: ignore[arg-type,return-value]
