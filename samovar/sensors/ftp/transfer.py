"""Commands that move data. Only passive connections: we never call anybody (PORT and EPRT are refused)."""

from collections.abc import Callable, Mapping

from samovar.event import text
from samovar.sensor import Clock, Dialogue, Keep, OpenData, PeerError, ReadData, SendData
from samovar.sensors.ftp.listing import listing
from samovar.sensors.ftp.state import State
from samovar.sensors.ftp.tree import READ
from samovar.sensors.ftp.wire import reply

DATA_TIMEOUT = 60.0  # vsftpd's accept_timeout
MAX_RESTART = (1 << 63) - 1


def pasv(state: State, argument: bytes) -> Dialogue:
    if state.extended_only:
        yield reply(550, "Permission denied.")
        return
    place = yield OpenData()
    if not place:
        yield reply(500, "OOPS: vsf_sysutil_bind")
        return
    state.passive = True
    ip, port = place.decode().split(" ")
    # A client that came over IPv6 gets zeros for the address, as from vsftpd.
    host = "0,0,0,0" if ":" in ip else ip.replace(".", ",")
    yield reply(227, f"Entering Passive Mode ({host},{int(port) >> 8},{int(port) & 255}).")


def epsv(state: State, argument: bytes) -> Dialogue:
    if argument.upper() == b"ALL":
        state.extended_only = True
        yield reply(200, "EPSV ALL ok.")
        return
    if argument not in (b"", b"1", *((b"2",) if ":" in state.peer.local_ip else ())):
        yield reply(522, "Bad network protocol.")
        return
    place = yield OpenData()
    if not place:
        yield reply(500, "OOPS: vsf_sysutil_bind")
        return
    state.passive = True
    yield reply(229, f"Entering Extended Passive Mode (|||{place.decode().split(' ')[1]}|)")


def port(state: State, argument: bytes) -> Dialogue:
    if state.extended_only:
        yield reply(550, "Permission denied.")
    else:
        yield reply(500, "Illegal PORT command.")


def eprt(state: State, argument: bytes) -> Dialogue:
    if state.extended_only:
        yield reply(550, "Permission denied.")
    elif argument[1:2] == b"1" or (argument[1:2] == b"2" and ":" in state.peer.local_ip):
        yield reply(500, "Illegal EPRT command.")
    else:
        yield reply(500, "Bad EPRT protocol.")


def rest(state: State, argument: bytes) -> Dialogue:
    digits = argument[: len(argument) - len(argument.lstrip(b"0123456789"))][:20]
    state.restart = min(int(digits or b"0"), MAX_RESTART)
    yield reply(350, f"Restart position accepted ({state.restart}).")


def list_long(state: State, argument: bytes) -> Dialogue:
    yield from _list(state, argument, full=True)


def list_names(state: State, argument: bytes) -> Dialogue:
    yield from _list(state, argument, full=False)


def _list(state: State, argument: bytes, *, full: bool) -> Dialogue:
    if not state.passive:
        yield reply(425, "Use PORT or PASV first.")
        return
    now = float((yield Clock()))
    rows = listing(state.tree, argument, now, full=full)
    yield reply(150, "Here comes the directory listing.")
    done = "Directory send OK." if rows is not None else "Transfer done (but failed to open directory)."
    yield from _deliver(state, rows or b"", done)


def _deliver(state: State, data: bytes, done: str) -> Dialogue:
    state.passive = False
    try:
        yield SendData(data, timeout=DATA_TIMEOUT)
    except PeerError:
        yield reply(425, "Failed to establish connection.")
    else:
        yield reply(226, done)


def retr(state: State, argument: bytes) -> Dialogue:
    start, state.restart = state.restart, 0
    if not state.passive:
        yield reply(425, "Use PORT or PASV first.")
        return
    if state.ascii and start:
        yield reply(550, "No support for resume of ASCII transfer.")
        return
    node = state.tree.file(argument)
    if node is None or not node.allows(state.tree.uid, READ):
        yield reply(550, "Failed to open file.")
        return
    head = b"Opening BINARY mode data connection for %s (%d bytes)." % (argument, len(node.content))
    yield reply(150, head)
    yield from _deliver(state, node.content[start:], "Transfer complete.")


def stor(state: State, argument: bytes) -> Dialogue:
    yield from _receive(state, argument, "Ok to send data.", append=False)


def appe(state: State, argument: bytes) -> Dialogue:
    yield from _receive(state, argument, "Ok to send data.", append=True)


def stou(state: State, argument: bytes) -> Dialogue:
    stem = argument or b"STOU"
    names = [*([argument] if argument else []), *(b"%s.%d" % (stem, number) for number in range(1, 100))]
    name = next((name for name in names if state.tree.find(state.tree.path(name)) is None), stem)
    yield from _receive(state, name, f"FILE: {text(name)}", append=False)


def _receive(state: State, name: bytes, go: str, *, append: bool) -> Dialogue:
    start, state.restart = state.restart, 0
    if not state.passive:
        yield reply(425, "Use PORT or PASV first.")
        return
    old = state.tree.file(name)
    if not state.tree.may_write(name) or (state.guest and old is not None):
        yield reply(553, "Could not create file.")
        return
    yield reply(150, go)
    state.passive = False
    try:
        data = yield ReadData(limit=state.max_upload, timeout=DATA_TIMEOUT)
    except PeerError:
        yield reply(425, "Failed to establish connection.")
        return
    yield Keep(data, text(name.rpartition(b"/")[2]))
    before = old.content if old is not None else b""
    if append:
        content = before + data
    elif start:
        content = before[:start].ljust(min(start, state.max_upload), b"\0") + data + before[start + len(data) :]
    else:
        content = data
    stored = state.tree.write(name, content, float((yield Clock())))
    if stored and len(data) < state.max_upload:
        yield reply(226, "Transfer complete.")
    else:
        yield reply(451, "Failure writing to local file.")


HANDLERS: Mapping[str, Callable[[State, bytes], Dialogue]] = {
    "PASV": pasv,
    "EPSV": epsv,
    "PORT": port,
    "EPRT": eprt,
    "REST": rest,
    "LIST": list_long,
    "NLST": list_names,
    "RETR": retr,
    "STOR": stor,
    "APPE": appe,
    "STOU": stou,
}
