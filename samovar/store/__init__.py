"""The event store: one interface, free of SQL, and its embedded body."""

from samovar.store.config import StoreConfig
from samovar.store.error import QueryTimeout, StoreError
from samovar.store.store import DuckStore

__all__ = ["DuckStore", "QueryTimeout", "StoreConfig", "StoreError"]
