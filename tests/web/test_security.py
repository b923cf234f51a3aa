"""Nobody gets in who should not, and nothing gets out that should not."""

import json
import stat
from pathlib import Path

import pytest

from samovar.web.settings import WebConfig, check_exposure
from samovar.web.tickets import Tickets
from samovar.web.users import Users
from tests.web.conftest import BASE, PASSWORD, USER, Site
from tests.web.fakes import SHA256

LOGIN = {"user": USER, "password": PASSWORD}


def cookie(site: Site) -> str:
    answer = site.client.post("/api/v1/login", json=LOGIN)
    assert answer.status_code == 200
    return answer.headers["set-cookie"]


def test_every_route_refuses_strangers_unless_it_is_documented_as_open(home: Site) -> None:
    document = json.loads(home.get("/api/v1/openapi.json")[1])
    opened = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            real = path.format(id="s0", ip="198.51.100.1", sha256=SHA256)
            answer = home.client.request(method, real)
            if operation.get("security") == []:
                opened.add(path)
                assert answer.status_code != 403
            else:
                assert answer.status_code == 401, path
                assert list(answer.json()) == ["error"]
    assert opened == {"/api/v1/me", "/api/v1/login", "/api/v1/setup", "/api/v1/logout"}


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/nothing", "/api/v1/../x", "/docs", "/static/x.py"])
def test_unknown_paths_are_refused_too(home: Site, path: str) -> None:
    assert home.client.get(path).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "Bearer", "é", "a" * 5000])
def test_a_wrong_token_is_refused(home: Site, token: str) -> None:
    header = f"Bearer {token}".encode()
    assert home.client.get("/api/v1/summary", headers={"authorization": header}).status_code == 401


def test_the_first_run_is_set_up_once_with_the_last_token(site: Site) -> None:
    users = Users(site.data)
    assert site.client.get("/api/v1/me").json() == {"state": "setup", "user": None}
    stale, token = users.offer_setup(), users.offer_setup()
    assert (site.data / "web" / "setup-token").read_text() != token
    body = {"token": token, **LOGIN}
    assert site.client.post("/api/v1/setup", json={**body, "token": stale}).status_code == 403
    short = site.client.post("/api/v1/setup", json={**body, "password": "short"})
    assert (short.status_code, "12" in short.json()["error"]["message"]) == (400, True)
    assert site.client.post("/api/v1/setup", json=body).json() == {"state": "ok", "user": USER}
    assert site.client.get("/api/v1/summary").status_code == 200
    assert site.client.post("/api/v1/setup", json=body).status_code == 403
    assert users.offer_setup() is None


def test_login_and_logout(home: Site) -> None:
    assert home.client.get("/api/v1/me").json() == {"state": "login", "user": None}
    flags = {part.strip().lower() for part in cookie(home).split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= flags
    assert home.client.get("/api/v1/me").json() == {"state": "ok", "user": USER}
    held = dict(home.client.cookies)
    home.client.post("/api/v1/logout")
    home.client.cookies.update(held)  # a thief's copy is worth nothing after logout
    assert home.client.get("/api/v1/summary").status_code == 401


def test_on_https_the_cookie_is_bound_to_the_host(home: Site) -> None:
    home.client.base_url = "https://localhost:8443"
    value = cookie(home)
    assert value.startswith("__Host-session-8443=")
    assert "secure" in value.lower()
    assert "domain" not in value.lower()
    assert home.client.get("/api/v1/me").headers["strict-transport-security"]


def test_neither_ticket_nor_password_nor_token_is_stored(home: Site) -> None:
    secret = cookie(home).partition("=")[2].partition(";")[0]
    token = Users(home.data / "other").offer_setup()
    for path in home.data.rglob("web/*"):
        content = path.read_bytes()
        assert secret.encode() not in content
        assert PASSWORD.encode() not in content
        assert (token or "-").encode() not in content
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((home.data / "api-token").stat().st_mode) == 0o600


def test_a_changed_password_or_removed_user_ends_the_login(home: Site) -> None:
    users = Users(home.data)
    cookie(home)
    users.passwd(USER, "another horse battery")
    assert home.client.get("/api/v1/summary").status_code == 401
    assert home.client.post("/api/v1/login", json=LOGIN).status_code == 401
    users.remove(USER)
    assert users.all() == ()


def test_guessing_is_slowed_down_for_the_address_and_the_name(home: Site) -> None:
    wrong = {**LOGIN, "password": "wrong wrong wrong"}
    statuses = [home.client.post("/api/v1/login", json=wrong).status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 401, 429]
    answer = home.client.post("/api/v1/login", json=LOGIN)
    assert (answer.status_code, int(answer.headers["retry-after"]) >= 1) == (429, True)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://localhost"},
        {"origin": "http://localhost:8080"},
    ],
)
def test_writes_from_other_sites_are_refused(home: Site, headers: dict[str, str]) -> None:
    for path in ("login", "logout", "setup"):
        answer = home.client.post(f"/api/v1/{path}", json=LOGIN, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_reads_from_other_sites_are_refused_and_ours_are_not(home: Site) -> None:
    assert home.get("/api/v1/summary", **{"sec-fetch-site": "cross-site"})[0] == 403
    assert home.get("/api/v1/summary", **{"sec-fetch-site": "same-origin"})[0] == 200
    good = {"origin": BASE, "sec-fetch-site": "same-origin"}
    assert home.client.post("/api/v1/login", json=LOGIN, headers=good).status_code == 200


def test_a_form_cannot_log_in(home: Site) -> None:
    answer = home.client.post("/api/v1/login", content=json.dumps(LOGIN), headers={"content-type": "text/plain"})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:64296", "127.0.0.1:1", "[::1]:80", "192.0.2.7", "urn.example"]
)
def test_hosts_that_are_ours(home: Site, host: str) -> None:
    assert home.get("/api/v1/health", host=host)[0] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "a b", "localhost:x", "urn.example/", "x" * 300]
)
def test_hosts_that_are_not(home: Site, host: str) -> None:
    assert home.get("/api/v1/health", host=host)[0] in (400, 403)


