"""The way in: the first run with its token, and signing in and out later."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.site import PASSWORD, USER, Site, running


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An app at its first run."""
    with running(tmp_path_factory.mktemp("fresh"), user=False) as site:
        yield site


def test_first_run(context: BrowserContext, fresh: Site) -> None:
    page = context.new_page()
    page.goto(f"{fresh.url}/#token={fresh.token}")
    expect(page.get_by_label("First-run token")).to_have_value(fresh.token or "")
    assert "#" not in page.url  # neither the history nor a glance over a shoulder keeps it
    page.get_by_label("User name").fill("grace")
    page.get_by_label("Password", exact=True).fill("a long enough password")
    page.get_by_label("Password again").fill("another long password")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("alert")).to_contain_text("differ")
    page.get_by_label("Password again").fill("a long enough password")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.reload()
    expect(page.get_by_label("First-run token")).to_have_count(0)


def test_wrong_token(context: BrowserContext, fresh: Site) -> None:
    page = context.new_page()
    page.goto(fresh.url)
    page.get_by_label("First-run token").fill("guessed")
    page.get_by_label("Password", exact=True).fill("a long enough password")
    page.get_by_label("Password again").fill("a long enough password")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("navigation", name="Pages")).to_have_count(0)


def test_sign_in(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(f"{site.url}/events?q=port:22")
    page.get_by_label("User name").fill(USER)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Search events")).to_have_value("port:22")
    expect(page.locator("table.fixed tbody button.when").first).to_be_visible()
