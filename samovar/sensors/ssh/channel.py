"""One session channel: a shell, a command or a subsystem, run as a dialogue over it."""

import asyncio
import time
from typing import TYPE_CHECKING, Any

import asyncssh
from asyncssh.channel import SSHServerChannel
from asyncssh.constants import MSG_CHANNEL_EOF, MSG_CHANNEL_WINDOW_ADJUST
from asyncssh.packet import SSHPacket, UInt32

from samovar.event import Fact
from samovar.sensor import Clock, Keep, Pause, PeerError, Read, Recorder, Send, Step, Tty
from samovar.sensors.ssh.keys import WINDOW
from samovar.sensors.ssh.scp import scp
from samovar.sensors.ssh.sftp import sftp
from samovar.shell import Program, Shell, Stderr, execute, interact

if TYPE_CHECKING:
    from samovar.sensors.ssh.connection import Connection

_MAX_PACKET = 32 * 1024  # sshd's CHAN_SES_PACKET_DEFAULT
_MAX_ENVIRONMENT = 64  # variables
_MAX_UNSENT = 256 * 1024  # output that a client may leave unread before we stop listening to it


class Channel(SSHServerChannel[bytes]):
    """A session channel with sshd's order of messages, and raw bytes where asyncssh wants UTF-8."""

    def __init__(self, connection: "Connection", loop: asyncio.AbstractEventLoop) -> None:
        self._leaving: int | None = None
        self.command = b""
        self._client_line = connection.client_line
        super().__init__(connection, loop, True, False, False, 0, 0, None, "strict", WINDOW, _MAX_PACKET)

    def log_sent_packet(self, *args: object, **kwargs: object) -> None:
        """Nothing is logged."""

    def log_received_packet(self, *args: object, **kwargs: object) -> None:
        """Nothing is logged."""

    def leave(self, status: int) -> None:
        """End the program: once all output is sent, EOF, exit status and CLOSE follow, in sshd's order."""
        self._leaving = status
        self._flush_send_buf()

    def _flush_send_buf(self) -> None:
        super()._flush_send_buf()
        if self._leaving is None or self._send_buf or self._send_state not in ("open", "eof"):
            return
        status, self._leaving = self._leaving, None
        if self._send_state == "open":
            self.send_packet(MSG_CHANNEL_EOF)
            self._send_state = "eof"
        self._send_request(b"exit-status", UInt32(status & 0xFF))
        if self._recv_state == "open" and b"OpenSSH" in self._client_line:
            self._send_request(b"eow@openssh.com")
        self.close()

    def _start_session(self, command: str | None = None, subsystem: str | None = None) -> bool:
        started = super()._start_session(command, subsystem)
        if started:
            self.send_packet(MSG_CHANNEL_WINDOW_ADJUST, UInt32(WINDOW))
        return started

    def _process_exec_request(self, packet: SSHPacket) -> bool:
        self.command = packet.get_string()
        packet.check_end()
        return self._start_session(command="")

    def _process_env_request(self, packet: SSHPacket) -> bool:
        name, value = packet.get_string(), packet.get_string()
        packet.check_end()
        if not (name == b"LANG" or name.startswith(b"LC_")) or len(self._env) >= _MAX_ENVIRONMENT:
            return False
        self._env[name] = value[:256]
        return True


