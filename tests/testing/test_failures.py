"""The kit can fail, and says why."""

import asyncio
import textwrap
from collections.abc import Callable

import pytest
import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import Disposable

from rxvoice.aio import from_async
from rxvoice.items import Turn
from rxvoice.testing import Marbles, frames, marbles, tone


def failure(body: Callable[[Marbles], object]) -> str:
    with pytest.raises(AssertionError) as caught, marbles() as m:
        body(m)
    return str(caught.value)


def without_place(text: str) -> str:
    """Cut the file and line off."""
    return text[text.index(": ") + 2 :]


def test_a_wrong_value_is_drawn_under_the_expected_one() -> None:
    text = failure(lambda m: m.expect(m.cold("-a-b-c|")).to_be("-a-x-c|"))
    assert text.startswith("test_failures.py:")
    assert without_place(text) == textwrap.dedent(
        """\
        the stream is not what it should be (wrong value)
        expected  -a-x-c|
        actual    -a-b-c|
                     ^

        expected 'x' at 0.06 s
        but got  'b' at 0.06 s

                  time  expected  actual
              0.020000  a         a
        >     0.060000  x         b
              0.100000  c         c
              0.120000  |         |

        one column is 0.02 s"""
    )


def test_a_wrong_time_is_told_in_seconds() -> None:
    text = failure(lambda m: m.expect(m.cold("a--b|")).to_be("a-b-|"))
    assert "(0.02 s late)" in text
    assert "expected  a-b-|\nactual    a--b|\n            ^\n" in text
    text = failure(lambda m: m.expect(m.cold("a-b-|")).to_be("a--b|"))
    assert "(0.02 s early)" in text


def test_a_time_beyond_the_tolerance_fails() -> None:
    text = failure(lambda m: m.expect(rx.timer(0.0335)).to_be("-a|", {"a": 0}, within=0.0134))
    assert "(0.0135 s late)" in text
    assert "0.033500" in text


def test_a_missing_value() -> None:
    text = failure(lambda m: m.expect(m.cold("a")).to_be("a-b"))
    assert "(missing)" in text
    assert "expected  a-b\nactual    a--\n            ^\n" in text
    assert "expected 'b' at 0.04 s\nbut got  nothing more" in text


def test_an_extra_value() -> None:
    text = failure(lambda m: m.expect(m.cold("a-b")).to_be("a"))
    assert "(not expected)" in text
    assert "expected  a--\nactual    a-b\n            ^\n" in text
    assert "expected nothing more\nbut got  'b' at 0.04 s" in text


@pytest.mark.parametrize(
    ("expected", "actual", "reason", "column"),
    [
        ("-a-b-c-d|", "-a---c-d|", "missing", 3),
        ("-a---c-d|", "-a-b-c-d|", "not expected", 3),
        ("-a-b-c-d|", "---b-c-d|", "missing", 1),
        ("aaa-", "aa--", "missing", 2),
        ("aa-a", "aaaa", "not expected", 2),
        ("-a-(c b)-d|", "-a-(b c)-d|", "in another order", 3),
        ("-ab-c", "-ac-b", "wrong value", 2),
        ("-abc|", "--abc|", "0.02 s late", 1),
        ("--abc|", "-abc|", "0.02 s early", 1),
        ("-a-b|", "-a-#", "something else", 3),
    ],
)
def test_what_is_wrong_is_told_in_a_word(
    expected: str, actual: str, reason: str, column: int
) -> None:
    lines = failure(lambda m: m.expect(m.cold(actual)).to_be(expected)).splitlines()
    assert lines[0].endswith(f"({reason})")
    assert lines[3].index("^") == 10 + column


def test_a_function_that_cannot_judge_a_value_is_told() -> None:
    def is_third(turn: Turn) -> bool:
        return turn.number == 3

    text = failure(lambda m: m.expect(m.cold("ab")).to_be("ab", {"a": is_third}))
    assert "(comparing raised AttributeError(\"'str' object has no attribute 'number'\"))" in text
    assert "expected function is_third at 0 s\nbut got  'a' at 0 s" in text


def test_the_fields_that_differ_are_told() -> None:
    wanted, got = Turn("hello their"), Turn("hello there", 2)
    text = failure(lambda m: m.expect(m.cold("t", {"t": got})).to_be("t", {"t": wanted}))
    assert "\n         text: 'hello there' instead of 'hello their'\n" in text
    assert "\n         number: 2 instead of 1\n" in text


