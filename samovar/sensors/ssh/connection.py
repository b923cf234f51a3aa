"""Logins and requests of one SSH connection, recorded and answered as sshd would. Nothing is ever forwarded."""

import asyncio

import asyncssh
from asyncssh.channel import SSHServerChannel
from asyncssh.constants import (
    MSG_USERAUTH_FAILURE,
    MSG_USERAUTH_REQUEST,
    OPEN_ADMINISTRATIVELY_PROHIBITED,
    OPEN_CONNECT_FAILED,
)
from asyncssh.logging import SSHLogger
from asyncssh.packet import Boolean, NameList, SSHPacket, SSHPacketHandler, String, UInt32
from msgspec import Struct

from samovar.event import Fact, text
from samovar.login import LoginRule, accepts
from samovar.persona import Persona
from samovar.sensor import Peer, Recorder
from samovar.sensors.ssh.channel import Channel, Session
from samovar.sensors.ssh.credentials import Request, key_fact, password_fact, probe_fact, shown
from samovar.sensors.ssh.hassh import Hello
from samovar.sensors.ssh.keys import identity_of
from samovar.sensors.ssh.transport import SILENT, Transport, finish, handlers
from samovar.shell import Files, login_shell

_INFO_REQUEST, _INFO_RESPONSE = 60, 61
_MAX_AUTH_TRIES = 6  # sshd's MaxAuthTries
_MAX_SESSIONS = 10  # sshd's MaxSessions
_MAX_REQUESTS = 200  # forwards recorded for one connection


class Guest(Struct, frozen=True):
    """Who is served, and what there is to serve them with."""

    peer: Peer
    persona: Persona
    recorder: Recorder
    rules: tuple[LoginRule, ...]
    methods: tuple[bytes, ...]


class _Prompt(SSHPacketHandler):
    """Waits for the answer to keyboard-interactive's one question (RFC 4256)."""

    def __init__(self, connection: "Connection", request: Request) -> None:
        self._connection, self._request = connection, request

    @property
    def logger(self) -> SSHLogger:
        return SILENT

    def cancel(self) -> None:
        """asyncssh calls this when the client tries something else."""

    def _on_response(self, _pkttype: int, _pktid: int, packet: SSHPacket) -> None:
        count = packet.get_uint32()
        answers = [packet.get_string() for _ in range(min(count, 16))]
        self._connection.try_password(self._request, answers[0] if answers else b"")

    _packet_handlers = handlers({}, {_INFO_RESPONSE: _on_response})


