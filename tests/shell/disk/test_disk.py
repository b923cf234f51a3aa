"""What a Disk costs, what it bounds, what it gives back, and what it makes up."""

import gc
import stat
import struct
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.shell.disk.content import PIECE, Maker
from samovar.shell.disk.disk import Disk
from samovar.shell.disk.fault import TEXTS, Fault
from samovar.shell.disk.look import MAX_WHOLE
from samovar.shell.disk.overlay import MAX_BYTES, MAX_NODES
from samovar.shell.disk.view import View
from tests.shell.disk.tiny import FILE, FOLDER, LINK, tiny_base

NOW = 1_750_000_000.0
BASE = tiny_base(
    {
        "/etc": (FOLDER | 0o755, 0, ""),
        "/etc/passwd": (FILE | 0o644, 0, "root:x:0:0\n"),
        "/etc/shadow": (FILE | 0o640, 0, "root:*\n"),
        "/home": (FOLDER | 0o755, 0, ""),
        "/home/u": (FOLDER | 0o755, 1000, ""),
        "/tmp": (FOLDER | 0o1777, 0, ""),
        "/bin": (LINK | 0o777, 0, "usr/bin"),
        "/usr": (FOLDER | 0o755, 0, ""),
        "/usr/bin": (FOLDER | 0o755, 0, ""),
        "/usr/bin/ls": (FILE | 0o755, 0, "program"),
    }
)


def root(disk: Disk) -> View:
    """The superuser's view."""
    return View(disk, 0, 0, (0,))


def test_changes_are_one_sources_own() -> None:
    one, other = Disk(BASE, NOW), Disk(BASE, NOW)
    root(one).write("/etc/passwd", b"changed")
    root(one).unlink("/usr/bin/ls")
    assert root(one).read("/etc/passwd") == b"changed"
    assert root(one).listing("/bin") == []
    assert root(other).read("/etc/passwd") == b"root:x:0:0\n"
    assert root(other).listing("/bin") == ["ls"]


def test_users_are_kept_from_what_is_not_theirs() -> None:
    view = View(Disk(BASE, NOW), 1000, 1000)
    for code, call in (
        ("EACCES", lambda: view.read("/etc/shadow")),
        ("EACCES", lambda: view.write("/etc/passwd", b"")),
        ("EACCES", lambda: view.mkdir("/new")),
        ("EPERM", lambda: view.chmod("/etc/passwd", 0o777)),
    ):
        with pytest.raises(Fault, match=code):
            call()
    view.write("/home/u/file", b"mine", 0o600)
    found = view.stat("/home/u/file")
    assert (found.uid, found.mode, found.size, found.blocks, found.mtime) == (1000, 0o600, 4, 8, NOW)


def test_the_superuser_cannot_execute_what_nobody_may() -> None:
    view = root(Disk(BASE, NOW))
    view.access("/etc/shadow", 6)
    with pytest.raises(Fault, match="EACCES"):
        view.access("/etc/passwd", 1)
    view.access("/usr/bin/ls", 1)


def test_inode_numbers_are_unique_and_stay() -> None:
    disk = Disk(BASE, NOW)
    view = root(disk)
    for number in range(20):
        view.write(f"/tmp/{number}", b"")
    paths = ["/", "/etc", "/etc/passwd", "/home", "/tmp", "/usr/bin/ls", *(f"/tmp/{number}" for number in range(20))]
    numbers = [view.stat(path).ino for path in paths]
    assert len(set(numbers)) == len(numbers)
    view.rename("/tmp/1", "/tmp/moved")
    assert view.stat("/tmp/moved").ino == numbers[paths.index("/tmp/1")]
    view.chmod("/etc", 0o700)
    assert view.stat("/etc").ino == numbers[1]


def test_bytes_are_bounded_and_zeros_cost_none() -> None:
    disk = Disk(BASE, NOW)
    view = root(disk)
    handle = view.create("/tmp/big")
    for place in range((MAX_BYTES >> 20) - 1):
        view.pwrite(handle, place << 20, b"x" * (1 << 20))
    with pytest.raises(Fault, match="ENOSPC") as caught:
        view.pwrite(handle, MAX_BYTES - (1 << 20), b"x" * (1 << 20))
    assert caught.value.text == "No space left on device"
    view.truncate(handle, 0)
    assert disk.size < 10_000
    for place in range(100):
        view.pwrite(handle, place << 20, bytes(1 << 20))
    assert view.fstat(handle).size == 100 << 20
    assert disk.size < 10_000
    assert disk.allocated == 100 << 20
    assert view.usage("/tmp").used - Disk(BASE, NOW).base.mounts(NOW)[0].used == 100 << 10
    assert len(view.read("/tmp/big")) == MAX_WHOLE


def test_nodes_are_bounded() -> None:
    disk = Disk(BASE, NOW)
    view = root(disk)
    for number in range(MAX_NODES - 1):  # /tmp itself is one
        view.mkdir(f"/tmp/{number}")
    with pytest.raises(Fault, match="ENOSPC"):
        view.mkdir("/tmp/more")
    view.rmdir("/tmp/0")
    view.mkdir("/tmp/again")


def test_written_gives_each_content_once_even_if_the_file_is_gone() -> None:
    disk = Disk(BASE, NOW)
    view = root(disk)
    view.write("/tmp/a", b"one")
    view.write("/tmp/a", b"two")
    view.write("/tmp/b", b"two")
    view.write("/tmp/c", b"three")
    view.unlink("/tmp/c")
    view.mkdir("/tmp/d")
    view.write("/tmp/empty", b"")
    assert sorted(disk.written()) == [("/tmp/a", b"one"), ("/tmp/a", b"two"), ("/tmp/c", b"three")]
    assert list(disk.written()) == []
    view.write("/tmp/b", b"four")
    view.rename("/tmp/b", "/tmp/e")
    assert list(disk.written()) == [("/tmp/e", b"four")]


