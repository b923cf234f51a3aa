"""The persona: one coherent story, drawn once, kept, overridable."""

import stat
import subprocess
from pathlib import Path
from random import Random

import pytest

from samovar.persona.draw import draw, load, release_of
from samovar.persona.stock import RELEASES, Release


def test_versions_belong_together() -> None:
    persona = draw(Random(3), 1_790_000_000)
    release = next(r for r in RELEASES if r.kind == persona.kind)
    assert persona.ssh_banner in release.ssh_banners
    assert persona.http_server == release.http_server
    assert (persona.kernel_release, persona.kernel_version) in release.kernels


def test_is_kept_and_private(tmp_path: Path) -> None:
    first = load(tmp_path)
    assert load(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "persona.json").stat().st_mode) == 0o600


def test_two_installations_differ(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = load(tmp_path / "a"), load(tmp_path / "b")
    assert one.salt != other.salt
    assert one.ssh_host_keys != other.ssh_host_keys
    assert one.keyed("x") != other.keyed("x")


def test_configuration_fixes_any_field(tmp_path: Path) -> None:
    drawn = load(tmp_path)
    assert load(tmp_path, {"host_name": "mx1"}).host_name == "mx1"
    assert load(tmp_path) == drawn  # an override is not saved


@pytest.mark.parametrize("overrides", [{"cpu_count": "many"}, {"hostname": "typo"}])
def test_wrong_override_is_one_clear_line(tmp_path: Path, overrides: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"configuration, \[persona\]"):
        load(tmp_path, overrides)


def test_damaged_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "persona.json").write_text("{")
    with pytest.raises(ValueError, match="cannot be read"):
        load(tmp_path)


def test_host_keys_are_what_ssh_keygen_reads(tmp_path: Path) -> None:
    kinds = []
    for number, key in enumerate(draw(Random(1), 1_790_000_000).ssh_host_keys):
        path = tmp_path / f"key{number}"
        path.touch(mode=0o600)
        path.write_text(key)
        shown = subprocess.run(["ssh-keygen", "-l", "-f", path], capture_output=True, text=True, check=True)
        kinds.append(shown.stdout.split()[0] + shown.stdout.split()[-1])
    assert kinds == ["3072(RSA)", "256(ECDSA)", "256(ED25519)"]


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.kind)
def test_every_kind_is_whole(release: Release) -> None:
    persona = draw(Random(5), 1_790_000_000, release)
    assert (persona.kind, persona.os_id) == (release.kind, release.os_id)
    assert persona.machine in {hardware.machine for hardware in release.hardware}
    offered = {name.partition("-nistp")[0].replace("rsa-sha2", "ssh-rsa") for name in persona.ssh.host_keys}
    assert len(persona.ssh_host_keys) == len({name.partition("-512")[0].partition("-256")[0] for name in offered})
    assert (persona.ssh.program == "dropbear") == bool(persona.busybox)


def test_debian_12_is_drawn_unless_the_configuration_says_otherwise(tmp_path: Path) -> None:
    assert load(tmp_path).kind == "debian-12"
    (tmp_path / "router").mkdir()
    router = load(tmp_path / "router", {"kind": "openwrt-23.05"})
    assert (router.os_id, router.telnet_server, router.users) == ("openwrt", "busybox", ())
    assert load(tmp_path / "router", {"kind": "openwrt-23.05"}) == router


@pytest.mark.parametrize("overrides", [{"kind": "beos"}, {"ssh_banner": "OpenSSH_5.3"}, {"kind": "debian-11"}])
def test_a_persona_that_cannot_be_is_one_clear_line(tmp_path: Path, overrides: dict[str, object]) -> None:
    load(tmp_path)
    with pytest.raises(ValueError, match=r"none of|not known|was drawn as debian-12") as error:
        load(tmp_path, overrides)
    assert "\n" not in str(error.value)


def test_unknown_releases_are_refused() -> None:
    with pytest.raises(ValueError, match="openwrt"):
        release_of("openwrt")
