"""Which of a worker's descriptors are shared with others, so that the lock can protect them."""

from msgspec import Struct


class Fence(Struct, frozen=True):
    """Shared descriptors are [low, high): listening sockets, the channel, the lifeline. UDP sockets among them are
    [udp_low, udp_high). All other numbers are the worker's own."""

    low: int
    udp_low: int
    udp_high: int
    high: int
