"""The contract between a protocol and the platform. No I/O, no clock, no random, no globals.

A protocol is a generator. It yields steps; some steps are answered with bytes:

    line = yield Read(until=b"\\n", limit=512)      the peer's bytes
    tries = int((yield Tally("login")))             how often this source did that, this time included
    now = float((yield Clock()))                    seconds since 1970, UTC
    got = fetched((yield Fetch("http://...")))     what the address answers, downloaded by the fetcher process

To return is to hang up. A ``PeerError`` raised by a step may be left to fly: it ends the dialogue quietly.
"""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

import msgspec
from msgspec import Struct

from samovar.event import Fact, Family, Transport

if TYPE_CHECKING:
    import socket

    from samovar.persona import Persona


class PeerError(Exception):
    """The peer's fault: closed, silent, oversent or malformed. Ends the dialogue quietly."""


class Read(Struct, frozen=True):
    """Input: through ``until``, or ``exactly`` so many bytes, or (neither) whatever has arrived.

    Answered with the bytes; never more than ``limit``. Raises PeerError ("closed", "silent",
    "oversent") where the peer does not deliver within ``timeout`` seconds of the last step.
    """

    until: bytes = b""
    exactly: int = 0
    limit: int = 8192
    timeout: float = 60.0


class Send(Struct, frozen=True):
    """Output. On UDP it is one datagram, and no more bytes than the peer has sent, unless ``amplifies`` states why it
    must be more; then the sensor's class must also allow for that size (see ``Sensor``)."""

    data: bytes
    amplifies: str = ""


class Keep(Struct, frozen=True):
    """An artefact: stored once by its SHA-256; the recorder notes a ``file`` fact with size, hashes and type."""

    data: bytes
    name: str = ""


class Tty(Struct, frozen=True):
    """What a terminal showed ("o"), what was typed into it ("i"), or its size ("r": ``b"80x24"``), for the recording.

    The first "r" also names the terminal: ``b"80x24 xterm-256color"``. Nothing is sent by it: a Send does that.
    """

    data: bytes
    kind: Literal["o", "i", "r"] = "o"


class Pause(Struct, frozen=True):
    """Wait so many seconds."""

    seconds: float


class StartTls(Struct, frozen=True):
    """Upgrade to TLS; plaintext that is still buffered is dropped, so that nothing can be injected."""


class Tally(Struct, frozen=True):
    """Count one more ``key`` for this source address, over all its sessions; answered with the count."""

    key: str


class Clock(Struct, frozen=True):
    """Answered with the time: seconds since 1970-01-01 UTC as ASCII digits with a fraction."""


class OpenData(Struct, frozen=True):
    """Reserve a passive data port for this peer; answered with ``b"ip port"``, or ``b""`` if none is free."""


class ReadData(Struct, frozen=True):
    """What the peer sends on its data connection until it closes that, at most ``limit`` bytes."""

    limit: int = 1 << 20
    timeout: float = 30.0


class SendData(Struct, frozen=True):
    """Send on the peer's data connection, then close that. Raises PeerError if the peer does not come."""

    data: bytes
    timeout: float = 30.0


class Fetch(Struct, frozen=True):
    """Ask the fetcher process to download; answered with bytes for ``fetched``, within ``timeout`` seconds and a few.

    Schemes: http, https, ftp (``ftp://user:password@host/path``, passive), tftp (octet). ``Host`` and
    ``User-Agent`` are sent first, then ``headers`` as they are: ask for ``Accept-Encoding`` only if you can decode
    it. Credentials in a URL are sent for ftp only. ``follow``: so many redirects are followed, at most 20 (curl: 0
    without -L); the one that exceeds it is the answer, a 3xx without an error. ``body`` goes with POST, at most
    64 KiB. The sample is not kept by itself: yield a Keep.
    """

    url: str
    method: Literal["GET", "HEAD", "POST"] = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    user_agent: str = ""
    timeout: float = 30.0
    follow: int = 0


