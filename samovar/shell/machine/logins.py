"""Who came before: the owner's logins from the machine's own network, and the machine's starts."""

from collections.abc import Iterator

from samovar.persona import Persona
from samovar.shell.disk.session import Session
from samovar.shell.machine.drift import DAY, Drift
from samovar.shell.machine.facts import Login

_WEEK = 7 * DAY


class Logins:
    """What wtmp and lastlog hold."""

    def __init__(self, persona: Persona, drift: Drift) -> None:
        self._persona, self._drift = persona, drift

    def before(self, now: float, weeks: int = 4) -> list[Login]:
        """Earlier logins and starts, the latest first."""
        persona = self._persona
        found = [] if persona.busybox else list(self._visits(now, weeks))
        first = min(float(persona.boot_time), now - 60)
        found.append(Login("reboot", "system boot", persona.kernel_release, first))
        return sorted(found, key=lambda login: -login.start)

    def last(self, now: float, user: str = "") -> Login | None:
        """The latest login before now, of one user or of anybody."""
        return next((row for row in self.before(now, 60) if row.tty[:3] == "pts" and user in ("", row.user)), None)

    def here(self, session: Session) -> list[Login]:
        """Who is logged in: whoever is in the session, if it has a terminal."""
        return [Login(session.user, session.tty, session.peer, session.since)] if session.tty else []

    def _visits(self, now: float, weeks: int) -> Iterator[Login]:
        """One or two visits in most weeks, by day, from the same one or two addresses."""
        persona, drift = self._persona, self._drift
        this, network = int(now // _WEEK), persona.ipv4.rpartition(".")[0]
        for week in range(this, this - weeks, -1):
            for number in range(2):
                key = f"visit{week}.{number}"
                if drift.share(key) < (0.1, 0.55)[number]:
                    continue
                day, hour = drift.between(key + "d", 0, 5), drift.between(key + "h", 7, 18)
                start = week * _WEEK + ((day + 4) % 7) * DAY + hour * 3600 + drift.between(key + "s", 0, 3600)
                length = drift.between(key + "l", 90, 4000)
                if start + length > now or start < persona.installed_time:
                    continue
                user = "root" if drift.share(key + "u") < 0.6 or not persona.users else persona.users[0]
                host = f"{network}.{drift.between('admin' + str(number), 20, 220)}"
                yield Login(user, "pts/0", host, start, start + length)
