"""TFTP as tftpd-hpa answers (RFC 1350, 2347 to 2349). Replies come from port 69 itself, not from a fresh port:
clients accept that. One dialogue is one transfer; its later datagrams are read from the same peer."""

from collections.abc import Generator, Mapping
from typing import ClassVar, Literal

from msgspec import Struct

from samovar.event import Fact, Family, text
from samovar.persona import Persona
from samovar.sensor import Dialogue, Keep, Peer, PeerError, Read, Send, Step

RRQ, WRQ, DATA, ACK, ERROR, OACK = range(1, 7)
DATAGRAM = 65_535
BLOCK = 512
RESENDS = 3


class Request(Struct, frozen=True):
    """A read or write request."""

    opcode: int
    name: bytes
    mode: bytes
    options: Mapping[bytes, bytes]


class Tftp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """TFTP server: small files to read, uploads kept."""

    name: ClassVar[str] = "tftp"
    family: ClassVar[Family] = "services"
    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "udp"
    ports: ClassVar[tuple[int, ...]] = (69,)
    amplifies: ClassVar[int] = 1472  # a block of at most 1468 bytes and its head

    max_upload: int = 4 << 20  # bytes of one upload that are taken and kept
    timeout: float = 5.0  # seconds without an answer until a packet is sent again

    def talk(self, peer: Peer, persona: Persona) -> Dialogue:
        raw = yield Read(limit=DATAGRAM)
        request = parse(raw)
        if request is None:
            yield Fact(event_action="request", event_original=text(raw[:512]), samovar_detail={"malformed": True})
            return
        yield note(request)
        if request.mode not in (b"octet", b"netascii"):
            yield refuse(4, "Unknown mode")
        elif request.opcode == WRQ:
            yield from self._take(request)
        elif (content := file(request.name, persona)) is None:
            yield refuse(1, "File not found")
        else:
            yield from self._give(request, content)

    def _give(self, request: Request, content: bytes) -> Dialogue:
        """Files are shorter than the smallest usual block, so one DATA packet is the whole transfer."""
        block = block_size(request)
        agreed = accepted(request, block, len(content))
        if agreed:
            oack = Send(OACK.to_bytes(2) + agreed, amplifies="an OACK repeats the options that were asked for")
            if not (yield from self._until_acknowledged(oack, 0)):
                return
        number = 0
        while True:
            number += 1
            part = content[(number - 1) * block : number * block]
            packet = Send(
                DATA.to_bytes(2) + number.to_bytes(2) + part,
                amplifies="a read is answered with a block of a file of at most 512 bytes",
            )
            if not (yield from self._until_acknowledged(packet, number)) or len(part) < block:
                return

    def _until_acknowledged(self, packet: Send, number: int) -> Generator[Step, bytes, bool]:
        yield packet
        for _ in range(RESENDS):
            try:
                raw = yield Read(limit=DATAGRAM, timeout=self.timeout)
            except PeerError:
                return False
            if raw[:4] == ACK.to_bytes(2) + number.to_bytes(2):
                return True
            if raw[:2] not in (ACK.to_bytes(2), RRQ.to_bytes(2)):
                return False
            if raw[:2] == RRQ.to_bytes(2):
                yield packet
        return False

    def _take(self, request: Request) -> Dialogue:
        block = block_size(request)
        agreed = accepted(request, block, None)
        reply = OACK.to_bytes(2) + agreed if agreed else ACK.to_bytes(2) + bytes(2)
        yield Send(reply, amplifies="an OACK repeats the options that were asked for" if agreed else "")
        data = bytearray()
        number = 0
        silent = 0
        while len(data) < self.max_upload:
            try:
                raw = yield Read(limit=DATAGRAM, timeout=self.timeout)
            except PeerError:
                silent += 1
                if silent > RESENDS:
                    break
                continue
            if raw[:2] == DATA.to_bytes(2) and raw[2:4] == ((number + 1) & 0xFFFF).to_bytes(2):
                number, silent = number + 1, 0
                data += raw[4 : 4 + block]
                reply = ACK.to_bytes(2) + raw[2:4]
            elif raw[:2] not in (DATA.to_bytes(2), WRQ.to_bytes(2)):
                break
            yield Send(reply, amplifies="the peer repeated itself" if len(reply) > len(raw) else "")
            if raw[:2] == DATA.to_bytes(2) and number and len(raw) - 4 < block:
                break
        content = bytes(data[: self.max_upload])
        if content:
            kept = content if request.mode == b"octet" else content.replace(b"\r\n", b"\n").replace(b"\r\0", b"\r")
            yield Keep(kept, text(request.name.rpartition(b"/")[2][:200]))


def parse(raw: bytes) -> Request | None:
    """A request, or None for any other packet."""
    opcode, parts = int.from_bytes(raw[:2]), raw[2:].split(b"\0")
    if opcode not in (RRQ, WRQ) or len(parts) < 3 or parts[-1] or len(raw) > 1024:
        return None
    pairs = parts[2:-1]
    options = {name.lower(): value for name, value in zip(pairs[::2], pairs[1::2], strict=False)}
    return Request(opcode, parts[0], parts[1].lower(), options)


def note(request: Request) -> Fact:
    """The ``request`` event."""
    verb = "RRQ" if request.opcode == RRQ else "WRQ"
    detail: dict[str, str | int | float | bool] = {"opcode": verb, "mode": text(request.mode)}
    for name, value in list(request.options.items())[:8]:
        detail[f"option_{text(name)[:32]}"] = text(value)
    return Fact(
        event_action="request",
        event_original=f"{verb} {text(request.name)}",
        file_name=text(request.name) or None,
        samovar_detail=detail,
    )


def refuse(code: int, words: str) -> Send:
    """An ERROR packet."""
    return Send(
        ERROR.to_bytes(2) + code.to_bytes(2) + words.encode() + b"\0", amplifies="an error is a few words at most"
    )


def number(value: bytes) -> int:
    """A decimal option; 0 for anything else."""
    return int(value) if value.isdigit() and len(value) < 10 else 0


def block_size(request: Request) -> int:
    """The block size that counts (RFC 2348); a smaller one than 8 is not accepted."""
    asked = number(request.options.get(b"blksize", b""))
    return min(asked, 1468) if asked >= 8 else BLOCK


def accepted(request: Request, block: int, size: int | None) -> bytes:
    """The options of an OACK, empty when none was asked for."""
    answer = b""
    if number(request.options.get(b"blksize", b"")) >= 8:
        answer += b"blksize\0%d\0" % block
    if b"tsize" in request.options:
        told = number(request.options[b"tsize"]) if size is None else size
        answer += b"tsize\0%d\0" % told
    return answer


def file(name: bytes, persona: Persona) -> bytes | None:
    """A small file of a machine that boots and configures others."""
    short = name.rpartition(b"/")[2].lower()
    if short in (b"default", b"pxelinux.cfg"):
        return b"default linux\nprompt 0\ntimeout 50\n\nlabel linux\n  localboot 0\n"
    if short in (b"startup-config", b"running-config", b"router-confg", b"network-confg"):
        secret = persona.keyed("tftp-enable").hex()[:22]
        return f"!\nhostname {persona.host_name}-sw\nenable secret 5 $1${secret[:4]}${secret}\n!\nend\n".encode()
    return None
