"""Which of a worker's descriptors are shared with others, so that the lock can protect them."""

from msgspec import Struct


class Fence(Struct, frozen=True):
    """Shared descriptors are [low, high): a worker's listening sockets, channels and lifeline; all other numbers are
    its own. The broker's UDP sockets, the only ones that may be sent on with an address, are [low, high) for it."""

    low: int
    high: int
