"""A session after log-in. Words and conditions are those of vsftpd 3.0.3, asked on a real one."""

from samovar.sensor import Dialogue
from samovar.sensors.ftp import change, talk, transfer
from samovar.sensors.ftp.state import State
from samovar.sensors.ftp.wire import Command, read_command, reply

FIXED = {
    "NOOP": (200, "NOOP ok."),
    "SYST": (215, "UNIX Type: L8"),
    "ALLO": (202, "ALLO command ignored."),
    "REIN": (502, "REIN not implemented."),
    "ACCT": (502, "ACCT not implemented."),
    "SMNT": (502, "SMNT not implemented."),
    "ABOR": (225, "No transfer to ABOR."),
    "PASS": (230, "Already logged in."),
}
ALIASES = {"XPWD": "PWD", "XCWD": "CWD", "XCUP": "CDUP", "XMKD": "MKD", "XRMD": "RMD"}
NOT_FOR_GUESTS = frozenset({"APPE", "DELE", "RMD", "RNFR", "RNTO", "SITE"})
WEB_VERBS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "CONNECT"})
HANDLERS = {**talk.HANDLERS, **transfer.HANDLERS, **change.HANDLERS}


def serve(state: State) -> Dialogue:
    """Commands until QUIT."""
    while True:
        command = yield from read_command(state.idle_timeout)
        yield command.fact()
        verb = ALIASES.get(command.verb, command.verb)
        if verb == "QUIT":
            yield reply(221, "Goodbye.")
            return
        if verb in WEB_VERBS:
            yield reply(500, "HTTP protocol commands not allowed.")
            return
        yield from _answer(state, verb, command)


def _answer(state: State, verb: str, command: Command) -> Dialogue:
    if verb in FIXED:
        yield reply(*FIXED[verb])
    elif (answer := state.features.answer(command)) is not None:
        yield answer
    elif state.guest and verb in NOT_FOR_GUESTS:
        yield reply(550, "Permission denied.")
    elif verb in HANDLERS:
        yield from HANDLERS[verb](state, command.argument)
    else:
        yield reply(500, "Unknown command.")
