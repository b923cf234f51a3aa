"""The web server as curl, nmap and openssl find it."""

from pathlib import Path

import pytest

from samovar.sensors.http import Http, Https
from tests.clients.running import Notes, client, running

SCRIPTS = "http-title,http-headers,http-methods,http-server-header,http-auth"


def logins(notes: Notes) -> list[tuple[str | None, str | None]]:
    return [(e.user_name, e.samovar_login_password) for e in notes.events if e.event_action == "login"]


async def test_curl_gets_the_page_whole_compressed_and_in_part(tmp_path: Path) -> None:
    async with running(Http(), tmp_path) as (port, _):
        url = f"http://127.0.0.1:{port}/"
        page = await client("curl", "-sS", url)
        compressed = await client("curl", "-sS", "--compressed", "-w", "%{size_download}", url)
        part = await client("curl", "-sS", "-r", "1-14", url)
        old = await client("curl", "-sS", "--http1.0", url)
    assert "Apache2 Debian Default Page" in page
    assert compressed.startswith(page)
    assert int(compressed.removeprefix(page)) < 5000
    assert part == "<!DOCTYPE html"
    assert old == page


async def test_curl_shows_headers_and_methods(tmp_path: Path) -> None:
    async with running(Http(), tmp_path) as (port, _):
        url = f"http://127.0.0.1:{port}/"
        head = await client("curl", "-sS", "-I", url, url)
        options = await client("curl", "-sS", "-i", "-X", "OPTIONS", url)
    assert head.count("Content-Length: 10701") == 2
    assert "Allow: OPTIONS,HEAD,GET,POST" in options


async def test_curl_saves_only_what_changed(tmp_path: Path) -> None:
    got = tmp_path / "index.html"
    async with running(Http(), tmp_path) as (port, _):
        url = f"http://127.0.0.1:{port}/"
        await client("curl", "-sS", "-R", "-o", str(got), url)
        again = await client("curl", "-sS", "-z", str(got), "-o", "/dev/null", "-w", "%{http_code}", url)
    assert again == "304"


async def test_curls_login_and_upload_are_recorded(tmp_path: Path) -> None:
    (tmp_path / "shell.php").write_bytes(b"<?php \xff")
    async with running(Http(), tmp_path) as (port, notes):
        url = f"http://127.0.0.1:{port}"
        status = await client(
            "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-u", "admin:hunter2", f"{url}/admin/"
        )
        await client(
            "curl", "-sS", "-F", "user=root", "-F", "pass=toor", "-F", f"f=@{tmp_path}/shell.php", f"{url}/up.php"
        )
        await client("curl", "-sS", "-H", "Expect: 100-continue", "-d", "log=a&pwd=b", f"{url}/wp-login.php")
    assert status == "401"
    assert logins(notes) == [("admin", "hunter2"), ("root", "toor"), ("a", "b")]
    assert list(notes.files.values()) == [b"<?php \xff"]


@pytest.mark.parametrize("sensor", [Http(), Https()], ids=["http", "https"])
async def test_nmap_names_apache(sensor: Http | Https, tmp_path: Path) -> None:
    async with running(sensor, tmp_path) as (port, _):
        printed = await client("nmap", "-Pn", "-sV", "--script", SCRIPTS, "-p", str(port), "127.0.0.1", wait=180)
        guarded = await client(
            "nmap", "-Pn", "-sV", "--script", "http-auth", "--script-args", "http-auth.path=/admin/",
            "-p", str(port), "127.0.0.1", wait=180,
        )  # fmt: skip
    assert "Apache httpd 2.4.62 ((Debian))" in printed
    assert "http-title: Apache2 Debian Default Page: It works" in printed
    assert "http-server-header: Apache/2.4.62 (Debian)" in printed
    assert "Supported Methods: OPTIONS HEAD GET POST" in printed
    assert "Content-Type: text/html" in printed
    assert "Basic realm=Restricted Area" in guarded


async def test_openssl_and_curl_reach_https(tmp_path: Path) -> None:
    async with running(Https(), tmp_path) as (port, _):
        page = await client("curl", "-sSk", f"https://127.0.0.1:{port}/")
        moved = await client("curl", "-sSk", "-w", "%{redirect_url}", f"https://127.0.0.1:{port}/icons/small")
        shown = await client("openssl", "s_client", "-connect", f"127.0.0.1:{port}", said="GET /\r\n")
    assert "It works" in page
    assert moved.endswith(f"https://127.0.0.1:{port}/icons/small/")
    assert "BEGIN CERTIFICATE" in shown
