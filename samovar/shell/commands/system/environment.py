"""env, printenv, nohup, nice, renice, ionice, setsid, taskset, tty, stty, clear, reset, tput."""

from samovar.shell.commands.files.names import quoted
from samovar.shell.commands.options import misuse, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel import signals
from samovar.shell.kernel.files import opened
from samovar.shell.kernel.process import Body, Process


def env(p: Process) -> Body:
    """Show the environment, or run a command in a changed one."""
    options = parse(
        p,
        "i0u:C:S:v",
        {"ignore-environment": "i", "null": "0", "unset=": "u", "chdir=": "C", "split-string=": "S"},
        status=125,
        in_order=True,
    )
    environment = {} if "i" in options else dict(p.environment)
    for name in options.values("u"):
        environment.pop(name, None)
    rest = options.value("S").split() + options.rest
    if rest[:1] == ["-"]:
        environment, rest = {}, rest[1:]
    while rest and "=" in rest[0]:
        name, _, value = rest.pop(0).partition("=")
        environment[name] = value
    if not rest:
        end = "\0" if "0" in options else "\n"
        p.out("".join(f"{name}={value}{end}" for name, value in environment.items()))
        return 0
    if "C" in options:
        p.directory = p.path(options.value("C"))
    return (yield from _run(p, rest, environment))


def _run(p: Process, argv: list[str], environment: dict[str, str] | None = None) -> Body:
    status = yield from p.execute(argv, environment)
    if status == 127 and (("/" in argv[0] and not p.view.exists(p.path(argv[0]))) or "/" not in argv[0]):
        p.err(f"{p.name}: {quoted(argv[0])}: No such file or directory\n")
    return status


def printenv(p: Process) -> int:
    """Variables of the environment."""
    names = [word for word in p.argv[1:] if not word.startswith("-")]
    if not names:
        p.out("".join(f"{name}={value}\n" for name, value in p.environment.items()))
    for name in names:
        if name in p.environment:
            p.out(p.environment[name] + "\n")
    return int(any(name not in p.environment for name in names))


def nohup(p: Process) -> Body:
    """Run a command that no hang-up ends."""
    if len(p.argv) < 2:
        return misuse(p, "missing operand", 125)
    p.ignored.add(signals.HUP)
    stream = p.descriptors.get(1)
    if stream is not None and stream.tty:
        try:
            p.kernel.dup(p, 1, opened(p, "nohup.out", "a"))
        except Fault as fault:
            return p.fail(f"failed to open 'nohup.out': {fault.text}", 127)
        p.err("nohup: ignoring input and appending output to 'nohup.out'\n")
        p.push()
        if (errors := p.descriptors.get(2)) is not None and errors.tty:
            p.kernel.dup(p, 2, p.descriptors[1])
    status = yield from p.execute(p.argv[1:])
    if status == 127:
        p.err(f"nohup: failed to run command {quoted(p.argv[1])}: No such file or directory\n")
    return status


def nice(p: Process) -> Body:
    """Run a command with another priority."""
    words, level = p.argv[1:], 10
    while words and words[0].startswith("-"):
        word = words.pop(0)
        text = (
            word[2:] or (words.pop(0) if words else "")
            if word.startswith("-n")
            else word.removeprefix("--adjustment=").lstrip("-")
        )
        level = int(text) if text.lstrip("+-").isdecimal() and len(text) < 5 else level
    if not words:
        p.out(f"{p.nice}\n")
        return 0
    p.nice = max(min(p.nice + level, 19), -20)
    return (yield from _run(p, words))


def through(p: Process) -> Body:
    """ionice, setsid, taskset, chrt, stdbuf, unbuffer: run the command; what they change does not show."""
    words = p.argv[1:]
    takes = {"ionice": "cnpt", "taskset": "pc", "chrt": "p", "stdbuf": "ioe", "setsid": ""}.get(p.name, "")
    while words and words[0].startswith("-"):
        word = words.pop(0)
        if len(word) == 2 and word[1] in takes and words:
            words.pop(0)
    if p.name in ("taskset", "chrt") and words:
        words.pop(0)
    if not words:
        p.out("none: prio 0\n" if p.name == "ionice" else "")
        return 0
    return (yield from _run(p, words))


def renice(p: Process) -> int:
    """Another priority for processes."""
    words = [word for word in p.argv[1:] if word not in ("-n", "-p", "--priority", "--pid")]
    if len(words) < 2:
        p.err("renice: not enough arguments\nTry 'renice --help' for more information.\n")
        return 1
    for word in words[1:]:
        p.out(f"{word} (process ID) old priority 0, new priority {words[0]}\n")
    return 0


