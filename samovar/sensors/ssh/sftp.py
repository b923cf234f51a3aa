"""The sftp subsystem (draft-ietf-secsh-filexfer-02, version 3) over a guest's own files, as OpenSSH's server speaks it.

A dialogue like any other program of a session: it never sees a real file. Handles, packets and what may be
written are bounded.
"""

import struct
from collections.abc import Callable, Generator
from contextlib import suppress

from samovar.event import Fact, text
from samovar.sensor import Clock, PeerError, Read, Send, Step
from samovar.sensors.ssh.attributes import attributes, long_name
from samovar.shell import DiskFull, File, Program, Shell, Stderr

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
_WRITE, _APPEND, _CREATE, _TRUNCATE = 2, 4, 8, 16
_MAX_PACKET = 256 * 1024  # OpenSSH's SFTP_MAX_MSG_LENGTH
_MAX_READ = 64 * 1024
_MAX_HANDLES = 64
_MAX_OPEN = 8 << 20  # bytes that all open files of a session hold together
_MAX_FILE = 4 << 20
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
    """An open file or directory."""

    def __init__(self, path: str, data: bytes, rows: list[str] | None, writes: bool) -> None:
        self.path, self.data, self.rows, self.writes = path, bytearray(data), rows, writes
        self.changed = False


