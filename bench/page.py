"""The page in a browser: bytes of JavaScript, time to the first figures, frames at 100 live events a second.

The app runs over generated events in a process of its own; Chromium is the system's. Times are the wall clock's,
so they are an upper bound on a busy machine.
"""

import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright

ASSETS = Path(__file__).resolve().parent.parent / "samovar/web/static/assets"
CHROMIUM = "/usr/bin/chromium"
USER, PASSWORD = "ada", "correct horse battery"
EVENTS, RATE = 3000, 100
LOADS, WATCH_MS = 5, 8000
START_SECONDS = 60
FRAMES = """(ms) => new Promise((done) => {
  const start = performance.now();
  let last = start, frames = 0, longest = 0;
  const step = (now) => {
    frames++;
    longest = Math.max(longest, now - last);
    last = now;
    if (now - start < ms) requestAnimationFrame(step);
    else done({ fps: frames / ((now - start) / 1000), longest });
  };
  requestAnimationFrame(step);
})"""


def main() -> None:
    """Measure and print one line."""
    with tempfile.TemporaryDirectory() as folder, app(Path(folder)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        sign_in(page, url)
        firsts = [first_figures(page, url) for _ in range(LOADS)]
        rows = page.get_by_role("list", name="Newest events").get_by_role("listitem")
        rows.first.wait_for()
        page.locator(".button.live.on").wait_for()
        metrics = page.context.new_cdp_session(page)
        metrics.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = busy(metrics)
        moved = page.evaluate(FRAMES, WATCH_MS)
        spent = busy(metrics) - before
        heard = page.get_by_role("region", name="Live", exact=True).locator(".count").first.inner_text()
        page.goto("about:blank")
        ceiling = page.evaluate(FRAMES, WATCH_MS / 4)
        browser.close()
    print(json.dumps({
        "bench": "page",
        "js_gzip_bytes": sum(path.stat().st_size for path in ASSETS.glob("*.js.gz")),
        "css_gzip_bytes": sum(path.stat().st_size for path in ASSETS.glob("*.css.gz")),
        "map_gzip_bytes": sum(path.stat().st_size for path in ASSETS.glob("world-*.json.gz")),
        "first_figures_ms": round(statistics.median(firsts)),
        "live_events_a_second": RATE,
        "heard": heard,
        "fps": round(moved["fps"], 1),
        "longest_frame_ms": round(moved["longest"], 1),
        "fps_of_an_empty_page": round(ceiling["fps"], 1),
        "main_thread_cpu_share": round(spent / (WATCH_MS / 1000), 3),
    }))  # fmt: skip


@contextmanager
def app(folder: Path) -> Iterator[str]:
    """The app's address; ends with the block."""
    command = [sys.executable, "-m", "tests.web.devserver", "--events", str(EVENTS), "--live", str(RATE)]
    given = ["--user", USER, "--password", PASSWORD, "--data", str(folder)]
    process = subprocess.Popen([*command, *given], stdout=subprocess.PIPE, text=True)
    late = threading.Timer(START_SECONDS, process.kill)
    late.start()
    try:
        assert process.stdout
        found = re.match(r"http://[^/\s]+", process.stdout.readline())
        late.cancel()
        if not found:
            raise SystemExit("the app did not start")
        yield found[0]
    finally:
        late.cancel()
        process.terminate()
        process.wait(20)


def sign_in(page: Page, url: str) -> None:
    """The session's cookie."""
    page.goto(url)
    page.get_by_label("User name").fill(USER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Pages").wait_for()


def busy(metrics: CDPSession) -> float:
    """CPU seconds that the page's main thread has spent on tasks."""
    found = metrics.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in found if metric["name"] == "TaskDuration"))


def first_figures(page: Page, url: str) -> float:
    """Milliseconds from asking for the page, with no cache, until the number of attacks stands there."""
    session = page.context.new_cdp_session(page)
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    start = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator(".tile.total strong").filter(has_text=re.compile(r"[1-9]")).wait_for()
    took = (time.perf_counter() - start) * 1000
    session.detach()
    return took


if __name__ == "__main__":
    main()
