"""What expansion may make at most."""

from samovar.shell.words.scope import ExpansionFault

MAX_TEXT = 1 << 20  # characters of one string
MAX_FIELDS = 100_000


def no_memory(size: int) -> ExpansionFault:
    """What bash says when it cannot get so many bytes."""
    return ExpansionFault(f"xrealloc: cannot allocate {size} bytes", fatal=True, status=2)


def bounded(text: str) -> str:
    """The text, if it is not too long."""
    if len(text) > MAX_TEXT:
        raise no_memory(len(text))
    return text
