"""What happens on a disk that is really full: run as a program, alone in a mount namespace with a small tmpfs.

    python -m tests.disk.small FOLDER

Prints "no right to mount" and ends with 77 where the kernel refuses; every other failure is an assertion.
"""

import ctypes
import hashlib
import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from samovar.artefacts import Artefacts
from samovar.disk import DiskConfig, Keeper
from samovar.pipeline import Pipeline
from samovar.spool import Spool, SpoolConfig
from samovar.store import DuckStore, StoreConfig
from samovar.store.interface import Position, Span
from tests.spool.lines import event

SIZE = 176 << 20  # the database alone wants 64 MiB for its log
NEWNS, REC, PRIVATE = 0x20000, 0x4000, 0x40000
START = datetime(2026, 11, 1, tzinfo=UTC)


def mount(folder: Path) -> bool:
    """Our own namespace, and a small disk in it; False where we may not."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mount.argtypes = (ctypes.c_char_p,) * 3 + (ctypes.c_ulong, ctypes.c_char_p)
    if libc.unshare(NEWNS) or libc.mount(None, b"/", None, REC | PRIVATE, None):
        return False
    mounted: int = libc.mount(b"small", bytes(folder), b"tmpfs", 0, b"size=%d" % SIZE)
    return mounted == 0


class Urn:
    """Spool, store, artefacts and keeper on the small disk, with a clock of their own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.now = START
        clock = lambda: self.now.timestamp()  # noqa: E731
        self.spool = Spool(data / "spool", SpoolConfig(segment_bytes=2 << 20), clock=clock)
        self.store = DuckStore(data / "store", StoreConfig(memory_limit=128, threads=1), clock=clock)
        self.artefacts = Artefacts(data / "files")
        self.pipeline = Pipeline(self.spool, (), self.store, Position)
        config = DiskConfig(reserve_mib=80)
        taken = self.pipeline.taken
        self.keeper = Keeper(self.spool, self.store, self.artefacts, config, data, taken=taken, clock=clock)
        self.made = 0

    def append(self, count: int = 1000) -> bool:
        """So many new events."""
        texts = []
        for number in range(self.made, self.made + count):
            noise = random.Random(number).randbytes(500).hex()
            texts.append(msgspec.json.encode(event(number, timestamp=self.now, event_original=noise)) + b"\n")
        self.made += count
        return self.keeper.append(b"".join(texts), count)

    def drain(self) -> int:
        """Bring the store up to date, as the pipeline does: with patience; returns how often it had no room."""
        failures = 0
        while failures < 20:
            try:
                if not self.pipeline.step():
                    return failures
            except OSError as error:
                print("the store, for now:", error, file=sys.stderr)
                failures += 1
            self.keeper.step()
        raise AssertionError("the store does not recover")

    def newest(self, count: int) -> list[int]:
        """Numbers of the newest events in the store."""
        span = Span(START - timedelta(days=400), START + timedelta(days=400))
        page = self.store.events(None, span, limit=count)
        return sorted(int(event.event_id, 16) for event in page.events)

    def free(self) -> int:
        """Bytes free."""
        status = os.statvfs(self.data)
        return status.f_bavail * status.f_frsize

    def close(self) -> None:
        """End it."""
        self.pipeline.close()
        self.spool.close()
        self.store.close()


def weeks(urn: Urn) -> None:
    """Far more than fits, over many days: the oldest goes, nothing new is lost, the store goes on."""
    least = SIZE
    for round_ in range(100):
        assert urn.append(), "an event found no room"
        urn.drain()
        if round_ % 4 == 0:
            urn.spool.maintain()
            urn.keeper.step()
        if round_ % 10 == 0:
            urn.now += timedelta(days=1)
        least = min(least, urn.free())
    urn.drain()
    urn.keeper.step()
    shed = urn.keeper.state.shed
    assert shed.segments > 0, shed
    assert shed.days > 0, shed
    assert urn.keeper.state.state == "shedding"
    assert (shed.events, shed.unread) == (0, 0), shed
    assert least > 0
    assert urn.artefacts.accepting
    assert urn.newest(1000) == list(range(urn.made - 1000, urn.made))


def ballast(urn: Urn) -> None:
    """Somebody else fills the disk to the last byte; then it is freed again."""
    path = urn.data / "ballast"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            pass
    before = urn.keeper.state.shed
    written = waiting = 0
    while waiting < 10:
        assert written < 300, "it must be full some day"
        urn.now += timedelta(seconds=2)
        urn.keeper.step()
        if urn.append():
            written += 1
        else:
            waiting += 1
    state = urn.keeper.state
    assert written > 0, "room was made at once"
    assert waiting > 0
    assert state.state == "full", state
    assert state.waiting > 0
    assert state.shed.segments > before.segments
    assert state.shed.events == 0
    assert not urn.keeper.keep(hashlib.sha256(b"new").hexdigest(), b"new")
    path.unlink()
    for _ in range(5):
        assert urn.append(100)
        urn.drain()
        urn.now += timedelta(days=1)
        urn.keeper.step()
    assert urn.keeper.state.state == "ok", urn.keeper.state
    assert urn.keeper.state.waiting == 0
    assert urn.keeper.keep(hashlib.sha256(b"new").hexdigest(), b"new")
    assert urn.append(100)
    urn.drain()
    assert urn.newest(100) == list(range(urn.made - 100, urn.made)), "the store goes on by itself"


def main() -> int:
    """Mount, then everything."""
    folder = Path(sys.argv[1])
    if not mount(folder):
        print("no right to mount (CAP_SYS_ADMIN)")
        return 77
    urn = Urn(folder)
    weeks(urn)
    ballast(urn)
    urn.close()
    print("as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
