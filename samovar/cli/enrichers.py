"""What is added to events between spool and store, in order."""

from pathlib import Path

from samovar.config import Settings
from samovar.enrich.geo import Geo
from samovar.enrich.technique import technique
from samovar.pipeline import Enricher


def geo(data: Path, chosen: Settings) -> Geo:
    """Location data: DATA/geo if it is there, else ./geo, where ``make up`` puts it."""
    own = data / "geo"
    return Geo(chosen.geo, own if own.is_dir() else Path("geo").absolute())


def enrichers(data: Path, chosen: Settings) -> tuple[Enricher, ...]:
    """All of them."""
    return geo(data, chosen), technique
