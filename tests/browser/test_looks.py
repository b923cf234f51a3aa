"""Every page: for those who do not see or do not point, in both themes, and on a narrow screen."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site

VIEWS = ("overview", "events", "sessions", "session", "source", "artefacts", "sensors")


def open_view(page: Page, site: Site, view: str) -> None:
    """Go there, and wait until nothing waits for figures any more."""
    last = site.reader.all[-1]
    few = "/sessions?from=now-2h"  # rows enough: the checker looks at each
    paths = {
        "overview": "/",
        "sessions": few,
        "session": f"/sessions/{last.samovar_session_id}",
        "source": f"/sources/{last.source_ip}",
    }
    page.goto(site.url + paths.get(view, f"/{view}"))
    expect(page.locator("main .panel").first).to_be_visible()
    for _ in range(12 if view == "overview" else 1):
        page.evaluate(
            "() => new Promise((done) => (scrollBy(0, 600), requestAnimationFrame(() => setTimeout(done, 30))))"
        )
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(".skeleton")).to_have_count(0)


def violations(page: Page, axe: str) -> list[str]:
    """What the checker finds wrong."""
    page.evaluate(axe)
    found = page.evaluate("async () => (await axe.run({ resultTypes: ['violations'] })).violations")
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.mark.parametrize("view", VIEWS)
def test_accessible_in_both_themes_and_fits_a_narrow_screen(page: Page, site: Site, axe: str, view: str) -> None:
    page.emulate_media(color_scheme="dark")
    open_view(page, site, view)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert violations(page, axe) == []
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert violations(page, axe) == []
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.get_by_role("navigation", name="Pages").get_by_role("link").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360  # it scrolls down only


def test_help_and_drawer_accessible(page: Page, site: Site, axe: str) -> None:
    page.goto(f"{site.url}/events?f=country:RU&live=off")
    page.locator("table.fixed tbody button.when").first.click()
    expect(page.get_by_role("dialog", name="Event")).to_be_visible()
    assert violations(page, axe) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Help")).to_be_visible()
    assert violations(page, axe) == []


def test_theme_is_kept(page: Page, site: Site) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{site.url}/sensors")
    page.get_by_role("button", name="Switch to light colours").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    expect(page.get_by_role("button", name="Switch to dark colours")).to_be_visible()


def test_server_that_does_not_answer_is_said(page: Page, site: Site) -> None:
    page.route("**/api/v1/terms**", lambda route: route.abort())
    page.goto(site.url)
    countries = page.get_by_role("region", name="Countries")
    expect(countries.get_by_role("alert")).to_contain_text("does not answer")
    page.unroute("**/api/v1/terms**")
    countries.get_by_role("button", name="Try again").click()
    expect(countries.get_by_role("button", name="Russia")).to_be_visible()


def test_empty_span_says_so(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/?from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z")
    expect(page.get_by_role("region", name="Countries")).to_contain_text("Nothing in this span of time")
    expect(page.locator(".tile.total strong")).to_have_text(re.compile(r"^0$"))


def test_script_comes_packed_and_small(page: Page, site: Site) -> None:
    with page.expect_response(re.compile(r"/assets/index-[\w-]+\.js$")) as got:
        page.goto(site.url)
    assert got.value.headers["content-encoding"] == "gzip"
    assert int(got.value.headers["content-length"]) <= 120_000
