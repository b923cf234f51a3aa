from pathlib import Path

from samovar.sensors.catchall import Catchall
from samovar.sensors.ftp import Ftp
from samovar.sensors.tftp import Tftp
from tests.clients.running import client, running


async def test_curl_uploads_and_fetches_over_ftp(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\x00payload")
    async with running(Ftp(), tmp_path) as (port, notes):
        base = f"ftp://127.0.0.1:{port}"
        await client("curl", "-sS", "-T", str(tmp_path / "a.bin"), f"{base}/incoming/a.bin")
        listing = await client("curl", "-sS", f"{base}/pub/")
    assert "README" in listing
    assert b"\x00payload" in notes.files.values()


async def test_lftp_lists_with_tls_on_the_control_connection(tmp_path: Path) -> None:
    async with running(Ftp(), tmp_path) as (port, _):
        script = f"set ssl:verify-certificate no; open -u anonymous,x -p {port} 127.0.0.1; ls; cat pub/README; bye"
        printed = await client("lftp", "-c", script)
    assert "incoming" in printed
    assert "file server" in printed


async def test_nmap_names_vsftpd_and_reads_the_anonymous_area(tmp_path: Path) -> None:
    async with running(Ftp(), tmp_path) as (port, _):
        printed = await client("nmap", "-Pn", "-sV", "--script", "ftp-anon,ftp-syst", "-p", str(port), "127.0.0.1")
    assert "vsftpd 3.0.3" in printed
    assert "Anonymous FTP login allowed" in printed


async def test_tftp_puts_and_gets(tmp_path: Path) -> None:
    (tmp_path / "bot.arm").write_bytes(bytes(range(256)) * 5)
    async with running(Tftp(), tmp_path) as (port, notes):
        put, got = tmp_path / "bot.arm", tmp_path / "got"
        await client("tftp", "-m", "binary", "127.0.0.1", str(port), "-c", "put", str(put), "bot.arm")
        await client("tftp", "-m", "binary", "127.0.0.1", str(port), "-c", "get", "startup-config", str(got))
    assert bytes(range(256)) * 5 in notes.files.values()
    assert got.read_text().startswith("!\nhostname")


async def test_curl_is_answered_on_any_port(tmp_path: Path) -> None:
    async with running(Catchall(), tmp_path) as (port, notes):
        page = await client("curl", "-sS", f"http://127.0.0.1:{port}/shell")
    assert "404 Not Found" in page
    assert any(event.network_protocol == "http" for event in notes.events)
