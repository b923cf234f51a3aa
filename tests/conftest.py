"""Fixtures for all tests: transcripts, and ``--bless``, which rewrites those that changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from samovar.sensor import Sensor
from samovar.testing import WHOLE, replay
from tests.personas import persona

Follows = Callable[..., None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="rewrite transcripts with what happens now")


@pytest.fixture
def follows(request: pytest.FixtureRequest) -> Follows:
    """``follows(sensor, script, chunk)``: the script's transcript is what the sensor does, or is blessed."""

    def check(sensor: Sensor, script: Path, chunk: int = WHOLE) -> None:
        text = script.read_text()
        result = replay(sensor, text, chunk, persona())
        if request.config.getoption("--bless") and chunk == WHOLE:
            script.write_text(result)
        elif not request.config.getoption("--bless"):
            assert result == text

    return check
