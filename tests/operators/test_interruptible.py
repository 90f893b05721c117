"""The one switch of a conversation."""

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable, abc
from reactivex.disposable import Disposable

from rxvoice import Operator
from rxvoice.errors import ModelUnavailable, ProviderRejected
from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    Event,
    Fault,
    ReplyEnded,
    ReplyStarted,
    Token,
    ToolCall,
    ToolsCancelled,
    Turn,
    TurnDropped,
    TurnStarted,
    Word,
)
from rxvoice.operators import interrupt_at_once, interruptible
from rxvoice.testing import OnNext, marbles, tone

TURNS: dict[str, Event] = {
    "S": TurnStarted(1),
    "A": Turn("first", 1),
    "T": TurnStarted(2),
    "B": Turn("second", 2),
    "D": TurnDropped(2, "no text"),
}
SOUND = tone(0.02)
REPLY: dict[str, Event] = {
    "x": SOUND,
    "v": Word("one", 0.0),
    "w": Word("two", 0.1),
    "t": Token("t"),
    "f": Fault("llm", "broken"),
}
MARKS: dict[str, Event] = {
    **TURNS,
    **REPLY,
    "(": ReplyStarted(1),
    "[": ReplyStarted(2),
    "1": ReplyStarted(1),
    "2": ReplyStarted(2),
    "e": ReplyEnded(1, "one two"),
    "E": ReplyEnded(2, "one"),
    "i": ReplyEnded(1, "one", interrupted=True),
    "n": ReplyEnded(1, "", interrupted=True),
    "c": ClearAudio(1),
    "z": ReplyEnded(1, ""),
}


def project(**replies: Observable[Event]) -> Operator[Event, Event]:
    return interruptible(lambda turn: replies[turn.text], policy=interrupt_at_once())


def test_a_turn_is_answered_between_two_marks() -> None:
    with marbles() as m:
        turns = m.hot("  -S-A-------|", TURNS)
        reply = m.cold("    -vx-wx|", REPLY)
        out = turns.pipe(project(first=reply))
        m.expect(out).to_be("-S-(A 1)v x - w x e - |", MARKS)
        m.expect_subscriptions(reply, "---^-----!")


def test_the_user_cuts_the_reply_off_and_only_then_the_turn_passes() -> None:
    with marbles() as m:
        turns = m.hot("  -S-A---T--B------|", TURNS)
        first = m.cold("    -vx--wxxx|", REPLY)
        second = m.cold("          -vx|", REPLY)
        out = turns.pipe(project(first=first, second=second))
        m.expect(out).to_be("-S-(A 1) v x - (c i T) - - (B 2) v x E - - - |", MARKS)
        m.expect_subscriptions(first, "---^---!")
        m.expect_subscriptions(second, "----------^--!")


def test_without_audio_nothing_is_to_be_cleared() -> None:
    with marbles() as m:
        turns = m.hot("  -S-A--T-|", TURNS)
        reply = m.cold("    -t----|", REPLY)
        m.expect(turns.pipe(project(first=reply))).to_be("-S-(A 1) t - (n T) - |", MARKS)


def test_a_turn_without_a_start_mark_switches_too() -> None:
    with marbles() as m:
        turns = m.hot("  -A---B------", TURNS)
        first = m.cold("  -vx-------|", REPLY)
        second = m.cold("     -v|", REPLY)
        out = turns.pipe(project(first=first, second=second))
        m.expect(out).to_be("-(A 1) v x - (c i B 2) v E ", MARKS)
        m.expect_subscriptions(first, "-^---!")


def test_a_dropped_turn_and_other_items_pass() -> None:
    with marbles() as m:
        turns = m.hot("-T-D-x-|", {**TURNS, "x": Token("aside")})
        m.expect(turns.pipe(project())).to_be("-T-D-x-|", {**MARKS, "x": Token("aside")})


def test_a_reply_that_fails_is_a_fault_and_the_conversation_goes_on() -> None:
    with marbles() as m:
        turns = m.hot("  -A----B----|", TURNS)
        first = m.cold("  -v#", REPLY, error=RuntimeError("no"))
        second = m.cold("      -v|", REPLY)
        out = turns.pipe(project(first=first, second=second))
        values = {
            **MARKS,
            "F": Fault("reply", "RuntimeError: no"),
            "y": ReplyEnded(1, "one"),
        }
        m.expect(out).to_be("-(A 1) v (F y) - - (B 2) v E - - |", values)


@pytest.mark.parametrize(
    "error",
    [ProviderRejected("bad key", provider="x", status=401), ModelUnavailable("nowhere")],
    ids=["rejected", "unavailable"],
)
def test_a_fault_is_fatal_when_trying_again_cannot_help(error: Exception) -> None:
    with marbles() as m:
        turns = m.hot("-A--|", TURNS)
        log = m.record(turns.pipe(project(first=rx.throw(error))))
    faults = [n.value for _, n in log if isinstance(n, OnNext) and isinstance(n.value, Fault)]
    assert [fault.fatal for fault in faults] == [True]


def test_a_project_that_raises_is_a_fault() -> None:
    with marbles() as m:
        turns = m.hot("-A--|", TURNS)
        values = {**MARKS, "F": Fault("reply", "KeyError: 'first'")}
        m.expect(turns.pipe(project())).to_be("-(A 1 F z)--|", values)


