"""What a visitor finds: the public area, or a user's home. Drawn from the persona, so it stays the same."""

import zlib

from samovar.persona import Persona
from samovar.sensors.ftp.tree import Node

DAY = 86_400
ANONYMOUS_UID = 14


def public(persona: Persona) -> Node:
    """The anonymous area: a little to read, and one directory that takes uploads."""
    age = persona.site_time
    readme = (
        f"{persona.organization} file server ({persona.host_name})\n\n"
        "pub       documents for customers and partners\n"
        "incoming  uploads; removed after 14 days\n\n"
        f"Questions: it@{persona.domain}\n"
    ).encode()
    prices = "article;description;unit;price\n" + "".join(
        f"{100200 + 17 * i};{_article(persona, i)};pc;{3 + persona.keyed('price', str(i))[0]}.{i % 10}0\n"
        for i in range(24)
    )
    return _directory(
        0,
        age,
        {
            b"incoming": Node(0o777, 0, age + 2 * DAY, children={}),
            b"pub": _directory(
                0, age + DAY, {b"README": _file(0, age, readme), b"prices.csv": _file(0, age + DAY, prices.encode())}
            ),
        },
    )


def home(persona: Persona, uid: int) -> Node:
    """A home directory with a web site, a dump of its database and a shell history."""
    age = persona.site_time + 3 * DAY
    secret = persona.keyed("ftp-database").hex()[:12]
    site = (
        "<?php\n$db_host = 'localhost';\n"
        f"$db_name = '{persona.organization}';\n$db_user = 'web';\n$db_pass = '{secret}';\n"
    ).encode()
    page = f"<html><head><title>{persona.organization}</title></head><body>Under construction</body></html>\n".encode()
    dump = (
        f"-- Host: localhost    Database: {persona.organization}\n"
        "DROP TABLE IF EXISTS `customers`;\n"
        "CREATE TABLE `customers` (`id` int NOT NULL AUTO_INCREMENT, `name` varchar(80), PRIMARY KEY (`id`));\n"
    ).encode()
    history = b"ls -la\ncd public_html/\nnano config.inc.php\nmysqldump web > ../backup/web.sql\nexit\n"
    return _directory(
        uid,
        age,
        {
            b".bash_history": _file(uid, age + 2 * DAY, history, 0o600),
            b"backup": _directory(uid, age, {b"web.sql.gz": _file(uid, age, _gzip(dump))}),
            b"public_html": _directory(
                uid,
                age,
                {b"config.inc.php": _file(uid, age, site), b"index.html": _file(uid, age - DAY, page)},
            ),
        },
    )


def uid_of(persona: Persona, user: str) -> int:
    """The user id an account has on this machine; unknown names get one beyond the known."""
    if user == "root":
        return 0
    return 1000 + (persona.users.index(user) if user in persona.users else len(persona.users))


def _file(owner: int, changed: float, content: bytes, mode: int = 0o644) -> Node:
    return Node(mode, owner, changed, content)


def _directory(owner: int, changed: float, children: dict[bytes, Node]) -> Node:
    return Node(0o755, owner, changed, children=children)


def _article(persona: Persona, number: int) -> str:
    kinds = ("bracket", "hose clamp", "seal kit", "bearing", "filter", "valve", "adapter", "gasket")
    draw = persona.keyed("article", str(number))
    return f"{kinds[draw[0] % len(kinds)]} {4 + draw[1] % 60} mm"


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()
