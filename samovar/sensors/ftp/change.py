"""Commands that change files without moving data."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from samovar.sensor import Clock, Dialogue
from samovar.sensors.ftp.state import State
from samovar.sensors.ftp.tree import WRITE
from samovar.sensors.ftp.wire import quoted, reply


def mkd(state: State, argument: bytes) -> Dialogue:
    if state.tree.make(argument, float((yield Clock()))):
        yield reply(257, quoted(state.tree.path(argument)) + b" created")
    else:
        yield reply(550, "Create directory operation failed.")


def rmd(state: State, argument: bytes) -> Dialogue:
    if state.tree.remove(argument, directory=True):
        yield reply(250, "Remove directory operation successful.")
    else:
        yield reply(550, "Remove directory operation failed.")


def dele(state: State, argument: bytes) -> Dialogue:
    if state.tree.remove(argument, directory=False):
        yield reply(250, "Delete operation successful.")
    else:
        yield reply(550, "Delete operation failed.")


def rnfr(state: State, argument: bytes) -> Dialogue:
    exists = bool(argument) and state.tree.find(state.tree.path(argument)) is not None
    state.renaming = argument if exists else None
    yield reply(350, "Ready for RNTO.") if exists else reply(550, "RNFR command failed.")


def rnto(state: State, argument: bytes) -> Dialogue:
    old, state.renaming = state.renaming, None
    if old is None:
        yield reply(503, "RNFR required first.")
    elif state.tree.rename(old, argument):
        yield reply(250, "Rename successful.")
    else:
        yield reply(550, "Rename failed.")


def mdtm(state: State, argument: bytes) -> Dialogue:
    """Ask for a file's time, or set it: ``MDTM 20200101010101 name``."""
    stamp, _, name = argument.partition(b" ")
    moment = parse_time(stamp) if name and not state.guest else None
    node = state.tree.file(name if moment is not None else argument)
    if node is None:
        yield reply(550, "Could not get file modification time.")
    elif moment is None:
        yield reply(213, f"{datetime.fromtimestamp(node.changed, UTC):%Y%m%d%H%M%S}")
    elif node.allows(state.tree.uid, WRITE):
        node.changed = moment
        yield reply(213, "File modification time set.")
    else:
        yield reply(550, "Could not set file modification time.")


def parse_time(stamp: bytes) -> float | None:
    """``YYYYMMDDhhmmss`` as seconds since 1970; None for anything else, and for times before 1970."""
    if len(stamp) != 14 or not stamp.isdigit():
        return None
    try:
        moment = datetime.strptime(stamp.decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return max(moment.timestamp(), 0.0)


def site(state: State, argument: bytes) -> Dialogue:
    verb, _, rest = argument.partition(b" ")
    match verb.upper():
        case b"HELP":
            yield reply(214, "CHMOD UMASK HELP")
        case b"UMASK" if not rest:
            yield reply(200, f"Your current UMASK is 0{state.umask:02o}")
        case b"UMASK":
            state.umask = octal(rest) & 0o777
            yield reply(200, f"UMASK set to 0{state.umask:02o}" if state.umask else "UMASK set to 0")
        case b"CHMOD":
            yield from chmod(state, rest)
        case _:
            yield reply(500, "Unknown SITE command.")


def chmod(state: State, argument: bytes) -> Dialogue:
    bits, _, name = argument.partition(b" ")
    if not bits or not name:
        yield reply(500, "SITE CHMOD needs 2 arguments.")
        return
    node = state.tree.find(state.tree.path(name))
    if node is None or state.tree.uid not in (0, node.owner):
        yield reply(550, "SITE CHMOD command failed.")
        return
    node.mode = octal(bits) & 0o777
    yield reply(200, "SITE CHMOD command ok.")


def octal(digits: bytes) -> int:
    """The number its leading octal digits stand for; 0 for none."""
    lead = digits[:8][: len(digits[:8]) - len(digits[:8].lstrip(b"01234567"))]
    return int(lead or b"0", 8)


HANDLERS: Mapping[str, Callable[[State, bytes], Dialogue]] = {
    "MKD": mkd,
    "RMD": rmd,
    "DELE": dele,
    "RNFR": rnfr,
    "RNTO": rnto,
    "MDTM": mdtm,
    "SITE": site,
}