def test_a_stream_is_called_by_its_name() -> None:
    def body(m: Marbles) -> None:
        spoken = m.cold("a")
        m.expect(spoken).to_be("b")

    assert without_place(failure(body)).startswith("spoken is not what it should be")


def test_an_end_that_is_missing_or_extra() -> None:
    assert "(missing)" in failure(lambda m: m.expect(m.cold("a-")).to_be("a|"))
    assert "(not expected)" in failure(lambda m: m.expect(m.cold("a|")).to_be("a-"))
    text = failure(lambda m: m.expect(m.cold("a#")).to_be("a|"))
    assert "expected the end at 0.02 s\nbut got  the error MarbleError('#')" in text


def test_a_wrong_error() -> None:
    for error in (ValueError("other"), KeyError("this"), None):
        text = failure(
            lambda m, e=error: m.expect(m.cold("#", error=ValueError("this"))).to_be("#", error=e)
        )
        assert "(wrong error)" in text
        assert "but got  the error ValueError('this') at 0 s" in text


def test_values_without_a_letter_get_one() -> None:
    cut = frames(tone(0.06))

    def body(m: Marbles) -> None:
        audio = m.cold("xyz|", dict(zip("xyz", cut, strict=True)))
        m.expect(audio).to_be("aba|", {"a": cut[0], "b": cut[1]})

    text = failure(body)
    assert "expected  aba|\nactual    abA|\n            ^" in text
    assert "a = AudioFrame(320 samples, 16000 Hz, pts=0.000)" in text
    assert "A = AudioFrame(320 samples, 16000 Hz, pts=0.040)" in text


def test_texts_are_drawn_and_the_columns_stay_aligned() -> None:
    text = failure(lambda m: m.expect(m.cold("'hello'-b'c'")).to_be("'hi'-bx"))
    assert "expected  'hi'   -bx\nactual    'hello'-bc\n          ^\n" in text


def test_several_at_one_instant() -> None:
    text = failure(lambda m: m.expect(m.cold("-(ab)|")).to_be("-(a b c)|"))
    assert "expected  -(a b c)|\nactual    -(a b)  |\n           ^\n" in text


def test_long_silences_are_written_short() -> None:
    text = failure(lambda m: m.expect(m.cold("a 5s b")).to_be("a 4.96s b"))
    assert "expected  a 4.96s b--\nactual    a 4.96s --b\n                  ^\n" in text
    text = failure(lambda m: m.expect(m.cold("a 600ms b")).to_be("a 560ms c"))
    assert "expected  a 560ms c-\nactual    a 560ms --\n" not in text
    assert "expected  a 560ms c" in text


def test_a_long_diagram_is_cut_around_the_difference() -> None:
    text = failure(lambda m: m.expect(m.cold("a*500 b*500")).to_be("a*499 x b*500"))
    picture = text.splitlines()[1:4]
    assert max(map(len, picture)) < 100
    assert picture[0][picture[2].index("^")] == "x"
    assert picture[1][picture[2].index("^")] == "a"


def test_every_frame_in_a_long_diagram_has_a_letter() -> None:
    cut = frames(tone(4.0))
    other = frames(tone(4.0, level=0.2))

    def body(m: Marbles) -> None:
        sound = rx.from_iterable(cut).pipe(ops.zip(rx.interval(0.02)), ops.map(lambda p: p[0]))
        due = [*cut[:100], *other[100:]]
        m.expect(sound).to_be_items((0.02 * i, frame) for i, frame in enumerate(due, 1))

    text = failure(body)
    expected, actual = text.splitlines()[1:3]
    assert len(expected) == len(actual) < 70
    assert len({*expected[12:-2], *actual[12:-2]}) == 24 + 25 + 25
    assert "AudioFrame" not in expected + actual


def test_items_at_exact_times() -> None:
    text = failure(lambda m: m.expect(rx.timer(0.0331)).to_be_items([(0.033, 0)]))
    assert "(0.0001 s late)" in text
    assert ">     0.033000" in text
    assert "0.033100" in text
    assert "(missing)" in failure(lambda m: m.expect(rx.never()).to_be_items([(0.0, 1)]))
    assert "(not expected)" in failure(lambda m: m.expect(m.cold("#")).to_be_items([]))


def test_an_expectation_without_a_diagram_fails() -> None:
    assert "was not told what to expect" in failure(lambda m: m.expect(rx.never()))


def test_a_missing_unsubscription() -> None:
    def body(m: Marbles) -> None:
        source = m.cold("a-b-c")
        m.expect(source).to_be("a-b-c")
        m.expect_subscriptions(source, "^-!")

    text = failure(body)
    assert without_place(text) == textwrap.dedent(
        """\
        source, ColdStream('a-b-c'), was not subscribed as expected; one column is 0.02 s
        > expected  ^-!   from 0 s to 0.04 s
        > actual    ^     from 0 s on: never unsubscribed"""
    )


