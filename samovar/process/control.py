"""The control connections: supervisor to fork server and hub, fork server to worker.

SEQPACKET socket pairs; a message is one msgpack Struct with its tag, file descriptors ride along (SCM_RIGHTS).
The child finds its end at descriptor 3. End of file means that the other side is gone.
"""

import array
import socket
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from samovar.process.spec import Port, Spec, Status

CONTROL_FD = 3
LIMIT = 1 << 20  # bytes a message
FDS_A_MESSAGE = 200  # the kernel's own limit is 253 (SCM_MAX_FD)


class Plan(Struct, frozen=True, tag=True):
    """First message to a child: everything it needs but the descriptors, which follow as ``Fds``."""

    spec: Spec
    ports: tuple[Port, ...]
    fds: int  # how many descriptors follow in all
    secret: bytes = b""  # of this run: keys the shared tally


class Fds(Struct, frozen=True, tag=True):
    """Descriptors of one kind; for sockets of a tap ``index`` is its place in ``spec.taps``."""

    kinds: tuple[tuple[str, int, int], ...]  # (kind, index, slot) of each descriptor, in order


class Warm(Struct, frozen=True, tag=True):
    """Fork server: imports are done, workers can be asked for."""


class Spawn(Struct, frozen=True, tag=True):
    """To the fork server: start the worker of this slot."""

    slot: int


class Spawned(Struct, frozen=True, tag=True):
    """Fork server: it runs under this pid."""

    slot: int
    pid: int


class Ready(Struct, frozen=True, tag=True):
    """A worker or the hub works; ``missing`` names the layers of the lock-down that it lacks."""

    slot: int = 0
    missing: tuple[str, ...] = ()


class Exited(Struct, frozen=True, tag=True):
    """Fork server: this worker has ended; ``status`` as ``os.waitstatus_to_exitcode`` gives it."""

    slot: int
    pid: int
    status: int


class State(Struct, frozen=True, tag=True):
    """To the hub: how everything stands now."""

    status: Status


class Stop(Struct, frozen=True, tag=True):
    """End within so many seconds: stop accepting, finish, flush."""

    grace: float


Message = Plan | Fds | Warm | Spawn | Spawned | Ready | Exited | State | Stop

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)


class Link:
    """One end of a control connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    @staticmethod
    def pair() -> tuple["Link", "Link"]:
        """Two connected ends."""
        ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in ends:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LIMIT)
        return Link(ends[0]), Link(ends[1])

    @staticmethod
    def inherited() -> "Link":
        """The child's end."""
        return Link(socket.socket(fileno=CONTROL_FD))

    def fileno(self) -> int:
        return self.sock.fileno()

    def send(self, message: Message, fds: Sequence[int] = ()) -> bool:
        """Send, without waiting unless it is a plan; whether it went out.

        False: the other side is gone or so stuck that its buffer is full.
        """
        flags = socket.MSG_NOSIGNAL if isinstance(message, Plan | Fds) else socket.MSG_NOSIGNAL | socket.MSG_DONTWAIT
        data = _encoder.encode(message)
        try:
            if fds:
                rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))
                self.sock.sendmsg([data], [rights], flags)
            else:
                self.sock.send(data, flags)  # a worker may not call sendmsg
        except OSError:
            return False
        return True

    def take_descriptor(self) -> int:
        """Give up the socket, and say what its descriptor is: it stays open."""
        return self.sock.detach()

    def receive(self) -> tuple[Message | None, list[int]]:
        """The next message and its descriptors; None: the other side is gone. Raises ValueError for garbage."""
        space = socket.CMSG_SPACE(FDS_A_MESSAGE * 4)
        try:
            data, ancillary, _, _ = self.sock.recvmsg(LIMIT, space, socket.MSG_CMSG_CLOEXEC)
        except ConnectionError:
            return None, []
        fds = array.array("i")
        for level, kind, payload in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
        try:
            return (_decoder.decode(data) if data else None), list(fds)
        except msgspec.DecodeError as error:
            raise ValueError(f"not a control message: {error}") from error

    def close(self) -> None:
        self.sock.close()


def receive_plan(link: Link) -> tuple[Plan, list[tuple[str, int, int, int]]]:
    """The plan and its descriptors, as (kind, index, slot, descriptor). EOFError: the supervisor is gone."""
    plan, _ = link.receive()
    if not isinstance(plan, Plan):
        raise EOFError("started by hand? this command is the supervisor's to start")
    given: list[tuple[str, int, int, int]] = []
    while len(given) < plan.fds:
        message, fds = link.receive()
        if not isinstance(message, Fds):
            raise EOFError("the supervisor is gone")
        given += [(*what, fd) for what, fd in zip(message.kinds, fds, strict=True)]
    return plan, given


def send_plan(link: Link, plan: Plan, given: list[tuple[str, int, int, int]]) -> bool:
    """The other side of ``receive_plan``."""
    sent = link.send(plan)
    for start in range(0, len(given), FDS_A_MESSAGE):
        part = given[start : start + FDS_A_MESSAGE]
        sent = sent and link.send(Fds(tuple(what[:3] for what in part)), [what[3] for what in part])
    return sent
