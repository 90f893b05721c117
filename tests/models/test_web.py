"""Fetching from an address that misbehaves."""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from rxvoice.errors import ModelUnavailable
from rxvoice.models import Address, Store
from rxvoice.models._content import PlaceFailed
from rxvoice.models._reach import Reach

if TYPE_CHECKING:
    from tests.models.conftest import Bench


def partial(bench: Bench, store: Store, left: bytes) -> None:
    path = bench.cache / store.find("model").sha256 / ".partial"
    path.parent.mkdir(parents=True)
    path.write_bytes(left)


def test_a_cut_connection_is_continued_where_it_ended(bench: Bench, content: bytes) -> None:
    page = bench.page(content, cuts=[100_000, 50_000])
    store = bench.store(bench.file(content, bench.hub.address("m", page)))
    assert store.path("model").read_bytes() == content
    assert bench.hub.asked == [("/m", ""), ("/m", "bytes=100000-"), ("/m", "bytes=150000-")]


def test_a_server_that_cannot_continue_is_asked_for_all_of_it(bench: Bench, content: bytes) -> None:
    page = bench.page(content, cuts=[100_000], ranges=False)
    store = bench.store(bench.file(content, bench.hub.address("m", page)))
    assert store.path("model").read_bytes() == content
    assert bench.hub.asked == [("/m", ""), ("/m", "bytes=100000-")]


def test_a_server_that_always_cuts_at_the_same_byte_is_given_up(
    bench: Bench, content: bytes
) -> None:
    page = bench.page(content, cuts=[1000] * 50, ranges=False)
    store = bench.store(bench.file(content, bench.hub.address("m", page)))
    with pytest.raises(ModelUnavailable, match="the connection was cut after 1,000 bytes"):
        store.path("model")
    assert len(bench.hub.asked) == 2


def test_a_server_that_always_cuts_is_given_up_in_the_end(bench: Bench, content: bytes) -> None:
    page = bench.page(content, cuts=[100] * 100)
    store = bench.store(bench.file(content, bench.hub.address("m", page)))
    with pytest.raises(ModelUnavailable, match="the connection was cut 20 times"):
        store.path("model")
    assert len(bench.hub.asked) == 20


def test_what_came_is_kept_for_the_next_attempt(bench: Bench, content: bytes) -> None:
    page = bench.page(content, cuts=[100_000, 0])
    store = bench.store(bench.file(content, bench.hub.address("m", page)))
    with pytest.raises(ModelUnavailable, match="cut after 100,000 bytes"):
        store.path("model")
    assert store.path("model").read_bytes() == content
    assert bench.hub.asked[-1] == ("/m", "bytes=100000-")


def test_what_was_left_by_something_else_is_fetched_anew_once(bench: Bench, content: bytes) -> None:
    store = bench.store(bench.file(content, bench.hub.address("m", bench.page(content))))
    partial(bench, store, b"?" * 1000)
    assert store.path("model").read_bytes() == content
    assert bench.hub.asked == [("/m", "bytes=1000-"), ("/m", "")]


def test_a_server_with_something_else_is_asked_anew_only_once(bench: Bench, content: bytes) -> None:
    page = bench.page(bytes(len(content)))
    store = bench.store(bench.file(content, bench.hub.address("m", page)))
    partial(bench, store, content[:1000])
    with pytest.raises(ModelUnavailable, match="wrong content: expected SHA-256"):
        store.path("model")
    assert bench.hub.asked == [("/m", "bytes=1000-"), ("/m", "")]


@pytest.mark.parametrize("surplus", [b"", b"more"])
def test_a_whole_file_that_was_left_and_is_wrong_is_fetched_anew(
    bench: Bench, content: bytes, surplus: bytes
) -> None:
    store = bench.store(bench.file(content, bench.hub.address("m", bench.page(content))))
    partial(bench, store, bytes(len(content)) + surplus)
    assert store.path("model").read_bytes() == content
    assert bench.hub.asked == [("/m", "")]


def test_a_whole_file_that_was_left_and_is_right_is_used(bench: Bench, content: bytes) -> None:
    store = bench.store(bench.file(content, bench.hub.address("m", bench.page(content))))
    partial(bench, store, content)
    assert store.path("model").read_bytes() == content
    assert bench.hub.asked == []


def test_an_answer_from_another_byte_is_not_appended(bench: Bench, content: bytes) -> None:
    page = bench.page(content, shifts=5)
    store = bench.store(bench.file(content, bench.hub.address("m", page)))
    partial(bench, store, content[:1000])
    assert store.path("model").read_bytes() == content
    assert bench.hub.asked == [("/m", "bytes=1000-"), ("/m", "")]


def test_a_page_of_another_length_is_not_even_fetched(bench: Bench, content: bytes) -> None:
    page = bench.page(b"<html>please log in</html>", html=True)
    store = bench.store(bench.file(content, bench.hub.address("m", page)))
    with pytest.raises(ModelUnavailable, match="expected 300,000 bytes, the server offers 26"):
        store.path("model")


def test_a_server_that_sends_more_than_it_should_is_stopped(bench: Bench, content: bytes) -> None:
    page = bench.page(content + content, announces=-1)
    store = bench.store(bench.file(content, bench.hub.address("m", page)))
    with pytest.raises(ModelUnavailable, match="sends more than 300,000 bytes"):
        store.path("model")


def test_a_server_that_does_not_say_the_length_is_fine(bench: Bench, content: bytes) -> None:
    page = bench.page(content, announces=-1)
    store = bench.store(bench.file(content, bench.hub.address("m", page)))
    assert store.path("model").read_bytes() == content


@pytest.mark.parametrize("status", [403, 404, 416, 500])
def test_a_server_that_refuses_is_named_with_its_status(
    bench: Bench, content: bytes, status: int
) -> None:
    page = bench.page(content, status=status)
    store = bench.store(bench.file(content, bench.hub.address("m", page)))
    with pytest.raises(ModelUnavailable, match=f"/m: HTTP status {status}"):
        store.path("model")


def test_a_host_that_refuses_is_asked_again_the_next_time(bench: Bench, content: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    store = bench.store(bench.file(content, Address(f"http://127.0.0.1:{port}/m")))
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match=r"127\.0\.0\.1 cannot be reached: .*refused"):
            store.path("model")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse when the queue is full")
def test_hosts_that_never_answer_cost_a_bounded_time_in_all() -> None:
    with ExitStack() as opened:
        urls: list[str] = []
        for _ in range(3):
            server = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
            for _ in range(3):  # the queue of a listener that accepts nobody is soon full
                waiting = opened.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(server.getsockname())
            urls.append(f"http://127.0.0.1:{server.getsockname()[1]}/m")
        reach = Reach(budget=0.5, patience=0.3)
        with pytest.raises(PlaceFailed, match=r"did not answer within 0\.3 s"):
            reach.check(urls[0])
        with pytest.raises(PlaceFailed, match=r"did not answer within 0\.3 s"):
            reach.check(urls[0])
        with pytest.raises(PlaceFailed, match=r"did not answer within 0\.2 s"):
            reach.check(urls[1])
        with pytest.raises(PlaceFailed, match="not tried: other hosts did not answer either"):
            reach.check(urls[2])
