"""/etc/passwd, shadow and group as the account tools change them."""

from msgspec import Struct

from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Process


class Table(Struct):
    """The rows of one of the files."""

    path: str
    rows: list[list[str]]

    def find(self, name: str) -> list[str] | None:
        """A row by its name."""
        return next((row for row in self.rows if row[0] == name), None)


def load(p: Process, path: str) -> Table:
    """Read a file; without the right to, nothing is in it."""
    try:
        text = p.view.read(path).decode("latin-1")
    except Fault:
        text = ""
    return Table(path, [line.split(":") for line in text.split("\n") if ":" in line])


def save(p: Process, table: Table) -> None:
    """Write it back. Raises Fault."""
    stat = p.view.stat(table.path)
    p.view.write(table.path, "".join(":".join(row) + "\n" for row in table.rows).encode("latin-1"), stat.mode)


def groups_of(p: Process, name: str, gid: int) -> list[tuple[int, str]]:
    """The groups of a user, its own first."""
    rows = load(p, "/etc/group").rows
    own = next((row[0] for row in rows if row[2] == str(gid)), str(gid))
    more = [(int(row[2]), row[0]) for row in rows if len(row) > 3 and name in row[3].split(",") and row[2] != str(gid)]
    return [(gid, own), *more]