class Session(asyncssh.SSHServerSession[bytes]):
    """Runs one program over a channel: performs its steps, feeds it what the client types."""

    _chan: Channel

    def __init__(self, loop: asyncio.AbstractEventLoop, shell: Shell, recorder: Recorder) -> None:
        self._loop, self._shell, self._recorder = loop, shell, recorder
        self._program: Program | None = None
        self._typed = bytearray()
        self._reading = self._eof = self._stalled = False
        self._wanted = 0
        self._timer: asyncio.TimerHandle | None = None
        self._tty = False

    def connection_made(self, chan: Any) -> None:
        self._chan = chan

    def pty_requested(self, term_type: str, term_size: Any, term_modes: Any) -> bool:
        self._tty = True
        self._recorder.tty(Tty(b"%dx%d %s" % (*term_size[:2], term_type.encode("utf-8", "replace")[:64]), "r"))
        return True

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        if self._tty:
            self._recorder.tty(Tty(b"%dx%d" % (width, height), "r"))

    def shell_requested(self) -> bool:
        self._program = interact(self._shell, tty=self._tty)
        return True

    def exec_requested(self, command: str) -> bool:
        program = scp(self._shell, self._chan.command)
        self._program = program or execute(self._shell, self._chan.command, tty=self._tty)
        return True

    def subsystem_requested(self, subsystem: str) -> bool:
        detail: dict[str, str | int | float | bool] = {"subsystem": subsystem[:256]}
        self._recorder.note(Fact(event_action="request", samovar_detail=detail))
        if subsystem == "sftp":
            self._program = sftp(self._shell)
        return subsystem == "sftp"

    def session_started(self) -> None:
        self._advance(None)

    def data_received(self, data: bytes, datatype: Any) -> None:
        self._typed += data
        self._offer()

    def eof_received(self) -> bool:
        self._eof = True
        self._offer()
        return True  # our side stays open until the program ends

    def signal_received(self, signal: str) -> None:
        """sshd passes it to the program."""
        if signal == "INT":
            self.data_received(b"\x03", None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        program, self._program = self._program, None
        if program is not None:
            self._farewell(program)

    def resume_writing(self) -> None:
        if self._stalled:
            self._stalled = False
            self._chan.resume_reading()
            self._advance(b"")

    def _farewell(self, program: Program) -> None:
        """Let it note what it has; there is no one left to speak to."""
        try:
            step = program.throw(PeerError("closed"))
            while True:
                if isinstance(step, Keep):
                    self._recorder.keep(step)
                elif isinstance(step, Fact):
                    self._recorder.note(step)
                step = next(program)
        except (StopIteration, PeerError):
            return

    def _offer(self) -> None:
        if not self._reading or self._program is None:
            return
        if self._typed or self._eof:
            self._stop_timer()
            self._advance(self._take())

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _take(self) -> bytes | PeerError:
        """What the program's read gets: all that was typed, or as much as it wants."""
        if not self._typed:
            return PeerError("closed")
        taken = bytes(self._typed[: self._wanted or len(self._typed)])
        del self._typed[: len(taken)]
        return taken

    def _advance(self, answer: bytes | PeerError | None) -> None:
        program = self._program
        if program is None:
            return
        self._reading = False
        try:
            while True:
                step = self._step(program, answer)
                answer = b""
                if isinstance(step, Read):
                    self._wanted = step.exactly or len(self._typed)
                    if not self._typed and not self._eof:
                        self._reading = True
                        self._timer = self._loop.call_later(step.timeout, self._advance, PeerError("silent"))
                        return
                    answer = self._take()
                elif isinstance(step, Pause):
                    self._timer = self._loop.call_later(step.seconds, self._advance, b"")
                    return
                else:
                    answer = self._perform(step)
                    if self._chan.get_write_buffer_size() > _MAX_UNSENT:  # the client must read before we go on
                        self._stalled = True
                        self._chan.pause_reading()
                        return
        except StopIteration as done:
            self._leave(int(done.value or 0))
        except PeerError:
            self._leave(255)

    @staticmethod
    def _step(program: Program, answer: bytes | PeerError | None) -> Step | Stderr:
        if isinstance(answer, PeerError):
            return program.throw(answer)
        return next(program) if answer is None else program.send(answer)

    def _leave(self, status: int) -> None:
        self._program = None
        self._chan.leave(status)

    def _perform(self, step: Step | Stderr) -> bytes:
        if isinstance(step, Clock):
            return f"{time.time():.6f}".encode()
        if isinstance(step, Fact):
            self._recorder.note(step)
        elif isinstance(step, Keep):
            self._recorder.keep(step)
        elif isinstance(step, Tty):
            self._recorder.tty(step)
        elif isinstance(step, Send | Stderr) and not self._chan.is_closing():
            self._chan.write(step.data, None if isinstance(step, Send) else asyncssh.EXTENDED_DATA_STDERR)
        return b""
