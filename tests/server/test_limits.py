"""What a server takes from one client, and from all of them."""

import dataclasses
import ipaddress
import math
import random
from typing import Any

import pytest

from rxvoice.server._admission import Admission, Place
from rxvoice.server._limits import Excess, Limits
from rxvoice.server._rates import (
    ConnectionRates,
    PeerStarts,
    TokenBucket,
    client_address,
    peer_of,
)


def test_a_bucket_lets_a_burst_pass_and_then_the_rate() -> None:
    bucket = TokenBucket(rate=10.0, burst=3.0)
    assert [bucket.take(100.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert bucket.take(100.0) == pytest.approx(0.1)
    assert bucket.take(100.05) == pytest.approx(0.05)
    assert bucket.take(100.11) == 0.0
    assert bucket.take(1000.0, 3.0) == 0.0, "it holds no more than the burst"
    assert bucket.take(1000.0) > 0.0


def test_a_bucket_never_holds_more_than_its_burst_and_says_so() -> None:
    bucket = TokenBucket(rate=10.0, burst=3.0)
    assert bucket.take(5.0, 3.5) == math.inf
    assert bucket.take(5.0, 3.0) == 0.0


def test_a_clock_that_goes_back_brings_no_tokens() -> None:
    bucket = TokenBucket(rate=10.0, burst=1.0)
    assert bucket.take(50.0) == 0.0
    assert bucket.take(1.0) == pytest.approx(0.1)
    assert bucket.take(50.0) == pytest.approx(0.1)
    assert bucket.take(50.2) == 0.0


def test_who_waits_as_long_as_told_gets_through() -> None:
    randomly = random.Random(7)
    for _ in range(200):
        limits = Limits(
            messages_per_second=randomly.uniform(1.0, 300.0),
            bytes_per_second=randomly.uniform(10_000.0, 1e6),
            burst=randomly.uniform(1.0, 4.0),
            max_message=5_000,
        )
        rates, now = ConnectionRates(limits), randomly.uniform(0.0, 1e6)
        for _ in range(50):
            size = randomly.randrange(5_000)
            while (excess := rates.take(now, size)) is not None:
                now += excess.retry_after + 1e-6
            now += randomly.choice([0.0, 0.0, 0.001, 1.0])


def test_a_client_that_plays_in_real_time_is_never_refused() -> None:
    rates = ConnectionRates(Limits())
    stereo = 4 * 48_000 // 100 * 4 // 3
    for number in range(6_000):
        late = 100.0 + max(number / 100.0, 20.0 if 18.0 < number / 100.0 < 20.0 else 0.0)
        assert rates.take(late, stereo) is None


def test_a_flood_is_held_to_the_rate_whatever_the_size_of_its_messages() -> None:
    for size in (0, 1, 100, 10_000, 1_000_000):
        limits = Limits()
        rates, passed = ConnectionRates(limits), 0
        for tick in range(50_000):
            passed += rates.take(tick / 5_000, size) is None
        seconds = 10.0 + limits.burst
        assert 0 < passed <= limits.messages_per_second * seconds
        assert passed * size <= limits.bytes_per_second * seconds


def test_a_message_that_is_too_long_is_refused_for_that_and_uses_up_nothing() -> None:
    limits = Limits(max_message=100, messages_per_second=1.0, burst=1.0)
    rates = ConnectionRates(limits)
    for _ in range(10):
        assert rates.take(0.0, 101) == Excess("message_size")
    excess = Excess("message_size")
    assert (excess.status, excess.close_code, excess.headers) == (413, 1009, {})
    assert rates.take(0.0, 100) is None
    assert rates.take(0.0, 100) == Excess("message_rate", 1.0)


def test_a_peer_starts_so_often_and_others_are_not_held_up_by_it() -> None:
    starts = PeerStarts(Limits(starts_per_minute=6.0, start_burst=2))
    assert starts.take(0.0, "192.0.2.1") is None
    assert starts.take(0.0, "192.0.2.1") is None
    excess = Excess("start_rate", 10.0)
    assert starts.take(0.0, "192.0.2.1") == excess
    assert (excess.status, excess.headers) == (429, {"Retry-After": "10"})
    assert starts.take(0.0, "192.0.2.2") is None
    assert starts.take(10.0, "192.0.2.1") is None


def test_the_table_of_peers_is_bounded_and_forgets_who_has_long_been_still() -> None:
    starts = PeerStarts(Limits(starts_per_minute=1.0, start_burst=1, max_peers=100))
    for number in range(5_000):
        starts.take(number * 1e-3, str(ipaddress.ip_address(number)))
        assert len(starts) <= 100
    assert starts.take(5.0, str(ipaddress.ip_address(4_999))) is not None, "it is remembered"
    for number in range(100):
        starts.take(1000.0 + number, "192.0.2.1")
    assert len(starts) == 1, "peers that could start anew are as if they had never been"


def test_a_host_is_known_by_the_network_of_its_ipv6_address() -> None:
    assert peer_of("2001:db8:0:1:aaaa::1") == peer_of("2001:db8:0:1::2") == "2001:db8:0:1::/64"
    assert peer_of("2001:db8:0:2::1") != peer_of("2001:db8:0:1::1")
    assert peer_of("::ffff:192.0.2.1") == peer_of("192.0.2.1") == "192.0.2.1"
    assert peer_of("fe80::1%eth0") == peer_of("fe80::2%eth1") == "fe80::/64"
    assert len(peer_of("x" * 10_000)) == 64
    assert peer_of("") == ""


def test_only_proxies_that_are_ours_are_believed() -> None:
    forwarded = ["203.0.113.9, 198.51.100.1", "10.0.0.2"]
    assert client_address("10.0.0.1", forwarded) == "10.0.0.1"
    assert client_address("10.0.0.1", forwarded, proxies=1) == "10.0.0.2"
    assert client_address("10.0.0.1", forwarded, proxies=2) == "198.51.100.1"
    assert client_address("10.0.0.1", forwarded, proxies=4) == "10.0.0.1"
    assert client_address("10.0.0.1", ["[2001:db8::1]:443"], proxies=1) == "2001:db8::1"
    assert client_address("10.0.0.1", ["192.0.2.7:5100"], proxies=1) == "192.0.2.7"
    assert client_address("10.0.0.1", ["unknown"], proxies=1) == "10.0.0.1"


def test_sessions_get_a_place_until_there_is_none_and_give_it_back_once() -> None:
    admission = Admission(Limits(max_sessions=2, retry_after=7.5))
    first, second = admission.enter(), admission.enter()
    assert isinstance(first, Place)
    assert isinstance(second, Place)
    refused = admission.enter()
    assert isinstance(refused, Excess)
    assert (refused.status, refused.close_code) == (503, 1013)
    assert refused.headers == {"Retry-After": "8"}
    assert refused.message == "the server is full"
    first.leave()
    first.leave()
    assert admission.active == 1
    with second:
        assert isinstance(admission.enter(), Place)
        assert isinstance(admission.enter(), Excess)
    assert admission.active == 1


def test_who_drains_lets_nobody_in_and_counts_those_who_leave() -> None:
    admission = Admission(Limits())
    place = admission.enter()
    admission.drain()
    refused = admission.enter()
    assert isinstance(refused, Excess)
    assert (refused.kind, refused.status, refused.close_code) == ("draining", 503, 1001)
    assert isinstance(place, Place)
    place.leave()
    assert (admission.active, admission.draining) == (0, True)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Limits)])
