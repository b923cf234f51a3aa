"""Every batch whole and once in the file, in ECS names, whatever fails, rotates or is taken away."""

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from samovar.event import Event
from samovar.outputs import jsonl as module
from samovar.outputs.jsonl import Jsonl, JsonlConfig
from samovar.pipeline import Output, OutputFeed
from samovar.spool import Spool
from tests.spool.lines import event, lines


@pytest.fixture
def output(tmp_path: Path) -> Iterator[Jsonl]:
    output = Jsonl(JsonlConfig(path="out/events.jsonl"), tmp_path)
    yield output
    output.close()


def numbers(path: Path) -> list[int]:
    decoder = msgspec.json.Decoder(Event)
    return [int(decoder.decode(line).event_id, 16) for line in path.read_bytes().splitlines()]


def big(number: int, mib: float = 0.4) -> Event:
    return event(number, event_original="x" * int(mib * (1 << 20)))


def test_ecs_lines(output: Jsonl) -> None:
    taken: Output = output
    taken.send([event(1, source_geo_country_iso_code="RU", user_name="ro\u202eot\n"), event(2)])
    first, second = output.path.read_text().splitlines()
    assert json.loads(first)["source.geo.country_iso_code"] == "RU"
    assert json.loads(first)["user.name"] == "ro\u202eot\n"
    assert json.loads(second)["event.dataset"] == "terminal.ssh"
    assert output.path.stat().st_mode & 0o007 == 0


def test_rotation(tmp_path: Path) -> None:
    output = Jsonl(JsonlConfig(path="e.jsonl", max_mib=1, keep=2), tmp_path)
    for number in range(9):
        output.send([big(number)])
    output.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e.jsonl", "e.jsonl.1", "e.jsonl.2"]
    assert [numbers(tmp_path / name) for name in ("e.jsonl.2", "e.jsonl.1", "e.jsonl")] == [[4, 5], [6, 7], [8]]


def test_rotation_that_keeps_nothing(tmp_path: Path) -> None:
    output = Jsonl(JsonlConfig(path="e.jsonl", max_mib=1, keep=0), tmp_path)
    for number in range(3):
        output.send([big(number)])
    output.close()
    assert [path.name for path in tmp_path.iterdir()] == ["e.jsonl"]
    assert numbers(tmp_path / "e.jsonl") == [2]


def test_goes_on_after_a_restart_and_cuts_off_what_is_torn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 50)
    config = JsonlConfig(path="e.jsonl")
    for number in range(2):
        output = Jsonl(config, tmp_path)
        output.send([event(number)])
        output.close()
        with output.path.open("ab") as file:
            file.write(lines(7, 1)[:-20])
    output = Jsonl(config, tmp_path)
    assert numbers(output.path) == [0, 1]
    output.close()


def test_only_a_torn_line(tmp_path: Path) -> None:
    (tmp_path / "e.jsonl").write_bytes(b'{"torn')
    Jsonl(JsonlConfig(path="e.jsonl"), tmp_path).close()
    assert (tmp_path / "e.jsonl").read_bytes() == b""


def test_a_failed_write_leaves_nothing(output: Jsonl, monkeypatch: pytest.MonkeyPatch) -> None:
    output.send([event(0)])
    write = os.write
    left = [10]

    def some(file: int, data: memoryview) -> int:
        if not left:
            raise OSError(errno.ENOSPC, "no room")
        return write(file, data[: left.pop()])

    monkeypatch.setattr(os, "write", some)
    with pytest.raises(OSError, match="no room"):
        output.send([event(1)])
    monkeypatch.undo()
    assert numbers(output.path) == [0]
    output.send([event(1)])
    assert numbers(output.path) == [0, 1]


def test_a_file_that_somebody_took_away(output: Jsonl) -> None:
    output.send([event(0)])
    output.path.rename(output.path.with_name("taken"))
    output.send([event(1)])
    output.path.unlink()
    output.send([event(2)])
    assert numbers(output.path.with_name("taken")) == [0]
    assert numbers(output.path) == [2]


def test_in_the_pipeline(tmp_path: Path, output: Jsonl) -> None:
    spool = Spool(tmp_path / "spool")
    feed = OutputFeed(spool, (lambda e: msgspec.structs.replace(e, source_as_number=64500),), output)
    spool.append(lines(0, 5000), 5000)
    assert feed.drain() == 5000
    feed.close()
    spool.close()
    assert numbers(output.path) == list(range(5000))
    assert b'"source.as.number":64500' in output.path.read_bytes()


@pytest.mark.parametrize("path", ["", ".", "..", "../elsewhere.jsonl", "/etc/events.jsonl", "a/../../b"])
def test_paths_elsewhere_are_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="within the data folder"):
        Jsonl(JsonlConfig(path=path), tmp_path)


@pytest.mark.parametrize("wrong", [{"max_mib": 0}, {"keep": -1}])
def test_wrong_settings(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="jsonl"):
        JsonlConfig(**wrong)  # type: ignore[arg-type]  # each value is an int
