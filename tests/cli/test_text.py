"""What the terminal is shown, and what the command line understands."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from samovar.cli.compose import shifted
from samovar.cli.text import safe, size
from samovar.cli.times import span
from tests.cli.platform import run

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\r\nb", "a\\x0d\\x0ab"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("plain \u00e9\u4e2d", "plain \u00e9\u4e2d"),
        ("\x9b31m", "\\x9b31m"),
    ],
)
def test_hostile_text_is_inert_and_visible(raw: str, shown: str) -> None:
    assert safe(raw) == shown


def test_times() -> None:
    assert span("7d", None, None, NOW).start == NOW - timedelta(days=7)
    assert span(None, "2026-11-01", "2026-11-08T06:00+02:00", NOW).end == datetime(2026, 11, 8, 4, tzinfo=UTC)
    for wrong in ("7 days", "-1h", "1y", "x"):
        with pytest.raises(ValueError, match="is not a length of time"):
            span(wrong, None, None, NOW)


def test_ports_are_moved_one_to_one() -> None:
    assert shifted(22, 20000) == 20022
    assert shifted(22, 0) == 22
    moved = {shifted(port, 20000) for port in range(1024, 65536)}
    assert len(moved) == 64512
    assert min(moved) >= 1024


def test_sizes() -> None:
    assert [size(n) for n in (0, 999, 1500, 20_000_000_000)] == ["0 B", "999 B", "1.5 kB", "20.0 GB"]


@pytest.mark.parametrize("command", ["summary", "events", "sessions", "top"])
def test_nothing_recorded_says_what_to_do(command: str, tmp_path: Path) -> None:
    done = run(tmp_path, command, *(["user"] if command == "top" else []))
    assert done.returncode == 1
    assert done.stderr.startswith("samovar: nothing has been recorded")
    assert len(done.stderr.splitlines()) == 1


def test_persona_is_drawn_and_keeps_its_secrets(tmp_path: Path) -> None:
    first = run(tmp_path, "persona", "--json")
    assert first.returncode == 0
    assert "host_name" in first.stdout
    assert "salt" not in first.stdout
    assert run(tmp_path, "persona", "--json").stdout == first.stdout
    assert "salt" in run(tmp_path, "persona", "--json", "--secrets").stdout


def test_users(tmp_path: Path) -> None:
    assert run(tmp_path, "user", "add", "alice", typed="correct horse battery\n").returncode == 0
    assert "alice" in run(tmp_path, "user", "list").stdout
    short = run(tmp_path, "user", "add", "bob", typed="short\n")
    assert (short.returncode, "12" in short.stderr) == (1, True)
    assert run(tmp_path, "user", "remove", "alice").returncode == 0
    assert "alice" not in run(tmp_path, "user", "list").stdout


def test_check_says_what_is(tmp_path: Path) -> None:
    done = run(tmp_path, "check", "--listen", "127.0.0.1", "--port-offset", "20000", "--json")
    assert '"lock-down: seccomp"' in done.stdout
    wrong = run(tmp_path, "check", "--web", "nonsense")
    assert wrong.returncode == 1
    assert "web.listen" in wrong.stdout
