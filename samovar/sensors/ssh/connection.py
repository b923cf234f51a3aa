"""Logins and requests of one SSH connection, recorded and answered as sshd would. Nothing is ever forwarded."""

import asyncio

import asyncssh
from asyncssh.channel import SSHServerChannel
from asyncssh.constants import (
    MSG_DEBUG,
    MSG_USERAUTH_FAILURE,
    MSG_USERAUTH_REQUEST,
    OPEN_CONNECT_FAILED,
    OPEN_UNKNOWN_CHANNEL_TYPE,
)
from asyncssh.logging import SSHLogger
from asyncssh.packet import Boolean, NameList, SSHPacket, SSHPacketHandler, String, UInt32
from msgspec import Struct

from samovar.event import Fact, Outcome, text
from samovar.login import LoginRule, decide, judged
from samovar.persona import Persona
from samovar.sensor import Peer, Recorder
from samovar.sensors.ssh.channel import Channel, Session
from samovar.sensors.ssh.credentials import Request, key_fact, password_fact, probe_fact, shown
from samovar.sensors.ssh.delay import failure_delay
from samovar.sensors.ssh.forward import Forward, ForwardRule, Pipe, play
from samovar.sensors.ssh.hassh import Hello
from samovar.sensors.ssh.keys import identity_of
from samovar.sensors.ssh.library import SILENT, finish, handlers
from samovar.sensors.ssh.transport import Transport
from samovar.shell import Login

_INFO_REQUEST, _INFO_RESPONSE = 60, 61
_MAX_PIPES = 32  # channels open at once
_MAX_REQUESTS = 200  # forwards recorded for one connection


class Guest(Struct, frozen=True):
    """Who is served, and what there is to serve them with."""

    peer: Peer
    persona: Persona
    recorder: Recorder
    rules: tuple[LoginRule, ...]
    methods: tuple[bytes, ...]
    forward: tuple[ForwardRule, ...]
    failure_delay: float


class _Prompt(SSHPacketHandler):
    """Waits for the answer to keyboard-interactive's question (RFC 4256), or to PAM's last one, which asks nothing."""

    def __init__(self, connection: "Connection", request: Request | None) -> None:
        self._connection, self._request = connection, request

    @property
    def logger(self) -> SSHLogger:
        return SILENT

    def cancel(self) -> None:
        """asyncssh calls this when the client tries something else."""

    def _on_response(self, _pkttype: int, _pktid: int, packet: SSHPacket) -> None:
        count = packet.get_uint32()
        if self._request is None:
            self._connection.let_in()
            return
        answers = [packet.get_string() for _ in range(min(count, 16))]
        self._connection.try_password(self._request, answers[0] if answers else b"")

    _packet_handlers = handlers({}, {_INFO_RESPONSE: _on_response})


