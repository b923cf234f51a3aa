"""The same system calls on a View and on a real directory: the same answers, and the same tree afterwards."""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.shell.disk.disk import Disk
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.node import Stat
from samovar.shell.disk.view import View
from tests.shell.disk.tiny import FILE, FOLDER, LINK, tiny_base

OTHER = 12_345  # an unprivileged user
DEEP = "/1/2/3/4/5"  # where the calls are made, so that a few ".." do not lead out
ME = os.geteuid()

LOWER = {
    "f": (FILE | 0o644, ME, "lower content"),
    "d": (FOLDER | 0o777, ME, ""),
    "d/f": (FILE | 0o666, ME, "deeper"),
    "d/g": (FILE | 0o600, ME, "mine"),
    "d/e": (FOLDER | 0o755, ME, ""),
    "s": (FOLDER | 0o1777, ME, ""),
    "s/f": (FILE | 0o666, ME, "sticky"),
    "l": (LINK | 0o777, ME, "d"),
    "loop": (LINK | 0o777, ME, "loop"),
    "dead": (LINK | 0o777, ME, "d/none"),
}

PART = st.sampled_from(["f", "d", "e", "g", "s", "l", "loop", "dead", "n", "m", ".", "..", "x" * 256, "y" * 255])
DOWN = st.sampled_from(["f", "d", "e", "g", "s", "l", "n", "m"])
PATH = st.one_of(
    DOWN,
    st.builds(lambda parts, tail: "/".join(parts) + tail, st.lists(DOWN, min_size=1, max_size=3), st.just("")),
    st.builds(
        lambda parts, tail: "/".join(parts) + tail,
        st.lists(PART, min_size=1, max_size=3),
        st.sampled_from(["", "", "/", "//", "/."]),
    ),
    st.just(""),
)
TARGET = st.builds("/".join, st.lists(DOWN, min_size=1, max_size=2)) | st.sampled_from(["", "n/", "l/", "."])
MODE = st.sampled_from([0o777, 0o755, 0o700, 0o500, 0o644, 0o600, 0o1777, 0o2775, 0o4755, 0o2755, 0o000, 0o111])
CALL = st.one_of(
    st.tuples(st.just("write"), PATH, MODE, st.sampled_from(["", "x", "t", "xt"]), st.integers(0, 9)),
    st.tuples(st.just("append"), PATH, st.integers(0, 20), st.binary(max_size=5)),
    st.tuples(st.just("resize"), PATH, st.integers(0, 30)),
    st.tuples(st.just("mkdir"), PATH, MODE),
    st.tuples(st.just("chmod"), PATH, MODE),
    st.tuples(st.sampled_from(["rmdir", "unlink", "read", "list", "stat", "lstat", "readlink", "utime"]), PATH),
    st.tuples(st.sampled_from(["rename", "rename", "link"]), PATH, PATH),
    st.tuples(st.just("symlink"), TARGET, PATH),
    st.tuples(st.just("fifo"), PATH, MODE),
    st.tuples(st.just("access"), PATH, st.integers(0, 7)),
    st.tuples(st.just("chown"), PATH, st.sampled_from([-1, 0, OTHER]), st.sampled_from([-1, 0, OTHER])),
)
ACTOR = st.booleans() if ME == 0 else st.just(False)  # True: as OTHER


def kind(mode: int) -> int:
    """The type bits."""
    return stat.S_IFMT(mode)


class Real:
    """The calls on this machine's kernel, relative to the working directory."""

    def write(self, path: str, mode: int, how: str, data: int) -> object:
        flags = os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | os.O_EXCL * ("x" in how) | os.O_TRUNC * ("t" in how)
        descriptor = os.open(path, flags, mode)
        try:
            return os.write(descriptor, b"w" * data)
        finally:
            os.close(descriptor)

    def append(self, path: str, offset: int, data: bytes) -> object:
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        try:
            return os.pwrite(descriptor, data, offset)
        finally:
            os.close(descriptor)

    def resize(self, path: str, size: int) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.ftruncate(descriptor, size)
        finally:
            os.close(descriptor)

    def read(self, path: str) -> object:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            return os.read(descriptor, 1000)
        finally:
            os.close(descriptor)

    def stat(self, path: str) -> object:
        return facts(os.stat(path))

    def lstat(self, path: str) -> object:
        return facts(os.lstat(path))

    def access(self, path: str, wanted: int) -> object:
        if not os.access(path, wanted, effective_ids=True):
            os.stat(path)
            raise OSError(errno.EACCES, "no")
        return None

    def list(self, path: str) -> object:
        return sorted(os.listdir(path))

    def fifo(self, path: str, mode: int) -> None:
        os.mkfifo(path, mode)

    def __getattr__(self, name: str) -> Callable[..., object]:
        return getattr(os, name)  # type: ignore[no-any-return]


