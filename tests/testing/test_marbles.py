import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from typing import assert_type

import pytest
import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.subject import Subject

import rxvoice.testing
from rxvoice.aio import from_async, in_thread
from rxvoice.items import AudioFrame, Turn
from rxvoice.testing import (
    ColdStream,
    HotStream,
    Livelock,
    MarbleError,
    MarbleGenerator,
    Marbles,
    OnCompleted,
    OnError,
    OnNext,
    anything,
    approx,
    frames,
    like,
    marbles,
    tone,
)


def test_a_new_turn_cuts_the_reply_off() -> None:
    with marbles() as m:
        turns = m.hot("     a-----b------|")
        reply_a = m.cold("  -x-x-x-x-x|")
        reply_b = m.cold("        -y-y|")
        spoken = turns.pipe(ops.switch_map({"a": reply_a, "b": reply_b}.__getitem__))
        m.expect(spoken).to_be("-x-x-x-y-y---|")
        m.expect_subscriptions(reply_a, "^-----!")
        m.expect_subscriptions(reply_b, "------^---!")


def test_a_cold_stream_starts_anew_for_every_subscriber() -> None:
    with marbles() as m:
        cold = m.cold("a-b|")
        m.expect(cold).to_be("a-b|")
        m.expect(cold, "-----^").to_be("-----a-b|")
        m.expect_subscriptions(cold, "^--!", "-----^--!")


def test_a_hot_stream_goes_on_without_listeners() -> None:
    with marbles() as m:
        hot = m.hot("a-b-c-d|")
        m.expect(hot, "---^").to_be("----c-d|")
        m.expect(hot, "--------^").to_be("--------|")
        m.expect_subscriptions(hot, "---^---!", "--------(^!)")


def test_the_past_of_a_hot_stream_is_not_heard() -> None:
    with marbles() as m:
        hot = m.hot("ab-^-c-(d|)")
        m.expect(hot).to_be("--c-(d|)")
        m.expect_subscriptions(hot, "^---!")


def test_who_subscribes_at_the_instant_of_an_item_hears_it() -> None:
    with marbles() as m:
        hot = m.hot("a-b-c")
        m.expect(hot, "--^").to_be("--b-c")
        m.expect(hot).to_be("a-b-c")


def test_who_unsubscribes_at_the_instant_of_an_item_does_not_hear_it() -> None:
    with marbles() as m:
        hot, cold = m.hot("a-b-c"), m.cold("a-b-c")
        m.expect(hot, "^-!").to_be("a")
        m.expect(cold, "^-!").to_be("a")
        m.expect_subscriptions(hot, "^-!")
        m.expect_subscriptions(cold, "^-!")


def test_a_listener_that_another_one_unsubscribes_is_not_told() -> None:
    heard: list[str] = []
    with marbles() as m:
        hot = m.hot("-a-b|")
        hot.subscribe(lambda _: second.dispose())
        second = hot.subscribe(heard.append)
        m.expect_subscriptions(hot, "^---!", "^!")
    assert heard == []


def test_errors_reach_the_subscriber() -> None:
    with marbles() as m:
        m.expect(m.hot("-#")).to_be("-#")
        m.expect(m.cold("a#", error=KeyError("k"))).to_be("a#", error=KeyError("k"))
        m.expect(m.cold("#", error=ValueError("v"))).to_be("#", error=ValueError)
        m.expect(m.agen("a#", error=OSError("x"))).to_be("a#", error=anything)
        m.expect(rx.throw(MarbleError())).to_be("#")


def test_never_and_empty() -> None:
    with marbles() as m:
        never, empty = m.cold("-"), m.cold("|")
        m.expect(rx.never()).to_be("---")
        m.expect(never).to_be("")
        m.expect(empty).to_be("|")
        m.expect_subscriptions(never, "^")
        m.expect_subscriptions(empty, "(^!)")
        m.expect_subscriptions(m.cold("a"))


def test_letters_mean_values() -> None:
    with marbles() as m:
        source = m.cold("a-b-'a'|", {"a": tone(0.02)})
        m.expect(source).to_be("f-g-h|", {"f": tone(0.02), "g": "b", "h": "a"})


def test_audio_frames_and_arrays_compare_by_value() -> None:
    cut = frames(tone(0.06))
    with marbles() as m:
        audio = m.cold("abc|", dict(zip("abc", cut, strict=True)))
        m.expect(audio).to_be("abc|", dict(zip("abc", frames(tone(0.06)), strict=True)))
        m.expect(audio.pipe(ops.map(lambda frame: frame.samples))).to_be(
            "abc|", {"a": cut[0].samples, "b": cut[1].samples, "c": cut[2].samples}
        )


