"""AU19: keys as text."""

from collections.abc import Callable
from typing import Any

import pytest
import reactivex as rx
from reactivex import operators as ops

from rxvoice import Operator
from rxvoice.contracts import InterruptionPolicy
from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    Dtmf,
    Event,
    Fault,
    ReplyEnded,
    SpeechStarted,
    SpeechStopped,
    StartTurn,
    Transcript,
    Turn,
    TurnStarted,
)
from rxvoice.operators import (
    aggregate_dtmf,
    aggregate_turn,
    interrupt_at_once,
    interruptible,
    pace,
    pause_and_decide,
    start_on_speech,
    start_on_transcript,
    stop_after_silence,
    stop_at_end_of_turn,
    stop_on_dtmf,
)
from rxvoice.testing import Marbles, OnNext, feed, kinds, like, marbles, search_races, tone


def entry(keys: str, prefix: str = "DTMF: ") -> Transcript:
    return Transcript(prefix + keys, is_final=True, is_finalized=True)


VALUES: dict[str, Event] = {
    **{key: Dtmf(key) for key in "123*"},
    "h": Dtmf("#"),
    "a": entry("12#"),
    "b": entry("12"),
    "c": entry("3"),
    "d": entry("#"),
    "f": Fault("stt", "late"),
    "s": tone(0.1),
}


def test_au19_the_transcript_is_final_and_finalised_and_comes_after_its_last_key() -> None:
    out = feed(aggregate_dtmf(), [Dtmf("1"), 0.5, Dtmf("2"), 0.5, Dtmf("#")])
    assert out == [
        (0.0, Dtmf("1")),
        (0.5, Dtmf("2")),
        (1.0, Dtmf("#")),
        (1.0, Transcript("DTMF: 12#", is_final=True, is_finalized=True)),
    ]


def test_au19_two_seconds_without_a_key_end_an_entry() -> None:
    with marbles(tick=0.5) as m:
        source = m.hot("1--2--------3---|", VALUES)
        m.expect(source.pipe(aggregate_dtmf())).to_be("1--2---b----3---(c|)", VALUES)


def test_au19_each_key_gives_the_full_time_for_the_next_one() -> None:
    keys = [each for _ in range(30) for each in (Dtmf("1"), 1.99)]
    out = feed(aggregate_dtmf(), keys, complete=False)
    assert out[-1] == (pytest.approx(29 * 1.99 + 2.0), entry("1" * 30))


@pytest.mark.parametrize(("end", "expected"), [("|", "12-(b|)"), ("#", "12-(b#)")])
def test_au19_the_end_of_the_session_ends_an_entry(end: str, expected: str) -> None:
    with marbles(tick=0.1) as m:
        source = m.hot(f"12-{end}", VALUES)
        m.expect(source.pipe(aggregate_dtmf())).to_be(expected, VALUES)


def test_au19_the_key_that_ends_an_entry_can_be_chosen_or_left_out() -> None:
    star = feed(aggregate_dtmf(end="*"), [Dtmf("1"), Dtmf("#"), Dtmf("*"), Dtmf("2")])
    assert [item for _, item in star if isinstance(item, Transcript)] == [entry("1#*"), entry("2")]
    none = feed(aggregate_dtmf(end=None, prefix="keys "), [Dtmf("1"), Dtmf("#"), Dtmf("*")])
    assert none[-1][1] == entry("1#*", "keys ")


def test_au19_the_timeout_can_be_chosen() -> None:
    out = feed(aggregate_dtmf(timeout=0.3), [Dtmf("1"), 0.31, Dtmf("2")], complete=False)
    assert [at for at, item in out if isinstance(item, Transcript)] == pytest.approx([0.3, 0.61])


def test_au19_an_ending_key_alone_is_an_entry_and_nothing_is_none() -> None:
    with marbles() as m:
        source = m.hot("-h-f-s-|", VALUES)
        m.expect(source.pipe(aggregate_dtmf())).to_be("-(h d)-f-s-|", VALUES)


def test_never_and_empty_stay_so(marbles: Marbles) -> None:
    for diagram in ("---", "|", "#"):
        marbles.expect(marbles.cold(diagram, VALUES).pipe(aggregate_dtmf())).to_be(diagram)


def test_unsubscribing_forgets_the_keys(marbles: Marbles) -> None:
    source = marbles.hot("-1-2 3s |", VALUES)
    marbles.expect(source.pipe(aggregate_dtmf()), "^---!").to_be("-1-2-", VALUES)
    marbles.expect_subscriptions(source, "^---!")


