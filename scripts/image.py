"""Writes the file system image of the emulated shell, samovar/shell/image/debian12.zst, from a real Debian root.

    .venv/bin/python scripts/image.py        # as root; builds the root first where there is none

The same root gives the same bytes. What is left out, and why: docs/decisions/0007-filesystem-image.md.
"""

import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import debian_root

from samovar.shell.image.columns import Columns, Kind, join_shorts, pack, split_words

TARGET = Path(__file__).resolve().parent.parent / "samovar/shell/image/debian12.zst"
MAX_NODES = 60_000  # node numbers have 16 bits
MAX_CONTENT = 64 << 10
# Made at run time, or only by the installation: the directory stays, empty.
EMPTY = {"dev", "proc", "run", "sys", "tmp", "var/tmp", "root", "home", "var/lib/apt/lists", "var/cache/apt/archives"}
KEPT = {"root/.bashrc", "root/.profile", "root/.ssh"}
NO_FILES = "var/log/"  # its directories stay; the persona writes the logs
LEFT_OUT = {"etc/.pwd.lock", "etc/ssl/certs/ca-certificates.crt", "etc/ld.so.cache", "initrd.img.old", "vmlinuz.old"}
# Keys and programs that nobody reads there.
NO_TEXT = (
    "etc/apparmor.d/",
    "etc/apt/trusted.gpg.d/",
    "etc/grub.d/",
    "etc/sensors3.conf",
    "etc/sysstat/",
    "etc/apache2/magic",
)
MAX_SCRIPT = 4096
# Each installation's own, so the persona writes them; their nodes stay.
TEMPLATES = {
    "etc/apt/sources.list", "etc/fstab", "etc/group", "etc/group-", "etc/gshadow", "etc/gshadow-", "etc/hostname",
    "etc/hosts", "etc/machine-id", "etc/mailname", "etc/network/interfaces", "etc/passwd", "etc/passwd-",
    "etc/resolv.conf", "etc/shadow", "etc/shadow-", "etc/subgid", "etc/subgid-", "etc/subuid", "etc/subuid-",
    "etc/ssh/ssh_host_ecdsa_key", "etc/ssh/ssh_host_ecdsa_key.pub", "etc/ssh/ssh_host_ed25519_key",
    "etc/ssh/ssh_host_ed25519_key.pub", "etc/ssh/ssh_host_rsa_key", "etc/ssh/ssh_host_rsa_key.pub",
    "etc/ssl/certs/ssl-cert-snakeoil.pem", "etc/ssl/private/ssl-cert-snakeoil.key", "etc/chrony/chrony.keys",
    "boot/grub/grub.cfg", "var/lib/dbus/machine-id", "var/www/html/index.html",
}  # fmt: skip
STARTING_TEXT = {"etc/group", "etc/hosts", "etc/passwd", "etc/network/interfaces", "etc/shadow"}  # holds no secret
FIELDS = ("Package", "Version", "Architecture", "Description", "Section", "Installed-Size")