def test_values_may_be_described() -> None:
    turns = {"t": Turn("hello", number=3, pts=1.2345)}

    def is_third(turn: Turn) -> bool:
        return turn.number == 3

    with marbles() as m:
        source = m.cold("t-5|", turns)
        m.expect(source).to_be("t-x|", {"t": like(Turn, text="hello"), "x": anything})
        m.expect(source).to_be("t-5|", {"t": is_third})
        m.expect(source).to_be("t-5|", {"t": approx(Turn("hello", 3, 1.234), abs=0.001)})


def test_operators_with_time_run_on_the_virtual_clock() -> None:
    with marbles() as m:
        ticks = rx.timer(0.5, 0.1).pipe(ops.take(3))
        m.expect(ticks).to_be("500ms a 80ms b 80ms (c|)", {"a": 0, "b": 1, "c": 2})
        m.expect(m.cold("a-b---c|").pipe(ops.debounce(0.05))).to_be("-- 50ms b 10ms -(c|)")
        m.expect(m.cold("a 3600s |").pipe(ops.delay(10.0))).to_be("10s a 3600s |")
        m.until(4000.0)
    assert m.loop.time() == 3_630.0 - 20.0 + 0.02


def test_times_may_differ_by_a_tolerance() -> None:
    with marbles() as m:
        m.expect(rx.timer(0.033)).to_be("--a|", {"a": 0}, within=0.03)
        m.expect_subscriptions(m.cold("a"), within=0.01)


def test_what_comes_at_one_instant_may_come_in_any_order() -> None:
    def is_one(value: str) -> bool:
        return int(value) == 1

    with marbles() as m:
        m.expect(m.cold("-(abc|)")).to_be("-(cab|)", any_order=True)
        m.expect(m.cold("-(aba)b")).to_be("-(aab)b", any_order=True)
        m.expect(m.cold("(ab)")).to_be_items([(0.0, "b"), (0.0, "a")], any_order=True)
        m.expect(m.cold("(1x)")).to_be("(xy)", {"y": is_one}, any_order=True)
    for wrong in ("-(ab)c", "-(abb)", "-(ab)", "-(abcc)"):
        with pytest.raises(AssertionError, match="is not what it should be"), marbles() as m:
            m.expect(m.cold("-(bac)")).to_be(wrong, any_order=True)


def test_exact_times_may_be_given_as_numbers() -> None:
    with marbles() as m:
        m.expect(rx.timer(0.033, 0.1).pipe(ops.take(2))).to_be_items([(0.033, 0), (0.133, 1)])
        m.expect(rx.timer(0.033)).to_be_items([(0.033, 0), (0.033, OnCompleted())])
        m.expect(m.cold("a-#")).to_be_items([(0.0, "a"), (0.04, OnError(MarbleError))])
        m.expect(rx.never()).to_be_items([])


def test_the_raw_log_can_be_had() -> None:
    with marbles() as m:
        log = m.record(m.cold("a(bc)|"))
        m.run()
        assert log == [
            (0.0, OnNext("a")),
            (0.02, OnNext("b")),
            (0.02, OnNext("c")),
            (0.04, OnCompleted()),
        ]


def test_a_stream_may_be_made_on_the_running_loop() -> None:
    def make() -> Observable[float]:
        return rx.of(asyncio.get_running_loop().time())

    with marbles() as m:
        m.expect(make, "--^").to_be("--(t|)", {"t": 0.04})


def test_another_tick() -> None:
    with marbles(tick=1.0) as m:
        m.expect(rx.timer(2.0)).to_be("--(a|)", {"a": 0})
        assert m.tick == 1.0


def test_functions_are_called_at_a_time() -> None:
    subject: Subject[str] = Subject()

    async def speak() -> None:
        subject.on_next(await in_thread(str.upper, "later", cost=0.1))

    with marbles() as m:
        m.at(2, lambda: subject.on_next("two ticks"))
        m.at(0.05, lambda: subject.on_next("fifty"))
        m.at(0.1, speak)
        m.expect(subject).to_be_items([(0.04, "two ticks"), (0.05, "fifty"), (0.2, "LATER")])


def test_the_test_may_be_ended_at_a_time() -> None:
    with marbles() as m:
        m.expect(rx.interval(0.02)).to_be("-abc", {"a": 0, "b": 1, "c": 2})
        m.until(0.06)


def test_never_ending_streams_may_be_unsubscribed() -> None:
    with marbles() as m:
        m.expect(rx.interval(0.02), "^--!").to_be("-ab", {"a": 0, "b": 1})


def test_async_generators_do_what_a_diagram_says() -> None:
    with marbles() as m:
        made = m.agen("-a-(bc)|")
        m.expect(made, "--^").to_be("---a-(bc)|")
        m.expect_subscriptions(made, "--^---!")


def test_async_generators_are_closed_by_unsubscribing_and_take_their_time() -> None:
    with marbles() as m:
        made = m.agen("a-b-c-d|", cleanup=0.5)
        m.expect(from_async(made), "^---!").to_be("a-b")
        m.expect_subscriptions(made, "^---!")
    [life] = made.lives
    assert (life.began, life.stopped, life.ended) == (0.0, 0.08, 0.58)


