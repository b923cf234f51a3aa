"""The commands that intruders use most. Each gets a Call and returns its exit status; none does I/O."""

import re
import time

from samovar.shell import story
from samovar.shell.files import DiskFull, File
from samovar.shell.shell import Call, Tool


def _echo(call: Call) -> int:
    args, end, escapes = call.args[1:], "\n", False
    while args and re.fullmatch(r"-[neE]+", args[0]):
        end = "" if "n" in args[0] else end
        escapes = "e" in args[0] or escapes
        args = args[1:]
    text = " ".join(args)
    call.out((_unescape(text) if escapes else text) + end)
    return 0


def _unescape(text: str) -> str:
    known = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "a": "\a", "e": "\x1b"}

    def one(found: "re.Match[str]") -> str:
        code = found[1]
        if code[0] == "x":
            return chr(int(code[1:], 16))
        return known[code] if code in known else chr(int(code, 8) & 0xFF)

    return re.sub(r"\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|[ntra\\e])", one, text)


def _printf(call: Call) -> int:
    form, *args = call.args[1:] or [""]
    values = iter(args)
    call.out(re.sub(r"%[sd]", lambda _: next(values, ""), _unescape(form)))
    return 0


def _uname(call: Call) -> int:
    persona = call.shell.persona
    flags = "".join(arg[1:] for arg in call.args[1:] if not arg.startswith("--")) or "s"
    parts = {
        "s": "Linux",
        "n": persona.host_name,
        "r": persona.kernel_release,
        "v": persona.kernel_version,
        "m": persona.machine,
        "o": "GNU/Linux",
    }
    wanted = "snrvmo" if "a" in flags else flags
    call.out(" ".join(value for key, value in parts.items() if key in wanted) + "\n")
    return 0


def _id(call: Call) -> int:
    user = call.shell.user
    number = 0 if user == "root" else 1000
    if "-u" in call.args:
        call.out(f"{number}\n")
    else:
        call.out(f"uid={number}({user}) gid={number}({user}) groups={number}({user})\n")
    return 0


def _cat(call: Call) -> int:
    status = 0
    for name in call.args[1:] or ["-"]:
        if name == "-":
            call.out(call.read())
            continue
        node = call.shell.files.find(call.shell.path(name))
        if node is None or node.kind == "d":
            call.err(f"{call.args[0]}: {name}: {'Is a directory' if node else 'No such file or directory'}\n")
            status = 1
        else:
            call.out(node.content(call.shell.now).decode("latin-1"))
    return status


def _inputs(call: Call, names: list[str]) -> str:
    """The named files' contents, or standard input."""
    if not names:
        return call.read()
    texts = []
    for name in names:
        node = call.shell.files.find(call.shell.path(name))
        if node is None:
            call.err(f"{call.args[0]}: {name}: No such file or directory\n")
        else:
            texts.append(node.content(call.shell.now).decode("latin-1"))
    return "".join(texts)


def _head_tail(call: Call) -> int:
    count, names, args = 10, [], iter(call.args[1:])
    for arg in args:
        if arg == "-n":
            arg = "-" + next(args, "10")
        digits = arg.removeprefix("-n").removeprefix("-")
        if arg.startswith("-") and digits.isdigit():
            count = int(digits[:6])
        else:
            names.append(arg)
    lines = _inputs(call, names).splitlines(keepends=True)
    chosen = lines[:count] if call.args[0].endswith("head") else lines[len(lines) - min(count, len(lines)) :]
    call.out("".join(chosen))
    return 0


