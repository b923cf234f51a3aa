"""The app over a fake store, asked as a stranger, as a user and as a local program."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from samovar.web.app import create_app
from samovar.web.live import Live
from samovar.web.settings import WebConfig
from samovar.web.users import Users, api_token
from tests.web.fakes import FakeReader, FakeState, make_events

BASE = "http://localhost"
USER, PASSWORD = "ada", "correct horse battery"


@dataclass(frozen=True)
class Site:
    """One running app."""

    client: TestClient
    reader: FakeReader
    live: Live
    data: Path
    token: str

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """GET as a local program."""
        answer = self.client.get(path, headers={"authorization": f"Bearer {self.token}", **headers})
        return answer.status_code, answer.content


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The app, with no user yet and no page built."""
    reader = FakeReader(make_events(600))
    live = Live()
    config = WebConfig(hosts=("urn.example",))
    app = create_app(reader, live, FakeState(tmp_path, reader), config, data=tmp_path, static=tmp_path / "static")
    with TestClient(app, base_url=BASE) as client:
        yield Site(client, reader, live, tmp_path, api_token(tmp_path))


@pytest.fixture
def home(site: Site) -> Site:
    """The app with one user, who is not logged in."""
    Users(site.data).add(USER, PASSWORD)
    return site
