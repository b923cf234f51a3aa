"""T-Pot's four editions, as data."""

from msgspec import Struct

from samovar.event import Family


class Edition(Struct, frozen=True):
    """Which honeypot families run, and whether the store and the pages do."""

    name: str
    title: str
    families: tuple[Family, ...]
    pages: bool


EDITIONS: dict[str, Edition] = {
    edition.name: edition
    for edition in (
        Edition(
            "standard",
            "all honeypots for servers, with the store and the pages",
            ("terminal", "services", "web", "elastic", "catchall", "nsm"),
            True,
        ),
        Edition(
            "sensor",
            "the same honeypots, recording to the spool only",
            ("terminal", "services", "web", "elastic", "catchall", "nsm"),
            False,
        ),
        Edition("industrial", "industrial control and charging stations, with the pages", ("ics", "ev", "nsm"), True),
        Edition(
            "full",
            "everything",
            ("terminal", "services", "web", "elastic", "catchall", "ics", "ev", "nsm"),
            True,
        ),
    )
}
