"""What the search finds live (Python) and in the store (SQL) is the same, whatever the events hold."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.query import match
from samovar.query.tree import And, Compare, Exists, Like, Network, Node, Not, Or, Word
from samovar.store import DuckStore
from samovar.store.interface import Position
from tests.store.events import NOON, SPAN, event

_CHARS = "aAbB\u0130\u03a3\u00df*?%_\\ \n\"'\U0001f600"
_TEXT = st.text(_CHARS, max_size=4)
_MAYBE = st.none() | _TEXT
_NUMBER = st.integers(-3, 3) | st.sampled_from([0.5, -2.25]) | st.booleans()
_KEYS = st.sampled_from(["k", "K", "a/b~c", 'q"'])
_IPS = st.sampled_from(["10.0.0.1", "10.1.0.1", "192.0.2.7", "2001:db8::1", "::1", "::ffff:10.0.0.9", "odd"])
_FIELDS = st.builds(
    dict,
    user_name=_MAYBE,
    process_command_line=_MAYBE,
    file_size=st.none() | st.integers(-3, 3),
    source_ip=_IPS,
    source_geo_lat=st.none() | st.sampled_from([0.5, -1.25, 2.0]),
    samovar_detail=st.dictionaries(_KEYS, _TEXT | _NUMBER | st.sampled_from(["1", "true"]), max_size=3),
)
_NAMES = st.sampled_from(["user_name", "process_command_line", "event_outcome"])
_DETAILS = _KEYS.map("samovar_detail.{}".format)
_OPS = st.sampled_from(["=", "<", "<=", ">", ">="])
_NETS = st.sampled_from(["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "::/0", "2001:db8::/32", "::1/128"])
_LEAF = st.one_of(
    st.builds(Compare, _NAMES, _OPS, _TEXT),
    st.builds(Compare, _DETAILS, _OPS, _TEXT | st.sampled_from(["1", "0.5", "true", "-2"])),
    st.builds(Compare, st.sampled_from(["file_size", "source_geo_lat"]), _OPS, st.sampled_from(["0", "1", "-1", "2"])),
    st.builds(Like, _NAMES | _DETAILS, _TEXT),
    st.builds(Like, st.just("source_ip"), st.sampled_from(["10.*", "*::1", "*.?"])),
    st.builds(Network, st.just("source_ip"), _NETS),
    st.builds(Exists, _NAMES | _DETAILS | st.just("file_size")),
    st.builds(Word, st.text(_CHARS + "10tr", min_size=1, max_size=2)),
)
_TREE = st.recursive(
    _LEAF,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=5,
)


@given(st.lists(_FIELDS, min_size=8, max_size=20), st.lists(_TREE, min_size=5, max_size=15))
@settings(max_examples=20, deadline=None)
def test_sql_and_python_agree(fields: list[dict[str, object]], trees: list[Node]) -> None:
    events = [event(i, **one) for i, one in enumerate(fields)]
    with TemporaryDirectory() as folder, DuckStore(Path(folder), clock=NOON.timestamp) as store:
        store.ingest(events, Position())
        for tree in trees:
            found = [e.event_id for e in store.scan(tree, SPAN)]
            assert found == [e.event_id for e in events if match(tree, e)], tree
