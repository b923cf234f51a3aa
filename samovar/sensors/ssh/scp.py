"""``scp -t`` and ``scp -f``: the old copy protocol, over a guest's own files. A dialogue, like a command."""

import re
import shlex
from collections.abc import Generator
from contextlib import suppress

from samovar.event import Fact, text
from samovar.sensor import Clock, Keep, PeerError, Read, Send, Step
from samovar.sensors.ssh.sftp import exactly
from samovar.shell import Fault, Login, Program, Stderr

_MAX_KEPT = 4 << 20  # bytes of one file that are kept
_MAX_FILE = 64 << 20  # bytes that are taken at all
_MAX_RECORD = 4096
_MAX_DEPTH = 16
_MAX_FILES = 512
_Talk = Generator[Step | Stderr, bytes, int]


def scp(login: Login, command: bytes) -> Program | None:
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
    return _run(login, command, flags, paths)


def _run(login: Login, command: bytes, flags: str, paths: list[str]) -> Program:
    yield Fact(event_action="command", process_command_line=text(command))
    login.view(float((yield Clock())))
    status = 1
    with suppress(PeerError):  # what has arrived by then is kept all the same
        if "t" in flags:
            status = yield from _sink(login, paths[-1], flags)
        else:
            status = yield from _source(login, paths, flags)
    for path, data in login.files.disk.written():
        yield Keep(data, path)
    return status


def _sink(login: Login, target: str, flags: str) -> _Talk:
    """Take files."""
    folders, files = [login.path(target)], 0
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
            path = _place(login, folders[-1], found[4].decode("latin-1"))
            mode = int(found[2], 8) & 0o7777
            if found[1] == b"D":
                if "r" not in flags or not _folder(login, path, mode):
                    return (yield from _fail(f"{target}: Not a directory"))
                folders.append(path)
            else:
                yield from _take(login, path, mode, int(found[3]))
        elif record[:1] not in (b"T", b"\1"):
            return (yield from _fail("protocol error: expected control record"))
        yield Send(b"\0")


def _place(login: Login, folder: str, name: str) -> str:
    try:
        if login.files.stat(folder).kind == "d":
            return f"{folder.rstrip('/')}/{name}"
    except Fault:
        pass
    return folder


def _folder(login: Login, path: str, mode: int) -> bool:
    try:
        if not login.files.exists(path):
            login.files.mkdir(path, mode & ~0o022)
        return login.files.stat(path).kind == "d"
    except Fault:
        return False


def _take(login: Login, path: str, mode: int, size: int) -> Generator[Step | Stderr, bytes, None]:
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
        _put(login, path, bytes(data), mode)


def _put(login: Login, path: str, data: bytes, mode: int) -> None:
    with suppress(Fault):
        login.files.write(path, data, mode & ~0o022)


def _source(login: Login, paths: list[str], flags: str) -> _Talk:
    """Give files."""
    status = 0
    yield from exactly(1)
    for path in paths:
        status |= yield from _give(login, path, flags, 0)
    return status


def _give(login: Login, path: str, flags: str, depth: int) -> _Talk:
    try:
        stat = login.files.stat(login.path(path))
    except Fault as fault:
        return (yield from _fail(f"{path}: {fault.text}"))
    name = (path.rstrip("/").rpartition("/")[2] or "/").encode("latin-1")
    if stat.kind == "d":
        if "r" not in flags or depth >= _MAX_DEPTH:
            return (yield from _fail(f"{path}: not a regular file"))
        yield from _sent(b"D%04o 0 %s\n" % (stat.mode & 0o7777, name))
        status = 0
        for inside in login.files.listing(login.path(path)):
            status |= yield from _give(login, f"{path.rstrip('/')}/{inside}", flags, depth + 1)
        yield from _sent(b"E\n")
        return status
    try:
        data = login.files.read(login.path(path))
    except Fault as fault:
        return (yield from _fail(f"{path}: {fault.text}"))
    yield Fact(event_action="request", event_outcome="success", samovar_detail={"scp": "read", "path": text(name)})
    yield from _sent(b"C%04o %d %s\n" % (stat.mode & 0o7777, len(data), name))
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
