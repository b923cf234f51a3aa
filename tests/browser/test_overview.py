"""The overview: live events, filters, the address, the search line, the charts."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.site import Site
from tests.web.fakes import HOSTILE


def asked(page: Page) -> dict[str, list[str]]:
    """The address's parameters."""
    return parse_qs(urlsplit(page.url).query)


def pills(page: Page) -> list[str]:
    """The filters' texts."""
    return page.get_by_role("list", name="Filters").locator(".pill-name").all_inner_texts()


def test_live_event_appears(page: Page, site: Site) -> None:
    page.goto(site.url)
    tail = page.get_by_role("list", name="Newest events")
    expect(tail.get_by_role("listitem").first).to_be_visible()
    expect(page.locator(".button.live.on")).to_be_visible()  # connected
    site.attack(1_000_001, event_action="login", user_name="samantha-live", samovar_login_password="hunter22")
    expect(tail.get_by_text("samantha-live")).to_be_visible()


def test_live_tail_can_be_paused(page: Page, site: Site) -> None:
    page.goto(site.url)
    panel = page.get_by_role("region", name="Live", exact=True)
    expect(page.locator(".button.live.on")).to_be_visible()
    panel.get_by_role("button", name="Pause").click()
    site.attack(1_000_004, event_action="login", user_name="held-back", samovar_login_password="x")
    expect(panel.get_by_text("1 waiting")).to_be_visible()
    assert panel.get_by_text("held-back").count() == 0
    panel.get_by_role("button", name="Go on").click()
    expect(panel.get_by_text("held-back")).to_be_visible()


def test_click_filters_and_back_takes_it_away(page: Page, site: Site) -> None:
    page.goto(site.url)
    attacks = page.locator(".tile.total strong")
    expect(attacks).to_have_text(re.compile(r"\d"))
    everything = attacks.inner_text()
    page.get_by_role("region", name="Countries").get_by_role("button", name="Russia").click()
    expect(page.get_by_role("list", name="Filters")).to_contain_text("Russia")
    assert asked(page)["f"] == ["country:RU"]
    expect(attacks).not_to_have_text(everything)
    expect(page.get_by_role("region", name="Countries").get_by_role("listitem")).to_have_count(1)
    page.go_back()
    expect(page.get_by_role("list", name="Filters")).to_have_count(0)
    assert "f" not in asked(page)
    expect(page.get_by_role("region", name="Countries").get_by_role("button", name="China")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("list", name="Filters")).to_contain_text("Russia")


def test_shift_click_shuts_out(page: Page, site: Site) -> None:
    page.goto(site.url)
    countries = page.get_by_role("region", name="Countries")
    countries.get_by_role("button", name="Russia").click(modifiers=["Shift"])
    expect(page.locator(".pill.shut")).to_have_count(1)
    assert asked(page)["f"] == ["-country:RU"]
    expect(countries.get_by_role("button", name="Russia")).to_have_count(0)
    expect(countries.get_by_role("button", name="China")).to_be_visible()


def test_a_link_holds_the_whole_state(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/?q=port%3A22&f=-country%3ARU&from=now-7d&by=country&live=off")
    expect(page.get_by_label("Search events")).to_have_value("port:22")
    expect(page.locator(".pill.shut")).to_contain_text("Russia")
    expect(page.get_by_role("button", name="Last 7 days")).to_be_visible()
    expect(page.get_by_role("button", name="country", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Live", exact=True)).to_have_attribute("aria-pressed", "false")


def test_keyboard_alone(page: Page, site: Site) -> None:
    page.goto(site.url)
    expect(page.get_by_role("region", name="Countries").get_by_role("button", name="Russia")).to_be_visible()
    page.keyboard.press("/")
    search = page.get_by_label("Search events")
    expect(search).to_be_focused()
    page.keyboard.type("port:22 ")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"q=port%3A22"))
    page.keyboard.press("Escape")
    expect(search).not_to_be_focused()
    page.keyboard.press("/")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.legend') !== null"):
            break
    page.keyboard.press("x")
    expect(page.locator(".pill.shut")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Help")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(r"/events\?q=port%3A22"))


def test_completion(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.get_by_label("Search events").press_sequentially("coun")
    offers = page.get_by_role("listbox", name="Completions")
    expect(offers.get_by_role("option").first).to_contain_text("country")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Search events")).to_have_value("country:")
    expect(offers.get_by_role("option", name="RU")).to_be_visible()


@pytest.mark.parametrize(("text", "at"), [("user:root and (", 15), ("colour:red", 0)])
def test_fault_is_shown_at_its_place(page: Page, site: Site, text: str, at: int) -> None:
    page.goto(site.url)
    page.get_by_label("Search events").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("#fault mark")).to_have_attribute("data-position", str(at))
    expect(page.get_by_label("Search events")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Search events").fill("user:root")
    page.keyboard.press("Enter")
    expect(page.locator("#fault")).to_be_hidden()
    expect(page.get_by_role("region", name="Countries").get_by_role("button", name="Russia")).to_be_visible()


def test_fault_is_asked_for_once(page: Page, site: Site) -> None:
    bad = "colour:red"
    searches: list[str] = []

    def note(request: Request) -> None:
        if "/api/" in request.url and parse_qs(urlsplit(request.url).query).get("q") == [bad]:
            searches.append(request.url)

    page.on("request", note)
    page.goto(f"{site.url}/?q={bad}")
    expect(page.locator("#fault")).to_be_visible()
    page.wait_for_timeout(3500)  # longer than a stream waits before it tries again
    assert len(searches) == 1


def test_brush_zooms(page: Page, site: Site) -> None:
    page.goto(site.url)
    chart = page.get_by_role("region", name="Attacks", exact=True).locator(".u-over")
    box = chart.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60, steps=4)
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=\d{4}-.*to=\d{4}-"))
    expect(page.get_by_role("button", name="Live", exact=True)).to_be_disabled()


def test_hostile_strings_are_inert_and_seen(page: Page, site: Site) -> None:
    page.goto(site.url)
    assert HOSTILE.startswith("<script>")
    cloud = page.get_by_role("region", name="Passwords")
    value = cloud.get_by_role("button").filter(has_text="<script>alert(1)</script>")
    expect(value).to_contain_text("⟨U+202E⟩")
    expect(value).to_contain_text("⟨U+001B⟩")
    value.click()
    expect(page.get_by_role("list", name="Filters")).to_contain_text("<script>alert(1)</script>⟨U+202E⟩")
    expect(page.get_by_role("region", name="Passwords").get_by_role("listitem")).to_have_count(1)
    assert page.locator("script").count() == 1


def test_map_by_keyboard(page: Page, site: Site) -> None:
    page.goto(site.url)
    land = page.get_by_role("button", name=re.compile(r"^China: "))
    land.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Filters")).to_contain_text("China")
    assert pills(page)