def test_removing_everything_leaves_little() -> None:
    disk = Disk(BASE, NOW)
    view = root(disk)

    def clear(path: str) -> None:
        for name, found in view.entries(path):
            below = f"{path.rstrip('/')}/{name}"
            if found.kind == "d":
                clear(below)
                view.rmdir(below)
            else:
                view.unlink(below)

    clear("/")
    assert view.listing("/") == []
    assert view.stat("/").nlink == 2
    view.mkdir("/usr")
    assert view.listing("/usr") == []
    assert disk.size < 3_000


def test_a_session_costs_little() -> None:
    Disk(BASE, NOW)
    root(Disk(BASE, NOW)).write("/tmp/warm", b"x")
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        sessions = [(disk, root(disk)) for disk in (Disk(BASE, NOW) for _ in range(100))]
        fresh = (tracemalloc.get_traced_memory()[0] - before) / 100
        for _, view in sessions:
            view.write("/tmp/file", b"#!/bin/sh\necho\n")
        written = (tracemalloc.get_traced_memory()[0] - before) / 100 - fresh
    finally:
        tracemalloc.stop()
    assert fresh <= 10_000
    assert written <= 5_000


def test_every_fault_has_its_text() -> None:
    assert all(Fault(code).text == text for code, text in TEXTS.items())


MAKER = Maker(bytes(range(32)))


@given(
    st.sampled_from(["/usr/bin/ls", "/usr/lib/x.ko", "/usr/share/doc/a.gz", "/etc/some.conf", "/usr/bin/script"]),
    st.integers(0, 3 * PIECE),
    st.integers(0, 3 * PIECE),
    st.integers(0, 3 * PIECE),
)
@settings(max_examples=200, deadline=None)
def test_made_up_content_is_the_same_in_every_piece(path: str, size: int, offset: int, count: int) -> None:
    head = {"/usr/bin/ls": "\x7fELF", "/usr/lib/x.ko": "\x7fELF", "/usr/bin/script": "#!/bin/sh"}.get(path, "")
    whole = MAKER.read(path, head, size, 0, size)
    assert len(whole) == size
    assert MAKER.read(path, head, size, offset, count) == whole[offset : offset + count]


def test_programs_look_like_programs() -> None:
    data = MAKER.read("/usr/bin/ls", "\x7fELF", 151_344, 0, 151_344)
    assert data[:8] == b"\x7fELF\x02\x01\x01\x00"
    kind, machine, _, _, start, sections, _, size, _, count, _, rows, _ = struct.unpack_from("<HHIQQQIHHHHHH", data, 16)
    assert (kind, machine, start, size) == (3, 62, 64, 64)
    assert sections + rows * 64 <= 151_344
    assert b"/lib64/ld-linux-x86-64.so.2\0" in data[start : start + count * 56 + 64]
    module = MAKER.read("/usr/lib/modules/a.ko", "\x7fELF", 9_000, 0, 64)
    assert struct.unpack_from("<H", module, 16) == (1,)
    router = Maker(bytes(32), "mips").read("/bin/busybox", "\x7fELF", 400_000, 0, 52)
    assert (router[4], struct.unpack_from("<HH", router, 16)) == (1, (3, 8))
    assert MAKER.read("/a", "\x7fELF", 10, 0, 100) == b"\x7fELF\x02\x01\x01\0\0\0"


def test_contents_differ_by_installation_and_begin_as_their_kind() -> None:
    other = Maker(bytes(32))
    assert MAKER.read("/usr/bin/ls", "\x7fELF", 9_000, 0, 9_000) != other.read(
        "/usr/bin/ls", "\x7fELF", 9_000, 0, 9_000
    )
    assert MAKER.read("/x/a.gz", "", 100, 0, 2) == b"\x1f\x8b"
    assert MAKER.read("/x/a", "#!/bin/sh -e", 100, 0, 13) == b"#!/bin/sh -e\n"
    text = MAKER.read("/etc/x.conf", "", 5_000, 0, 5_000)
    assert text.isascii()
    assert text.endswith(b"\n")
    assert MAKER.read("/boot/huge.img", "", 1 << 40, 1 << 39, 10) != b""


def test_the_kinds_of_nodes() -> None:
    view = root(Disk(BASE, NOW))
    view.mknod("/tmp/p", "p")
    view.mknod("/tmp/c", "c", 0o600, (1, 3))
    view.symlink("p", "/tmp/l")
    assert [view.lstat(f"/tmp/{name}").kind for name in "pcl"] == ["p", "c", "l"]
    assert view.stat("/tmp/l").kind == "p"
    assert view.open("/tmp/c").rdev == (1, 3)
    assert stat.S_ISDIR(BASE.mode(BASE.root, Disk(BASE, NOW).session))


def test_long_names_and_targets_are_paid_for() -> None:
    disk = Disk(BASE, NOW)
    view = root(disk)
    before = disk.size
    view.symlink("t" * 4_000, "/tmp/" + "n" * 255)
    assert disk.size - before > 4_255
    view.unlink("/tmp/" + "n" * 255)
    assert disk.size - before < 1_000


def test_links_that_make_work_without_end_are_a_loop() -> None:
    view = root(Disk(BASE, NOW))
    view.mkdir("/tmp/d")
    for number in range(30):
        view.symlink("d/../" * 300 + f"l{number + 1}", f"/tmp/l{number}")
    with pytest.raises(Fault, match="ELOOP"):
        view.stat("/tmp/l0")
    with pytest.raises(Fault, match="ENAMETOOLONG"):
        view.stat("x", "/tmp" + "/." * 4_096)
