"""ST25, TT21: addresses and their parameters."""

import pytest

from rxvoice.providers._address import page_address, query_of, socket_address


@pytest.mark.parametrize(
    ("base", "socket", "page"),
    [
        ("wss://a.example", "wss://a.example/x", "https://a.example/x"),
        ("https://a.example/", "wss://a.example/x", "https://a.example/x"),
        ("ws://127.0.0.1:80", "ws://127.0.0.1:80/x", "http://127.0.0.1:80/x"),
        ("http://localhost", "ws://localhost/x", "http://localhost/x"),
        ("a.example", "wss://a.example/x", "https://a.example/x"),
        ("a.example:8443/v2/", "wss://a.example:8443/v2/x", "https://a.example:8443/v2/x"),
    ],
)
def test_st25_any_scheme_and_none_is_understood(base: str, socket: str, page: str) -> None:
    assert socket_address(base, "/x") == socket
    assert page_address(base, "/x") == page


@pytest.mark.parametrize("base", ["", "ftp://a.example", "https://", "file:///etc"])
def test_st25_what_is_no_address_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        socket_address(base)


def test_st25_a_list_stays_a_list_and_what_the_address_has_is_kept() -> None:
    url = socket_address("wss://a.example?key=1", "/x", {"term": ["a b", "ü"], "n": 0.5})
    assert url == "wss://a.example/x?key=1&term=a+b&term=%C3%BC&n=0.5"


def test_tt21_false_is_written_and_only_none_is_left_out() -> None:
    query = {"a": False, "b": True, "c": None, "d": "", "e": 0}
    assert query_of(query) == [("a", "false"), ("b", "true"), ("d", ""), ("e", "0")]
