"""The store's settings."""

from typing import Literal

from msgspec import Struct

_STEPS = ((8 << 30, 512), (17 << 27, 256), (0, 128))  # bytes on disk -> megabytes of memory, as measured


class StoreConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The embedded event store."""

    memory_limit: int | Literal["auto"] = "auto"
    """Megabytes the database may use; "auto" is 128, 256 or 512 by the store's size."""
    threads: int = 2
    """Threads that answer one question together."""
    timeout: float = 10.0
    """Seconds a question may take."""

    def __post_init__(self) -> None:
        if self.memory_limit != "auto" and self.memory_limit < 64:
            raise ValueError("store.memory_limit must be at least 64 (megabytes), or auto")
        if not 1 <= self.threads <= 64:
            raise ValueError("store.threads must be 1 to 64")
        if self.timeout <= 0:
            raise ValueError("store.timeout must be above 0")

    def megabytes(self, stored: int) -> int:
        """The memory limit for a store of ``stored`` bytes."""
        if self.memory_limit != "auto":
            return self.memory_limit
        return next(limit for least, limit in _STEPS if stored >= least)
