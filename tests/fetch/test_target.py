"""URLs, as attackers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.fetch.failure import Failure
from samovar.fetch.target import follow, parse


@pytest.mark.parametrize(
    ("url", "scheme", "authority", "port", "path"),
    [
        ("http://evil.example/a.sh", "http", "evil.example", 80, "/a.sh"),
        ("http://evil.example", "http", "evil.example", 80, "/"),
        ("HTTPS://evil.example:8443/x?y=1#z", "https", "evil.example:8443", 8443, "/x?y=1"),
        ("http://[2001:db8::1]:8080/", "http", "[2001:db8::1]:8080", 8080, "/"),
        ("http://evil.example/a b/\u00fc", "http", "evil.example", 80, "/a%20b/%C3%BC"),
        ("http://evil.example/%2e%2E?a=%20", "http", "evil.example", 80, "/%2e%2E?a=%20"),
        ("http://b\u00fccher.example/", "http", "xn--bcher-kva.example", 80, "/"),
        ("ftp://evil.example/x", "ftp", "evil.example", 21, "/x"),
        ("tftp://192.0.2.1/mips", "tftp", "192.0.2.1", 69, "/mips"),
    ],
)
def test_parts(url: str, scheme: str, authority: str, port: int, path: str) -> None:
    target = parse(url)
    assert (target.scheme, target.authority, target.port, target.path) == (scheme, authority, port, path)


def test_credentials_and_the_file_are_decoded() -> None:
    target = parse("ftp://us%40er:pa%3Ass@evil.example/dir/a%20b")
    assert (target.user, target.password, target.file) == ("us@er", "pa:ss", "dir/a b")


@pytest.mark.parametrize(
    "url",
    ["", "evil.example/a", "file:///etc/passwd", "gopher://a/", "http:///a", "http://a:99999/", "http://a b/",
     "http://[::1/", "http://a\u2100b/", "http://" + "a" * 300 + "/", "http://a/" + "b" * 9000, "http://a_<>/"],
)  # fmt: skip
def test_what_is_none(url: str) -> None:
    with pytest.raises(Failure):
        parse(url)


def test_redirects() -> None:
    assert follow("http://a.example/x/y", "../z") == "http://a.example/z"
    assert follow("http://a.example/x", "//b.example/z") == "http://b.example/z"
    assert follow("http://a.example/x", " ftp://c.example/z ") == "ftp://c.example/z"
    for location in ("file:///etc/passwd", "tftp://a/b", "http://[", "dict://a:1/"):
        with pytest.raises(Failure):
            follow("http://a.example/", location)


@given(st.text(max_size=60))
def test_any_text_is_a_target_or_a_failure(text: str) -> None:
    for url in (text, "http://" + text, "http://a/" + text, "ftp://a/" + text):
        try:
            target = parse(url)
        except Failure:
            continue
        assert target.path.isascii()
        assert not set(target.path) & set(" \r\n\0\t")
        assert target.host.isascii()
