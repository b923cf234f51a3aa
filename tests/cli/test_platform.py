"""The main job, end to end: real clients attack, and the command line and the API tell exactly what they did."""

import errno
import json
import shutil
import socket
import ssl as tls
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.cli.platform import DEADLINE, Platform, platform, run


@pytest.fixture(scope="module")
def urn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform(tmp_path_factory.mktemp("urn") / "data") as running:
        yield running


def need(tool: str) -> str:
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"{tool} is not installed")
    return path


def api(urn: Platform, path: str) -> object:
    token = (urn.data / "api-token").read_text().strip()
    request = urllib.request.Request(f"{urn.url}/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=DEADLINE) as response:
        return json.load(response)


def ssh(urn: Platform, password: str, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            need("sshpass"), "-p", password, need("ssh"), "-p", str(urn.ports["ssh"]), "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "PreferredAuthentications=password",
            "-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1", "root@127.0.0.1", command,
        ],
        capture_output=True, text=True, timeout=DEADLINE, check=False,
    )  # fmt: skip


def test_ssh_is_let_in_at_the_third_try_and_everything_is_told(urn: Platform) -> None:
    assert ssh(urn, "1234", "id").returncode != 0
    assert ssh(urn, "wrong horse", "id").returncode != 0
    third = ssh(urn, "123456", "id; uname")
    assert (third.returncode, third.stdout) == (0, "uid=0(root) gid=0(root) groups=0(root)\nLinux\n")
    logins = urn.until("sensor:ssh and action:login", 3)
    assert [(e.user_name, e.samovar_login_password, e.event_outcome) for e in logins] == [
        ("root", "1234", "failure"),
        ("root", "wrong horse", "failure"),
        ("root", "123456", "success"),
    ]
    assert {(e.source_ip, e.destination_ip, e.destination_port) for e in logins} == {
        ("127.0.0.1", "127.0.0.1", urn.ports["ssh"])
    }
    (command,) = urn.until("sensor:ssh and action:command", 1)
    assert command.process_command_line == "id; uname"
    assert command.samovar_session_id == logins[2].samovar_session_id
    rows = api(urn, "terms?field=user&field=password&q=sensor:ssh&from=now-1h")
    assert isinstance(rows, dict)
    assert sorted((row["values"], row["count"]) for row in rows["rows"]) == [
        (["root", "1234"], 1),
        (["root", "123456"], 1),
        (["root", "wrong horse"], 1),
    ]


def test_basic_credentials_over_https_are_a_login(urn: Platform) -> None:
    url = f"https://127.0.0.1:{urn.ports['https']}/secret?a=1"
    subprocess.run(
        [need("curl"), "-sk", "-u", "admin:s3cret\u202e", "-A", "probe/1", url],
        timeout=DEADLINE,
        check=True,
        capture_output=True,
    )
    (login,) = urn.until("sensor:https and action:login", 1)
    assert (login.user_name, login.samovar_login_password) == ("admin", "s3cret\u202e")
    (request,) = urn.until("sensor:https and action:request", 1)
    assert (request.http_request_method, request.url_original) == ("GET", "/secret?a=1")
    assert request.user_agent_original == "probe/1"
    # What could deceive the reader of a terminal is shown as its code.
    assert "s3cret\\u202e" in urn.samovar("events", "--format", "table", "sensor:https and action:login")


def test_an_upload_is_kept_byte_for_byte(urn: Platform, tmp_path: Path) -> None:
    sample = tmp_path / "sample.bin"
    sample.write_bytes(bytes(range(256)) * 40)
    script = (
        f"set ftp:ssl-allow no; set net:max-retries 1; set net:timeout 20; put {sample} -o incoming/sample.bin; bye"
    )
    subprocess.run(
        [need("lftp"), "-u", "anonymous,me@example.com", "-e", script, f"ftp://127.0.0.1:{urn.ports['ftp']}"],
        timeout=DEADLINE, check=False, capture_output=True,
    )  # fmt: skip
    (kept,) = urn.until("sensor:ftp and action:file", 1)
    digest = kept.file_hash_sha256
    assert digest is not None
    path = urn.data / "files" / digest[:2] / digest
    assert path.read_bytes() == sample.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o400
    assert digest in json.dumps(api(urn, "files?from=now-1h"))


def test_telnet_is_recorded(urn: Platform) -> None:
    with socket.create_connection(("127.0.0.1", urn.ports["telnet"]), timeout=DEADLINE) as client:
        client.sendall(b"admin\r\nhunter2\r\n")
        urn.until("sensor:telnet and action:login", 1)
    (login,) = urn.until("sensor:telnet and action:login", 1)
    assert (login.user_name, login.samovar_login_password) == ("admin", "hunter2")


