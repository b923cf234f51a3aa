"""A browser on the page of a running app; whatever a page must never do ends the test."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from tests.browser.site import Site, running

CHROMIUM = "/usr/bin/chromium"
ROOT = Path(__file__).parents[2]
STATIC = ROOT / "samovar/web/static"
AXE = ROOT / "ui/node_modules/axe-core/axe.min.js"
WAIT_MS = 15_000
REFUSALS = ("Content Security Policy", "TrustedHTML", "TrustedScript", "Uncaught")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, also as root and in containers with a small /dev/shm."""
    if not shutil.which(CHROMIUM):
        pytest.skip(f"chromium is missing: {CHROMIUM}")
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--disable-dev-shm-usage"],
    }


# The plugin's fixtures live as long as the session; its event loop would then run in every later test of this process,
# and no asynchronous one could begin. So these end with the folder (and --dist loadfile keeps a file's tests together).


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """The driver."""
    driver = sync_playwright().start()
    yield driver
    driver.stop()


@pytest.fixture(scope="package")
def browser_type(playwright: Playwright) -> BrowserType:
    """Chromium."""
    return playwright.chromium


@pytest.fixture(scope="package")
def browser(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    """One browser for the folder."""
    browser = browser_type.launch(**browser_type_launch_args)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def browser_context_args(base_url: str) -> dict[str, Any]:
    """A usual screen; what moves keeps still."""
    return {"base_url": base_url, "viewport": {"width": 1440, "height": 1000}, "reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One app for each worker of the test run."""
    assert (STATIC / "index.html").is_file(), "the page is not built: pip install -e . builds it"
    with running(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def base_url(site: Site) -> str:
    """In place of the plugin's own fixture, which this pytest warns of."""
    return site.url


@pytest.fixture(scope="session")
def cookie(site: Site) -> tuple[str, str]:
    """Of a signed-in user."""
    return site.cookie()


@pytest.fixture
def faults() -> list[str]:
    """What the page did that no page may do."""
    return []


@pytest.fixture(autouse=True)
def watched(context: BrowserContext, faults: list[str]) -> Iterator[None]:
    """Every test: no error, no dialog, nothing that the policy had to stop, nothing from elsewhere."""
    expect.set_options(timeout=WAIT_MS)
    context.set_default_timeout(WAIT_MS)

    def watch(page: Page) -> None:
        def asked(url: str) -> None:
            there, here = urlsplit(url), urlsplit(page.url)
            if there.scheme not in ("data", "blob") and here.netloc and there.netloc != here.netloc:
                faults.append(f"asked {url}")

        def shut(dialog: Dialog) -> None:
            faults.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        def heard(said: ConsoleMessage) -> None:
            if any(word in said.text for word in REFUSALS):
                faults.append(said.text)

        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("dialog", shut)
        page.on("console", heard)
        page.on("request", lambda request: asked(request.url))

    context.on("page", watch)
    yield
    assert faults == []


@pytest.fixture
def page(context: BrowserContext, site: Site, cookie: tuple[str, str], watched: None) -> Page:
    """A tab of a signed-in user, at no page yet."""
    name, value = cookie
    context.add_cookies([{"name": name, "value": value, "url": site.url, "sameSite": "Strict", "httpOnly": True}])
    return context.new_page()


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's source."""
    if not AXE.is_file():
        pytest.skip("axe-core is missing: npm ci in ui/")
    return AXE.read_text()
