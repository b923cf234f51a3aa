"""How control leaves a command other than by its end."""


class Flow(Exception):
    """Not an error: control flow of the shell language."""


class Exit(Flow):
    """The shell, or subshell, ends."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Return(Flow):
    """The function, or sourced file, ends."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Jump(Flow):
    """``break`` and ``continue``, through so many loops."""

    def __init__(self, levels: int, *, again: bool) -> None:
        super().__init__(levels)
        self.levels, self.again = levels, again


class Abandon(Flow):
    """The whole line is given up, as after ``${x:?}``; a shell that is not interactive ends."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