def test_bodies_are_bounded(home: Site) -> None:
    big = {**LOGIN, "password": "x" * 20000}
    assert home.client.post("/api/v1/login", json=big).status_code == 413

    def pieces() -> object:
        for _ in range(100):
            yield b"x" * 1000

    headers = {"content-type": "application/json"}
    assert home.client.post("/api/v1/login", content=pieces(), headers=headers).status_code == 413  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"user":1,"password":2}', b'{"user":"a"}', b"\xff", b"null"])
def test_malformed_bodies_are_refused(home: Site, body: bytes) -> None:
    answer = home.client.post("/api/v1/login", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, list(answer.json())) == (400, ["error"])


@pytest.mark.parametrize("text", ["a%0d%0aset-cookie:%20x=1", "%0d%0a%0d%0a<html>"])
def test_no_header_can_be_injected(home: Site, text: str) -> None:
    for path in (f"sessions/{text}", f"files/{text}", f"events.csv?columns={text}", f"summary?{text}=1"):
        answer = home.client.get(f"/api/v1/{path}", headers={"authorization": f"Bearer {home.token}"})
        assert answer.status_code in (400, 404)
        assert "set-cookie" not in answer.headers
        assert answer.headers["content-type"] == "application/json"


def test_every_answer_has_the_security_headers(home: Site) -> None:
    for path in ("/", "/api/v1/me", "/api/v1/summary", "/api/v1/nothing", "/metrics"):
        headers = home.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"


def test_tickets_expire_are_capped_and_survive_a_restart(tmp_path: Path) -> None:
    now = [1000.0]
    tickets = Tickets(tmp_path, seconds=60, clock=lambda: now[0])
    secrets = [tickets.issue("ada", "hash") for _ in range(33)]
    assert tickets.find(secrets[0]) is None
    again = Tickets(tmp_path, seconds=60, clock=lambda: now[0])
    assert again.find(secrets[-1]) is not None
    now[0] += 61
    assert again.find(secrets[-1]) is None
    (tmp_path / "web" / "sessions.json").write_text("garbage")
    assert Tickets(tmp_path, seconds=60).find(secrets[-1]) is None


@pytest.mark.parametrize("name", ["", "a b", "-x", "é", "x" * 65, "../x", "a\n"])
def test_user_names_are_plain(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="user name"):
        Users(tmp_path).add(name, PASSWORD)


def test_users_say_what_is_wrong(tmp_path: Path) -> None:
    users = Users(tmp_path)
    users.add(USER, PASSWORD)
    for act in (lambda: users.add(USER, PASSWORD), lambda: users.add("bob", PASSWORD, first=True)):
        with pytest.raises(ValueError, match="already"):
            act()
    for act in (lambda: users.remove("bob"), lambda: users.passwd("bob", PASSWORD)):
        with pytest.raises(ValueError, match="no user 'bob'"):
            act()
    (tmp_path / "web" / "users.json").write_text("{")
    with pytest.raises(ValueError, match="restore it"):
        Users(tmp_path).all()


def test_listening_beyond_loopback_needs_tls_and_a_password(tmp_path: Path) -> None:
    pem = tmp_path / "x.pem"
    pem.touch()
    tls = {"certificate": str(pem), "key": str(pem)}
    check_exposure(WebConfig(), has_password=False)
    check_exposure(WebConfig(listen="[::1]:0"), has_password=False)
    check_exposure(WebConfig(listen="0.0.0.0:443", **tls), has_password=True)
    refused = [
        (WebConfig(listen="0.0.0.0:443"), True, "TLS"),
        (WebConfig(listen="[::]:443", **tls), False, "user add"),
        (WebConfig(listen="localhost:1", certificate=str(pem)), True, "belong together"),
        (WebConfig(certificate="/nonexistent", key=str(pem)), True, "no file"),
        (WebConfig(listen="443"), True, "ADDRESS:PORT"),
        (WebConfig(listen="127.0.0.1:99999"), True, "ADDRESS:PORT"),
    ]
    for config, has_password, says in refused:
        with pytest.raises(ValueError, match=says):
            check_exposure(config, has_password=has_password)
