"""The sftp subsystem (draft-ietf-secsh-filexfer-02, version 3) over a guest's own files, as OpenSSH's server speaks it.

A dialogue like any other program of a session: it never sees a real file. Handles, packets and what may be
written are bounded.
"""

import struct
from collections.abc import Callable, Generator
from contextlib import suppress

from samovar.event import Fact, text
from samovar.sensor import Clock, Keep, PeerError, Read, Send, Step
from samovar.sensors.ssh.attributes import attributes, long_name
from samovar.shell import Fault, Handle, Login, Program, Stat, Stderr, View

INIT, VERSION, STATUS, HANDLE, DATA, NAME, ATTRS, EXTENDED = 1, 2, 101, 102, 103, 104, 105, 200
OK, EOF, NO_FILE, DENIED, FAILURE, UNSUPPORTED = 0, 1, 2, 3, 4, 8
_MESSAGES = {OK: "Success", EOF: "End of file", NO_FILE: "No such file", DENIED: "Permission denied"}
_MESSAGES |= {FAILURE: "Failure", UNSUPPORTED: "Operation unsupported"}
_EXTENSIONS: tuple[tuple[str, str], ...] = (
    ("posix-rename@openssh.com", "1"),
    ("statvfs@openssh.com", "2"),
    ("fstatvfs@openssh.com", "2"),
)
_EXTENSIONS += (("hardlink@openssh.com", "1"), ("fsync@openssh.com", "1"), ("lsetstat@openssh.com", "1"))
_WRITE, _APPEND, _CREATE, _TRUNCATE, _EXCLUSIVE = 2, 4, 8, 16, 32
_MAX_PACKET = 256 * 1024  # OpenSSH's SFTP_MAX_MSG_LENGTH
_MAX_READ = 64 * 1024
_MAX_HANDLES = 64
_MAX_FACTS = 200


class _Fields:
    """Reads a packet; where it is too short the session ends."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def number(self, size: int = 4) -> int:
        return int.from_bytes(self._take(size))

    def string(self) -> bytes:
        return self._take(self.number())

    def path(self) -> str:
        return self.string()[:4096].decode("latin-1")

    def _take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) != size:
            raise PeerError("malformed")
        self._at += size
        return taken


class _Open:
    """An open file, or a directory's names that are still to be given."""

    def __init__(
        self, path: str, file: Handle | None = None, rows: list[str] | None = None, *, appends: bool = False
    ) -> None:
        self.path, self.file, self.rows, self.appends = path, file, rows, appends