class Model:
    """The same calls on a View."""

    def __init__(self, view: View, cwd: str) -> None:
        self.view, self.cwd = view, cwd

    def write(self, path: str, mode: int, how: str, data: int) -> object:
        handle = self.view.create(path, mode, self.cwd, exclusive="x" in how, truncate="t" in how)
        if handle.kind == "p":
            raise Fault("ENXIO")  # as O_NONBLOCK has it where nobody reads
        return self.view.pwrite(handle, 0, b"w" * data)

    def append(self, path: str, offset: int, data: bytes) -> object:
        handle = self.view.open(path, self.cwd, write=True, read=False)
        if handle.kind == "p":
            raise Fault("ENXIO")
        return self.view.pwrite(handle, offset, data)

    def resize(self, path: str, size: int) -> None:
        handle = self.view.open(path, self.cwd, write=True, read=False)
        if handle.kind == "p":
            raise Fault("ENXIO")
        self.view.truncate(handle, size)

    def read(self, path: str) -> object:
        return self.view.read(path, self.cwd)

    def stat(self, path: str) -> object:
        return self._facts(self.view.stat(path, self.cwd))

    def lstat(self, path: str) -> object:
        return self._facts(self.view.lstat(path, self.cwd))

    def _facts(self, found: Stat) -> object:
        size = found.size if found.kind in "fl" else 0
        return found.kind, found.mode, found.nlink, found.uid, found.gid, size

    def access(self, path: str, wanted: int) -> None:
        self.view.access(path, wanted, self.cwd)

    def list(self, path: str) -> object:
        return self.view.listing(path, self.cwd)

    def fifo(self, path: str, mode: int) -> None:
        self.view.mknod(path, "p", mode, cwd=self.cwd)

    def chown(self, path: str, uid: int, gid: int) -> None:
        self.view.chown(path, uid, gid, self.cwd)

    def __getattr__(self, name: str) -> Callable[..., object]:
        return lambda *arguments: getattr(self.view, name)(*arguments, cwd=self.cwd)


def facts(found: os.stat_result) -> tuple[object, ...]:
    """What must be equal."""
    letter = {
        stat.S_IFREG: "f", stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFIFO: "p",
    }[kind(found.st_mode)]  # fmt: skip
    size = found.st_size if letter in "fl" else 0
    return letter, stat.S_IMODE(found.st_mode), found.st_nlink, found.st_uid, found.st_gid, size


@contextmanager
def real_tree() -> Iterator[Path]:
    """LOWER in a fresh directory in memory, made the working directory."""
    shared = Path("/dev/shm")
    top = Path(tempfile.mkdtemp(dir=shared if shared.is_dir() else None))
    top.chmod(0o755)
    before, umask = Path.cwd(), os.umask(0)
    try:
        inner = Path(f"{top}{DEEP}")
        inner.mkdir(parents=True, mode=0o777)
        inner.chmod(0o777)
        os.chdir(inner)
        for name, (mode, _, text) in LOWER.items():
            if kind(mode) == LINK:
                os.symlink(text, name)
                continue
            if kind(mode) == FOLDER:
                os.mkdir(name)
            else:
                Path(name).write_text(text)
            os.chmod(name, stat.S_IMODE(mode))
        yield inner
    finally:
        os.chdir(before)
        os.umask(umask)
        shutil.rmtree(top)


def model_disk() -> Disk:
    """LOWER in a Disk."""
    tree = {DEEP[: 2 * depth]: (FOLDER | 0o777, ME, "") for depth in range(1, 6)}
    return Disk(tiny_base(tree | {f"{DEEP}/{name}": row for name, row in LOWER.items()}), 1_750_000_000.0)


@contextmanager
def acting(other: bool) -> Iterator[None]:
    """The rights of OTHER for a while."""
    if not other:
        yield
        return
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(OTHER)
    os.seteuid(OTHER)
    try:
        yield
    finally:
        os.seteuid(ME)
        os.setegid(0)
        os.setgroups(groups)


def outcome(call: Callable[..., object], arguments: tuple[object, ...]) -> object:
    """What a call gives: its value or its error's name."""
    try:
        return call(*arguments)
    except Fault as fault:
        return f"!{fault.code}"
    except OSError as error:
        return f"!{errno.errorcode[error.errno or 0]}"


def dump(place: object, path: str = ".") -> Iterator[tuple[object, ...]]:
    """Everything below a path."""
    found = place.lstat(path)  # type: ignore[attr-defined]
    yield path, found
    if found[0] == "d":
        for name in place.list(path):  # type: ignore[attr-defined]
            yield from dump(place, f"{path}/{name}")
    else:
        yield path, place.readlink(path) if found[0] == "l" else found[0] == "f" and place.read(path)  # type: ignore[attr-defined]


@given(st.lists(st.tuples(ACTOR, CALL), max_size=25))
@settings(max_examples=600, deadline=None)
def test_every_call_answers_as_the_kernel(calls: list[tuple[bool, tuple[object, ...]]]) -> None:
    disk = model_disk()
    mine = Model(View(disk, ME, os.getegid(), tuple(os.getgroups())), DEEP)
    others = Model(View(disk, OTHER, OTHER), DEEP)
    real = Real()
    with real_tree():
        for other, (name, *arguments) in calls:
            with acting(other):
                expected = outcome(getattr(real, str(name)), tuple(arguments))
            found = outcome(getattr(others if other else mine, str(name)), tuple(arguments))
            assert (name, arguments, found) == (name, arguments, expected)
        assert list(dump(mine)) == list(dump(real))
    assert disk.size >= 0


def test_room_is_given_back() -> None:
    disk = model_disk()
    view = View(disk, 0, 0)
    fresh = disk.size
    for name in range(50):
        view.write(f"/1/n{name}", b"x" * 1000)
        view.mkdir(f"/1/d{name}")
    list(disk.written())
    for name in range(50):
        view.unlink(f"/1/n{name}")
        view.rmdir(f"/1/d{name}")
    with suppress(Fault):
        view.unlink("/1/none")
    assert disk.size - fresh < 1000  # the directory itself stays changed


def test_an_unlinked_file_stays_while_it_is_open() -> None:
    disk = model_disk()
    view = View(disk, 0, 0)
    handle = view.create("/1/n")
    view.pwrite(handle, 0, b"abc")
    view.unlink("/1/n")
    view.pwrite(handle, 3, b"def")
    assert view.pread(handle, 0, 10) == b"abcdef"
    assert view.fstat(handle).nlink == 0
    assert [data for _, data in disk.written()] == [b"abc", b"abcdef"]
    held = disk.size
    del handle
    assert disk.size < held
    with pytest.raises(Fault, match="ENOENT"):
        view.read("/1/n")