#: disabled: switched off (detail "POST": only that).  resolve: detail nxdomain, nodata, servfail or timeout.
#: refused, timeout, unreachable: as the kernel says; timeout also where the whole takes too long.
#: forbidden-address, forbidden-port, rate, busy: we do not want to; to the intruder that is a network without answer.
#: too-large: the body is cut.  tls: detail is OpenSSL's reason.  protocol: the answer is none, or ends too early
#: (detail "truncated"), or an FTP or TFTP server refuses: status is its code, reason its words.
FetchError = Literal[
    "disabled",
    "resolve",
    "refused",
    "timeout",
    "unreachable",
    "forbidden-address",
    "forbidden-port",
    "too-large",
    "tls",
    "protocol",
    "rate",
    "busy",
]


class Hop(Struct, frozen=True, kw_only=True):
    """One request on the way: what wget prints of it."""

    url: str
    addresses: tuple[str, ...] = ()  # all that the name has
    ip: str = ""  # the one that was asked last; empty: none was
    port: int = 0
    version: str = ""  # of HTTP: "1.1"
    status: int = 0  # 0: no answer
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()  # in order, as spelled
    tls: str = ""  # "TLSv1.3"
    certificate: bytes = b""  # the server's, DER; it was not verified


class Fetched(Hop, frozen=True, kw_only=True):
    """How a Fetch ended: the last request, and those before it. On an error, what had come until then."""

    error: FetchError | None = None
    detail: str = ""
    scheme: str = ""
    body: bytes = b""  # as sent: not decompressed
    length: int | None = None  # that the server announced
    elapsed: float = 0.0  # seconds in all
    redirects: tuple[Hop, ...] = ()


def fetched(answer: bytes) -> Fetched:
    """What a Fetch was answered with."""
    return msgspec.msgpack.decode(answer, type=Fetched)


Step = Read | Send | Keep | Tty | Pause | StartTls | Tally | Clock | OpenData | ReadData | SendData | Fetch | Fact
Dialogue = Generator[Step, bytes, None]


class Peer(Struct, frozen=True, kw_only=True):
    """Who speaks to us and whom they think they reach. Addresses are what the attacker sees."""

    ip: str
    port: int
    local_ip: str
    local_port: int
    transport: Transport = "tcp"
    tls: bool = False
    seed: bytes = bytes(16)  # fresh random of this session: salts, nonces and cookies come from it


class Sensor(Protocol):
    """A protocol we speak ourselves. An instance's fields are its configuration.

    One over UDP whose replies may be longer than what the peer sent says in a class field ``amplifies`` how many bytes
    the largest of them has; without it there are none. The broker, which sends for the workers, lets no larger one
    through, and one reply for each datagram (and three that are sent again), at the configured rates at most.
    """

    name: ClassVar[str]
    family: ClassVar[Family]
    transport: ClassVar[Literal["tcp", "tls", "udp"]]
    ports: ClassVar[tuple[int, ...]]  # where it listens by default

    def talk(self, peer: Peer, persona: "Persona") -> Dialogue: ...


class Recorder(Protocol):
    """One session's notebook. Opening it notes ``connect``; closing it, ``disconnect``."""

    def note(self, fact: Fact) -> None: ...
    def keep(self, artefact: Keep) -> None: ...
    def tty(self, step: Tty) -> None: ...
    def tally(self, key: str) -> int: ...
    def fetch(self, step: Fetch, answer: Callable[[bytes], None]) -> Callable[[], None]:
        """Download; ``answer`` is called once, never from inside this call, unless what is returned is: it cancels."""

    def close(self, source_bytes: int, destination_bytes: int) -> None: ...


class Host(Protocol):
    """A protocol whose library owns the socket (asyncssh). The platform accepts and limits, as for a Sensor;
    ``serve`` gets the connected, non-blocking socket and returns when the session is over."""

    name: ClassVar[str]
    family: ClassVar[Family]
    transport: ClassVar[Literal["tcp"]]
    ports: ClassVar[tuple[int, ...]]

    async def serve(self, connection: "socket.socket", peer: Peer, persona: "Persona", recorder: Recorder) -> None: ...
