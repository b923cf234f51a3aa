"""What is wrong with shell source, and how bash and ash say it."""

from typing import Literal

from samovar.shell.syntax.tree import Script

Dialect = Literal["bash", "ash"]
END_OF_FILE = "syntax error: unexpected end of file"
NOTHING = Script(())
_ASH = frozenset(("sh", "ash", "-sh", "-ash", "/bin/sh", "/bin/ash"))  # these name no line


class Incomplete(Exception):
    """More lines are needed. ``wanted`` is what bash says if none come, about line ``line``.

    ``before``: the complete lines in front of it, which a shell has run by then. ``ash``: ash's words.
    """

    def __init__(self, wanted: str = END_OF_FILE, line: int = 0, ash: str = "") -> None:
        super().__init__(wanted)
        self.wanted, self.line, self.before = wanted, line, NOTHING
        self.ash = ash or "syntax error: unexpected end of file"

    @classmethod
    def quote(cls, closing: str, line: int) -> "Incomplete":
        """A quote or bracket that is never closed."""
        words = {
            "`": "EOF in backquote substitution",
            ")": 'unexpected end of file (expecting ")")',
            "}": "missing '}'",
        }
        ash = words.get(closing, "unterminated quoted string")
        return cls(f"unexpected EOF while looking for matching `{closing}'", line, f"syntax error: {ash}")


class SyntaxFault(Exception):
    """No further line can make this valid. ``message``: bash's words; ``text``: the offending line, if bash shows it.

    ``before``: the complete lines in front of it. ``ash``: ash's words.
    """

    def __init__(self, message: str, line: int = 1, text: str | None = None, ash: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.text, self.before = message, line, text, NOTHING
        self.ash = ash or message


def complaint(
    fault: Incomplete | SyntaxFault, name: str, dialect: Dialect = "bash", *, interactive: bool | None = None
) -> str:
    """All that the shell prints. ``name`` is what stands before ``: line``: "bash: -c", "./x.sh", "bash: eval".

    A name with ``-`` in front is a login shell's, at whose prompt neither line number nor source are shown.
    """
    if interactive is None:
        interactive = name.startswith("-")
    if dialect == "ash":
        where = "" if interactive or name in _ASH else f"line {fault.line}: "
        return f"{name}: {where}{fault.ash}\n"
    message = fault.wanted if isinstance(fault, Incomplete) else fault.message
    if not message:  # bash leaves ``[[ ]]`` without a word
        return ""
    if interactive:
        return f"{name}: {message}\n"
    said = f"{name}: line {fault.line}: {message}\n"
    if isinstance(fault, SyntaxFault) and fault.text is not None:
        again = "syntax error: " if message.startswith("syntax error: arithmetic") else ""
        said += f"{name}: line {fault.line}: {again}`{fault.text}'\n"
    return said
