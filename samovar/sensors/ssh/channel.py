"""One session channel: a shell, a command or a subsystem, run as a dialogue over it."""

import asyncio
from typing import TYPE_CHECKING, Any

import asyncssh
from asyncssh.channel import SSHServerChannel
from asyncssh.constants import MSG_CHANNEL_EOF, MSG_CHANNEL_WINDOW_ADJUST
from asyncssh.packet import Boolean, SSHPacket, String, UInt32

from samovar.event import Fact, text
from samovar.sensor import Recorder, Tty
from samovar.sensors.ssh.driver import Driver
from samovar.sensors.ssh.keys import WINDOW
from samovar.sensors.ssh.scp import scp
from samovar.sensors.ssh.sftp import sftp
from samovar.shell import Login, execute, interact
from samovar.terminal import SIGNALS, Resize, Signal

if TYPE_CHECKING:
    from samovar.sensors.ssh.connection import Connection

_MAX_PACKET = 32 * 1024  # sshd's CHAN_SES_PACKET_DEFAULT
_MAX_ENVIRONMENT = 64  # variables
_MAX_SHOWN = 256  # characters of what a request says
_NAMES = {number: name for name, number in SIGNALS.items()}
Detail = dict[str, str | int | float | bool]


class Channel(SSHServerChannel[bytes]):
    """A session channel with sshd's order of messages, and raw bytes where asyncssh wants UTF-8."""

    def __init__(self, connection: "Connection", loop: asyncio.AbstractEventLoop, recorder: Recorder) -> None:
        self._leaving: int | None = None
        self._recorder = recorder
        self._variables = 0
        self._pty = False
        self.command = b""
        self._client_line = connection.client_line
        super().__init__(connection, loop, True, False, False, 0, 0, None, "strict", WINDOW, _MAX_PACKET)

    def log_sent_packet(self, *args: object, **kwargs: object) -> None:
        """Nothing is logged."""

    def log_received_packet(self, *args: object, **kwargs: object) -> None:
        """Nothing is logged."""

    def leave(self, status: int) -> None:
        """End the program; once all output is sent, status, EOF and CLOSE follow, in sshd's order."""
        self._leaving = status
        self._flush_send_buf()

    def _flush_send_buf(self) -> None:
        super()._flush_send_buf()
        if self._leaving is None or self._send_buf or self._send_state not in ("open", "eof"):
            return
        status, self._leaving = self._leaving, None
        listening = self._recv_state == "open"
        # A program that ends by itself is seen before the end of its output, one that waited for ours after it.
        first = self._pty or (listening and status >= 0)
        if first:
            self._report_status(status)
        if self._send_state == "open":
            self.send_packet(MSG_CHANNEL_EOF)
            self._send_state = "eof"
        if not first:
            self._report_status(status)
        if listening and b"OpenSSH" in self._client_line:
            self._send_request(b"eow@openssh.com")
        self.close()

    def _report_status(self, status: int) -> None:
        name = _NAMES.get(-status)
        if name is None:
            self._send_request(b"exit-status", UInt32(status & 0xFF))
        else:
            self._send_request(b"exit-signal", String(name), Boolean(False), String(""), String(""))

    def _start_session(self, command: str | None = None, subsystem: str | None = None) -> bool:
        started = super()._start_session(command, subsystem)
        if started:
            self.send_packet(MSG_CHANNEL_WINDOW_ADJUST, UInt32(WINDOW))
        return started

    def _process_exec_request(self, packet: SSHPacket) -> bool:
        self.command = packet.get_string()
        packet.check_end()
        return self._start_session(command="")

    def _process_subsystem_request(self, packet: SSHPacket) -> bool:
        name = packet.get_string()
        packet.check_end()
        self._note({"subsystem": text(name[:_MAX_SHOWN])})
        return self._start_session(subsystem=name.decode("latin-1"))

    def _process_env_request(self, packet: SSHPacket) -> bool:
        name, value = packet.get_string(), packet.get_string()
        packet.check_end()
        self._variables += 1
        if self._variables > _MAX_ENVIRONMENT:
            return False
        self._note({"env": text(name[:_MAX_SHOWN]), "value": text(value[:_MAX_SHOWN])})
        if name != b"LANG" and not name.startswith(b"LC_"):
            return False
        self._env[name] = value[:_MAX_SHOWN]
        return True

    def variables(self) -> dict[str, str]:
        """What the client has set."""
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self._env.items()}

    def _process_pty_req_request(self, packet: SSHPacket) -> bool:
        terminal = packet.get_string()[:_MAX_SHOWN]
        columns, rows = packet.get_uint32(), packet.get_uint32()
        packet.get_uint32(), packet.get_uint32(), packet.get_string()
        packet.check_end()
        if self._pty:
            return False
        self._pty = True
        self._note({"pty": text(terminal), "columns": columns, "rows": rows})
        self._session.pty_requested(terminal.decode("latin-1"), (columns, rows, 0, 0), {})
        return True

    def _process_x11_req_request(self, packet: SSHPacket) -> bool:
        self._note({"forward": "x11"})
        return False

    def _process_auth_agent_req_at_openssh_dot_com_request(self, packet: SSHPacket) -> bool:  # type: ignore[override]
        self._note({"forward": "agent"})
        return False

    def _process_signal_request(self, packet: SSHPacket) -> bool:
        name = packet.get_string()
        packet.check_end()
        self._note({"signal": text(name[:_MAX_SHOWN])})
        self._session.signal_received(name.decode("latin-1"))
        return True

    def _process_break_request(self, packet: SSHPacket) -> bool:
        return False

    def _note(self, detail: Detail) -> None:
        self._recorder.note(Fact(event_action="request", samovar_detail=detail))


class Session(Driver, asyncssh.SSHServerSession[bytes]):
    """A shell, a command or a file transfer over a session channel."""

    _chan: Channel

    def __init__(self, loop: asyncio.AbstractEventLoop, login: Login, recorder: Recorder) -> None:
        super().__init__(loop, recorder)
        self._login = login

    def connection_made(self, chan: Any) -> None:
        self._chan = chan

    def pty_requested(self, term_type: str, term_size: Any, term_modes: Any) -> bool:
        self.tty = True
        columns, rows, *_ = term_size
        self._login.terminal = term_type
        self._recorder.tty(Tty(f"{columns}x{rows} {term_type}".encode("latin-1"), "r"))
        self._events.append(Resize(columns, rows))
        return True

    def shell_requested(self) -> bool:
        self._login.environment = self._chan.variables()
        self._program = interact(self._login, tty=self.tty)
        return True

    def exec_requested(self, command: str) -> bool:
        self._login.environment = self._chan.variables()
        program = scp(self._login, self._chan.command)
        self._program = program or execute(self._login, self._chan.command, tty=self.tty)
        return True

    def subsystem_requested(self, subsystem: str) -> bool:
        if subsystem == "sftp":
            self._program = sftp(self._login)
        return subsystem == "sftp"

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        """The window changed."""
        if self.tty:
            self._recorder.tty(Tty(f"{width}x{height}".encode(), "r"))
            self.happen(Resize(width, height))

    def signal_received(self, signal: str) -> None:
        """sshd passes it to the program; what does not listen for it dies of it, but a shell in a terminal."""
        number = SIGNALS.get(signal)
        if number is None or self.happen(Signal(signal)):
            return
        self._events.pop()
        if self.tty:
            if signal == "INT":
                self.data_received(b"\x03", None)
        elif self._program is not None:
            self.kill(number)

    def ended(self, status: int) -> None:
        self._chan.leave(status)