def test_figures_of_page_and_command_line_agree(urn: Platform) -> None:
    send(urn.ports["http"], b"GET /figures HTTP/1.0\r\n\r\n")
    urn.until("sensor:http and action:disconnect", 1)
    shown = api(urn, "summary?from=now-1h")
    told = json.loads(urn.samovar("summary", "--last", "1h", "--json"))
    assert isinstance(shown, dict)
    assert shown["rows"] == told["rows"]
    assert shown["attacks"] == told["attacks"] > 0
    window = ("--from", "2026-01-01", "--to", "2100-01-01", "--json")
    dates = "from=2026-01-01T00:00:00Z&to=2100-01-01T00:00:00Z"
    for told_by, path in (
        (("histogram", "--by", "family", "--buckets", "8"), f"histogram?by=family&buckets=8&{dates}"),
        (("map",), f"map?size=30&{dates}"),
        (("files",), f"files?limit=50&{dates}"),
        (("source", "127.0.0.1"), f"sources/127.0.0.1?{dates}"),
    ):
        on_page = api(urn, path)
        assert isinstance(on_page, dict)
        on_page = next(iter(on_page.values())) if told_by[0] in ("map", "files") else on_page
        assert json.loads(urn.samovar(*told_by, *window)) == on_page


def test_prometheus_is_told_the_same(urn: Platform) -> None:
    send(urn.ports["ftp"], b"QUIT\r\n")
    urn.until("sensor:ftp and action:disconnect", 1)
    token = (urn.data / "api-token").read_text().strip()
    request = urllib.request.Request(f"{urn.url}/metrics", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=DEADLINE) as response:
        lines = response.read().decode().splitlines()
    samples = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    seen = len(urn.events("sensor:ftp"))
    assert int(samples['samovar_sensor_events_total{family="services",sensor="ftp"}']) >= seen > 0
    assert samples['samovar_dropped_total{kind="events"}'] == "0"


def test_datagrams_are_accounted_for(urn: Platform) -> None:
    assert ask(urn.ports["tftp"], b"\0\1no such file\0octet\0", socket.SOCK_DGRAM).startswith(b"\0\5")
    deadline = time.monotonic() + DEADLINE
    while (told := json.loads(urn.samovar("status", "--json"))["datagrams"])["sent"] < 1:
        assert time.monotonic() < deadline, told
        time.sleep(0.2)
    assert f"{told['received']} came, {told['sent']} replies sent, 0 withheld" in urn.samovar("status")


def test_strangers_get_nothing(urn: Platform) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{urn.url}/api/v1/summary", timeout=DEADLINE)


def test_a_second_one_on_the_same_data_is_refused(urn: Platform) -> None:
    second = run(urn.data, "up")
    assert second.returncode == 1
    assert "already runs" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1


def test_a_wrong_search_names_the_place(urn: Platform) -> None:
    done = run(urn.data, "events", "user:(")
    assert done.returncode == 1
    assert "at character" in done.stderr


def test_backup_while_it_runs(urn: Platform, tmp_path: Path) -> None:
    ssh(urn, "backup", "true")
    urn.until("password:backup", 1)
    urn.samovar("backup", str(tmp_path / "copy"))
    restored = run(tmp_path / "copy", "events", "--last", "1h", "--format", "jsonl", "password:backup")
    assert '"backup"' in restored.stdout
    assert (tmp_path / "copy" / "persona.json").exists()


def send(port: int, piece: bytes) -> None:
    """Say it and hear what there is until the other side has had enough."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as client:
        try:
            client.sendall(piece)
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):
                pass
        except OSError as error:
            # Who closes before it has read everything resets, as a real sshd does; too late for shutdown's liking.
            if not isinstance(error, ConnectionError) and error.errno != errno.ENOTCONN:
                raise


def ask(port: int, request: bytes, kind: socket.SocketKind = socket.SOCK_STREAM) -> bytes:
    """The first that is answered."""
    with socket.socket(socket.AF_INET, kind) as client:
        client.settimeout(DEADLINE)
        client.connect(("127.0.0.1", port))
        client.sendall(request)
        return client.recv(4096)


def test_every_port_still_answers_after_garbage(urn: Platform) -> None:
    chance = Random(1)
    junk = [b"\0" * 4000, b"\xff" * 4000, b"GET " + b"A" * 9000 + b"\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"\1" * 3000]
    junk += [chance.randbytes(chance.randrange(1, 1400)) for _ in range(20)]
    for sensor in ("ssh", "telnet", "ftp", "http", "https", "catchall"):
        for piece in junk:
            send(urn.ports[sensor], piece)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for sensor in ("tftp", "catchall-udp"):
            for piece in junk:
                client.sendto(piece, ("127.0.0.1", urn.ports[sensor]))
    assert ask(urn.ports["ssh"], b"").startswith(b"SSH-2.0-")
    assert ask(urn.ports["ftp"], b"").startswith(b"220 ")
    assert ask(urn.ports["telnet"], b"").startswith(b"\xff")
    for sensor in ("http", "catchall"):
        assert ask(urn.ports[sensor], b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 ")
    with socket.create_connection(("127.0.0.1", urn.ports["https"]), timeout=DEADLINE) as plain:
        context = tls.create_default_context()
        context.check_hostname, context.verify_mode = False, tls.CERT_NONE
        with context.wrap_socket(plain) as client:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
    assert ask(urn.ports["tftp"], b"\0\1no such file\0octet\0", socket.SOCK_DGRAM).startswith(b"\0\5")
    query = b"\x12\x34\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1"
    assert ask(urn.ports["catchall-udp"], query, socket.SOCK_DGRAM).startswith(b"\x12\x34")
    health = json.loads(urn.samovar("status", "--json"))
    assert health["drops"]["crashes"] == 0
    assert all(worker["restarts"] == 0 for worker in health["workers"])