def _grep(call: Call) -> int:
    flags = "".join(arg[1:] for arg in call.args[1:] if arg.startswith("-"))
    rest = [arg for arg in call.args[1:] if not arg.startswith("-")]
    if not rest:
        call.err("Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n")
        return 2
    # Fixed text, and letters in brackets: a real expression engine could be made to run for ever.
    needle = re.sub(r"\[(\w)\w*\]", r"\1", rest[0]).strip("^$")
    fold = "i" in flags

    def hit(line: str) -> bool:
        found = needle.lower() in line.lower() if fold else needle in line
        return found != ("v" in flags)

    lines = [line for line in _inputs(call, rest[1:]).splitlines() if hit(line)]
    if "c" in flags:
        call.out(f"{len(lines)}\n")
    elif "q" not in flags:
        call.out("".join(line + "\n" for line in lines))
    return 0 if lines else 1


def _wc(call: Call) -> int:
    flags = "".join(arg[1:] for arg in call.args[1:] if arg.startswith("-"))
    text = _inputs(call, [arg for arg in call.args[1:] if not arg.startswith("-")])
    counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text)}
    chosen = [value for key, value in counts.items() if key in flags] or list(counts.values())
    call.out((f"{chosen[0]}" if len(chosen) == 1 else "".join(f"{value:7}" for value in chosen)) + "\n")
    return 0


def _ls(call: Call) -> int:
    shell, status = call.shell, 0
    flags = "".join(arg[1:] for arg in call.args[1:] if arg.startswith("-"))
    for name in [arg for arg in call.args[1:] if not arg.startswith("-")] or ["."]:
        path = shell.path(name)
        node = shell.files.find(path)
        if node is None:
            call.err(f"ls: cannot access '{name}': No such file or directory\n")
            status = 2
            continue
        if node.kind != "d" or "d" in flags:
            call.out(_row(name, node) if "l" in flags else f"{name}\n")
            continue
        names = [n for n in shell.files.names(path) if "a" in flags or not n.startswith(".")]
        if "l" not in flags:
            call.out("".join(f"{n}\n" for n in names))
            continue
        rows = [(n, shell.files.find(f"{path.rstrip('/')}/{n}", follow=False)) for n in names]
        call.out(f"total {4 * len(rows)}\n" + "".join(_row(n, found) for n, found in rows if found))
    return status


def _row(name: str, node: File) -> str:
    bits = "".join(c if node.mode >> 8 - i & 1 else "-" for i, c in enumerate("rwxrwxrwx"))
    when = time.strftime("%b %e  %Y", time.gmtime(node.mtime))
    kind = {"f": "-"}.get(node.kind, node.kind)
    return f"{kind}{bits} 1 {node.owner} {node.owner} {node.length:>7} {when} {name}\n"


def _cd(call: Call) -> int:
    shell = call.shell
    name = call.args[1] if len(call.args) > 1 else shell.home
    node = shell.files.find(shell.path(name))
    if node is None or node.kind != "d":
        reason = "Not a directory" if node else "No such file or directory"
        call.err(f"{shell.name}: cd: {name}: {reason}\n")
        return 1
    shell.directory = shell.path(name)
    return 0


def _make(call: Call) -> int:
    """mkdir and touch."""
    shell, directory = call.shell, call.args[0].endswith("mkdir")
    for name in [arg for arg in call.args[1:] if not arg.startswith("-")]:
        path = shell.path(name)
        if shell.files.find(path) is None:
            try:
                kind, mode = ("d", 0o755) if directory else ("f", 0o644)
                shell.files.put(path, File(kind, b"", mode, shell.user, shell.now))
            except DiskFull:
                call.err(f"{call.args[0]}: cannot create '{name}': No space left on device\n")
                return 1
        elif directory and "-p" not in call.args:
            call.err(f"mkdir: cannot create directory '{name}': File exists\n")
            return 1
    return 0


def _rm(call: Call) -> int:
    status, force = 0, any(arg.startswith("-") and "f" in arg for arg in call.args)
    for name in [arg for arg in call.args[1:] if not arg.startswith("-")]:
        path = call.shell.path(name)
        if call.shell.files.find(path) is not None:
            call.shell.files.remove(path)
        elif not force:
            call.err(f"rm: cannot remove '{name}': No such file or directory\n")
            status = 1
    return status


