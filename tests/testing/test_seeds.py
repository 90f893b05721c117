"""Seeds order the timers that are due at one instant, to find races."""

import asyncio

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import operators as ops

from rxvoice.testing import (
    Deadlock,
    VirtualLoop,
    marbles,
    pause,
    run_virtual,
    search_races,
    seeded,
)


def order_of(seed: int | None, count: int = 8) -> list[int]:
    """The order in which timers with one deadline run that were made one after the other."""
    order: list[int] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for number in range(count):
            loop.call_at(1.0, order.append, number)
            await pause(0.01)
        await pause(2.0)

    run_virtual(main(), seed=seed)
    return order


def test_a_seed_gives_an_order_that_is_the_same_every_time() -> None:
    assert order_of(None) == [*range(8)]
    orders = [order_of(seed) for seed in range(10)]
    assert orders == [order_of(seed) for seed in range(10)]
    assert all(sorted(order) == [*range(8)] for order in orders)
    assert len({*map(tuple, orders)}) == 10


def test_every_order_is_tried_in_the_end() -> None:
    assert len({tuple(order_of(seed, 3)) for seed in range(60)}) == 6


def test_different_deadlines_keep_their_order() -> None:
    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        times: list[float] = []
        for when in (0.3, 0.1, 0.2, 0.100001):
            loop.call_at(when, lambda: times.append(loop.time()))
        await pause(1.0)
        return times

    assert all(run_virtual(main(), seed=s) == [0.1, 0.100001, 0.2, 0.3] for s in range(20))


def test_what_asyncio_promises_is_kept() -> None:
    """Callbacks of ``call_soon``, timers that are due when they are made, and queues."""

    async def main() -> list[int]:
        loop = asyncio.get_running_loop()
        order: list[int] = []
        for number in range(20):
            loop.call_soon(order.append, number)
        await pause(1.0)
        for number in range(20, 40):
            loop.call_later(0.0, order.append, number)
        queue: asyncio.Queue[int] = asyncio.Queue()
        for number in range(40, 60):
            queue.put_nowait(number)
        while not queue.empty():
            order.append(await queue.get())
        await pause(1.0)
        return order

    for seed in range(20):
        order = run_virtual(main(), seed=seed)
        assert [n for n in order if n < 20 or n >= 40] == [*range(20), *range(40, 60)]
        assert [n for n in order if 20 <= n < 40] == [*range(20, 40)]


def test_what_is_made_at_one_instant_keeps_its_order() -> None:
    """On a real clock time passes between two calls, so that the first is due first."""

    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        order: list[str] = []
        loop.call_at(2.0, order.append, "early")
        await pause(1.0)
        for name in "abc":
            loop.call_later(1.0, order.append, name)
        await pause(2.0)
        return order

    found = {"".join(run_virtual(main(), seed=seed)) for seed in range(20)}
    assert found == {"earlyabc", "abcearly"}


def test_what_was_delayed_stays_in_order() -> None:
    for seed in range(20):
        with marbles(seed=seed) as m:
            m.expect(m.hot("-(abc)-d").pipe(ops.delay(0.1))).to_be("------(abc)-d")


def test_blocking_work_of_one_length_may_end_in_any_order() -> None:
    async def main() -> str:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        ends: list[str] = []
        for name in "ab":
            loop.run_inline(str, (name,), 0.5).add_done_callback(
                lambda job: ends.append(job.result())
            )
        await pause(1.0)
        return "".join(ends)

    assert {run_virtual(main(), seed=seed) for seed in range(20)} == {"ab", "ba"}


def test_two_sources_may_come_first_but_each_keeps_its_order() -> None:
    def heard(seed: int | None) -> str:
        with marbles(seed=seed) as m:
            streams = m.hot("-(abc)|"), m.hot("-(xyz)|"), m.cold("-(123)|")
            log = m.record(rx.merge(*streams).pipe(ops.reduce(str.__add__)))
        return str(log[0][1]).replace("OnNext(value=", "").strip("')")

    assert heard(None) == "abcxyz123"
    found = {heard(seed) for seed in range(60)}
    blocks = ("abc", "xyz", "123")
    assert found == {
        a + b + c for a in blocks for b in blocks for c in blocks if len({a, b, c}) == 3
    }


def test_who_subscribes_at_the_instant_of_an_item_hears_it_with_every_seed() -> None:
    for seed in range(20):
        with marbles(seed=seed) as m:
            hot, cold = m.hot("a-b-c"), m.cold("a-b-c")
            m.expect(hot, "--^-!").to_be("--b")
            m.expect(cold, "^-!").to_be("a")


def test_a_planted_race_is_found_and_its_seed_named() -> None:
    """The reply takes 0.4 and 0.6 s, the patience is 1 s: who comes first is luck."""

    def heard(patience: float) -> str:
        async def main() -> str:
            loop = asyncio.get_running_loop()
            log: list[str] = []
            loop.call_later(patience, log.append, "too late")
            loop.call_later(0.4, lambda: loop.call_later(0.6, log.append, "reply"))
            await pause(2.0)
            return log[-1]

        return run_virtual(main())

    def test() -> None:
        assert heard(1.0) == "reply"

    def fixed() -> None:
        assert heard(0.9) == "reply"

    test()
    with pytest.raises(AssertionError) as caught:
        search_races(test)
    first, *_ = caught.value.__notes__
    seed = int(first.partition("=")[2].partition(" ")[0])
    assert "a race: the test passes without a seed" in caught.value.__notes__[-1]
    assert f"with seeded({seed}):" in caught.value.__notes__[-1]
    with seeded(seed), pytest.raises(AssertionError):
        test()
    search_races(fixed)


def test_a_race_that_is_none_is_told_as_it_is() -> None:
    def test() -> None:
        raise LookupError("always")

    with pytest.raises(LookupError) as caught:
        search_races(test)
    assert not hasattr(caught.value, "__notes__")


def test_a_test_without_races_passes_with_every_seed() -> None:
    seen: list[int | None] = []

    def test() -> None:
        loop = VirtualLoop()
        seen.append(loop.seed)
        loop.close()

    search_races(test, 3)
    search_races(test, [7])
    assert seen == [None, 0, 1, 2, None, 7]


def test_the_failures_of_a_seed_name_it() -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Deadlock) as deadlock:
        run_virtual(hang(), seed=5)
    with pytest.raises(AssertionError) as wrong, marbles(seed=6) as m:
        m.expect(m.cold("a")).to_be("b")
    assert "seed=5" in deadlock.value.__notes__[0]
    assert "seed=6" in wrong.value.__notes__[0]


def test_a_seed_of_its_own_goes_before_the_one_around() -> None:
    with seeded(3), marbles(seed=4) as inner, marbles() as outer:
        assert (inner.loop.seed, outer.loop.seed) == (4, 3)


@given(st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.3]), max_size=12), st.integers(0, 99))
def test_a_seed_only_permutes_equal_deadlines(delays: list[float], seed: int) -> None:
    async def main() -> list[tuple[float, float]]:
        loop = asyncio.get_running_loop()
        ran: list[tuple[float, float]] = []
        for delay in delays:
            loop.call_later(delay, lambda delay=delay: ran.append((loop.time(), delay)))
        await pause(1.0)
        return ran

    ran = run_virtual(main(), seed=seed)
    assert [delay for _, delay in ran] == sorted(delays)
    assert all(at == delay for at, delay in ran)