def tty(p: Process) -> int:
    """The terminal's name."""
    stream = p.descriptors.get(0)
    silent = any(word in ("-s", "--silent", "--quiet") for word in p.argv[1:])
    if stream is None or not stream.tty:
        if not silent:
            p.out("not a tty\n")
        return 1
    if not silent:
        p.out(stream.path + "\n")
    return 0


def stty(p: Process) -> int:
    """The terminal's settings."""
    stream = p.descriptors.get(0)
    if stream is None or not stream.tty:
        p.err("stty: 'standard input': Inappropriate ioctl for device\n")
        return 1
    rows, columns = getattr(stream, "rows", 24), getattr(stream, "columns", 80)
    if p.argv[1:] == ["size"]:
        p.out(f"{rows} {columns}\n")
    elif p.argv[1:] in (["-a"], ["--all"]):
        p.out(
            f"speed 38400 baud; rows {rows}; columns {columns}; line = 0;\n"
            "intr = ^C; quit = ^\\; erase = ^?; kill = ^U; eof = ^D; eol = <undef>;\n"
            "eol2 = <undef>; swtch = <undef>; start = ^Q; stop = ^S; susp = ^Z; rprnt = ^R;\n"
            "werase = ^W; lnext = ^V; discard = ^O; min = 1; time = 0;\n"
            "-parenb -parodd -cmspar cs8 -hupcl -cstopb cread -clocal -crtscts\n"
            "-ignbrk -brkint -ignpar -parmrk -inpck -istrip -inlcr -igncr icrnl ixon -ixoff\n"
            "-iuclc -ixany -imaxbel -iutf8\n"
            "opost -olcuc -ocrnl onlcr -onocr -onlret -ofill -ofdel nl0 cr0 tab0 bs0 vt0 ff0\n"
            "isig icanon iexten echo echoe echok -echonl -noflsh -xcase -tostop -echoprt\n"
            "echoctl echoke -flusho -extproc\n"
        )
    elif not p.argv[1:]:
        p.out("speed 38400 baud; line = 0;\n-brkint -imaxbel\n")
    elif hasattr(stream, "echo"):
        for word in p.argv[1:]:
            if word in ("echo", "-echo"):
                stream.echo = word == "echo"
            elif word in ("sane", "cooked"):
                stream.echo = True
    return 0


def clear(p: Process) -> int:
    """Clear the screen."""
    if "TERM" not in p.environment:
        p.err("TERM environment variable not set.\n")
        return 1
    p.out("\x1b[H\x1b[2J\x1b[3J")
    return 0


def reset(p: Process) -> int:
    """Set the terminal right."""
    p.out("\x1bc\x1b[!p\x1b[?3;4l\x1b[4l\x1b>")
    return 0


_CAPABILITIES = {
    "clear": "\x1b[H\x1b[2J", "bold": "\x1b[1m", "sgr0": "\x1b(B\x1b[m", "rev": "\x1b[7m", "smul": "\x1b[4m",
    "rmul": "\x1b[24m",
    "civis": "\x1b[?25l", "cnorm": "\x1b[?12l\x1b[?25h", "el": "\x1b[K", "home": "\x1b[H", "bel": "\a",
}  # fmt: skip


def tput(p: Process) -> int:
    """The terminal's capabilities."""
    if "TERM" not in p.environment:
        p.err("tput: No value for $TERM and no -T specified\n")
        return 2
    words = p.argv[1:]
    stream = next((found for found in p.descriptors.values() if found.tty), None)
    if words[:1] == ["cols"]:
        p.out(f"{getattr(stream, 'columns', 80)}\n")
    elif words[:1] == ["lines"]:
        p.out(f"{getattr(stream, 'rows', 24)}\n")
    elif words[:1] == ["colors"]:
        p.out("256\n" if "256" in p.environment["TERM"] else "8\n")
    elif words[:1] in (["setaf"], ["setab"]) and len(words) > 1 and words[1].isdecimal():
        p.out(f"\x1b[{'3' if words[0] == 'setaf' else '4'}{words[1][:3]}m")
    elif words and words[0] in _CAPABILITIES:
        p.out(_CAPABILITIES[words[0]])
    else:
        p.err(f"tput: unknown terminfo capability '{words[0] if words else ''}'\n")
        return 4
    return 0
