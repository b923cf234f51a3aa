"""The whole program: an attack on a real sensor appears on the page while one looks."""

import http.client
import json
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from tests.browser.site import PASSWORD, USER

START_SECONDS = 60.0
STOP_SECONDS = 20.0
HTTP = 80
SAMOVAR = [sys.executable, "-m", "samovar.cli"]


def free_offset() -> int:
    """An offset at which the web sensor's port is free."""
    for _ in range(50):
        offset = 10_000 + secrets.randbelow(40_000)
        with socket.socket() as sock:
            try:
                sock.bind(("127.0.0.1", HTTP + offset))
            except OSError:
                continue
            return offset
    raise AssertionError("no free port")


@contextmanager
def platform(data: Path, offset: int) -> Iterator[str]:
    """`samovar up`; the page's address."""
    options = [
        "--data",
        str(data),
        "--web",
        "127.0.0.1:0",
        "--listen",
        "127.0.0.1",
        "--port-offset",
        str(offset),
        "--quiet",
    ]
    with (data / "log").open("wb") as log:
        process = subprocess.Popen([*SAMOVAR, "up", *options], stdout=log, stderr=log)
    try:
        yield wait_for_address(data, process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_SECONDS)


def wait_for_address(data: Path, process: subprocess.Popen[bytes]) -> str:
    """The address in run.json, as soon as everything answers."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if (data / "run.json").is_file():
            return str(json.loads((data / "run.json").read_text())["url"])
        time.sleep(0.1)
    raise AssertionError((data / "log").read_text()[-2000:])


def attack(port: int, path: str) -> int:
    """One request, as a scanner sends it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={"User-Agent": "scanner/1.0"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_attack_appears_live(context: BrowserContext, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    add = [*SAMOVAR, "user", "add", USER, "--data", str(data)]
    subprocess.run(add, input=f"{PASSWORD}\n".encode(), check=True, timeout=START_SECONDS, stdout=subprocess.DEVNULL)
    offset = free_offset()
    path = f"/{secrets.token_hex(6)}.php"
    with platform(data, offset) as url:
        page = context.new_page()
        page.goto(url)
        page.get_by_label("User name").fill(USER)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator(".button.live.on")).to_be_visible()
        assert attack(HTTP + offset, path) < 600
        expect(page.get_by_role("region", name="Live", exact=True)).to_contain_text(path)
        page.goto(f"{url}/events?q=url:%22{path}%22")
        expect(page.locator("table.fixed tbody tr[aria-rowindex]").first).to_contain_text("127.0.0.1")
        expect(page.locator("table.fixed")).to_contain_text(re.compile(r"https?|web"))
        page.goto("about:blank")  # lets go of the stream
    assert not (data / "run.json").exists()
    assert any((data / "spool").iterdir())
