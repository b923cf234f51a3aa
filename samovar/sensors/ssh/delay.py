"""How long a failed login takes, as the persona's server makes it take."""

from random import SystemRandom

from samovar.persona import Persona
from samovar.sensors.ssh.credentials import Request

_random = SystemRandom()


def failure_delay(persona: Persona, request: Request, base: float) -> float:
    """Seconds until the answer; ``base`` is what PAM (or dropbear itself) takes, about. 0 costs nothing at all.

    sshd rounds the time up to a power of two times a few milliseconds that belong to the user name.
    """
    if base <= 0:
        return 0.0
    if persona.ssh.program == "dropbear":
        return base + _random.uniform(-0.05, 0.05)
    asked = request.method in (b"password", b"keyboard-interactive")
    taken = base * (1 + sum(_random.uniform(-0.25, 0.25) for _ in range(3)) / 3) if asked else 0.0
    delay = 0.005 + int.from_bytes(persona.keyed("delay", request.user)[:4]) / 1e12
    while delay < taken:
        delay *= 2
    return delay