class Connection(Transport):
    """One client, from its first byte to its last."""

    def __init__(self, loop: asyncio.AbstractEventLoop, guest: Guest) -> None:
        super().__init__(loop, identity_of(guest.persona))
        self.guest = guest
        self._failures = self._attempts = self._requests = 0
        self._waiting: asyncio.TimerHandle | None = None
        self._no_more_sessions = False
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
            self._fail(request, counts=request.method != b"none" or self._attempts > 1)

    def try_password(self, request: Request, password: bytes) -> None:
        """Record one password and say whether it opens the door."""
        self._auth = None
        guest = self.guest
        judgement = judged(guest.rules, guest.persona, guest.peer.ip, shown(request.user), shown(password))
        accepted = decide(judgement, guest.recorder.tally)
        guest.recorder.note(password_fact(request, password, accepted))
        if not accepted:
            self._fail(request, counts=True)
            return
        self._username = shown(request.user)
        if request.method == b"keyboard-interactive":
            self._auth = _Prompt(self, None)  # type: ignore[assignment]
            self.send_packet(_INFO_REQUEST, String("") * 3 + UInt32(0))
        else:
            self.let_in()

    def let_in(self) -> None:
        """The login succeeded."""
        self._auth = None
        finish(self.send_userauth_success())

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

    def _fail(self, request: Request, *, counts: bool) -> None:
        self._failures += counts
        delay = failure_delay(self.guest.persona, request, self.guest.failure_delay) if counts else 0.0
        if delay:
            self._waiting = self._loop.call_later(delay, self._go_on)
            if self._transport is not None:
                self._transport.pause_reading()
        else:
            self._answer_failure()

    def _answer_failure(self) -> None:
        if self._failures >= self._identity.face.max_tries:
            self.disconnect_as_sshd("Too many authentication failures")
            return
        self.send_packet(MSG_USERAUTH_FAILURE, NameList(self.guest.methods), Boolean(False))

    def _go_on(self) -> None:
        """The delay is over; now what the client sent meanwhile is read."""
        self._waiting = None
        self._answer_failure()
        if self._transport is not None:
            self._transport.resume_reading()
            self.data_received(b"")

    def _recv_pkthdr(self) -> bool:
        return self._waiting is None and super()._recv_pkthdr()

    def _cleanup(self, exc: Exception | None) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        super()._cleanup(exc)

    # what is asked of the connection -------------------------------------------------------------------

    def _process_session_open(self, packet: SSHPacket) -> tuple[SSHServerChannel[bytes], Session]:
        packet.check_end()
        if self._no_more_sessions:
            self.disconnect_as_sshd("Possible attack: attempt to open a session after additional sessions disabled")
        if self._no_more_sessions or len(self._channels) >= self._identity.face.max_sessions:
            raise asyncssh.ChannelOpenError(OPEN_CONNECT_FAILED, "open failed")
        guest = self.guest
        login = Login(guest.persona, self._username, guest.peer)
        return Channel(self, self._loop, guest.recorder), Session(self._loop, login, guest.recorder)

    def send_channel_open_confirmation(
        self, send_chan: int, recv_chan: int, recv_window: int, recv_pktsize: int, *result_args: bytes
    ) -> None:
        """sshd opens a session with an empty window, and widens it once a program runs."""
        if isinstance(self._channels.get(recv_chan), Channel):
            recv_window = 0
        super().send_channel_open_confirmation(send_chan, recv_chan, recv_window, recv_pktsize, *result_args)

    def send_channel_open_failure(self, send_chan: int, code: int, reason: str, lang: str) -> None:
        """sshd gives one reason for nearly all, and no language."""
        if code == OPEN_UNKNOWN_CHANNEL_TYPE:
            code, reason = OPEN_CONNECT_FAILED, "open failed"
        super().send_channel_open_failure(send_chan, code, reason, "")

    def _refuse_open(self, kind: str, target: str) -> asyncssh.ChannelOpenError:
        self._note_forward(kind, target, "failure")
        return asyncssh.ChannelOpenError(OPEN_CONNECT_FAILED, "open failed")

    def _note_forward(self, kind: str, target: str, outcome: Outcome) -> None:
        self._requests += 1
        if self._requests <= _MAX_REQUESTS:
            detail: dict[str, str | int | float | bool] = {"forward": kind, "target": target}
            self.guest.recorder.note(Fact(event_action="request", event_outcome=outcome, samovar_detail=detail))

    def _process_direct_tcpip_open(self, packet: SSHPacket) -> tuple[Pipe, Forward]:
        host, port = packet.get_string(), packet.get_uint32()
        packet.get_string(), packet.get_uint32()
        packet.check_end()
        guest = self.guest
        program = play(guest.forward, guest.persona, host, port)
        full = len(self._channels) >= _MAX_PIPES or self._requests >= _MAX_REQUESTS
        self._note_forward("direct-tcpip", f"{shown(host)}:{port}", "failure" if program is None or full else "success")
        if program is None or full:
            raise asyncssh.ChannelOpenError(OPEN_CONNECT_FAILED, "Connection refused")
        return Pipe(self, self._loop), Forward(self._loop, program, guest.recorder)

    def _process_direct_streamlocal_at_openssh_dot_com_open(self, packet: SSHPacket):  # type: ignore[no-untyped-def]  # as the library's
        raise self._refuse_open("direct-streamlocal", shown(packet.get_string()))

    def _process_tun_at_openssh_dot_com_open(self, packet: SSHPacket):  # type: ignore[no-untyped-def]  # as the library's
        debug = Boolean(False) + String("Server has rejected tunnel device forwarding") + String("")
        self.send_packet(MSG_DEBUG, debug)
        raise self._refuse_open("tun", "")

    def _process_tcpip_forward_global_request(self, packet: SSHPacket) -> None:
        host, port = packet.get_string(), packet.get_uint32()
        self._note_forward("tcpip-forward", f"{shown(host)}:{port}", "failure")
        self._report_global_response(False)

    def _process_cancel_tcpip_forward_global_request(self, packet: SSHPacket) -> None:
        self._report_global_response(False)

    def _process_streamlocal_forward_at_openssh_dot_com_global_request(self, packet: SSHPacket) -> None:
        self._note_forward("streamlocal-forward", shown(packet.get_string()), "failure")
        self._report_global_response(False)

    def _process_cancel_streamlocal_forward_at_openssh_dot_com_global_request(self, packet: SSHPacket) -> None:
        self._report_global_response(False)

    def _process_no_more_sessions_at_openssh_dot_com_global_request(self, packet: SSHPacket) -> None:
        self._no_more_sessions = True
        self._report_global_response(True)

    def _process_keepalive_at_openssh_dot_com_global_request(self, packet: SSHPacket) -> None:
        # sshd knows no such request, and says so; that too keeps the connection alive.
        self._report_global_response(False)

    _packet_handlers = handlers(Transport._packet_handlers, {MSG_USERAUTH_REQUEST: _on_userauth})
