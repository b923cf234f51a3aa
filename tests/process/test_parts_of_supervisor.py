"""What the supervisor is made of: sockets, the lock, ports.json, back-off, sd_notify."""

import os
import socket
from pathlib import Path

import msgspec
import pytest

from samovar.process import backoff, files, sockets
from samovar.process.child import ending
from samovar.process.notify import Notifier
from samovar.process.spec import Spec, TapSpec


def tap(transport: str, port: int = 0, host: str = "127.0.0.1") -> TapSpec:
    return TapSpec(sensor=transport, family="web", transport=transport, port=80, host=host, bind_port=port)


def test_a_taken_port_is_told_and_the_others_are_bound(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("127.0.0.1", 0))
        taken, taken_udp = other.getsockname()[1], datagrams.getsockname()[1]
        taps = (tap("tcp", taken), tap("udp", taken_udp), tap("tcp", host="192.0.2.77"), tap("tls"), tap("udp"))
        opened = sockets.open_all(Spec(data=str(tmp_path), taps=taps, workers=2))
    try:
        assert [port.transport for port in opened.ports] == ["tcp", "udp"]
        assert len(opened.failures) == 3
        assert f"127.0.0.1:{taken}: another program listens there" in opened.failures[0]
        assert f"127.0.0.1:{taken_udp}: another program listens there" in opened.failures[1]
        assert "does not have that address" in opened.failures[2]
        assert [index for index, _ in opened.taps] == [3, 4]
    finally:
        opened.close()


def test_data_ports_are_shared_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        first = free.getsockname()[1]
    spec = Spec(
        data=str(tmp_path), taps=(), workers=2, data_ports=(first, min(first + 3, 65535)), data_hosts=("127.0.0.1",)
    )
    opened = sockets.open_all(spec)
    try:
        for slot, sock in opened.data:
            assert (sock.getsockname()[1] - first) % 2 == slot
        assert opened.data
    finally:
        opened.close()


def test_the_lock_keeps_a_second_one_out(tmp_path: Path) -> None:
    held = files.lock(str(tmp_path / "data"))
    with pytest.raises(files.Busy, match=rf"already runs on .* \(process {os.getpid()}\)"):
        files.lock(str(tmp_path / "data"))
    os.close(held)
    os.close(files.lock(str(tmp_path / "data")))


def test_ports_are_written_whole(tmp_path: Path) -> None:
    opened = sockets.open_all(Spec(data=str(tmp_path), taps=(tap("tls"),)))
    files.write_ports(str(tmp_path), opened.ports)
    opened.close()
    (written,) = msgspec.json.decode((tmp_path / "ports.json").read_bytes())
    assert list(written) == ["sensor", "family", "transport", "port", "bound"]
    assert written["transport"] == "tcp"
    assert [path.name for path in tmp_path.iterdir()] == ["ports.json"]


def test_pauses_grow_to_a_cap_and_health_ends_them() -> None:
    pauses = backoff.Backoff()
    assert [pauses.died(1.0) for _ in range(9)] == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert pauses.died(31.0) == 0.05


def test_endings_in_words() -> None:
    assert ending(3) == "ended with status 3"
    assert ending(-9) == "killed by SIGKILL"
    assert "intruder" in ending(-31)


def test_the_service_manager_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        monkeypatch.setenv("WATCHDOG_USEC", "4000000")
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
        notifier = Notifier()
        assert notifier.watchdog == 2.0
        notifier.tell("READY=1")
        assert manager.recv(100) == b"READY=1"
    notifier.tell("STOPPING=1")  # nobody listens any more: no error