def test_subscriptions_that_are_late_missing_or_too_many() -> None:
    def expect(*windows: str) -> Callable[[Marbles], None]:
        def body(m: Marbles) -> None:
            source = m.cold("a|")
            m.expect(source, "-^").to_be("-a|")
            m.expect_subscriptions(source, *windows)

        return body

    text = failure(expect("^!"))
    assert "> expected  ^!    from 0 s to 0.02 s\n> actual    -^!   from" in text
    assert text.endswith(": subscribed 0.02 s late, unsubscribed 0.02 s late")
    text = failure(expect())
    assert "> expected  (no subscription)\n> actual    -^!" in text
    assert text.endswith("one too many")
    text = failure(expect("-^!", "--^!"))
    assert "  actual    -^!" in text
    assert "> actual    (no subscription)" in text


def test_an_operator_that_never_disposes_its_source_fails() -> None:
    def leaky(source: Observable[str]) -> Observable[str]:
        def subscribe(
            observer: abc.ObserverBase[str], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            source.subscribe(observer.on_next, scheduler=scheduler)
            return Disposable()

        return Observable(subscribe)

    def body(m: Marbles) -> None:
        m.expect(m.hot("a-b-c").pipe(leaky), "^-!").to_be("a")

    text = failure(body)
    assert "after all was unsubscribed there is still" in text
    assert "subscription to HotStream('a-b-c') made at 0 s" in text
    with marbles(check_leaks=False) as m:
        body(m)


def test_a_task_or_timer_that_is_left_fails() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    tasks: list[asyncio.Task[None]] = []

    def body(m: Marbles) -> None:
        m.at(0, lambda: tasks.append(m.loop.create_task(wait(), name="stray")))

    assert "task 'stray' in Event.wait" in failure(body)

    def ring(m: Marbles) -> None:
        m.at(0.5, lambda: m.loop.call_later(9.0, print))
        m.until(1.0)

    assert "timer at 9.500000 s for print" in failure(ring)


def test_a_generator_that_is_never_closed_fails() -> None:
    def body(m: Marbles) -> None:
        made = m.agen("a-b|")
        kept = made()

        async def start() -> None:
            await anext(kept)

        m.at(0, start)

    assert "subscription to MarbleGenerator('a-b|') made at 0 s" in failure(body)


def test_a_stream_that_never_ends_is_told() -> None:
    text = failure(lambda m: m.record(rx.interval(0.5)))
    assert "still busy after 600 virtual seconds" in text


def test_errors_that_nobody_handles_fail() -> None:
    def body(m: Marbles) -> None:
        m.at(0.5, lambda: int("x"))

    with pytest.raises(AssertionError, match="nobody handled") as caught, marbles() as m:
        body(m)
    assert isinstance(caught.value.__cause__, ValueError)

    async def fail() -> None:
        raise LookupError("lost")

    assert "LookupError('lost')" in failure(lambda m: m.at(0, fail))


def test_what_cannot_be_recorded_is_told() -> None:
    text = failure(lambda m: m.record(lambda: 5))  # pyright: ignore[reportArgumentType]
    assert "expected a stream or an async iterator, got 5" in text


def test_all_that_is_wrong_is_told_at_once() -> None:
    def body(m: Marbles) -> None:
        m.expect(m.cold("a")).to_be("b")
        m.expect(m.cold("c")).to_be("d")

    text = failure(body)
    assert "but got  'a'" in text
    assert "but got  'c'" in text


def test_letters_of_items_are_explained() -> None:
    turn = Turn("hello")
    text = failure(lambda m: m.expect(m.cold("t", {"t": turn})).to_be("x", {"x": Turn("bye")}))
    assert "x = Turn(text='bye'" in text
    assert "A = Turn(text='hello'" in text


def test_interruption_mutants_fail() -> None:
    """A merge where a switch belongs lets stale items through, and the diagram shows it."""

    def body(m: Marbles) -> None:
        turns = m.hot("  a---b|")
        replies = {"a": from_async(m.agen("-x-x-x|")), "b": from_async(m.agen("-y|"))}
        m.expect(turns.pipe(ops.flat_map(replies.__getitem__))).to_be("-x-x-y|")

    text = failure(body)
    assert "expected  -x-x-y    |\nactual    -x-x-(x y)|\n               ^\n" in text
