"""What the API answers, and that its document says so."""

import csv
import io
import json
import re
from typing import Any
from urllib.parse import quote

import pytest

from samovar.event import Event
from samovar.query import QueryError
from samovar.web.api import Api
from samovar.web.auth import Auth
from samovar.web.settings import WebConfig
from tests.web.conftest import Site
from tests.web.fakes import HOSTILE, SAMPLE, SHA256, FakeState, make_event
from tests.web.schema import check

GETS = {
    "summary": "",
    "histogram": "?by=family&buckets=7&top=2&unit=events",
    "terms": "?field=user&field=samovar.login.password&size=3",
    "map": "?size=2",
    "events": "?limit=5&order=asc",
    "sessions": "?limit=5",
    "sessions/{id}": "",
    "sources/{ip}": "",
    "files": "",
    "sensors": "",
    "fields": "",
    "techniques": "",
    "health": "",
    "me": "",
    "openapi.json": "",
}


def get(site: Site, path: str) -> Any:
    status, body = site.get(f"/api/v1/{path}")
    assert status == 200, body
    return json.loads(body)


def filled(site: Site, path: str) -> str:
    event = site.reader.all[-1]
    return path.format(id=event.samovar_session_id, ip=event.source_ip, sha256=SHA256)


@pytest.mark.parametrize("path", GETS)
def test_each_get_answers_as_its_schema_says(site: Site, path: str) -> None:
    document = get(site, "openapi.json")
    operation = document["paths"][f"/api/v1/{path}"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    answer = get(site, filled(site, path) + GETS[path])
    if path != "openapi.json":
        check(answer, schema, document["components"]["schemas"])
    assert answer


def test_every_route_is_documented_and_each_json_route_is_checked_above(site: Site) -> None:
    document = get(site, "openapi.json")
    auth = Auth(site.data, session_hours=1)
    api = Api(site.reader, site.live, FakeState(site.data, site.reader), auth, WebConfig())
    api.answers.close()
    routes = {(call.operation.path, call.operation.method.lower()) for call in api.calls}
    assert routes == {(path, method) for path, methods in document["paths"].items() for method in methods}
    plain = {"/api/v1/" + path for path in GETS}
    others = ("live", "events.csv", "events.ndjson", "files/{sha256}", "recordings/{id}.cast", "recordings/{id}/live")
    streamed = {"/metrics", *("/api/v1/" + path for path in others)}
    assert {path for path, method in routes if method == "get"} == plain | streamed
    for path, methods in document["paths"].items():
        for operation in methods.values():
            named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))
    text = json.dumps(document)
    for name in re.findall(r"#/components/schemas/(\w+)", text):
        assert name in document["components"]["schemas"]


def test_terms_take_fields_however_spelt(site: Site) -> None:
    expected = get(site, "terms?field=user.name")["rows"]
    assert expected == get(site, "terms?field=user")["rows"] == get(site, "terms?field=user_name")["rows"]
    assert get(site, "terms?field=sensor")["fields"] == ["event_dataset"]


def test_search_narrows_every_answer(site: Site) -> None:
    everything, some = get(site, "summary"), get(site, "summary?q=sensor:ftp")
    assert [row["protocol"] for row in some["rows"]] == ["ftp"]
    assert 0 < some["events"] < everything["events"]
    assert all(e["network.protocol"] == "ftp" for e in get(site, "events?q=sensor:ftp")["events"])


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("summary?from=yesterday", "from: not a time"),
        ("summary?from=now&to=now-1h", "before"),
        ("summary?from=now-99999w&to=now-99999w", "before"),
        ("summary?to=99999-01-01", "to: not a time"),
        ("summary?colour=red", "colour"),
        ("summary?q=a&q=b", "twice"),
        ("summary?q=" + "x" * 4097, "4096"),
        ("summary?q=" + quote("é" * 2100), "4096 bytes"),
        ("histogram?buckets=1001", "buckets"),
        ("histogram?buckets=0", "buckets"),
        ("histogram?buckets=many", "buckets"),
        ("histogram?unit=pounds", "unit"),
        ("histogram?by=usr.name", "did you mean"),
        ("terms", "field"),
        ("terms?size=1001&field=user", "size"),
        ("terms?field=nothing.like.it", "no field"),
        ("terms?" + "&".join(["field=user"] * 5), "field"),
        ("map?size=2001", "size"),
        ("events?limit=1001", "limit"),
        ("events?order=random", "order"),
        ("events?cursor=x", "cursor"),
        ("sources/not-an-address", "ip"),
        ("sessions/" + "a" * 65, "id"),
        ("files/" + "g" * 64, "sha256"),
        ("files/" + "a" * 64 + "%0a", "sha256"),
        ("events.csv?columns=nothing.like.it", "no field"),
        ("events.csv?columns=" + "user," * 101, "100"),
        ("fields?q=x", "q"),
    ],
)
def test_what_cannot_be_asked_is_a_400_that_says_why(site: Site, path: str, says: str) -> None:
    status, body = site.get(f"/api/v1/{path}")
    assert status == 400
    assert says in json.loads(body)["error"]["message"]


@pytest.mark.parametrize("path", ["summary", "events", "events.csv", "events.ndjson", "live"])
def test_a_search_that_cannot_be_read_says_where(site: Site, path: str) -> None:
    status, body = site.get(f"/api/v1/{path}?q=user:root%20and%20(")
    assert status == 400
    assert json.loads(body)["error"]["position"] == 15


@pytest.mark.parametrize("path", ["sessions/nobody", "files/" + "0" * 64, "nothing", "files/../../etc/passwd"])
def test_what_is_not_there_is_a_json_404(site: Site, path: str) -> None:
    status, body = site.get(f"/api/v1/{path}")
    assert (status, list(json.loads(body))) == (404, ["error"])