def test_two_subscribers_count_apart() -> None:
    with marbles(tick=0.5) as m:
        stream = m.hot("1-2-h-|", VALUES).pipe(aggregate_dtmf())
        m.expect(stream).to_be("1-2-(h a)-|", VALUES)
        m.expect(stream, "---^").to_be("----(h d)-|", VALUES)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"end": "A"}, "end must be one of"),
        ({"end": "##"}, "end must be one of"),
        ({"end": ""}, "end must be one of"),
        ({"timeout": 0.0}, "timeout must be positive"),
        ({"timeout": float("nan")}, "timeout must be positive"),
    ],
)
def test_bad_arguments_are_refused_at_the_call(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        aggregate_dtmf(**options)


def start_on_keys() -> Operator[Any, StartTurn]:
    """The least of a start strategy: it decides at each key."""
    return lambda heard: heard.pipe(
        ops.filter(lambda item: isinstance(item, Dtmf)), ops.map(lambda _: StartTurn("dtmf"))
    )


def agent(**options: Any) -> Operator[Event, Event]:
    start = [start_on_keys(), start_on_speech(), start_on_transcript()]
    return rx.compose(aggregate_dtmf(), aggregate_turn(start=start, **options))


def test_au19_a_turn_of_keys_alone_stops_at_once_without_voice_activity() -> None:
    stop = [stop_on_dtmf(), stop_after_silence()]
    out = feed(agent(stop=stop), [1.0, Dtmf("1"), 0.5, Dtmf("2"), 0.5, Dtmf("#")])
    assert kinds(out) == [Dtmf, TurnStarted, Dtmf, Dtmf, Transcript, Turn]
    assert out[1] == (1.0, like(TurnStarted, number=1, reason="dtmf"))
    assert out[-1] == (2.0, like(Turn, text="DTMF: 12#", reason="dtmf"))


def test_au19_a_turn_of_keys_stops_with_the_timeout_likewise() -> None:
    stop = [stop_on_dtmf(), stop_after_silence()]
    out = feed(agent(stop=stop), [Dtmf("1"), 1.0, Dtmf("2")], complete=False)
    assert out[-1] == (3.0, like(Turn, text="DTMF: 12", reason="dtmf"))


def test_au19_keys_are_a_part_of_a_turn_in_which_something_is_said() -> None:
    script = [
        Dtmf("1"),
        0.2,
        SpeechStarted(0.2),
        0.5,
        SpeechStopped(0.7, 0.2),
        0.1,
        Dtmf("#"),
        0.1,
        Transcript("and the garden", is_final=True, is_finalized=True),
        3.0,
    ]
    out = feed(agent(stop=[stop_on_dtmf(), stop_after_silence()]), script)
    assert [item.text for _, item in out if isinstance(item, Turn)] == ["DTMF: 1# and the garden"]


@pytest.mark.parametrize(
    ("stop", "waits"),
    [
        (lambda: stop_after_silence(), 0.6),
        (lambda: stop_at_end_of_turn(complete), 0.0),
        (lambda: [stop_on_dtmf(), stop_after_silence()], 0.0),
    ],
    ids=["silence", "model", "dtmf"],
)
def test_au19_any_stop_strategy_ends_a_turn_of_keys(stop: Callable[[], Any], waits: float) -> None:
    out = feed(agent(stop=stop()), [Dtmf("7"), Dtmf("#")], complete=False)
    turns = [(at, item.text) for at, item in out if isinstance(item, Turn)]
    assert turns == [(pytest.approx(waits), "DTMF: 7#")]


async def complete(_: AudioFrame) -> float:
    return 1.0


@pytest.mark.parametrize("policy", [pause_and_decide, interrupt_at_once])
def test_au19_the_first_key_interrupts_the_bot_and_passes_first(
    policy: Callable[[], InterruptionPolicy],
) -> None:
    def interrupted() -> None:
        with marbles(tick=0.1) as m:
            reply = m.cold("s|", {"s": tone(1.0)})
            talk = interruptible(lambda _: reply.pipe(pace()), policy=policy())
            source = m.hot("-3-h---1-2-h--|", VALUES)
            log = m.record(source.pipe(agent(stop=stop_on_dtmf()), talk))
            m.run()
        items = [note.value for _, note in log if isinstance(note, OnNext)]
        assert [item.text for item in items if isinstance(item, Turn)] == ["DTMF: 3#", "DTMF: 12#"]
        first, second = items.index(Dtmf("1")), items.index(Dtmf("2"))
        assert any(isinstance(item, AudioFrame) for item in items[:first])
        ended = [like(ReplyEnded, number=1, interrupted=True), like(TurnStarted, number=2)]
        assert items[first + 1] == ClearAudio(1)
        assert items[second - 2 : second] == ended
        assert kinds(items[second:])[:4] == [Dtmf, Dtmf, Transcript, Turn]

    search_races(interrupted, seeds=10)
