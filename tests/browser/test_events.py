"""The table of events: the drawer, and what can be taken home."""

import csv
import io
import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.site import Site
from tests.web.fakes import HOSTILE


def test_drawer_by_keyboard(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/events?live=off")
    rows = page.locator("table.fixed tbody tr[aria-rowindex]")
    expect(rows.nth(2)).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_class(re.compile(r"\bat\b"))
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Event")
    expect(drawer).to_be_focused()
    first = drawer.get_by_role("row", name=re.compile(r"event\.id")).inner_text()
    page.keyboard.press("j")
    expect(drawer.get_by_role("row", name=re.compile(r"event\.id"))).not_to_have_text(first)
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


def test_drawer_filters_and_shows_json(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/events?q=action:login&live=off")
    page.locator("table.fixed tbody button.when").first.click()
    drawer = page.get_by_role("dialog", name="Event")
    drawer.get_by_role("button", name="JSON", exact=True).click()
    shown = json.loads(drawer.locator("pre").inner_text())
    assert shown["event.action"] == "login"
    drawer.get_by_role("button", name="JSON", exact=True).click()
    drawer.get_by_role("button", name=re.compile(r"^Without source\.ip")).click()
    expect(page.locator(".pill.shut")).to_contain_text(shown["source.ip"])


def test_hostile_strings(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/events?q=user:*script*&live=off")
    cell = page.locator("table.fixed tbody td").filter(has_text="<script>alert(1)</script>⟨U+202E⟩⟨U+001B⟩[31m").first
    expect(cell).to_be_visible()


def test_older_rows_come_when_scrolled(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/events?live=off")
    box = page.get_by_role("region", name="Table: j and k move, Enter opens")
    expect(page.locator("tr[aria-rowindex='1']")).to_be_visible()
    expect(page.locator("tr[aria-rowindex='250']")).to_have_count(0)
    for top in (5600, 7000):
        box.evaluate("(node, top) => node.scrollTo(0, top)", top)
        page.wait_for_timeout(300)
    expect(page.locator("tr[aria-rowindex='250']")).to_have_count(1)
    assert page.locator("table.fixed tbody tr").count() < 80  # only what is on the screen is drawn


def test_downloads(page: Page, site: Site, tmp_path: Path) -> None:
    page.goto(f"{site.url}/events?q=action:login&live=off")
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV", exact=True).click()
    table = tmp_path / "events.csv"
    taken.value.save_as(table)
    rows = list(csv.reader(io.StringIO(table.read_text())))
    assert rows[0][:2] == ["@timestamp", "source.geo.country_iso_code"]
    assert len(rows) > 100
    names = {row[rows[0].index("user.name")] for row in rows[1:]}
    assert {"root", "'=1+1", HOSTILE} <= names  # a spreadsheet takes none for a formula
    with page.expect_download() as taken:
        page.get_by_role("link", name="NDJSON").click()
    assert taken.value.suggested_filename == "events.ndjson"
    lines = tmp_path / "events.ndjson"
    taken.value.save_as(lines)
    assert {json.loads(line)["event.action"] for line in lines.read_text().splitlines()} == {"login"}


def test_session_source_and_back(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/sessions")
    page.locator("table tbody tr[aria-rowindex]").first.get_by_role("link").last.click()
    expect(page.get_by_role("list", name="Events of the session").get_by_role("listitem").first).to_be_visible()
    page.get_by_role("main").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/sources/198\.51\.100\.\d+"))
    sensor = page.get_by_role("region", name="Sensors").get_by_role("button").first
    sensor.click()
    expect(page.get_by_role("list", name="Filters")).to_be_visible()
    page.get_by_role("link", name="Overview", exact=True).click()
    expect(page.locator(".tile.total strong")).to_have_text(re.compile(r"[1-9]"))  # the value is one that events have
