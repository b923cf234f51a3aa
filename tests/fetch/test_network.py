"""The default settings in an Internet of two network namespaces: public addresses, a name server, our own address."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fetch.world import NAMES, SAMPLE, SITE, SITE6
from tests.process.installation import ROOT

NEEDED = ("ip", "unshare", "nsenter", "mount")
OWN = "8.8.4.4"
GOT = f"None {len(SAMPLE)}"
EXPECTED = {
    "http://evil.example/sample": GOT,
    f"http://{SITE}/sample": GOT,
    "http://six.example/": GOT,
    f"http://[{SITE6}]/": GOT,
    f"http://{SITE}:8080/": "refused 0",
    f"http://{SITE}:22/": "forbidden-port 0",
    "http://nothing.example/": "resolve 0",
    "http://fails.example/": "resolve 0",
    "http://inner.example/": "forbidden-address 0",
    "http://192.0.2.1/": "forbidden-address 0",
    f"http://{OWN}/": "forbidden-address 0",
    "http://1.2.3.4/": "unreachable 0",
    f"ftp://{SITE}/x": "refused 0",
    "file:///etc/passwd": "protocol 0",
}


def _namespace(stack: ExitStack) -> tuple[str, ...]:
    """A new one, and the command that runs something in it."""
    holder = stack.enter_context(
        subprocess.Popen(["unshare", "-n", "-m", "sh", "-c", "echo; exec sleep 600"], stdout=subprocess.PIPE)
    )
    stack.callback(holder.kill)
    assert holder.stdout is not None
    holder.stdout.readline()
    return ("nsenter", "-t", str(holder.pid), "-n", "-m")


@pytest.fixture
def sensor(tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """The command that runs something on the sensor's machine."""
    if os.geteuid() != 0 or any(shutil.which(name) is None for name in NEEDED):
        pytest.skip("making networks needs root, iproute2 and util-linux")
    with ExitStack() as stack:
        here, there = _namespace(stack), _namespace(stack)

        def ip(where: tuple[str, ...], command: str) -> None:
            subprocess.run([*where, "ip", *command.split()], check=True)

        resolv = tmp_path / "resolv.conf"
        resolv.write_text(f"nameserver {NAMES}\n")
        real = os.path.realpath("/etc/resolv.conf")
        subprocess.run([*here, "mount", "--bind", str(resolv), real], check=True)
        ip(here, f"link add out type veth peer name in netns {there[2]}")
        for where, device, addresses in (
            (here, "out", ("192.0.2.2/24", "2001:db8::2/64", f"{OWN}/32")),
            (there, "in", ("192.0.2.1/24", "2001:db8::1/64", f"{SITE}/32", f"{SITE6}/128", f"{NAMES}/32")),
        ):
            ip(where, "link set lo up")
            ip(where, f"link set {device} up")
            for address in addresses:
                ip(where, f"addr add {address} dev {device}" + (" nodad" if ":" in address else ""))
        for address in (SITE, NAMES):
            ip(here, f"route add {address}/32 via 192.0.2.1")
        ip(here, f"-6 route add {SITE6}/128 via 2001:db8::1")
        world = [*there, sys.executable, "-m", "tests.fetch.world", "internet"]
        served = stack.enter_context(subprocess.Popen(world, cwd=ROOT, stdout=subprocess.PIPE))
        stack.callback(served.kill)
        assert served.stdout is not None
        assert served.stdout.readline() == b"ready\n"
        yield here


def test_what_the_default_settings_reach(sensor: tuple[str, ...]) -> None:
    asking = [*sensor, sys.executable, "-m", "tests.fetch.world", "sensor", *EXPECTED]
    output = subprocess.run(asking, cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=120)
    assert json.loads(output.stdout) == EXPECTED
