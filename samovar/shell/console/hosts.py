"""The emulated machines of a worker, and what each source has changed on its own: kept for a day, as on a real host."""

from samovar.persona import Persona
from samovar.shell.disk.disk import Disk
from samovar.shell.machine.machine import Machine

KEEP = 86_400.0  # seconds after the last login
MAX_DISKS = 2_000
MAX_BYTES = 64 << 20


class Hosts:
    """One machine a persona; one disk a source."""

    def __init__(self) -> None:
        self._machines: dict[Persona, Machine] = {}
        self._logins = 0
        self._disks: dict[tuple[Persona, str], tuple[float, Disk]] = {}  # the longest unused first

    def machine(self, persona: Persona) -> Machine:
        """The persona's machine, made at first use (0.2 s: see ``warm``)."""
        machine = self._machines.get(persona)
        if machine is None:
            machine = self._machines[persona] = Machine(persona)
        return machine

    def disk(self, persona: Persona, source: str, now: float) -> Disk:
        """The source's disk, as it left it."""
        key = (persona, source)
        held = self._disks.pop(key, None)
        disk = held[1] if held is not None and now - held[0] < KEEP else self.machine(persona).disk(now)
        disk.begin()
        self._disks[key] = (now, disk)
        self._logins += 1
        if held is None or self._logins % 32 == 0:
            self._forget(now)
        return disk

    def forget(self, persona: Persona, source: str) -> None:
        """Give the source a fresh disk the next time."""
        self._disks.pop((persona, source), None)

    def _forget(self, now: float) -> None:
        """Drop what is old, and the longest unused where there is too much."""
        size = sum(disk.size for _, disk in self._disks.values())
        for key, (used, disk) in list(self._disks.items())[:-1]:
            if now - used < KEEP and len(self._disks) <= MAX_DISKS and size <= MAX_BYTES:
                return
            size -= disk.size
            del self._disks[key]


HOSTS = Hosts()  # a worker's: its sensors share it, as services of one machine share its disk