def main() -> int:
    """Write the image and say what is in it."""
    if os.geteuid() != 0:
        print("needs root: to build the root, and to read all of it", file=sys.stderr)
        return 1
    debian_root.build(debian_root.ROOT)
    columns = collect(debian_root.ROOT)
    data = pack(columns)
    TARGET.write_bytes(data)
    counts = {"nodes": len(columns.node_kinds), "contents": len(columns.content_nodes) // 2}
    print(json.dumps({"image": TARGET.name, "bytes": len(data), **counts, "content_bytes": len(columns.contents)}))
    return 0


def collect(root: Path) -> Columns:
    """All columns of the image of a root."""
    paths, child_counts = _walk(root)
    states = [os.lstat(path) for path in paths]
    kinds: dict[Kind, int] = {}
    node_kinds = bytes(
        kinds.setdefault(_kind(path, state), len(kinds)) for path, state in zip(paths, states, strict=True)
    )
    names = [os.fsencode(path.name) for path in paths]
    names[0] = b""
    contents = {
        node: text for node, path in enumerate(paths) if (text := _content(root, path, states[node])) is not None
    }
    below = {str(path.relative_to(root)) for path in paths}
    return Columns(
        installed=min(int(path.stat().st_mtime) for path in (root / "var/lib/dpkg/info").glob("*.list")),
        kinds=list(kinds),
        names=b"".join(names),
        name_lengths=bytes(map(len, names)),
        node_kinds=node_kinds,
        child_counts=join_shorts(child_counts),
        sizes=split_words(state.st_size for state in states),
        times=split_words(int(state.st_mtime) for state in states),
        link_targets=[os.fsencode(os.readlink(path)) for path in paths if path.is_symlink()],
        content_nodes=join_shorts(contents),
        content_lengths=split_words(map(len, contents.values())),
        contents=b"".join(contents.values()),
        hard_links=_hard_links(states),
        packages=_packages((root / "var/lib/dpkg/status").read_text()),
        templates=sorted(f"/{path}" for path in TEMPLATES & below),
    )


def _walk(root: Path) -> tuple[list[Path], list[int]]:
    """All nodes breadth first, and how many children each has."""
    paths, counts = [root], []
    for path in paths:
        children = _children(root, path) if path.is_dir() and not path.is_symlink() else []
        counts.append(len(children))
        paths += children
    if len(paths) > MAX_NODES:
        raise SystemExit(f"{len(paths)} nodes are too many")
    return paths, counts


def _children(root: Path, directory: Path) -> list[Path]:
    where = str(directory.relative_to(root))
    kept = []
    for path in sorted(directory.iterdir(), key=lambda path: os.fsencode(path.name)):
        below = str(path.relative_to(root))
        real_directory = path.is_dir() and not path.is_symlink()
        if below in LEFT_OUT or (where in EMPTY and below not in KEPT):
            continue
        if below.startswith(NO_FILES) and not real_directory:
            continue
        kept.append(path)
    return kept


def _kind(path: Path, state: os.stat_result) -> Kind:
    head = ""
    if stat.S_ISREG(state.st_mode):
        with path.open("rb") as file:
            start = file.read(128)
        if start.startswith(b"\x7fELF"):
            head = "\x7fELF"
        elif start.startswith(b"#!") and b"\n" in start and state.st_mode & 0o111:
            head = start.partition(b"\n")[0].decode("latin-1")
    return Kind(state.st_mode, state.st_uid, state.st_gid, head)


def _content(root: Path, path: Path, state: os.stat_result) -> bytes | None:
    """The text of a file that intruders read; None for all others."""
    below = str(path.relative_to(root))
    wanted = below.startswith("etc/") or below in KEPT or below == "usr/lib/os-release"
    if not wanted or not stat.S_ISREG(state.st_mode) or state.st_size > MAX_CONTENT:
        return None
    if below.startswith(NO_TEXT) or (below in TEMPLATES and below not in STARTING_TEXT):
        return None
    data = path.read_bytes()
    if data.startswith(b"#!") and len(data) > MAX_SCRIPT:
        return None
    return None if b"\0" in data or b"PRIVATE KEY" in data else data


def _hard_links(states: list[os.stat_result]) -> list[list[int]]:
    groups: dict[int, list[int]] = {}
    for node, state in enumerate(states):
        if stat.S_ISREG(state.st_mode) and state.st_nlink > 1:
            groups.setdefault(state.st_ino, []).append(node)
    return [group for group in groups.values() if len(group) > 1]


def _packages(status: str) -> str:
    """A line for each installed package, its fields between tabs."""
    rows = []
    for record in status.split("\n\n"):
        fields = dict(_fields(record))
        if fields.get("Status", "").endswith(" installed"):
            rows.append("\t".join(fields.get(name, "") for name in FIELDS) + "\n")
    return "".join(sorted(rows, key=lambda row: row.split("\t")[0]))


def _fields(record: str) -> Iterator[tuple[str, str]]:
    for line in record.splitlines():
        if not line.startswith(" "):
            name, _, value = line.partition(":")
            yield name, value.strip()


if __name__ == "__main__":
    sys.exit(main())