def _copy(call: Call) -> int:
    """cp and mv."""
    shell, name = call.shell, call.args[0].rpartition("/")[2]
    names = [arg for arg in call.args[1:] if not arg.startswith("-")]
    if len(names) < 2:
        call.err(f"{name}: missing file operand\nTry '{name} --help' for more information.\n")
        return 1
    node, target = shell.files.find(shell.path(names[0])), shell.path(names[-1])
    if node is None:
        call.err(f"{name}: cannot stat '{names[0]}': No such file or directory\n")
        return 1
    into = shell.files.find(target)
    if into is not None and into.kind == "d":
        target = f"{target.rstrip('/')}/{names[0].rpartition('/')[2]}"
    try:
        shell.files.put(target, node)
    except DiskFull:
        call.err(f"{name}: error writing '{names[-1]}': No space left on device\n")
        return 1
    if name == "mv":
        shell.files.remove(shell.path(names[0]))
    return 0


def _chmod(call: Call) -> int:
    status = 0
    mode, *names = [arg for arg in call.args[1:] if not re.fullmatch(r"-[Rfcv]+", arg)] or ["", ""]
    for name in names:
        path = call.shell.path(name)
        node = call.shell.files.find(path)
        if node is None:
            call.err(f"chmod: cannot access '{name}': No such file or directory\n")
            status = 1
            continue
        bits = int(mode, 8) & 0o7777 if re.fullmatch("[0-7]{1,4}", mode) else node.mode | 0o111 * ("x" in mode)
        call.shell.files.put(path, File(node.kind, node.data, bits, node.owner, node.mtime, node.size, node.make))
    return status


def _fetch(call: Call) -> int:
    """wget and curl: what they were to fetch is noted; the network never answers."""
    name = call.args[0].rpartition("/")[2]
    urls = [arg for arg in call.args[1:] if "." in arg and not arg.startswith(("-", "/"))]
    if not urls:
        missing = "wget: missing URL\n" if name == "wget" else "curl: try 'curl --help' for more information\n"
        call.err(missing)
        return 1 if name == "wget" else 2
    url = urls[-1]
    call.shell.urls.append(url)
    call.shell.pause += 5.0
    host = re.sub(r"^\w+://", "", url).split("/")[0]
    if name == "curl":
        call.err(f"curl: (28) Failed to connect to {host} port 80: Connection timed out\n")
        return 28
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(call.shell.now))
    call.err(f"--{stamp}--  {url}\nConnecting to {host}:80... failed: Connection timed out.\nGiving up.\n\n")
    return 4