class Connection(Transport):
    """One client, from its first byte to its last."""

    def __init__(self, loop: asyncio.AbstractEventLoop, guest: Guest) -> None:
        super().__init__(loop, identity_of(guest.persona))
        self.guest = guest
        self._failures = self._attempts = self._requests = 0
        self._files: Files | None = None
        self._account: tuple[bytes, bytes] | None = None

    def hello(self, version: bytes, hello: Hello | None) -> None:
        """Record the client's version and HASSH."""
        detail: dict[str, str | int | float | bool] = {}
        if hello is not None:
            detail = {"hassh_algorithms": hello.algorithms, "host_key_algorithms": hello.host_keys}
        try:
            version.decode("utf-8")
        except UnicodeDecodeError:
            detail["version_hex"] = version.hex()
        self.guest.recorder.note(
            Fact(
                event_action="hello",
                samovar_client_version=text(version),
                samovar_ssh_hassh=hello.hassh if hello else None,
                samovar_detail=detail,
            )
        )

    # logging in ----------------------------------------------------------------------------------------

    def _on_userauth(self, _pkttype: int, _pktid: int, packet: SSHPacket) -> None:
        request = Request(packet.get_string(), packet.get_string(), packet.get_string())
        if self._auth_complete:
            return
        self._auth = None
        self._attempts += 1
        account = (request.user, request.service)
        changed = self._account not in (None, account)
        self._account = self._account or account
        if changed or request.service != b"ssh-connection":
            self._record_only(request, packet)
            was = ",".join(map(shown, self._account))
            now = ",".join(map(shown, account))
            self.disconnect_as_sshd(f"Change of username or service not allowed: ({was}) -> ({now})")
        elif request.method == b"password" and b"password" in self.guest.methods:
            packet.get_boolean()  # whether a new password follows: it is asked for the old one first
            self.try_password(request, packet.get_string())
        elif request.method == b"keyboard-interactive" and request.method in self.guest.methods:
            self._auth = _Prompt(self, request)  # type: ignore[assignment]  # it only has to have a cancel()
            question = String("") * 3 + UInt32(1) + String("Password: ") + Boolean(False)
            self.send_packet(_INFO_REQUEST, question)
        else:
            self._record_only(request, packet)
            self._fail(counts=request.method != b"none" or self._attempts > 1)

    def try_password(self, request: Request, password: bytes) -> None:
        """Record one password and say whether it opens the door."""
        self._auth = None
        guest = self.guest
        tries = guest.recorder.tally("login")
        accepted = accepts(guest.rules, guest.persona, guest.peer.ip, shown(request.user), shown(password), tries)
        guest.recorder.note(password_fact(request, password, accepted))
        if accepted:
            self._username = shown(request.user)
            finish(self.send_userauth_success())
        else:
            self._fail(counts=True)

    def _record_only(self, request: Request, packet: SSHPacket) -> None:
        recorder = self.guest.recorder
        if request.method == b"publickey":
            signed, algorithm, blob = packet.get_boolean(), packet.get_string(), packet.get_string()
            recorder.tally("login")
            recorder.note(key_fact(request, algorithm, blob, signed))
        elif request.method == b"password":
            packet.get_boolean()
            recorder.tally("login")
            recorder.note(password_fact(request, packet.get_string(), accepted=False))
        else:
            recorder.note(probe_fact(request))

    def _fail(self, *, counts: bool) -> None:
        self._failures += counts
        if self._failures >= _MAX_AUTH_TRIES:
            self.disconnect_as_sshd("Too many authentication failures")
            return
        self.send_packet(MSG_USERAUTH_FAILURE, NameList(self.guest.methods), Boolean(False))

    # what is asked of the connection -------------------------------------------------------------------

    def _process_session_open(self, packet: SSHPacket) -> tuple[SSHServerChannel[bytes], Session]:
        packet.check_end()
        if len(self._channels) >= _MAX_SESSIONS:
            raise asyncssh.ChannelOpenError(OPEN_CONNECT_FAILED, "open failed")
        guest = self.guest
        self._files = self._files or Files(guest.persona)
        shell = login_shell(guest.persona, self._files, self._username, guest.peer.ip)
        return Channel(self, self._loop), Session(self._loop, shell, guest.recorder)

    def send_channel_open_confirmation(
        self, send_chan: int, recv_chan: int, recv_window: int, recv_pktsize: int, *result_args: bytes
    ) -> None:
        """sshd opens a session with an empty window, and widens it once a program runs."""
        super().send_channel_open_confirmation(send_chan, recv_chan, 0, recv_pktsize, *result_args)

    def _refuse_open(self, kind: str, target: str) -> asyncssh.ChannelOpenError:
        self._note_forward(kind, target)
        return asyncssh.ChannelOpenError(OPEN_ADMINISTRATIVELY_PROHIBITED, "open failed")

    def _note_forward(self, kind: str, target: str) -> None:
        self._requests += 1
        if self._requests <= _MAX_REQUESTS:
            detail: dict[str, str | int | float | bool] = {"forward": kind, "target": target}
            self.guest.recorder.note(Fact(event_action="request", event_outcome="failure", samovar_detail=detail))

    def _process_direct_tcpip_open(self, packet: SSHPacket):  # type: ignore[no-untyped-def]  # as the library's
        host, port = packet.get_string(), packet.get_uint32()
        raise self._refuse_open("direct-tcpip", f"{shown(host)}:{port}")

    def _process_direct_streamlocal_at_openssh_dot_com_open(self, packet: SSHPacket):  # type: ignore[no-untyped-def]  # as the library's
        raise self._refuse_open("direct-streamlocal", shown(packet.get_string()))

    def _process_tun_at_openssh_dot_com_open(self, packet: SSHPacket):  # type: ignore[no-untyped-def]  # as the library's
        raise self._refuse_open("tun", "")

    def _process_tcpip_forward_global_request(self, packet: SSHPacket) -> None:
        host, port = packet.get_string(), packet.get_uint32()
        self._note_forward("tcpip-forward", f"{shown(host)}:{port}")
        self._report_global_response(False)

    def _process_cancel_tcpip_forward_global_request(self, packet: SSHPacket) -> None:
        self._report_global_response(False)

    def _process_streamlocal_forward_at_openssh_dot_com_global_request(self, packet: SSHPacket) -> None:
        self._note_forward("streamlocal-forward", shown(packet.get_string()))
        self._report_global_response(False)

    def _process_cancel_streamlocal_forward_at_openssh_dot_com_global_request(self, packet: SSHPacket) -> None:
        self._report_global_response(False)

    def _process_keepalive_at_openssh_dot_com_global_request(self, packet: SSHPacket) -> None:
        # sshd knows no such request, and says so; that too keeps the connection alive.
        self._report_global_response(False)

    _packet_handlers = handlers(Transport._packet_handlers, {MSG_USERAUTH_REQUEST: _on_userauth})
