"""The emulated shell, as the comparison calls it."""

from functools import cache
from itertools import count
from urllib.parse import urlsplit

import msgspec

from samovar.persona import Persona
from samovar.sensor import Clock, Fetch, Fetched, FetchError, Pause, Peer, PeerError, Send
from samovar.shell import Login, Stderr, execute
from samovar.shell.console.hosts import HOSTS
from samovar.terminal import Listen
from tests import personas
from tests.fidelity.reference import DOMAIN, HOST, USER
from tests.fidelity.result import Place, Result, result

_SOURCES = count()


@cache
def persona() -> Persona:
    """The reference's machine."""
    return msgspec.structs.replace(
        personas.persona(),
        host_name=HOST,
        domain=DOMAIN,
        users=(USER,),
        os_name="Debian GNU/Linux 12 (bookworm)",
        os_version="12",
        os_codename="bookworm",
        kernel_release="6.1.0-56-amd64",
        kernel_version="#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-09-10)",
        telnet_issue="Debian GNU/Linux 12",
    )


def place() -> Place:
    """The emulated machine."""
    return Place(kernel_release=persona().kernel_release, kernel_version=persona().kernel_version)


def run(line: bytes) -> Result:
    """What the line does in a fresh session of root's, run as sshd runs a command."""
    peer = Peer(ip=f"203.0.113.{next(_SOURCES) % 200}", port=40022, local_ip="198.51.100.7", local_port=22)
    login = Login(persona(), "root", peer)
    HOSTS.forget(persona(), peer.ip)
    streams, now = {Send: bytearray(), Stderr: bytearray()}, float(personas.NOW)
    program = execute(login, line, tty=False)
    answer: bytes | None = None
    try:
        while True:
            step = program.throw(PeerError("closed")) if isinstance(answer, PeerError) else program.send(answer)
            answer = b""
            if isinstance(step, Clock):
                answer = b"%.6f" % now
            elif isinstance(step, Pause):
                now += step.seconds
            elif isinstance(step, Send | Stderr):
                streams[type(step)] += step.data
            elif isinstance(step, Listen):
                answer = PeerError("closed")
            elif isinstance(step, Fetch):
                answer = _unreachable(step)
    except StopIteration as done:
        return result(bytes(streams[Send]), bytes(streams[Stderr]), int(done.value or 0))


def _unreachable(step: Fetch) -> bytes:
    """What the fetcher says where there is no network: no name is known, no address is reached."""
    host = urlsplit(step.url).hostname or ""
    error: FetchError = "unreachable" if host.replace(".", "").isdigit() else "resolve"
    return msgspec.msgpack.encode(Fetched(url=step.url, error=error, detail="servfail" if error == "resolve" else ""))
