"""Signals by number and name (Linux, x86 and ARM)."""

HUP, INT, QUIT, KILL, PIPE, TERM, CHILD, CONTINUE, STOP, TERMINAL_STOP, WINDOW = 1, 2, 3, 9, 13, 15, 17, 18, 19, 20, 28

_NAMES = (
    "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU "
    "URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
)

NAMES: dict[int, str] = dict(enumerate(_NAMES.split(), 1))
NUMBERS: dict[str, int] = {name: number for number, name in NAMES.items()}

#: what bash says of a command that one has ended
SAID: dict[int, str] = {
    1: "Hangup", 3: "Quit", 4: "Illegal instruction", 5: "Trace/breakpoint trap", 6: "Aborted", 7: "Bus error",
    8: "Floating point exception", 9: "Killed", 10: "User defined signal 1", 11: "Segmentation fault",
    12: "User defined signal 2", 14: "Alarm clock", 15: "Terminated", 16: "Stack fault", 24: "CPU time limit exceeded",
    25: "File size limit exceeded", 26: "Virtual timer expired", 27: "Profiling timer expired", 29: "I/O possible",
    30: "Power failure", 31: "Bad system call",
}  # fmt: skip

_HARMLESS = frozenset((CHILD, CONTINUE, 23, WINDOW))
_STOPPING = frozenset((STOP, TERMINAL_STOP, 21, 22))


def number(name: str) -> int | None:
    """``9``, ``KILL`` or ``SIGKILL`` as a number; None if there is no such signal."""
    if name.isdecimal():
        return int(name) if len(name) <= 2 and int(name) <= 64 else None
    return NUMBERS.get(name.upper().removeprefix("SIG"))


def action(signal: int) -> str:
    """What a signal does by default: ``nothing``, ``stop`` or ``end``."""
    return "nothing" if signal in _HARMLESS else "stop" if signal in _STOPPING else "end"


def listing() -> str:
    """``kill -l``'s table."""
    cells = [f"{number:2}) SIG{name}" for number, name in NAMES.items()]
    real_time = [(34, "RTMIN")] + [(34 + i, f"RTMIN+{i}") for i in range(1, 16)]
    real_time += [(64 - i, f"RTMAX-{i}") for i in range(14, 0, -1)] + [(64, "RTMAX")]
    cells += [f"{number:2}) SIG{name}" for number, name in real_time]
    rows = [cells[i : i + 5] for i in range(0, len(cells), 5)]
    return "\t\n".join("\t".join(row) for row in rows) + "\n"
