"""What is wrong with a search, and where."""


class QueryError(ValueError):
    """A search that cannot be understood; ``position`` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
