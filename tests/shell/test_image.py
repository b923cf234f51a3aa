"""The file system image: what is in it, and that its numbers hang together."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.shell.image import Image, load
from samovar.shell.image.columns import join_shorts, pack, shorts, split_words, unpack, words

IMAGE = load()
FILE = Path(sys.modules["samovar.shell.image"].__file__ or "").with_name("debian12.zst")


def node(path: str) -> int:
    """The node at a path, which is there."""
    found = IMAGE.find(path)
    assert found >= 0, path
    return found


def test_it_is_a_whole_server() -> None:
    assert 20_000 <= len(IMAGE) <= 40_000
    top = [IMAGE.name(child) for child in IMAGE.children(IMAGE.root)]
    assert {"bin", "boot", "dev", "etc", "home", "lost+found", "proc", "root", "tmp", "usr", "var"} <= set(top)
    for program in ("busybox", "python3", "perl", "wget", "curl", "ss", "tftp", "crontab", "lscpu", "apt"):
        node(f"/usr/bin/{program}")
    for program in ("sshd", "apache2", "vsftpd", "telnetd", "cron", "rsyslogd"):
        node(f"/usr/sbin/{program}")
    assert IMAGE.find("/usr/bin/gcc") == -1


def test_every_node_is_found_below_its_parent() -> None:
    for number in range(1, len(IMAGE)):
        parent = IMAGE.parent(number)
        assert parent < number
        assert number in IMAGE.children(parent)
        assert IMAGE.lookup(parent, IMAGE.name(number)) == number


def test_directories_are_sorted_and_only_they_have_children() -> None:
    for number in range(len(IMAGE)):
        names = [IMAGE.name(child) for child in IMAGE.children(number)]
        assert names == sorted(set(names))
        assert not names or stat.S_ISDIR(IMAGE.mode(number))


@given(st.integers(0, len(IMAGE) - 1), st.text(max_size=20))
@settings(max_examples=300, deadline=None)
def test_lookup_finds_what_the_children_are_called_and_nothing_else(directory: int, name: str) -> None:
    names = {IMAGE.name(child) for child in IMAGE.children(directory)}
    assert (IMAGE.lookup(directory, name) >= 0) == (name in names)


def test_links_rights_and_hard_links() -> None:
    assert stat.S_ISLNK(IMAGE.mode(node("/bin")))
    assert IMAGE.target(node("/bin")) == "usr/bin"
    assert IMAGE.target(node("/etc")) == ""
    assert all(bool(IMAGE.target(number)) == stat.S_ISLNK(IMAGE.mode(number)) for number in range(len(IMAGE)))
    assert IMAGE.mode(node("/usr/bin/sudo")) == stat.S_IFREG | 0o4755
    assert IMAGE.mode(node("/tmp")) == stat.S_IFDIR | 0o1777
    shadow = node("/etc/shadow")
    assert (IMAGE.uid(shadow), IMAGE.gid(shadow), stat.S_IMODE(IMAGE.mode(shadow))) == (0, 42, 0o640)
    one, other = node("/usr/bin/perl"), node("/usr/bin/perl5.36.0")
    assert IMAGE.inode(one) == IMAGE.inode(other)
    assert IMAGE.nlink(one) == IMAGE.nlink(other) == 2
    assert IMAGE.size(one) == IMAGE.size(other) > 3_000_000
    assert IMAGE.nlink(node("/usr/bin/uname")) == 1
    assert IMAGE.nlink(node("/media")) == 2


def test_programs_are_known_by_how_they_begin() -> None:
    assert IMAGE.elf(node("/usr/bin/uname"))
    assert IMAGE.head(node("/usr/bin/ldd")) == "#!/bin/bash"
    assert IMAGE.head(node("/etc/passwd")) == ""


def test_texts_are_whole() -> None:
    assert (IMAGE.content(node("/usr/lib/os-release")) or b"").startswith(b'PRETTY_NAME="Debian GNU/Linux 12')
    assert b"mesg n" in (IMAGE.content(node("/root/.profile")) or b"")
    assert IMAGE.content(node("/usr/bin/uname")) is None
    kept = {number: IMAGE.content(number) for number in range(len(IMAGE))}
    assert all(text is None or len(text) == IMAGE.size(number) for number, text in kept.items())
    assert sum(text is not None for text in kept.values()) > 350


def test_no_secret_and_nothing_of_the_machine_that_made_it_is_in_it() -> None:
    for path in ("/etc/ssh/ssh_host_rsa_key", "/etc/machine-id", "/etc/hostname", "/etc/resolv.conf"):
        assert path in IMAGE.templates
        assert IMAGE.content(node(path)) is None
    rows = (IMAGE.content(node("/etc/shadow")) or b"").decode().splitlines()
    assert len(rows) > 20
    assert {row.split(":")[1] for row in rows} <= {"*", "!", "!*"}
    assert not any(b"PRIVATE KEY" in (IMAGE.content(number) or b"") for number in range(len(IMAGE)))
    for path in ("/dev", "/proc", "/sys", "/tmp", "/run", "/home", "/var/lib/apt/lists"):
        assert len(IMAGE.children(node(path))) == 0


def test_packages_are_the_ones_that_are_installed() -> None:
    packages = IMAGE.packages()
    names = [package.name for package in packages]
    assert len(packages) == len(names) > 300
    assert names == sorted(names)
    bash = packages[names.index("bash")]
    assert (bash.architecture, bash.description) == ("amd64", "GNU Bourne Again SHell")
    assert bash.version.startswith("5.2")
    assert bash.size > 1000
    assert packages[:2] == [packages[0], packages[1]]
    with pytest.raises(IndexError):
        packages[len(packages)]


def test_it_is_small_and_stored_as_it_says() -> None:
    data = FILE.read_bytes()
    assert len(data) < 450_000
    assert pack(unpack(data)) == data
    again = Image(unpack(data))
    assert [again.path(number) for number in range(50)] == [IMAGE.path(number) for number in range(50)]


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_words_come_back(numbers: list[int]) -> None:
    assert list(words(split_words(numbers))) == numbers
    assert list(shorts(join_shorts(number & 0xFFFF for number in numbers))) == [n & 0xFFFF for n in numbers]


def test_loading_costs_little_memory() -> None:
    code = (
        "import msgspec, zstandard\nfrom samovar.shell.image import columns, image\n"
        "rss = lambda: int(open('/proc/self/statm').read().split()[1]) * 4\n"
        "before = rss(); image.load(); print(rss() - before)"
    )
    grown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(grown) < 5 * 1024
