"""Takes the README's pictures anew: docs/images/overview-dark.png and overview-light.png, of `samovar demo`.

Needs the development environment and Chromium: ``make screenshots``. With ``--all DIR`` every page is also taken,
dark and light, wide and narrow, into DIR, to be looked at.
"""

import argparse
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs/images"
CHROMIUM = "/usr/bin/chromium"
PASSWORD = "a password for pictures"
EVENTS = 60_000
START_SECONDS = 180
QUIET_MS = 20_000
WIDE: ViewportSize = {"width": 1440, "height": 1360}
NARROW: ViewportSize = {"width": 390, "height": 844}
PAGES = {
    "events": "/events?from=now-7d",
    "sessions": "/sessions?from=now-7d",
    "artefacts": "/artefacts?from=now-7d",
    "sensors": "/sensors",
}


def main() -> None:
    """Start the demo in a temporary folder, take the pictures, stop it."""
    parser = argparse.ArgumentParser(description="take the README's pictures anew")
    parser.add_argument("--all", type=Path, metavar="DIR", help="take every page too, into DIR")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="pictures-") as folder,
        demo(Path(folder)) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for theme in ("dark", "light"):
            take(browser, url, theme, IMAGES, {f"overview-{theme}": "/?from=now-7d"}, WIDE)
            if options.all:
                take_all(browser, url, theme, options.all)
        browser.close()


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """A running demo's address, with a user for it."""
    command = [sys.executable, "-m", "samovar.cli"]
    given = ["--data", str(folder)]
    subprocess.run([*command, "user", "add", "ada", *given], input=PASSWORD + "\n", text=True, check=True, timeout=60)  # noqa: S603
    started = [*command, "demo", *given, "--events", str(EVENTS), "--web", "127.0.0.1:0", "--port-offset", "21000"]
    server = subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)  # noqa: S603  # our own words
    late = threading.Timer(START_SECONDS, server.kill)
    late.start()
    try:
        assert server.stdout
        found = next((m for line in server.stdout if (m := re.search(r"The page: (https?://[^/\s]+)", line))), None)
        late.cancel()
        if not found:
            raise SystemExit("the demo did not start")
        yield found[1]
    finally:
        late.cancel()
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def take_all(browser: Browser, url: str, theme: str, folder: Path) -> None:
    """Each page in a theme, wide and narrow."""
    take(browser, url, theme, folder, {f"{name}-{theme}": path for name, path in PAGES.items()}, WIDE)
    narrow = {"overview": "/?from=now-7d", **PAGES}
    take(browser, url, theme, folder, {f"overview-{theme}-all": "/?from=now-7d"}, {"width": 1440, "height": 3300})
    take(browser, url, theme, folder, {f"{name}-{theme}-390": path for name, path in narrow.items()}, NARROW)


def take(browser: Browser, url: str, theme: str, folder: Path, paths: dict[str, str], size: ViewportSize) -> None:
    """Sign in, and take each path's picture as ``folder``/its name.png."""
    folder.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport=size, color_scheme="dark" if theme == "dark" else "light")
    page = context.new_page()
    page.goto(url)
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Pages").wait_for()
    for name, path in paths.items():
        page.goto(url + path)
        settle(page)
        page.screenshot(path=folder / f"{name}.png", full_page=size is NARROW)
        print(folder / f"{name}.png", (folder / f"{name}.png").stat().st_size)
    context.close()


def settle(page: Page) -> None:
    """Until every panel on the page has its figures."""
    page.locator("main .panel").first.wait_for()
    for y in range(0, 6000, 600):
        page.evaluate("y => scrollTo(0, y)", y)  # a panel asks for its figures when it comes near the screen
        page.wait_for_timeout(50)
    page.evaluate("scrollTo(0, 0)")
    page.locator(".skeleton").first.wait_for(state="detached", timeout=QUIET_MS)
    page.wait_for_timeout(1500)  # the map's outline and the charts' first frames


if __name__ == "__main__":
    main()