class _Refused(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def sftp(shell: Shell) -> Program:
    """The subsystem until the peer ends it; returns its exit status."""
    server = _Server(shell)
    with suppress(PeerError):
        yield from _packets(server)
    server.close_all()
    yield from shell.artefacts()
    return 0


def _packets(server: "_Server") -> Generator[Step | Stderr, bytes, None]:
    kept = 0
    while True:
        size = int.from_bytes((yield from exactly(4)))
        if not 1 <= size <= _MAX_PACKET:
            raise PeerError("malformed")
        packet = yield from exactly(size)
        server.shell.now = float((yield Clock()))
        answer = server.answer(packet)
        while kept < len(server.facts):
            yield server.facts[kept]
            kept += 1
        if server.closed_changed:
            server.closed_changed = False
            yield from server.shell.artefacts()
        yield Send(len(answer).to_bytes(4) + answer)


def exactly(size: int) -> Generator[Step | Stderr, bytes, bytes]:
    """So many bytes."""
    data = b""
    while len(data) < size:
        data += yield Read(exactly=size - len(data), limit=size, timeout=300.0)
    return data


class _Server:
    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.facts: list[Fact] = []
        self.closed_changed = False
        self._open: dict[bytes, _Open] = {}
        self._next = 0

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
        except DiskFull:
            body = _status(FAILURE)
        return body[:1] + number.to_bytes(4) + body[1:]

    def close_all(self) -> None:
        """Keep what was being written."""
        for handle in list(self._open):
            with suppress(_Refused, DiskFull):
                self._close_handle(handle)

    def _note(self, operation: str, path: str) -> None:
        if len(self.facts) < _MAX_FACTS:
            detail: dict[str, str | int | float | bool] = {"sftp": operation, "path": text(path.encode("latin-1"))}
            self.facts.append(Fact(event_action="request", event_outcome="success", samovar_detail=detail))

    def _find(self, path: str, *, follow: bool = True) -> File:
        node = self.shell.files.find(self.shell.path(path), follow=follow)
        if node is None:
            raise _Refused(NO_FILE)
        return node

    def _handle(self, fields: _Fields) -> _Open:
        opened = self._open.get(fields.string())
        if opened is None:
            raise _Refused(FAILURE)
        return opened

    def _opened(self, opened: _Open) -> bytes:
        if len(self._open) >= _MAX_HANDLES:
            raise _Refused(FAILURE)
        handle = self._next.to_bytes(4)
        self._next += 1
        self._open[handle] = opened
        return bytes((HANDLE,)) + _string(handle)

    # the operations; each returns its answer without the request's number --------------------------------

    def _open_file(self, fields: _Fields) -> bytes:
        path, flags = self.shell.path(fields.path()), fields.number()
        writes, node = bool(flags & _WRITE), self.shell.files.find(path)
        if node is None and not flags & _CREATE:
            raise _Refused(NO_FILE)
        if node is not None and node.kind == "d":
            raise _Refused(FAILURE)
        parent = self.shell.files.find(path.rpartition("/")[0] or "/")
        if parent is None or parent.kind != "d":
            raise _Refused(NO_FILE)
        held = node.content(self.shell.now) if node is not None and not flags & _TRUNCATE else b""
        if sum(len(opened.data) for opened in self._open.values()) + len(held) > _MAX_OPEN:
            raise _Refused(FAILURE)
        opened = _Open(path, held, None, writes)
        opened.changed = writes and (node is None or bool(flags & _TRUNCATE))
        self._note("write" if writes else "read", path)
        return self._opened(opened)

    def _close(self, fields: _Fields) -> bytes:
        self._close_handle(fields.string())
        return _status(OK)

    def _close_handle(self, handle: bytes) -> None:
        opened = self._open.pop(handle, None)
        if opened is None:
            raise _Refused(FAILURE)
        if opened.changed:
            self.closed_changed = True
            self._store(opened)

    def _store(self, opened: _Open) -> None:
        old = self.shell.files.find(opened.path)
        mode, now = old.mode if old else 0o644, self.shell.now
        self.shell.files.put(opened.path, File("f", bytes(opened.data), mode, self.shell.user, now))

    def _read(self, fields: _Fields) -> bytes:
        opened, offset, size = self._handle(fields), fields.number(8), fields.number()
        if opened.rows is not None:
            raise _Refused(FAILURE)
        data = bytes(opened.data[offset : offset + min(size, _MAX_READ)])
        return bytes((DATA,)) + _string(data) if data else _status(EOF)

    def _write(self, fields: _Fields) -> bytes:
        opened, offset, data = self._handle(fields), fields.number(8), fields.string()
        room = _MAX_OPEN - sum(len(other.data) for other in self._open.values() if other is not opened)
        if not opened.writes or offset + len(data) > min(_MAX_FILE, room):
            raise _Refused(FAILURE)
        opened.data += bytes(max(offset - len(opened.data), 0))
        opened.data[offset : offset + len(data)] = data
        opened.changed = True
        return _status(OK)

    def _lstat(self, fields: _Fields) -> bytes:
        return self._attributes(self._find(fields.path(), follow=False))

    def _stat(self, fields: _Fields) -> bytes:
        return self._attributes(self._find(fields.path()))

    def _fstat(self, fields: _Fields) -> bytes:
        opened = self._handle(fields)
        node = self.shell.files.find(opened.path) or File("f", owner=self.shell.user, mtime=self.shell.now)
        if opened.rows is None and opened.writes:
            node = File("f", bytes(opened.data), node.mode, node.owner, node.mtime)
        return self._attributes(node)

    def _attributes(self, node: File) -> bytes:
        return bytes((ATTRS,)) + attributes(node, self.shell.persona)

    def _setstat(self, fields: _Fields) -> bytes:
        path = self.shell.path(fields.path())
        self._find(path)
        self._set(path, fields)
        return _status(OK)

    def _fsetstat(self, fields: _Fields) -> bytes:
        opened = self._handle(fields)
        if opened.changed:  # so that there is a file whose mode can be set
            self._store(opened)
        self._set(opened.path, fields)
        return _status(OK)

    def _set(self, path: str, fields: _Fields) -> None:
        flags = fields.number()
        size = fields.number(8) if flags & 1 else None
        if flags & 2:
            fields.number(8)
        mode = fields.number() & 0o7777 if flags & 4 else None
        node = self._find(path)
        data = node.data if size is None or node.size >= 0 else node.data[:size]
        bits = node.mode if mode is None else mode
        self.shell.files.put(path, File(node.kind, data, bits, node.owner, node.mtime, node.size, node.make))

    def _opendir(self, fields: _Fields) -> bytes:
        path = self.shell.path(fields.path())
        if self._find(path).kind != "d":
            raise _Refused(FAILURE)
        self._note("list", path)
        return self._opened(_Open(path, b"", [".", "..", *self.shell.files.names(path)], False))

    def _readdir(self, fields: _Fields) -> bytes:
        opened = self._handle(fields)
        if not opened.rows:
            raise _Refused(EOF if opened.rows is not None else FAILURE)
        rows, opened.rows = opened.rows[:100], opened.rows[100:]
        done = []
        for name in rows:
            node = self.shell.files.find(self.shell.path(f"{opened.path}/{name}"), follow=name in (".", ".."))
            if node is not None:
                shown = long_name(name, node, self.shell.now)
                done.append(_string(name) + _string(shown) + attributes(node, self.shell.persona))
        return bytes((NAME,)) + len(done).to_bytes(4) + b"".join(done)

    def _remove(self, fields: _Fields) -> bytes:
        path = self.shell.path(fields.path())
        self._find(path, follow=False)
        self.shell.files.remove(path)
        self._note("remove", path)
        return _status(OK)

    def _mkdir(self, fields: _Fields) -> bytes:
        path = self.shell.path(fields.path())
        if self.shell.files.find(path) is not None:
            raise _Refused(FAILURE)
        self._find(path.rpartition("/")[0] or "/")
        self.shell.files.put(path, File("d", b"", 0o755, self.shell.user, self.shell.now))
        self._note("mkdir", path)
        return _status(OK)

    def _realpath(self, fields: _Fields) -> bytes:
        path = self.shell.files.real(self.shell.path(fields.path() or "."))
        return bytes((NAME,)) + (1).to_bytes(4) + _string(path) * 2 + bytes(4)

    def _rename(self, fields: _Fields) -> bytes:
        old, new = self.shell.path(fields.path()), self.shell.path(fields.path())
        self.shell.files.put(new, self._find(old, follow=False))
        if new != old:
            self.shell.files.remove(old)
        self._note("rename", f"{old} {new}")
        return _status(OK)

    def _readlink(self, fields: _Fields) -> bytes:
        node = self._find(fields.path(), follow=False)
        if node.kind != "l":
            raise _Refused(FAILURE)
        return bytes((NAME,)) + (1).to_bytes(4) + _string(node.data) * 2 + bytes(4)

    def _symlink(self, fields: _Fields) -> bytes:
        target, path = fields.string()[:4096], self.shell.path(fields.path())
        self.shell.files.put(path, File("l", target, 0o777, self.shell.user, self.shell.now))
        return _status(OK)

    def _extended(self, fields: _Fields) -> bytes:
        name = fields.string()
        if name == b"posix-rename@openssh.com":
            return self._rename(fields)
        if name in (b"fsync@openssh.com", b"lsetstat@openssh.com"):
            return _status(OK)
        if name in (b"statvfs@openssh.com", b"fstatvfs@openssh.com"):
            blocks = self.shell.persona.disk_gib * 262144
            numbers = (4096, 4096, blocks, blocks * 8 // 10, blocks * 3 // 4, blocks // 4, blocks // 5, blocks // 5)
            return bytes((EXTENDED + 1,)) + struct.pack(">11Q", *numbers, 0x5C1A7, 0, 255)
        raise _Refused(UNSUPPORTED)


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
    15: _Server._remove,
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
