"""From the configuration file to what the fetcher is told."""

from argparse import Namespace
from pathlib import Path

import msgspec
import pytest

from samovar.cli.compose import settings, spec
from samovar.fetch.config import FetchConfig


def told(data: Path, toml: str) -> FetchConfig | None:
    """What the fetcher gets, or None where there is none."""
    (data / "samovar.toml").write_text(toml)
    chosen = settings(data, Namespace(config=None))
    wanted = spec(data, chosen, lines=False).fetch
    return msgspec.json.decode(wanted, type=FetchConfig) if wanted else None


def test_on_by_default(tmp_path: Path) -> None:
    config = told(tmp_path, "")
    assert config == FetchConfig()
    assert 80 in config.ports
    assert config.allow == ()


@pytest.mark.parametrize("edition", ["standard", "sensor", "full"])
def test_off_with_one_setting_in_every_edition(tmp_path: Path, edition: str) -> None:
    assert told(tmp_path, f'edition = "{edition}"\n[fetch]\nenabled = false\n') is None


def test_every_setting(tmp_path: Path) -> None:
    config = told(tmp_path, '[fetch]\nports = "any"\ndeny = ["198.51.100.7/32"]\nseconds = 10\n')
    assert config == FetchConfig(ports="any", deny=("198.51.100.7/32",), seconds=10)
    config = told(tmp_path, "[fetch]\nports = [80, 4444]\n")
    assert config is not None
    assert config.ports == (80, 4444)


@pytest.mark.parametrize(
    ("line", "word"),
    [("ports = [0]", "ports"), ('ports = "all"', "ports"), ('deny = ["x"]', "x"), ("per_minutes = 3", "per_minute")],
)
def test_a_wrong_setting_stops_the_start(tmp_path: Path, line: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        told(tmp_path, f"[fetch]\n{line}\n")
