"""What can go wrong in the store."""


class StoreError(OSError):
    """The store cannot be opened or written; says what to do. The transaction did not happen."""


class QueryTimeout(TimeoutError):
    """A question took longer than the store's ``timeout``."""