def test_pages_of_events_and_sessions_join_without_gap(site: Site) -> None:
    whole = [event["event.id"] for event in get(site, "events?limit=1000")["events"]]
    first = get(site, "events?limit=250")
    second = get(site, f"events?limit=250&cursor={first['next']}")
    third = get(site, f"events?limit=250&cursor={second['next']}")
    assert whole == [e["event.id"] for page in (first, second, third) for e in page["events"]]
    assert third["next"] is None
    rows = get(site, "sessions?limit=150")
    assert rows["next"] == rows["sessions"][-1]["id"]
    assert get(site, f"sessions?limit=150&cursor={rows['next']}")["next"] is None


def test_an_unknown_source_has_an_empty_report(site: Site) -> None:
    report = get(site, "sources/2001:db8::1")
    assert (report["ip"], report["events"], report["first_seen"]) == ("2001:db8::1", 0, None)


def test_sensors_say_how_often_they_were_attacked(site: Site) -> None:
    sensors = {sensor["sensor"]: sensor for sensor in get(site, "sensors")["sensors"]}
    rows = {row["protocol"]: row["attacks"] for row in get(site, "summary")["rows"]}
    assert sensors["ssh"]["attacks"] == rows["ssh"] > 0
    assert sensors["ssh"]["bound"] == "127.0.0.1:20022"


def test_ndjson_holds_each_event_once(site: Site) -> None:
    status, body = site.get("/api/v1/events.ndjson?q=action:login")
    ids = [json.loads(line)["event.id"] for line in body.splitlines()]
    assert (status, ids) == (200, [e.event_id for e in site.reader.all if e.event_action == "login"])


def test_csv_has_the_columns_asked_for_and_no_formulas(site: Site) -> None:
    dangerous = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\uff1d1"]
    last = site.reader.all[-1].timestamp
    site.reader.all = [make_event(last, 1, user_name=text, samovar_detail={"a": text}) for text in dangerous]
    answer = site.client.get(
        "/api/v1/events.csv?columns=user,port,samovar.detail.a,lat,@timestamp".replace(
            "lat", "source.geo.location.lat"
        ),
        headers={"authorization": f"Bearer {site.token}"},
    )
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert rows[0] == ["user.name", "destination.port", "samovar.detail.a", "source.geo.location.lat", "@timestamp"]
    assert [row[0] for row in rows[1:]] == ["'" + text for text in dangerous]
    assert [row[2] for row in rows[1:]] == ["'" + text for text in dangerous]
    assert answer.headers["content-disposition"] == 'attachment; filename="events.csv"'
    assert rows[1][3] == str(site.reader.all[0].source_geo_lat)


def test_an_artefact_is_an_inert_attachment(site: Site) -> None:
    answer = site.client.get(f"/api/v1/files/{SHA256}", headers={"authorization": f"Bearer {site.token}"})
    assert answer.content == SAMPLE
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="{SHA256}.bin"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_hostile_text_comes_out_as_json_and_whole(site: Site) -> None:
    answer = site.client.get("/api/v1/terms?field=user", headers={"authorization": f"Bearer {site.token}"})
    assert answer.headers["content-type"] == "application/json"
    assert HOSTILE in {row["values"][0] for row in answer.json()["rows"]}
    status, body = site.get("/api/v1/terms?field=%3Cscript%3E")
    assert (status, list(json.loads(body))) == (400, ["error"])


def test_metrics_are_prometheus_text_with_escaped_labels(site: Site) -> None:
    status, body = site.get("/metrics")
    text = body.decode()
    assert status == 200
    assert 'samovar_dropped_total{kind="odd\\"kind\\n"} 3\n' in text
    assert 'samovar_sensor_sessions_total{family="terminal",sensor="ssh"} 8\n' in text
    assert 'samovar_datagrams_total{kind="received"} 9\n' in text
    assert f"samovar_store_bytes {site.reader.size()}\n" in text
    sample = re.compile(r'[a-z_]+(\{([a-z]+="([^"\\\n]|\\.)*",?)+\})? -?[0-9.e+-]+')
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(sample.fullmatch(line) for line in lines)
    assert len(lines) > 12


def test_four_dashboards_cost_one(site: Site) -> None:
    span = "from=2026-01-01T00:00:00Z&to=2030-01-01"
    answers = {site.get(f"/api/v1/summary?{span}")[1] for _ in range(4)}
    assert (len(answers), site.reader.calls["summary"]) == (1, 1)


def test_big_answers_are_packed_for_who_wants_it(site: Site) -> None:
    headers = {"authorization": f"Bearer {site.token}"}
    plain = site.client.get("/api/v1/fields", headers={**headers, "accept-encoding": "identity"})
    packed = site.client.get("/api/v1/fields", headers={**headers, "accept-encoding": "gzip"})
    assert (plain.headers.get("content-encoding"), packed.headers["content-encoding"]) == (None, "gzip")
    assert plain.json() == packed.json()


@pytest.mark.parametrize(("error", "status"), [(QueryError("no such sum", 3), 400), (TimeoutError(), 503)])
def test_what_the_store_refuses_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(site.reader, "summary", refuse)
    got, body = site.get("/api/v1/summary")
    assert (got, list(json.loads(body))) == (status, ["error"])


def test_our_own_mistakes_are_told_without_their_inside(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> tuple[Event, ...]:
        raise RuntimeError("secret path")

    monkeypatch.setattr(site.reader, "session", broken)
    site.client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]  # TestClient has no setter
    status, body = site.get("/api/v1/sessions/x")
    assert (status, b"secret" in body, list(json.loads(body))) == (500, False, ["error"])