def test_a_project_that_returns_no_stream_is_a_fault() -> None:
    with marbles() as m:
        turns = m.hot("-A--|", TURNS)
        fault = Fault("reply", "TypeError: project must return a stream, got None")
        silent = interruptible(lambda turn: None)  # pyright: ignore
        m.expect(turns.pipe(silent)).to_be("-(A 1 F z)--|", {**MARKS, "F": fault})


def test_the_source_may_end_before_the_reply_does() -> None:
    with marbles() as m:
        turns = m.hot("  -A-|", TURNS)
        reply = m.cold("  -vx-wx|", REPLY)
        m.expect(turns.pipe(project(first=reply))).to_be("-(A 1) v x - w x (e |)", MARKS)


def test_lm11_a_call_without_an_answer_ends_with_its_reply() -> None:
    call = ToolCall("c", "weather")
    values = {**MARKS, "k": call, "o": ToolsCancelled((call,), "over")}
    with marbles() as m:
        reply = m.cold("-k-|", values)
        m.expect(m.hot("-A-----", TURNS).pipe(project(first=reply))).to_be("-(A1)k-(oz)--", values)


def test_a_failing_source_ends_the_reply_first() -> None:
    with marbles() as m:
        turns = m.hot("  -A---#", TURNS)
        reply = m.cold("  -vx-----|", REPLY)
        m.expect(turns.pipe(project(first=reply))).to_be("-(A 1) v x - (c i #)", MARKS)
        m.expect_subscriptions(reply, "-^---!")


def test_unsubscribing_ends_the_reply() -> None:
    with marbles() as m:
        turns = m.hot("  -A---------", TURNS)
        reply = m.cold("  -vx-----|", REPLY)
        out = turns.pipe(project(first=reply))
        m.expect(out, subscription="^----!").to_be("-(A 1) v x -", MARKS)
        m.expect_subscriptions(reply, "-^---!")
        m.expect_subscriptions(turns, "^----!")


def test_never_and_empty_sources() -> None:
    with marbles() as m:
        m.expect(m.hot("----", TURNS).pipe(project())).to_be("----")
        m.expect(m.cold("|", TURNS).pipe(project())).to_be("|")


def test_two_subscribers_have_replies_of_their_own() -> None:
    with marbles() as m:
        turns = m.hot("  -A--------", TURNS)
        reply = m.cold("  -v-w|", REPLY)
        out = turns.pipe(project(first=reply))
        m.expect(out).to_be("-(A 1) v - w e", {**MARKS, "e": ReplyEnded(1, "one two")})
        m.expect(out).to_be("-(A 1) v - w e", {**MARKS, "e": ReplyEnded(1, "one two")})
        m.expect_subscriptions(reply, "-^---!", "-^---!")


def test_a_reply_that_ignores_its_dispose_is_not_heard_after_the_cut() -> None:
    def deaf(_: Turn) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], _: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            for step in range(1, 9):
                m.loop.call_later(step * 0.02 + 0.01, observer.on_next, SOUND)
            return Disposable()

        return Observable(subscribe)

    with marbles(0.01) as m:
        turns = m.hot("--A-------T--------", TURNS)
        m.expect(turns.pipe(interruptible(deaf, policy=interrupt_at_once()))).to_be(
            "--(A 1)--x-x-x(c n T)", MARKS
        )


@given(
    st.lists(
        st.tuples(st.sampled_from("SA"), st.integers(1, 8)),
        min_size=1,
        max_size=8,
    ),
    st.text("-vxt", min_size=1, max_size=10),
)
def test_after_an_interruption_nothing_of_the_old_reply_comes_out(
    script: list[tuple[str, int]], diagram: str
) -> None:
    """The law of the library: every reply ends once, and after its end it is silent."""
    values: dict[str, Event] = {}
    tokens: list[str] = []
    for number, (kind, gap) in enumerate(script, 1):
        letter = chr(ord("a") + number)
        values[letter] = TurnStarted(number) if kind == "S" else Turn(str(number), number)
        tokens += [letter, "-" * gap]

    def reply(turn: Turn) -> Observable[Event]:
        marked: dict[str, Event] = {
            "v": Word(f"v{turn.number}", 0.0),
            "x": tone(0.02, pts=float(turn.number)),
            "t": Token(f"t{turn.number}"),
        }
        return m.cold(diagram + "|", marked)

    with marbles() as m:
        log = m.record(
            m.hot("".join(tokens) + "|", values).pipe(
                interruptible(reply, policy=interrupt_at_once(), fade_out=0.0)
            )
        )
    live: int | None = None
    words: list[str] = []
    for _, notification in log:
        if not isinstance(notification, OnNext):
            continue
        match notification.value:
            case ReplyStarted(number=started):
                assert live is None
                live, words = started, []
            case ReplyEnded(number=ended, spoken=spoken):
                assert ended == live
                assert spoken == " ".join(words)
                live = None
            case Word(text=text):
                assert text == f"v{live}"
                words.append(text)
            case Token(text=text):
                assert text == f"t{live}"
            case AudioFrame(pts=pts):
                assert pts == live
            case ClearAudio(number=cleared):
                assert cleared == live
            case _:
                pass
    assert live is None