def test_limits_are_checked_where_they_are_given(name: str) -> None:
    wrong: Any
    for wrong in (0, -1, math.inf, math.nan):
        with pytest.raises((ValueError, TypeError), match=name):
            Limits(**{name: wrong})
    for wrong in (True, "5", None):
        with pytest.raises(TypeError, match=name):
            Limits(**{name: wrong})


def test_limits_that_let_the_longest_message_never_pass_are_refused() -> None:
    with pytest.raises(ValueError, match="max_message"):
        Limits(bytes_per_second=1000.0, burst=1.0, max_message=1001)
    with pytest.raises(ValueError, match="messages_per_second"):
        Limits(messages_per_second=0.1)


def test_hostile_addresses_are_taken_in_silence() -> None:
    randomly = random.Random(3)
    pieces = ["1", "255", "::", ":", ".", "%", "/64", "[", "]", "ffff", "é", "\0", " ", ",", "-1"]
    starts = PeerStarts(Limits(max_peers=50))
    for number in range(20_000):
        text = "".join(randomly.choices(pieces, k=randomly.randrange(12)))
        assert len(peer_of(text)) <= 64
        found = client_address("10.0.0.1", [text], proxies=randomly.randrange(3))
        assert ipaddress.ip_address(found)
        starts.take(number * 1e-3, text)
    assert len(starts) <= 50
