"""The page's files: the right ones, with the right headers, and nothing else."""

import gzip
from pathlib import Path

import pytest

from samovar.web.page import POLICY
from tests.web.conftest import Site


@pytest.fixture
def built(site: Site) -> Site:
    """The app with a page built beside a secret."""
    static = site.data / "static"
    (static / "assets").mkdir(parents=True)
    (static / "assets" / "app-1234.js").write_text("export {}")
    (static / "assets" / "app-1234.js.gz").write_bytes(gzip.compress(b"export {}"))
    (static / ".stamp").write_text("secret")
    (static / "replay.html").write_text("<p>replay")
    (static / "link.txt").symlink_to(site.data / "secret.txt")
    (site.data / "secret.txt").write_text("secret")
    (static / "index.html").write_text("<p>page")
    return site


def test_unbuilt_the_page_says_what_to_do(site: Site) -> None:
    answer = site.client.get("/")
    assert answer.headers["content-type"].startswith("text/plain")
    assert (answer.status_code, "make up" in answer.text) == (503, True)


@pytest.mark.parametrize("path", ["/", "/events", "/sessions/abc", "/sources/2001:db8::1", "/artefacts", "/login"])
def test_every_view_is_the_one_document(built: Site, path: str) -> None:
    answer = built.client.get(path)
    assert (answer.status_code, answer.text) == (200, "<p>page")
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-cache"
    assert built.client.head(path).status_code == 200
    etag = answer.headers["etag"]
    assert built.client.get(path, headers={"if-none-match": etag}).status_code == 304


def test_assets_are_kept_for_ever_and_packed(built: Site) -> None:
    for path in ("/assets/app-1234.js", "/sessions/assets/app-1234.js"):
        answer = built.client.get(path, headers={"accept-encoding": "gzip"})
        assert (answer.text, answer.headers["content-encoding"]) == ("export {}", "gzip")
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert "immutable" in answer.headers["cache-control"]
    plain = built.client.get("/assets/app-1234.js", headers={"accept-encoding": "identity"})
    assert (plain.text, plain.headers.get("content-encoding")) == ("export {}", None)


@pytest.mark.parametrize(
    "path",
    [
        "/.stamp",
        "/link.txt",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/..%5csecret.txt",
        "/assets/",
        "/users.json",
        "/web/users.json",
        "/assets/app-1234.js%00",
        "/assets/app-1234.js.gz",
    ],
)
def test_nothing_else_is_served(built: Site, path: str) -> None:
    status, body = built.get(path)
    assert (status, b"secret" in body) == (404, False)


def test_a_new_build_is_noticed(built: Site) -> None:
    assert built.client.get("/").text == "<p>page"
    index: Path = built.data / "static" / "index.html"
    draft = index.with_name("draft")
    draft.write_text("<p>newer page")
    draft.replace(index)
    assert built.client.get("/").text == "<p>newer page"


def test_only_get_reaches_the_page(built: Site) -> None:
    answer = built.client.post("/", headers={"authorization": f"Bearer {built.token}"})
    assert (answer.status_code, list(answer.json())) == (405, ["error"])
