"""Which protocol a peer speaks, by its first bytes, and what a server of that protocol says to let it go on."""

import re

from msgspec import Struct

from samovar.persona import Persona


class Guess(Struct, frozen=True):
    """A protocol's name and an answer; an empty answer is silence. ``final`` hangs up after it."""

    protocol: str
    answer: bytes = b""
    final: bool = False


_HTTP = re.compile(rb"[A-Z]{3,12} \S+ HTTP/1\.[01]\r?\n|(GET|POST|HEAD|OPTIONS|PUT|CONNECT) /")
_REDIS = re.compile(rb"\*\d{1,6}\r\n\$|(?i:info|ping|auth [^\r\n]*|config [^\r\n]*|keys [^\r\n]*)\r?\n")
_MEMCACHED = re.compile(rb"(stats|version|get |gets |set |flush_all)[^\r\n]*\r\n")
_SIP = re.compile(rb"(OPTIONS|REGISTER|INVITE) sip:")
TLS_FAILURE = b"\x15\x03\x01\x00\x02\x02\x28"  # alert handshake_failure (RFC 8446 section 6.2)
RDP_CONFIRM = b"\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x1f\x08\x00\x02\x00\x00\x00"


def guess(data: bytes, persona: Persona) -> Guess:
    """What the first bytes look like; protocol ``unknown`` if nothing fits."""
    if data[:2] == b"\x16\x03" and data[5:6] == b"\x01":
        return Guess("tls", TLS_FAILURE, final=True)
    if data.startswith(b"SSH-"):
        return Guess("ssh", f"SSH-2.0-{persona.ssh_banner}\r\n".encode())
    if _SIP.match(data):
        return Guess("sip", b"SIP/2.0 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
    if _HTTP.match(data):
        return Guess("http", not_found(persona), final=True)
    if data[:2] == b"\x03\x00" and data[5:6] == b"\xe0":
        return Guess("rdp", RDP_CONFIRM)
    if data[4:8] in (b"\xffSMB", b"\xfeSMB"):
        return Guess("smb")
    if _REDIS.match(data):
        return Guess("redis", b"-NOAUTH Authentication required.\r\n")
    if _MEMCACHED.match(data):
        return Guess("memcached", b"ERROR\r\n")
    if data[:1] == b"\xff" and data[1:2] in b"\xfb\xfc\xfd\xfe" and len(data) > 1:
        return Guess("telnet", f"\r\n{persona.telnet_issue}\r\n{persona.host_name} login: ".encode())
    return Guess("unknown")


def not_found(persona: Persona) -> bytes:
    """A small page of the persona's web server."""
    page = b"<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n"
    head = (
        f"HTTP/1.1 404 Not Found\r\nServer: {persona.http_server}\r\nContent-Length: {len(page)}\r\n"
        "Connection: close\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n"
    )
    return head.encode() + page


def banner(port: int, persona: Persona) -> bytes:
    """What a server says first on this port, to a peer who waits; empty where clients speak first."""
    match port:
        case 21 | 990 | 2121:
            return f"220 {persona.ftp_banner}\r\n".encode()
        case 22 | 2222:
            return f"SSH-2.0-{persona.ssh_banner}\r\n".encode()
        case 23 | 2323 | 23231:
            return f"\r\n{persona.telnet_issue}\r\n{persona.host_name} login: ".encode()
        case 25 | 587:
            return f"220 {persona.fqdn} ESMTP Postfix\r\n".encode()
        case 110:
            return b"+OK Dovecot ready.\r\n"
        case 143:
            return b"* OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE LOGIN-REFERRALS] Dovecot ready.\r\n"
        case 5900 | 5901 | 5902:
            return b"RFB 003.008\n"
        case 6667:
            return f":{persona.fqdn} NOTICE AUTH :*** Looking up your hostname...\r\n".encode()
        case _:
            return b""


def answer_datagram(data: bytes, persona: Persona) -> Guess:
    """As ``guess``, for a datagram; the answer is never longer than what came."""
    if len(data) >= 12 and not data[2] & 0x80 and data[4:6] == b"\x00\x01" and data[6:8] == b"\0\0":
        # The question comes back refused (RFC 1035 section 4.1.1): QR set, RCODE 5.
        return Guess("dns", data[:2] + bytes((data[2] | 0x80, data[3] & 0x70 | 5)) + data[4:])
    known = guess(data, persona)
    if known.protocol == "sip":
        return known if len(known.answer) <= len(data) else Guess("sip")
    return Guess(known.protocol)
