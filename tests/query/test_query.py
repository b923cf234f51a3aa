"""The language: what parses to what, that errors are errors, that the way back is exact."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.query import QueryError, format, match, parse
from samovar.query.tree import And, Compare, Exists, Like, Network, Node, Not, Or, Word
from tests.store.events import event

RU = Compare("source_geo_country_iso_code", "=", "RU")
ROOT = Compare("user_name", "=", "root")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", None),
        (" \t", None),
        ("country:ru", RU),
        ("source.geo.country_iso_code:RU", RU),
        ("source_geo_country_iso_code : RU", RU),
        ("country:RU user:root", And((RU, ROOT))),
        ("country:RU AND NOT user:root", And((RU, Not(ROOT)))),
        ("-user:root or !country:RU", Or((Not(ROOT), Not(RU)))),
        ("user != root", Not(ROOT)),
        ("a and b or c", Or((And((Word("a"), Word("b"))), Word("c")))),
        ("user:(root or admin)", Or((ROOT, Compare("user_name", "=", "admin")))),
        ('user:"two words"', Compare("user_name", "=", "two words")),
        ('user:"a*"', Compare("user_name", "=", "a*")),
        ("user:a*", Like("user_name", "a*")),
        ("user:*", Exists("user_name")),
        ("port > 5", Compare("destination_port", ">", "5")),
        ("port>=5", Compare("destination_port", ">=", "5")),
        ("asn:AS4134", Compare("source_as_number", "=", "4134")),
        ("source.ip:10.1.2.3/8", Network("source_ip", "10.0.0.0/8")),
        ("ip:2001:DB8::1/32", Network("source_ip", "2001:db8::/32")),
        ("sensor:ssh", Like("event_dataset", "*.ssh")),
        ("sensor:web", Compare("event_module", "=", "web")),
        ("samovar.detail.Unit:5", Compare("samovar_detail.Unit", "=", "5")),
        ("url:http://x/y=1", Compare("url_original", "=", "http://x/y=1")),
        ('"or"', Word("or")),
        ("order", Word("order")),
    ],
)
def test_parses_to(text: str, tree: Node | None) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("usr:root", 0, "'user'"),
        ("a and contry:RU", 6, "'country'"),
        ("port:abc", 5, "whole number"),
        ("ip:300.1.1.1", 3, "address"),
        ("time>soon", 5, "time"),
        ("(a", 0, "never closed"),
        ("a)", 1, "not expected"),
        ('a "b', 2, "never closed"),
        ("user:", 5, "the end"),
        ("and a", 0, "missing"),
        ("wg*et", 0, "field"),
        ("(" * 100 + "a", 48, "deeply"),
        ("a " * 600, 1024, "too many"),
        ("a" * 20_000, 16_384, "too long"),
    ],
)
def test_errors_say_where_and_what(text: str, position: int, says: str) -> None:
    with pytest.raises(QueryError, match=says) as caught:
        parse(text)
    assert caught.value.position == position


@given(st.text(max_size=60) | st.text(alphabet='ab:*?"\\()<>=!- \norudpt.19/', max_size=60))
@settings(max_examples=600, deadline=None)
def test_any_text_parses_or_is_a_query_error(text: str) -> None:
    error: QueryError | None = None
    tree: Node | None = None
    try:
        tree = parse(text)
    except QueryError as refused:
        error = refused
    if error is not None:
        assert 0 <= error.position <= len(text)
    else:
        assert parse(format(tree)) == tree
        match(tree, event())


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
_LEAF = st.one_of(
    st.builds(Word, _TEXT),
    st.builds(Compare, st.just("user_name"), st.sampled_from(["=", "<", ">="]), st.text(max_size=8)),
    st.builds(Compare, st.builds("samovar_detail.{}".format, _TEXT), st.just("="), _TEXT),
    st.builds(Exists, st.sampled_from(["user_name", "source_ip", "file_size"])),
    st.builds(lambda a, b: Compare("source_port", a, str(b)), st.sampled_from([">", "="]), st.integers(-9, 99999)),
)
_TREE = st.recursive(
    _LEAF,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


@given(_TREE)
@settings(max_examples=300, deadline=None)
def test_the_way_back_is_exact(tree: Node) -> None:
    assert parse(format(tree)) == tree
