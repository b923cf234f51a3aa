"""Recordings under the budget: they go before the store's days, and with age."""

import time
from pathlib import Path

from samovar.artefacts import Artefacts
from samovar.asciicast import Entry
from samovar.disk import DiskConfig, Keeper
from samovar.process.terminals import Piece
from samovar.recordings import Recordings
from samovar.spool import Spool, SpoolConfig
from tests.disk.fakes import Days

_DAY = 86_400.0


def filled(folder: Path, days: int) -> tuple[Recordings, list[str]]:
    """A recording of 200 kB for each of the last days, the oldest first."""
    kept, names = Recordings(folder), []
    for day in range(days):
        name = f"{int((time.time() - (days - 1 - day) * _DAY) * 1e6):013x}aaaaaa{day:04x}"
        kept.take(0, Piece(name, 0, tuple(Entry(n, "o", "x" * 10_000) for n in range(20)), True))
        names.append(name)
    return kept, names


def test_the_oldest_recordings_go_before_the_stores_days(tmp_path: Path) -> None:
    kept, names = filled(tmp_path / "recordings", 6)
    store = Days(10, 10)
    config = DiskConfig(budget_gib=700_000 / (1 << 30), reserve_mib=0)
    with_spool = Spool(tmp_path / "spool", SpoolConfig())
    keeper = Keeper(with_spool, store, Artefacts(tmp_path / "files"), config, tmp_path, casts=kept)
    keeper.step()
    with_spool.close()
    assert [name for name in names if kept.path(name)] == names[-3:]
    assert store.sizes == [10, 10]
    assert keeper.state.used <= 700_000


def test_recordings_go_when_they_are_too_old(tmp_path: Path) -> None:
    kept, names = filled(tmp_path / "recordings", 6)
    with_spool = Spool(tmp_path / "spool", SpoolConfig())
    keeper = Keeper(with_spool, None, Artefacts(tmp_path / "files"), DiskConfig(days=2, reserve_mib=0), tmp_path,
                    casts=kept)  # fmt: skip
    keeper.step()
    with_spool.close()
    assert [name for name in names if kept.path(name)] == names[-3:]
