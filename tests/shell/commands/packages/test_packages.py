"""dpkg and apt as a real Debian 12 answers."""

import pytest

from samovar.shell.commands.packages.catalogue import fits
from samovar.shell.commands.packages.version import compare
from samovar.shell.kernel.process import Identity
from tests.shell.commands.rig import Rig, run

USER = Identity("marco", 1000, 1000)


def test_a_table_of_one_package() -> None:
    lines = run("dpkg -l bash").out.decode().splitlines()
    assert lines[3] == "||/ Name           Version      Architecture Description"
    assert lines[4] == "+++-==============-============-============-================================="
    assert lines[5] == "ii  bash           5.2.15-2+b13 amd64        GNU Bourne Again SHell"


@pytest.mark.parametrize(
    ("line", "err", "status"),
    [
        ("dpkg -l nosuch", "dpkg-query: no packages found matching nosuch\n", 1),
        ("dpkg -i /nosuch.deb", "dpkg: error: cannot access archive '/nosuch.deb': No such file or directory\n", 2),
        ("dpkg-query -Z", "dpkg-query: error: unknown option -Z\n\nUse --help for help about querying packages.\n", 2),
        ("dpkg -r nosuch", "dpkg: warning: ignoring request to remove nosuch which isn't installed\n", 0),
        ("apt-get install -y nosuch", "E: Unable to locate package nosuch\n", 100),
        ("apt-get nosuch", "E: Invalid operation nosuch\n", 100),
        ("apt-cache show nosuch", "E: No packages found\n", 100),
    ],
)
def test_errors(line: str, err: str, status: int) -> None:
    found = run(line)
    assert (found.err.decode(), found.status) == (err, status)


def test_a_format_with_widths_and_names_with_architecture() -> None:
    form = r"${binary:Package}|${db:Status-Abbrev}|${Package;12}|${Version;-20}|${Nosuch}\n"
    found = run(["dpkg-query", "-W", "-f", form, "bash", "libc6"])
    assert found.out == (
        b"bash|ii |        bash|5.2.15-2+b13        |\nlibc6:amd64|ii |       libc6|2.36-9+deb12u14     |\n"
    )


def test_what_is_installed_is_the_newest() -> None:
    assert b"\ncurl is already the newest version (" in run("apt-get install -y curl").out


def test_update_names_the_mirrors_of_the_disk_and_ends() -> None:
    rig = Rig()
    rig.view.write("/etc/apt/sources.list", b"deb http://mirror.example/debian/ bookworm main\n")
    began = rig.kernel.now
    found = rig.run("apt-get update")
    assert found.out.count(b"Ign:1 http://mirror.example/debian bookworm InRelease\n") == 3
    assert b"  Temporary failure resolving 'mirror.example'\n" in found.out
    assert 0 < rig.kernel.now - began < 30


def test_an_ordinary_user_gets_no_lock() -> None:
    assert b"/var/lib/dpkg/lock-frontend), are you root?\n" in run("apt-get install curl", identity=USER).err
    assert run("dpkg -i x.deb", identity=USER).status == 2


@pytest.mark.parametrize(
    ("one", "other", "order"),
    [("1.0", "2.0", -1), ("1.0~rc1", "1.0", -1), ("1:1", "2", 1), ("1.10", "1.9", 1), ("1.0-1", "1.0-1", 0)],
)
def test_versions(one: str, other: str, order: int) -> None:
    assert compare(one, other) == order


def test_patterns_end_soon() -> None:
    assert fits("apache2*", "apache2-bin")
    assert not fits("b?sh", "bush-x")
    assert not fits("*a" * 100 + "b", "a" * 200)
