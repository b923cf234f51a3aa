"""The exchange never raises for what a peer sends, never spins, and keeps what reads promise."""

from hypothesis import given
from hypothesis import strategies as st

from samovar.exchange import Exchange
from samovar.sensor import Dialogue, PeerError, Read, Send, StartTls

reads = st.builds(
    Read,
    until=st.sampled_from([b"", b"\n", b"\r\n", b"aba"]),
    exactly=st.sampled_from([0, 0, 1, 7, 50]),
    limit=st.integers(1, 40),
)


def stubborn(wanted: list[Read]) -> Dialogue:
    """Reads, echoes, and goes on after every fault."""
    while True:
        for read in wanted:
            try:
                data = yield read
            except PeerError:
                continue
            assert 0 < len(data) <= read.limit
            yield Send(data)


@given(st.lists(reads, min_size=1, max_size=4), st.lists(st.binary(max_size=60), max_size=12), st.booleans())
def test_garbage_never_raises_and_never_spins(wanted: list[Read], chunks: list[bytes], udp: bool) -> None:
    exchange = Exchange(stubborn(wanted), udp)
    list(exchange.start())
    for chunk in chunks:
        list(exchange.receive(chunk))
        if exchange.ended:
            break
        assert exchange.reading is not None
        assert exchange.buffered < exchange.reading.limit
    exchange.close()
    assert exchange.ended


@given(st.lists(st.sampled_from([b"ab", b"a", b"b", b"\r", b"\n", b"\r\n"]), max_size=40))
def test_lines_do_not_depend_on_chunks(chunks: list[bytes]) -> None:
    def lines() -> Dialogue:
        while True:
            yield Send((yield Read(until=b"\r\n")))

    def said(parts: list[bytes]) -> list[bytes]:
        exchange = Exchange(lines())
        steps = [*exchange.start(), *(step for part in parts for step in exchange.receive(part))]
        return [step.data for step in steps if isinstance(step, Send)]

    parts = [part for part in chunks if part]
    assert said(parts) == said([b"".join(parts)] if parts else [])


def test_start_tls_drops_the_buffer() -> None:
    def dialogue() -> Dialogue:
        yield Read(until=b"\n")
        yield StartTls()
        yield Send((yield Read(until=b"\n")))

    exchange = Exchange(dialogue())
    steps = [*exchange.start(), *exchange.receive(b"tls\ninjected\n")]
    assert steps == [StartTls()]
    assert exchange.buffered == 0
    assert list(exchange.receive(b"inside\n")) == [Send(b"inside\n")]
    assert exchange.ended == "done"