def _free(call: Call) -> int:
    divisor = 1024 if "-m" in call.args else 1
    total, free, cached, available = (value // divisor for value in story.memory(call.shell.persona))
    names = ("total", "used", "free", "shared", "buff/cache", "available")
    call.out(" " * 7 + "".join(f"{name:>13}" if i == 0 else f"{name:>12}" for i, name in enumerate(names)) + "\n")
    row = "".join(f"{value:>12}" for value in (total, total - free - cached, free, 0, cached, available))
    call.out(f"Mem:   {row}\nSwap:  {0:>12}{0:>12}{0:>12}\n")
    return 0


def _uptime(call: Call) -> int:
    days, seconds = divmod(int(story.up(call.shell.persona, call.shell.now)), 86400)
    clock = time.strftime("%H:%M:%S", time.gmtime(call.shell.now))
    span = f"{seconds // 3600}:{seconds % 3600 // 60:02d}"
    call.out(f" {clock} up {days} days, {span},  1 user,  load average: 0.08, 0.03, 0.01\n")
    return 0


def _ps(call: Call) -> int:
    call.out("    PID TTY          TIME CMD\n   2417 pts/0    00:00:00 bash\n   2440 pts/0    00:00:00 ps\n")
    return 0


def _sleep(call: Call) -> int:
    if len(call.args) > 1 and re.fullmatch(r"\d{1,6}", call.args[1]):
        call.shell.pause += float(call.args[1])
    return 0


def _sh(call: Call) -> int:
    if "-c" in call.args[:-1]:
        return call.shell.nested(call.args[call.args.index("-c") + 1], call)
    names = [arg for arg in call.args[1:] if not arg.startswith("-")]
    if names:
        return call.shell.nested(_inputs(call, names[:1]), call)
    return call.shell.nested(call.stdin or "", call)


def _busybox(call: Call) -> int:
    if len(call.args) < 2:
        call.out("BusyBox v1.30.1 (Debian 1:1.30.1-6+b3) multi-call binary.\n")
        return 0
    if call.args[1] not in TOOLS:
        call.err(f"{call.args[1]}: applet not found\n")
        return 127
    call.args.pop(0)
    return TOOLS[call.args[0]](call)


def _exit(call: Call) -> int:
    status = call.args[1] if len(call.args) > 1 else ""
    call.shell.leave(int(status) & 0xFF if re.fullmatch(r"\d{1,9}", status) else call.shell.status)
    return 0


def _export(call: Call) -> int:
    for arg in call.args[1:]:
        name, equals, value = arg.partition("=")
        if equals and re.fullmatch(r"[A-Za-z_]\w*", name) and len(call.shell.variables) < 256:
            call.shell.variables[name] = value
    return 0


def _unset(call: Call) -> int:
    for name in call.args[1:]:
        call.shell.variables.pop(name, None)
    return 0


def _which(call: Call) -> int:
    known = [name for name in call.args[1:] if name in story.PROGRAMS]
    call.out("".join(f"/usr/bin/{name}\n" for name in known))
    return int(len(known) < len(call.args) - 1)


def _dd(call: Call) -> int:
    options = dict(arg.partition("=")[::2] for arg in call.args[1:])
    numbers = {key: int(options.get(key, "0")) for key in ("bs", "count") if options.get(key, "").isdigit()}
    text = _inputs(call, [options["if"]] if "if" in options else [])
    size = min(numbers.get("bs", 512) * numbers["count"] if "count" in numbers else len(text), len(text))
    call.out(text[:size])
    call.err(f"0+1 records in\n0+1 records out\n{size} bytes copied, 0.000121 s, {size / 121:.1f} MB/s\n")
    return 0


def _says(text: str, status: int = 0) -> Tool:
    def tool(call: Call) -> int:
        call.out(text)
        return status

    return tool


def _tells(key: str) -> Tool:
    """A command that prints one word of the session."""

    def tool(call: Call) -> int:
        shell = call.shell
        words = {
            "whoami": shell.user,
            "pwd": shell.directory,
            "hostname": shell.persona.host_name,
            "nproc": str(shell.persona.cpu_count),
        }
        call.out(words[key] + "\n")
        return 0

    return tool


TOOLS: dict[str, Tool] = {
    **{name: _tells(name) for name in ("whoami", "pwd", "hostname", "nproc")},
    **{name: _says("") for name in ("true", ":", "history", "kill", "nohup", "w", "who", "wait", "ulimit", "set")},
    "false": _says("", 1),
    "cd": _cd,
    "echo": _echo,
    "printf": _printf,
    "uname": _uname,
    "id": _id,
    "cat": _cat,
    "head": _head_tail,
    "tail": _head_tail,
    "grep": _grep,
    "wc": _wc,
    "ls": _ls,
    "rm": _rm,
    "mkdir": _make,
    "touch": _make,
    "cp": _copy,
    "mv": _copy,
    "chmod": _chmod,
    "wget": _fetch,
    "curl": _fetch,
    "free": _free,
    "uptime": _uptime,
    "ps": _ps,
    "sleep": _sleep,
    "sh": _sh,
    "bash": _sh,
    "which": _which,
    "busybox": _busybox,
    "exit": _exit,
    "logout": _exit,
    "export": _export,
    "unset": _unset,
    "dd": _dd,
}
