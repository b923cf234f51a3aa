"""The tree of a command line. Words stay source text, which ``expand`` reads when they are needed."""

from msgspec import Struct


class Redirect(Struct, frozen=True):
    fd: int
    op: str
    target: str
    body: str = ""  # of a here-document
    quoted: bool = False  # ... that is not expanded


class Simple(Struct, frozen=True):
    words: tuple[str, ...]
    redirects: tuple[Redirect, ...] = ()


class Pipeline(Struct, frozen=True):
    commands: tuple["Node", ...]
    negated: bool = False


class AndOr(Struct, frozen=True):
    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]


class Block(Struct, frozen=True):
    body: tuple["Node", ...]
    subshell: bool = False
    redirects: tuple[Redirect, ...] = ()


class If(Struct, frozen=True):
    branches: tuple[tuple[Block, Block], ...]
    otherwise: Block | None = None
    redirects: tuple[Redirect, ...] = ()


class Loop(Struct, frozen=True):
    condition: Block
    body: Block
    until: bool = False
    redirects: tuple[Redirect, ...] = ()


class For(Struct, frozen=True):
    name: str
    words: tuple[str, ...] | None
    body: Block
    redirects: tuple[Redirect, ...] = ()


class Case(Struct, frozen=True):
    word: str
    branches: tuple[tuple[tuple[str, ...], Block], ...]
    redirects: tuple[Redirect, ...] = ()


class Function(Struct, frozen=True):
    name: str
    body: "Node"


class Background(Struct, frozen=True):
    node: "Node"


Node = Simple | Pipeline | AndOr | Block | If | Loop | For | Case | Function | Background
