"""The mirrors that the machine's own sources.list names."""

from urllib.parse import urlsplit

from msgspec import Struct

from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Process

MAX_MIRRORS = 12


class Mirror(Struct, frozen=True):
    """One line of sources.list."""

    uri: str
    suite: str

    @property
    def row(self) -> str:
        """How apt names its release file in progress lines."""
        return f"{self.uri} {self.suite} InRelease"

    @property
    def release(self) -> str:
        """The address of its release file."""
        return f"{self.uri}/dists/{self.suite}/InRelease"

    @property
    def failure(self) -> str:
        """Why nothing comes from it."""
        try:
            name = urlsplit(self.uri).hostname or ""
        except ValueError:
            name = ""
        return f"Temporary failure resolving '{name}'"


def mirrors(p: Process) -> list[Mirror]:
    """The binary sources, in order, each once."""
    try:
        text = p.contents("/etc/apt/sources.list")[:65536].decode("latin-1")
    except Fault:
        return []
    found: dict[Mirror, None] = {}
    for line in text.splitlines():
        words = [word for word in line.partition("#")[0].split() if not word.startswith(("[", "signed-by", "arch="))]
        if len(words) >= 3 and words[0] == "deb":
            found[Mirror(words[1].rstrip("/")[:200], words[2][:80])] = None
    return list(found)[:MAX_MIRRORS]
