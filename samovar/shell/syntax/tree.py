"""The tree of shell source: what ``parse`` makes and the interpreter runs. Immutable, shared, cacheable.

All text is bytes decoded as Latin-1, so that nothing an attacker types is lost or refused.
A ``Word`` that is a plain ``str`` is already one finished field (its quotes are removed): nothing expands in it.
Otherwise it is a tuple of parts.
"""

from typing import Literal

from msgspec import Struct


class Bare(Struct, frozen=True):
    """Unquoted text: tilde, braces and glob characters in it are live."""

    text: str


class Quoted(Struct, frozen=True):
    """Text from quotes, a backslash or ``$'...'`` (decoded): stands for itself."""

    text: str


class Double(Struct, frozen=True):
    """``"..."``: its expansions are neither split nor globbed."""

    parts: "tuple[Part, ...]"


class Parameter(Struct, frozen=True):
    """``$name``, ``${name...}``: ``operator`` is one of ``- := :? + :- ...``, ``# ## % %%``, ``/ // /# /%``,
    ``^ ^^ , ,,``, ``:`` (substring), ``@`` (transformation; ``word`` its letter), ``length``, ``keys`` (``${!a[@]}``),
    ``prefix`` (``${!a*}``; ``word`` its ``*`` or ``@``), or empty.
    """

    name: str  # a variable, a digit string, or one of ``@ * # ? - $ ! 0 _``
    operator: str = ""
    word: "Word" = ""  # default, pattern, or substring offset (source of arithmetic)
    replacement: "Word | None" = None  # of ``/``; length of a substring
    index: "Word | None" = None  # ``[...]``; "@" and "*" for all
    indirect: bool = False  # ``${!name}``
    bad: str = ""  # the source of a bad substitution, which is only an error when it is expanded


class Command(Struct, frozen=True):
    """``$(...)`` or backquotes. ``fault``: what is wrong with a backquoted source, an error when it is expanded."""

    script: "Script"
    fault: str = ""


class Arithmetic(Struct, frozen=True):
    """``$((...))``: the expression, whose expansions come first."""

    expression: "Word"


class ProcessFile(Struct, frozen=True):
    """``<(...)`` or ``>(...)``."""

    operator: Literal["<", ">"]
    script: "Script"


Part = Bare | Quoted | Double | Parameter | Command | Arithmetic | ProcessFile
Word = str | tuple[Part, ...]


class Assignment(Struct, frozen=True):
    """``name=value``, ``name+=value``, ``name[index]=value``, ``name=(a b [3]=c)``."""

    name: str
    value: "Word | None" = ""
    index: Word | None = None
    append: bool = False
    elements: "tuple[tuple[Word | None, Word], ...] | None" = None  # (index or None, value), of an array


class Redirect(Struct, frozen=True):
    """``fd`` None: the operator's own. ``variable``: ``{name}>...``."""

    operator: str  # < > >> >| <> <& >& &> &>> << <<- <<<
    target: Word
    fd: int | None = None
    variable: str = ""
    document: Word = ""  # a here-document's text: expanded unless the word was quoted


class Simple(Struct, frozen=True):
    """Words may hold Assignments behind a declaration command (export, local, declare, readonly, typeset, alias)."""

    words: "tuple[Word | Assignment, ...]"
    assignments: tuple[Assignment, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    line: int = 1


class Pipeline(Struct, frozen=True):
    """``a | b``; ``|&`` has become a redirection of the left command."""

    commands: "tuple[Node, ...]"
    negated: bool = False
    timed: str = ""  # "time" or "time -p"


class AndOr(Struct, frozen=True):
    first: "Node"
    rest: "tuple[tuple[Literal['&&', '||'], Node], ...]"


class Item(Struct, frozen=True):
    """One command of a script. ``source`` is its text, as ``jobs`` shows it.

    ``unit``: the commands of a script that a shell reads at once, up to a line end, have the same number: an expansion
    that fails ends its unit, and the shell goes on with the next.
    """

    node: "Node"
    background: bool = False
    source: str = ""
    unit: int = 0


class Script(Struct, frozen=True):
    items: tuple[Item, ...]


class Group(Struct, frozen=True):
    body: Script
    redirects: tuple[Redirect, ...] = ()


class Subshell(Struct, frozen=True):
    body: Script
    redirects: tuple[Redirect, ...] = ()


class If(Struct, frozen=True):
    branches: tuple[tuple[Script, Script], ...]
    otherwise: Script | None = None
    redirects: tuple[Redirect, ...] = ()


class While(Struct, frozen=True):
    condition: Script
    body: Script
    until: bool = False
    redirects: tuple[Redirect, ...] = ()


class For(Struct, frozen=True):
    """``words`` None: the positional parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: Script
    redirects: tuple[Redirect, ...] = ()
    line: int = 1


class CountingFor(Struct, frozen=True):
    """``for ((a; b; c))``."""

    start: Word
    condition: Word
    step: Word
    body: Script
    redirects: tuple[Redirect, ...] = ()


class Select(Struct, frozen=True):
    name: str
    words: tuple[Word, ...] | None
    body: Script
    redirects: tuple[Redirect, ...] = ()


class Branch(Struct, frozen=True):
    patterns: tuple[Word, ...]
    body: Script
    end: Literal[";;", ";&", ";;&"] = ";;"


class Case(Struct, frozen=True):
    word: Word
    branches: tuple[Branch, ...]
    redirects: tuple[Redirect, ...] = ()


class Function(Struct, frozen=True):
    """``source`` is the text of its definition."""

    name: str
    body: "Node"
    source: str = ""


class Test(Struct, frozen=True):
    """One ``[[`` test: unary (``-f x``; ``left`` empty) or binary. ``operator`` ``-n`` for a lone word."""

    operator: str
    left: Word
    right: Word = ""


class Logic(Struct, frozen=True):
    operator: Literal["&&", "||", "!"]
    left: "Condition"
    right: "Condition | None" = None


Condition = Test | Logic


class Conditional(Struct, frozen=True):
    """``[[ ... ]]``."""

    condition: Condition
    redirects: tuple[Redirect, ...] = ()
    line: int = 1


class ArithmeticCommand(Struct, frozen=True):
    """``((...))``."""

    expression: Word
    redirects: tuple[Redirect, ...] = ()
    line: int = 1


Compound = Group | Subshell | If | While | For | CountingFor | Select | Case | Conditional | ArithmeticCommand
Node = Simple | Pipeline | AndOr | Compound | Function
