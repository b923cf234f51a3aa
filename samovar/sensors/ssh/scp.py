"""``scp -t`` and ``scp -f``: the old copy protocol, over a guest's own files. A dialogue, like a command."""

import re
import shlex
from collections.abc import Generator
from contextlib import suppress

from samovar.event import Fact, text
from samovar.sensor import Clock, PeerError, Read, Send, Step
from samovar.sensors.ssh.sftp import exactly
from samovar.shell import DiskFull, File, Program, Shell, Stderr

_MAX_KEPT = 4 << 20  # bytes of one file that are kept
_MAX_FILE = 64 << 20  # bytes that are taken at all
_MAX_RECORD = 4096
_MAX_DEPTH = 16
_MAX_FILES = 512
_Talk = Generator[Step | Stderr, bytes, int]


def scp(shell: Shell, command: bytes) -> Program | None:
    """The dialogue for a command that is one of scp's two server sides; None for any other."""
    try:
        words = shlex.split(command.decode("latin-1"))
    except ValueError:
        return None
    if not words or words[0].rpartition("/")[2] != "scp" or any(set(word) & set(";|&") for word in words):
        return None
    flags = "".join(word[1:] for word in words[1:] if word[:1] == "-")
    paths = [word for word in words[1:] if word[:1] != "-"]
    if not paths or ("t" in flags) == ("f" in flags):
        return None
    return _run(shell, command, flags, paths)


def _run(shell: Shell, command: bytes, flags: str, paths: list[str]) -> Program:
    yield Fact(event_action="command", process_command_line=text(command))
    shell.now = float((yield Clock()))
    status = 1
    with suppress(PeerError):  # what has arrived by then is kept all the same
        if "t" in flags:
            status = yield from _sink(shell, paths[-1], flags)
        else:
            status = yield from _source(shell, paths, flags)
    yield from shell.artefacts()
    return status


def _sink(shell: Shell, target: str, flags: str) -> _Talk:
    """Take files."""
    folders, files = [shell.path(target)], 0
    yield Send(b"\0")
    while True:
        try:
            record = yield from _record()
        except PeerError as error:
            if str(error) != "closed":
                raise
            return 0
        found = re.fullmatch(rb"([CD])([0-7]{4,5}) (\d{1,18}) ([^/]+)", record, re.DOTALL)
        if record[:1] == b"E" and len(folders) > 1:
            folders.pop()
        elif found is not None and found[4] not in (b".", b"..") and files < _MAX_FILES and len(folders) < _MAX_DEPTH:
            files += 1
            path = _place(shell, folders[-1], found[4].decode("latin-1"))
            mode = int(found[2], 8) & 0o7777
            if found[1] == b"D":
                if "r" not in flags or not _put(shell, path, File("d", b"", mode, shell.user, shell.now)):
                    return (yield from _fail(f"{target}: Not a directory"))
                folders.append(path)
            else:
                yield from _take(shell, path, mode, int(found[3]))
        elif record[:1] not in (b"T", b"\1"):
            return (yield from _fail("protocol error: expected control record"))
        yield Send(b"\0")


def _place(shell: Shell, folder: str, name: str) -> str:
    node = shell.files.find(folder)
    return f"{folder.rstrip('/')}/{name}" if node is not None and node.kind == "d" else folder


def _take(shell: Shell, path: str, mode: int, size: int) -> Generator[Step | Stderr, bytes, None]:
    if size > _MAX_FILE:
        yield from _fail(f"{path}: No space left on device")
        raise PeerError("oversent")
    yield Send(b"\0")
    data, left = bytearray(), size
    try:
        while left:
            piece = yield Read(exactly=min(left, 65536), limit=65536)
            left -= len(piece)
            data += piece[: _MAX_KEPT - len(data)]
        yield from exactly(1)
    finally:
        _put(shell, path, File("f", bytes(data), mode, shell.user, shell.now))


def _put(shell: Shell, path: str, node: File) -> bool:
    try:
        shell.files.put(path, node)
    except DiskFull:
        return False
    return True


def _source(shell: Shell, paths: list[str], flags: str) -> _Talk:
    """Give files."""
    status = 0
    yield from exactly(1)
    for path in paths:
        status |= yield from _give(shell, path, flags, 0)
    return status


def _give(shell: Shell, path: str, flags: str, depth: int) -> _Talk:
    node = shell.files.find(shell.path(path))
    name = (path.rstrip("/").rpartition("/")[2] or "/").encode("latin-1")
    if node is None:
        return (yield from _fail(f"{path}: No such file or directory"))
    if node.kind == "d":
        if "r" not in flags or depth >= _MAX_DEPTH:
            return (yield from _fail(f"{path}: not a regular file"))
        yield from _sent(b"D%04o 0 %s\n" % (node.mode & 0o7777, name))
        status = 0
        for inside in shell.files.names(shell.path(path)):
            status |= yield from _give(shell, f"{path.rstrip('/')}/{inside}", flags, depth + 1)
        yield from _sent(b"E\n")
        return status
    data = node.content(shell.now)
    yield Fact(event_action="request", event_outcome="success", samovar_detail={"scp": "read", "path": text(name)})
    yield from _sent(b"C%04o %d %s\n" % (node.mode & 0o7777, len(data), name))
    for at in range(0, len(data), 32768):
        yield Send(data[at : at + 32768])
    yield from _sent(b"\0")
    return 0


def _sent(record: bytes) -> Generator[Step | Stderr, bytes, None]:
    """Send, and wait until it is acknowledged."""
    yield Send(record)
    answer = yield from exactly(1)
    if answer != b"\0":
        raise PeerError("refused")


def _fail(reason: str) -> _Talk:
    yield Send(b"\1scp: " + reason.encode("latin-1", "replace") + b"\n")
    return 1


def _record() -> Generator[Step | Stderr, bytes, bytes]:
    """One line without its end."""
    line = b""
    while len(line) < _MAX_RECORD:
        char = yield from exactly(1)
        if char == b"\n":
            return line
        line += char
    raise PeerError("oversent")
