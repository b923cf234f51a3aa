"""From inside a worker, as root's and as an ordinary user's: each forbidden act is refused."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from samovar.process.lockdown import probe_layers
from samovar.process.spec import Status
from tests.process.installation import Installation, running, wait_for
from tests.process.probes import FATAL, PROBES

REFUSED = sorted(set(PROBES) - set(FATAL))


def _users() -> list[str]:
    return ["root", "user"] if os.geteuid() == 0 else ["user"]


@pytest.fixture(scope="module", params=_users())
def locked(request: pytest.FixtureRequest) -> Iterator[Installation]:
    data = Path(tempfile.mkdtemp(prefix="locked"))
    prefix: tuple[str, ...] = ()
    if request.param == "user" and os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("setpriv is missing")
        # The interpreter may lie where only root can look: an ordinary user with the right to read, nothing else.
        rights = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")
        prefix = ("setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", *rights)
        os.chown(data, 12345, 12345)
    try:
        with running(data, 1, prefix) as installation:
            yield installation
    finally:
        shutil.rmtree(data, ignore_errors=True)
        installation.log.unlink(missing_ok=True)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(locked: Installation, name: str) -> None:
    answer = locked.ask(f"probe {name}")
    assert answer.startswith("refused"), answer


@pytest.mark.parametrize("name", sorted(FATAL))
def test_ends_the_worker_which_is_replaced(locked: Installation, name: str) -> None:
    before = locked.ask("pid")
    try:
        answer = locked.ask(f"probe {name}")
    except ConnectionError:
        answer = "killed"
    assert answer == "killed"
    wait_for("a new worker", lambda: _pid(locked) not in ("", before))


def _pid(installation: Installation) -> str:
    try:
        return installation.ask("pid")
    except ConnectionError:
        return ""


def test_what_the_kernel_says_of_a_worker(locked: Installation) -> None:
    pid = locked.ask("pid")
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    fields = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    assert fields["NoNewPrivs"] == "1"
    assert fields["Seccomp"] == "2"
    assert {fields[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert "0" not in fields["Uid"].split()
    for space in ("net", "mnt", "ipc", "uts"):
        assert os.readlink(f"/proc/{pid}/ns/{space}") != os.readlink(f"/proc/self/ns/{space}")


def test_the_layers_that_lack_are_told(locked: Installation) -> None:
    status = msgspec.json.decode((locked.data / "status.json").read_bytes(), type=Status)
    expected = [layer.name for layer in probe_layers() if layer.missing]
    missing = [line.split(":")[0] for line in status.workers[0].layers_missing]
    assert set(missing) <= {*expected, "privileges"}


def test_probing_leaves_the_caller_free(tmp_path: Path) -> None:
    layers = probe_layers()
    assert [layer.name for layer in layers] == ["namespaces", "limits", "privileges", "landlock", "seccomp"]
    (tmp_path / "written").write_text("still free")
