"""What the strategies draw is well formed, and is shown as diagrams."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from reactivex import abc

from rxvoice.items import (
    AudioFrame,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Word,
)
from rxvoice.testing import OnCompleted, OnError, OnNext, approx, marbles, silence, tone
from rxvoice.testing import strategies as some
from rxvoice.testing.strategies import Timeline, play

LETTERS = some.timelines(st.sampled_from("ab"))


def items(timeline: Timeline[Any]) -> list[Any]:
    return [item for _, item in timeline.items]


@given(some.speech())
def test_speech_starts_goes_on_and_stops(timeline: Timeline[Any]) -> None:
    speaking = False
    for at, mark in timeline.items:
        assert mark.pts == approx(at * timeline.tick, abs=timeline.tick)
        match mark:
            case SpeechStarted():
                assert not speaking
                speaking = True
            case SpeechStopped():
                assert speaking
                speaking = False
            case _:
                assert isinstance(mark, SpeechOngoing)
                assert speaking


@given(some.turns())
def test_turns_start_and_end_with_numbers_that_count_up(timeline: Timeline[Any]) -> None:
    number = 0
    started = False
    for item in items(timeline):
        if isinstance(item, TurnStarted):
            number += 1
            assert not started
        else:
            assert isinstance(item, Turn | TurnDropped)
            assert started
        assert item.number == number
        started = not started


@given(some.audio(rate=8_000))
def test_audio_comes_when_it_was_captured(timeline: Timeline[AudioFrame]) -> None:
    for at, frame in timeline.items:
        assert frame.rate == 8_000
        assert frame.end == approx(at * timeline.tick)


@given(some.speaking())
def test_a_voice_gives_each_word_before_its_audio(timeline: Timeline[Any]) -> None:
    now = 0.0
    spoken = items(timeline)
    for word, frame in zip(spoken[::2], spoken[1::2], strict=True):
        assert isinstance(word, Word)
        assert word.pts == approx(now)
        assert frame.pts == word.pts
        now = frame.end


@given(some.audio_frames(rates=(8_000,), durations=(0.0, 0.02)))
def test_frames_have_the_rate_and_the_length_asked_for(frame: AudioFrame) -> None:
    assert frame.rate == 8_000
    assert len(frame.samples) in (0, 160)


def reached(strategy: st.SearchStrategy[Timeline[Any]]) -> list[Any]:
    """Return all items of many timelines."""
    found: list[Any] = []

    @given(strategy)
    def collect(timeline: Timeline[Any]) -> None:
        found.extend(items(timeline))

    collect()
    return found


def test_what_is_heard_has_transcripts_of_all_kinds() -> None:
    heard = [item for item in reached(some.hearing()) if isinstance(item, Transcript)]
    assert any(not item.is_final for item in heard)
    assert any(item.is_final and item.is_finalized for item in heard)
    assert any(item.is_final and not item.is_finalized for item in heard)
    assert any(item.is_final and not item.text for item in heard)


def test_replies_and_texts_hold_all_that_may_come() -> None:
    kinds = {type(item).__name__ for item in reached(some.replies()) + reached(some.writing())}
    assert kinds == {
        *("AudioFrame", "Fault", "Metric", "Thought", "Token", "ToolCall", "Usage", "Word")
    }


@given(LETTERS)
def test_a_diagram_that_is_shown_can_be_read_again(timeline: Timeline[str]) -> None:
    shown = repr(timeline).splitlines()[0]
    again = Timeline.of(shown)
    if timeline.ending:
        assert again == timeline
    else:
        assert again.items == timeline.items
        assert again.ending == ""


def test_items_are_shown_by_their_usual_letters_with_a_legend() -> None:
    timeline = Timeline.of(
        "S-t(E a)|",
        {
            "S": SpeechStarted(0.0),
            "t": Transcript("yes", is_final=True),
            "E": SpeechStopped(0.06, 0.02),
            "a": Transcript("no", is_final=True),
        },
    )
    assert repr(timeline).splitlines() == [
        "S-t(E a)|",
        "S = SpeechStarted(0.0)",
        "t = Transcript('yes', is_final=True)",
        "E = SpeechStopped(0.06, delay=0.02)",
        "a = Transcript('no', is_final=True)",
        "one column is 0.02 s",
    ]


def test_frames_that_sound_alike_share_a_letter() -> None:
    shown = repr(Timeline.of("sssq|", {"s": tone(0.02), "q": silence(0.02)}))
    assert shown.startswith("sssq|\ns = AudioFrame of sound, 320 samples, 16000 Hz")


def test_hypothesis_shows_the_shortest_example_as_a_diagram() -> None:
    @settings(phases=[Phase.generate, Phase.shrink])
    @given(some.turns())
    def at_most_one_turn(turns: Timeline[Any]) -> None:
        assert len(turns.items) < 3

    with pytest.raises(AssertionError) as caught:
        at_most_one_turn()
    notes = "\n".join(caught.value.__notes__)
    assert "T = TurnStarted(1, " in notes
    assert "Timeline(" not in notes
    assert "one column is 0.02 s" in notes


@given(LETTERS)
def test_a_timeline_is_played_as_it_is_written(timeline: Timeline[str]) -> None:
    with marbles() as m:
        log = m.record(play(timeline))
        other = m.record(lambda: iterate(timeline))
        if not timeline.ending:
            m.until(timeline.seconds)
    wanted: list[Any] = [(approx(at * timeline.tick), OnNext(item)) for at, item in timeline.items]
    if timeline.ending:
        end = OnCompleted() if timeline.ending == "|" else OnError(timeline.error)
        wanted.append((approx(timeline.seconds), end))
    assert log == wanted
    assert other == wanted


def iterate(timeline: Timeline[str]) -> AsyncIterator[str]:
    return play(timeline).iterate()


def test_a_stream_that_is_played_counts_its_uses() -> None:
    played = play(Timeline.of("-a-|"))
    with marbles() as m:
        m.expect(played).to_be("-a-|")
        m.expect(played, "-^-!").to_be("--a")
        m.at(1, lambda: pytest.fail("not both are open") if played.open != 2 else None)
    assert (played.uses, played.open, played.ended) == (2, 0, 1)


def test_a_deaf_stream_goes_on() -> None:
    played = play(Timeline.of("-a-b-|"), deaf=True)
    heard: list[str] = []
    with marbles(check_leaks=False) as m:
        m.at(0, lambda: played._subscribe_core(Listener(heard), m.scheduler).dispose())  # pyright: ignore[reportPrivateUsage]
    assert heard == ["a", "b"]


class Listener(abc.ObserverBase[str]):
    """An observer as RxPY passes it on, without the guard that a subscription has."""

    def __init__(self, heard: list[str]) -> None:
        self.heard = heard

    def on_next(self, value: str) -> None:
        self.heard.append(value)

    def on_completed(self) -> None: ...

    def on_error(self, error: Exception) -> None: ...


@pytest.mark.parametrize(
    ("items", "length", "tick"),
    [
        (((2, "a"), (1, "b")), 3, 0.02),
        (((-1, "a"),), 3, 0.02),
        (((3, "a"),), 2, 0.02),
        ((), 0, 0.0),
    ],
)
def test_a_timeline_that_makes_no_sense_is_refused(
    items: tuple[tuple[int, str], ...], length: int, tick: float
) -> None:
    with pytest.raises(ValueError, match=r"ticks|length|tick"):
        Timeline(items, length, tick=tick)


def test_a_pause_between_ticks_is_refused() -> None:
    with pytest.raises(ValueError, match="whole numbers of ticks"):
        Timeline.of("- 30ms a")


def test_two_timelines_are_merged_in_order() -> None:
    merged = Timeline.of("a-b|").merge(Timeline.of("-c-----d|"))
    assert repr(merged).startswith("acb(d |)")