def test_async_generators_wait_for_a_slow_consumer() -> None:
    made: list[MarbleGenerator[str]] = []

    async def slowly() -> AsyncIterator[str]:
        async for item in made[0]():
            yield item
            await in_thread(len, item, cost=0.05)

    with marbles() as m:
        made.append(m.agen("abc|"))
        m.expect(slowly).to_be_items([(0.0, "a"), (0.05, "b"), (0.1, "c"), (0.15, OnCompleted())])


def test_generators_that_never_end_are_closed_at_the_end_of_the_test() -> None:
    with marbles() as m:
        made = m.agen("a", cleanup=1.0)
        m.expect(from_async(made)).to_be("a")
        m.expect_subscriptions(made, "^")
    assert made.lives[0].ended == 1.0


def test_an_interruption_closes_the_generator_of_the_old_reply() -> None:
    with marbles() as m:
        turns = m.hot("  a-----b------|")
        old = m.agen("   -x-x-x-x-x|", cleanup=0.1)
        new = m.agen("         -y-y|")
        replies = {"a": from_async(old), "b": from_async(new)}
        m.expect(turns.pipe(ops.switch_map(replies.__getitem__))).to_be("-x-x-x-y-y---|")
        m.expect_subscriptions(old, "^-----!")
        m.expect_subscriptions(new, "------^---!")
    assert old.lives[0].ended == 0.22


def test_time_that_stands_still_ends_the_test() -> None:
    def spin(m: Marbles) -> None:
        m.loop.call_soon(spin, m)

    with pytest.raises(Livelock), marbles() as m:
        m.at(0, lambda: spin(m))


def test_an_error_in_the_block_is_not_hidden_by_checks() -> None:
    bench = marbles()

    def body() -> None:
        with bench as m:
            m.expect(m.cold("a")).to_be("b")
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        body()
    assert bench.loop.is_closed()


def test_fifty_runs_are_alike() -> None:
    def once() -> list[tuple[float, object]]:
        with marbles() as m:
            hot = m.hot("a-b-c-d-e|")
            replies = hot.pipe(ops.flat_map(lambda x: from_async(m.agen(f"{x}-{x}*3-|"))))
            log = m.record(replies.pipe(ops.merge(m.cold("x-x-x|"), m.cold("y-y-y|"))))
        return [(at, repr(note)) for at, note in log]

    first = once()
    assert len(first) == 27
    assert all(once() == first for _ in range(50))


def test_types() -> None:
    with marbles() as m:
        assert_type(m.hot("-"), HotStream[str])
        assert_type(m.cold("-", {"a": tone(0.02)}), ColdStream[AudioFrame])
        assert_type(m.agen("-", {"a": 1}), MarbleGenerator[int])


def test_bad_arguments_are_refused_at_the_call() -> None:
    with marbles() as m:
        with pytest.raises(ValueError, match="tick"):
            marbles(tick=0.0)
        with pytest.raises(ValueError, match="column 2"):
            m.hot("a(")
        with pytest.raises(ValueError, match="cleanup"):
            m.agen("a", cleanup=-1.0)
        with pytest.raises(ValueError, match="when"):
            m.at(-1, list)
        with pytest.raises(ValueError, match="seconds"):
            m.until(-1.0)
        with pytest.raises(ValueError, match="needs a \\^"):
            m.expect_subscriptions(m.cold("a"), "--!"[:2])
        expectation = m.expect(rx.never())
        with pytest.raises(ValueError, match="within"):
            expectation.to_be("", within=-0.1)
        expectation.to_be("")
        with pytest.raises(ValueError, match="already given"):
            expectation.to_be("")
        m.run()
        with pytest.raises(RuntimeError, match="before run"):
            m.expect(rx.never())


def test_the_kit_subscribes_with_its_scheduler() -> None:
    seen: list[abc.SchedulerBase | None] = []

    def subscribe(
        observer: abc.ObserverBase[str], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        seen.append(scheduler)
        return rx.empty().subscribe()

    with marbles() as m:
        m.record(Observable[str](subscribe))
    assert seen == [m.scheduler]


def test_sockets_take_part_when_asked_to() -> None:
    heard: list[bytes] = []

    async def talk() -> None:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readexactly(5))
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"hello")
            heard.append(await reader.read())
            writer.close()
            await writer.wait_closed()

    with marbles(real_io=True) as m:
        m.at(1.0, talk)
        m.expect(rx.timer(2.0)).to_be_items([(2.0, 0)])
    assert heard == [b"hello"]


def test_the_example_of_the_package_runs() -> None:
    text = inspect.getdoc(rxvoice.testing) or ""
    example = text[text.index("    from reactivex") : text.index("Leaving the block")]
    names: dict[str, Callable[[], None]] = {}
    exec(inspect.cleandoc(example), names)
    names["test_a_new_turn_cuts_the_reply_off"]()