class _Refused(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


_CODES = {"ENOENT": NO_FILE, "ENOTDIR": NO_FILE, "ELOOP": NO_FILE, "EACCES": DENIED, "EPERM": DENIED, "EBADF": NO_FILE}


def sftp(login: Login) -> Program:
    """The subsystem until the peer ends it; returns its exit status."""
    server = _Server(login)
    with suppress(PeerError):
        yield from _packets(server)
    yield from server.artefacts()
    return 0


def _packets(server: "_Server") -> Generator[Step | Stderr, bytes, None]:
    kept = 0
    while True:
        size = int.from_bytes((yield from exactly(4)))
        if not 1 <= size <= _MAX_PACKET:
            raise PeerError("malformed")
        packet = yield from exactly(size)
        server.at(float((yield Clock())))
        answer = server.answer(packet)
        while kept < len(server.facts):
            yield server.facts[kept]
            kept += 1
        if server.closed:
            server.closed = False
            yield from server.artefacts()
        yield Send(len(answer).to_bytes(4) + answer)


def exactly(size: int) -> Generator[Step | Stderr, bytes, bytes]:
    """So many bytes."""
    data = b""
    while len(data) < size:
        data += yield Read(exactly=size - len(data), limit=size, timeout=300.0)
    return data


class _Server:
    view: View

    def __init__(self, login: Login) -> None:
        self.login = login
        self.facts: list[Fact] = []
        self.closed = False  # a file that was written
        self._open: dict[bytes, _Open] = {}
        self._next = 0
        self._now = 0.0

    def at(self, now: float) -> None:
        """It is now that time."""
        self._now, self.view = now, self.login.view(now)

    def artefacts(self) -> Generator[Step | Stderr, bytes, None]:
        """What was written."""
        if self._now:
            for path, data in self.view.disk.written():
                yield Keep(data, path)

    def answer(self, packet: bytes) -> bytes:
        """One packet's answer."""
        kind, fields = packet[0], _Fields(packet[1:])
        if kind == INIT:
            fields.number()
            return bytes((VERSION,)) + (3).to_bytes(4) + b"".join(_string(n) + _string(v) for n, v in _EXTENSIONS)
        number = fields.number()
        try:
            if kind not in _HANDLERS:
                raise _Refused(UNSUPPORTED)
            body = _HANDLERS[kind](self, fields)
        except _Refused as refused:
            body = _status(refused.code)
        except Fault as fault:
            body = _status(_CODES.get(fault.code, FAILURE))
        return body[:1] + number.to_bytes(4) + body[1:]

    def _note(self, operation: str, path: str) -> None:
        if len(self.facts) < _MAX_FACTS:
            detail: dict[str, str | int | float | bool] = {"sftp": operation, "path": text(path.encode("latin-1"))}
            self.facts.append(Fact(event_action="request", event_outcome="success", samovar_detail=detail))

    def _path(self, fields: _Fields) -> str:
        path = fields.path()
        return path if path.startswith("/") else f"{self.login.home.rstrip('/')}/{path}"

    def _handle(self, fields: _Fields) -> _Open:
        opened = self._open.get(fields.string())
        if opened is None:
            raise _Refused(FAILURE)
        return opened

    def _file(self, fields: _Fields) -> tuple[_Open, Handle]:
        opened = self._handle(fields)
        if opened.file is None:
            raise _Refused(FAILURE)
        return opened, opened.file

    def _opened(self, opened: _Open) -> bytes:
        if len(self._open) >= _MAX_HANDLES:
            raise _Refused(FAILURE)
        handle = self._next.to_bytes(4)
        self._next += 1
        self._open[handle] = opened
        return bytes((HANDLE,)) + _string(handle)

    # the operations; each returns its answer without the request's number --------------------------------

    def _open_file(self, fields: _Fields) -> bytes:
        path, flags = self._path(fields), fields.number()
        mode = _mode(fields)
        if not flags & _WRITE:
            file = self.view.open(path)
            if file.kind == "d":
                raise _Refused(FAILURE)
        elif flags & _CREATE:
            file = self.view.create(
                path, mode & ~0o022, exclusive=bool(flags & _EXCLUSIVE), truncate=bool(flags & _TRUNCATE)
            )
        else:
            file = self.view.open(path, write=True, read=False)
            if flags & _TRUNCATE:
                self.view.truncate(file, 0)
        self._note("write" if flags & _WRITE else "read", path)
        return self._opened(_Open(path, file, appends=bool(flags & _APPEND)))

    def _close(self, fields: _Fields) -> bytes:
        opened = self._open.pop(fields.string(), None)
        if opened is None:
            raise _Refused(FAILURE)
        self.closed |= opened.file is not None and opened.file.write
        return _status(OK)

    def _read(self, fields: _Fields) -> bytes:
        (_, file), offset, size = self._file(fields), fields.number(8), fields.number()
        data = self.view.pread(file, offset, min(size, _MAX_READ))
        return bytes((DATA,)) + _string(data) if data else _status(EOF)

    def _write(self, fields: _Fields) -> bytes:
        (opened, file), offset, data = self._file(fields), fields.number(8), fields.string()
        self.view.pwrite(file, self.view.fstat(file).size if opened.appends else offset, data)
        return _status(OK)

    def _lstat(self, fields: _Fields) -> bytes:
        return self._attributes(self.view.lstat(self._path(fields)))

    def _stat(self, fields: _Fields) -> bytes:
        return self._attributes(self.view.stat(self._path(fields)))

    def _fstat(self, fields: _Fields) -> bytes:
        opened = self._handle(fields)
        return self._attributes(self.view.fstat(opened.file) if opened.file else self.view.stat(opened.path))

    def _attributes(self, stat: Stat) -> bytes:
        return bytes((ATTRS,)) + attributes(stat)

    def _setstat(self, fields: _Fields) -> bytes:
        self._set(self._path(fields), fields)
        return _status(OK)

    def _fsetstat(self, fields: _Fields) -> bytes:
        self._set(self._handle(fields).path, fields)
        return _status(OK)

    def _set(self, path: str, fields: _Fields) -> None:
        flags = fields.number()
        size = fields.number(8) if flags & 1 else None
        owner = (fields.number(), fields.number()) if flags & 2 else None
        mode = fields.number() & 0o7777 if flags & 4 else None
        times = (fields.number(), fields.number()) if flags & 8 else None
        if size is not None:
            self.view.truncate(self.view.open(path, write=True, read=False), size)
        if mode is not None:
            self.view.chmod(path, mode)
        if times is not None:
            self.view.utime(path, float(times[0]), float(times[1]))
        if owner is not None:
            self.view.chown(path, *owner)

    def _opendir(self, fields: _Fields) -> bytes:
        path = self._path(fields)
        rows = [".", "..", *self.view.listing(path)]
        self._note("list", path)
        return self._opened(_Open(path, rows=rows))

    def _readdir(self, fields: _Fields) -> bytes:
        opened = self._handle(fields)
        if not opened.rows:
            raise _Refused(EOF if opened.rows is not None else FAILURE)
        rows, opened.rows = opened.rows[:100], opened.rows[100:]
        done = []
        for name in rows:
            with suppress(Fault):
                stat = self.view.lstat(f"{opened.path}/{name}")
                owner, group = self.login.names(stat)
                done.append(_string(name) + _string(long_name(name, stat, owner, group, self._now)) + attributes(stat))
        return bytes((NAME,)) + len(done).to_bytes(4) + b"".join(done)

    def _remove(self, fields: _Fields) -> bytes:
        path = self._path(fields)
        if self.view.lstat(path).kind == "d":
            raise _Refused(FAILURE)
        self.view.unlink(path)
        self._note("remove", path)
        return _status(OK)

    def _rmdir(self, fields: _Fields) -> bytes:
        path = self._path(fields)
        self.view.rmdir(path)
        self._note("remove", path)
        return _status(OK)

    def _mkdir(self, fields: _Fields) -> bytes:
        path = self._path(fields)
        self.view.mkdir(path, _mode(fields, 0o777) & ~0o022)
        self._note("mkdir", path)
        return _status(OK)

    def _realpath(self, fields: _Fields) -> bytes:
        path = self._path(fields)
        try:
            path = self.view.resolve(path)
        except Fault:
            folder, _, name = path.rstrip("/").rpartition("/")
            path = f"{self.view.resolve(folder or '/').rstrip('/')}/{name}"
        return bytes((NAME,)) + (1).to_bytes(4) + _string(path) * 2 + bytes(4)

    def _rename(self, fields: _Fields) -> bytes:
        old, new = self._path(fields), self._path(fields)
        if self.view.exists(new):
            raise _Refused(FAILURE)
        return self._move(old, new)

    def _posix_rename(self, fields: _Fields) -> bytes:
        return self._move(self._path(fields), self._path(fields))

    def _move(self, old: str, new: str) -> bytes:
        self.view.rename(old, new)
        self._note("rename", f"{old} {new}")
        return _status(OK)

    def _readlink(self, fields: _Fields) -> bytes:
        target = self.view.readlink(self._path(fields))
        return bytes((NAME,)) + (1).to_bytes(4) + _string(target) * 2 + bytes(4)

    def _symlink(self, fields: _Fields) -> bytes:
        target, path = fields.path(), self._path(fields)
        self.view.symlink(target, path)
        return _status(OK)

    def _extended(self, fields: _Fields) -> bytes:
        name = fields.string()
        if name == b"posix-rename@openssh.com":
            return self._posix_rename(fields)
        if name == b"hardlink@openssh.com":
            self.view.link(self._path(fields), self._path(fields))
            return _status(OK)
        if name in (b"fsync@openssh.com", b"lsetstat@openssh.com"):
            return _status(OK)
        if name in (b"statvfs@openssh.com", b"fstatvfs@openssh.com"):
            mount = self.view.usage(self._path(fields) if name[:1] == b"s" else self._handle(fields).path)
            free = (mount.size - mount.used) // 4
            inodes = mount.inodes - mount.inodes_used
            numbers = (4096, 4096, mount.size // 4, free, mount.available // 4, mount.inodes, inodes, inodes)
            return bytes((EXTENDED + 1,)) + struct.pack(">11Q", *numbers, mount.device, 0, 255)
        raise _Refused(UNSUPPORTED)


def _mode(fields: _Fields, default: int = 0o666) -> int:
    """The permissions among a request's attributes."""
    given = fields.number()
    if given & 1:
        fields.number(8)
    if given & 2:
        fields.number(8)
    return fields.number() & 0o7777 if given & 4 else default


_HANDLERS: dict[int, Callable[[_Server, _Fields], bytes]] = {
    3: _Server._open_file,
    4: _Server._close,
    5: _Server._read,
    6: _Server._write,
    7: _Server._lstat,
    8: _Server._fstat,
    9: _Server._setstat,
    10: _Server._fsetstat,
    11: _Server._opendir,
    12: _Server._readdir,
    13: _Server._remove,
    14: _Server._mkdir,
    15: _Server._rmdir,
    16: _Server._realpath,
    17: _Server._stat,
    18: _Server._rename,
    19: _Server._readlink,
    20: _Server._symlink,
    EXTENDED: _Server._extended,
}


def _string(value: str | bytes) -> bytes:
    raw = value.encode("latin-1", "replace") if isinstance(value, str) else value
    return len(raw).to_bytes(4) + raw


def _status(code: int) -> bytes:
    return bytes((STATUS,)) + code.to_bytes(4) + _string(_MESSAGES[code]) + _string("")
