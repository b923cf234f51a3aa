"""What the API says when it cannot answer: always JSON, never an attacker's bytes as markup."""

import msgspec
from msgspec import Struct
from starlette.responses import Response


class Problem(Struct, frozen=True):
    """What went wrong; ``position`` is the offset in ``q`` where a search could not be read."""

    message: str
    position: int | None = None


class ErrorBody(Struct, frozen=True):
    """The body of every answer that is not 2xx."""

    error: Problem


class ApiError(Exception):
    """A request that cannot be answered, and the answer to give instead."""

    def __init__(self, status: int, message: str, position: int | None = None, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.position = position
        self.retry_after = retry_after

    def response(self) -> Response:
        """The error as JSON."""
        headers = {"retry-after": str(self.retry_after)} if self.retry_after else {}
        body = msgspec.json.encode(ErrorBody(Problem(self.message, self.position)))
        return Response(body, self.status, headers, "application/json")
