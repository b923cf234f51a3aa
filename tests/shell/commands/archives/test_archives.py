"""tar, gzip, bzip2 and xz beside the real programs, and the real programs on what they wrote."""

import gzip
import io
import tarfile

import pytest

from samovar.shell.commands.archives import codec
from tests.shell.commands.rig import Rig, has_real, run, same_as_real

FILES = {"a": b"hello\n" * 20, "junk": b"hello\n", "d/f": b"x\n", "empty": b""}
PACKED = FILES | {"a.gz": gzip.compress(b"packed\n", mtime=0), "cut.gz": gzip.compress(b"packed\n", mtime=0)[:12]}


@pytest.mark.parametrize(
    "line",
    [
        "tar", "tar cf", "tar xf nope.tar", "tar x -f junk", "tar xzf junk", "tar xjf junk", "tar xJf junk",
        "tar tf empty", "tar xzf empty", "tar --nosuch", "tar cf x.tar", "tar cf - nope", "tar -t -x -f junk",
        "gzip nope", "gzip d", "gunzip a", "zcat junk", "gzip -d junk", "gzip -Q", "gzip -t a.gz", "zcat a.gz",
        "gzip -dc a.gz", "gunzip -k a.gz", "zcat cut.gz",
        "bzip2 nope", "bzip2 d", "bunzip2 junk", "bzcat junk", "xz nope", "xz -d junk.xz", "unxz junk", "xzcat junk",
    ],
)  # fmt: skip
def test_as_the_real_program(line: str) -> None:
    if not has_real(line.split()[0]):
        pytest.skip("not on this machine")
    same_as_real(line, files=PACKED)


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz"])
def test_round_trip(name: str) -> None:
    rig = Rig(FILES)
    assert rig.run(f"{name} a").status == 0
    assert "a" not in rig.contents()
    suffix = {"gzip": "gz", "bzip2": "bz2", "xz": "xz"}[name]
    assert rig.run(f"{name} -d a.{suffix}") == (b"", b"", 0)
    assert rig.contents() == FILES


@pytest.mark.parametrize(("letter", "mode"), [("", "r:"), ("z", "r:gz"), ("j", "r:bz2"), ("J", "r:xz")])
def test_others_read_what_tar_writes(letter: str, mode: str) -> None:
    rig = Rig(FILES)
    assert rig.run(f"tar c{letter}f x.tar a d").status == 0
    with tarfile.open(fileobj=io.BytesIO(rig.contents()["x.tar"]), mode=mode) as archive:  # type: ignore[call-overload]
        assert archive.getnames() == ["a", "d", "d/f"]


def test_tar_unpacks() -> None:
    rig = Rig(FILES)
    rig.run("tar czf x.tgz a d")
    assert rig.run("tar xzvf x.tgz -C d --strip-components=1") == (b"d/f\n", b"", 0)
    assert rig.run("tar xOf x.tgz a").out == FILES["a"]
    assert rig.run("tar tf x.tgz nosuch").status == 2
    assert rig.run("tar tf x.tgz --exclude=f").out == b"a\nd/\n"


def test_a_bomb_is_refused() -> None:
    bomb = gzip.compress(bytes(codec.MAX_EXPANDED + 1))
    with pytest.raises(codec.Broken, match="large"):
        codec.expand("gzip", bomb)
    found = run("gunzip b.gz", files={"b.gz": bomb})
    assert (found.err, found.status) == (b"gzip: b.gz: No space left on device\n", 1)


def test_many_members_end() -> None:
    assert codec.expand("gzip", gzip.compress(b"x") * 5000) == b"x" * 64
