"""Commands that neither move data nor change files: where am I, who am I, what can you do."""

from collections.abc import Callable, Mapping

from samovar.event import text
from samovar.sensor import Clock, Dialogue, Send
from samovar.sensors.ftp.listing import listing
from samovar.sensors.ftp.state import State
from samovar.sensors.ftp.wire import quoted, reply

HELP = (
    b"214-The following commands are recognized.\r\n"
    b" ABOR ACCT ALLO APPE CDUP CWD  DELE EPRT EPSV FEAT HELP LIST MDTM MKD\r\n"
    b" MODE NLST NOOP OPTS PASS PASV PORT PWD  QUIT REIN REST RETR RMD  RNFR\r\n"
    b" RNTO SITE SIZE SMNT STAT STOR STOU STRU SYST TYPE USER XCUP XCWD XMKD\r\n"
    b" XPWD XRMD\r\n214 Help OK.\r\n"
)


def user_again(state: State, argument: bytes) -> Dialogue:
    if state.guest:
        yield reply(530, "Can't change from guest user.")
    elif text(argument) == state.user:
        yield reply(331, "Any password will do.")
    else:
        yield reply(530, "Can't change to another user.")


def helping(state: State, argument: bytes) -> Dialogue:
    yield Send(HELP)


def status(state: State, argument: bytes) -> Dialogue:
    if argument:
        now = float((yield Clock()))
        rows = listing(state.tree, b"-a " + argument, now, full=True) or b""
        yield Send(b"213-Status follows:\r\n" + rows + b"213 End of status\r\n")
        return
    lines = (
        f"Connected to {state.peer.ip}",
        f"Logged in as {state.user}",
        f"TYPE: {'ASCII' if state.ascii else 'BINARY'}",
        "No session bandwidth limit",
        f"Session timeout in seconds is {state.idle_timeout:.0f}",
        f"Control connection is {'encrypted' if state.features.secure else 'plain text'}",
        *(() if state.features.secure else ("Data connections will be plain text",)),
        "At session startup, client count was 1",
        "vsFTPd 3.0.3 - secure, fast, stable",
    )
    body = "".join(f"     {line}\r\n" for line in lines)
    yield Send(f"211-FTP server status:\r\n{body}211 End of status\r\n".encode())


def pwd(state: State, argument: bytes) -> Dialogue:
    yield reply(257, quoted(state.tree.cwd) + b" is the current directory")


def cwd(state: State, argument: bytes) -> Dialogue:
    entered = state.tree.enter(argument)
    yield reply(250, "Directory successfully changed.") if entered else reply(550, "Failed to change directory.")


def cdup(state: State, argument: bytes) -> Dialogue:
    yield from cwd(state, b"..")


def kind(state: State, argument: bytes) -> Dialogue:
    if argument.upper() in (b"A", b"A N"):
        state.ascii = True
        yield reply(200, "Switching to ASCII mode.")
    elif argument.upper() in (b"I", b"L8", b"L 8"):
        state.ascii = False
        yield reply(200, "Switching to Binary mode.")
    else:
        yield reply(500, "Unrecognised TYPE command.")


def structure(state: State, argument: bytes) -> Dialogue:
    yield reply(200, "Structure set to F.") if argument.upper() == b"F" else reply(504, "Bad STRU command.")


def mode(state: State, argument: bytes) -> Dialogue:
    yield reply(200, "Mode set to S.") if argument.upper() == b"S" else reply(504, "Bad MODE command.")


def size(state: State, argument: bytes) -> Dialogue:
    node = state.tree.file(argument)
    yield reply(550, "Could not get file size.") if node is None else reply(213, str(len(node.content)))


HANDLERS: Mapping[str, Callable[[State, bytes], Dialogue]] = {
    "USER": user_again,
    "HELP": helping,
    "STAT": status,
    "PWD": pwd,
    "CWD": cwd,
    "CDUP": cdup,
    "TYPE": kind,
    "STRU": structure,
    "MODE": mode,
    "SIZE": size,
}
