"""What the laws must know of an operator besides what its docstring shows.

An entry holds arguments of `rxvoice.testing.laws.check_operator`. A law that does not hold for an
operator stands under ``skip`` with the reason in words.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from hypothesis import strategies as st

from rxvoice.items import (
    AudioFrame,
    Disconnected,
    EagerTurn,
    EndCall,
    Token,
    Turn,
    TurnResumed,
    VadOptions,
    Word,
)
from rxvoice.operators import by_sentence
from rxvoice.testing.laws import Parts, tag_of, tagged
from rxvoice.testing.strategies import Ending, Timeline, audio, timelines
from rxvoice.testing.strategies import turns as turns_of_a_user

SETTINGS = (VadOptions(), VadOptions(min_speech=0.04, min_silence=0.04, idle_timeout=0.1))


def voice(parts: Parts) -> Mapping[str, Any]:
    """A voice whose words and audio tell to which reply they belong, as the sentences do."""

    async def speak(text: str) -> AsyncIterator[AudioFrame | Word]:
        async with aclosing(parts["tts"].iterate()) as items:
            async for item in items:
                yield tagged(item, tag_of(Token(text)) or 0)

    return {"tts": by_sentence(speak)}


@st.composite
def guessed_turns(draw: st.DrawFn) -> Timeline[Any]:
    """Turns before whose end there are guesses, right and wrong ones."""
    turns = draw(turns_of_a_user(max_size=3))
    guesses: list[tuple[int, Any]] = []
    began = 0
    for at, item in turns.items:
        if isinstance(item, Turn):
            for place in sorted(draw(st.lists(st.integers(began, at), max_size=3))):
                text = draw(st.sampled_from([item.text, "turn"]))
                guess = EagerTurn(Turn(text, item.number))
                resumed = TurnResumed(item.number)
                guesses.append((place, draw(st.sampled_from([guess, guess, resumed]))))
        began = at
    return Timeline(tuple(guesses), turns.length, "", turns.tick).merge(turns).ended(turns.ending)


@st.composite
def turns_and(draw: st.DrawFn, *others: Any) -> Timeline[Any]:
    """Turns of a user, with what else may come in their midst."""
    turns = draw(turns_of_a_user(max_size=3))
    places = st.lists(st.integers(0, turns.length), max_size=2)
    items = [(at, draw(st.sampled_from(others))) for at in sorted(draw(places))]
    return Timeline(tuple(items), turns.length, "", turns.tick).merge(turns).ended(turns.ending)


@st.composite
def calls_that_end(draw: st.DrawFn) -> Timeline[Any]:
    """Turns of a user; the call ends between two of them, for nothing else closes an open one."""
    turns = draw(turns_and(Disconnected("somebody")))
    others = (at for at, (_, item) in enumerate(turns.items, 1) if isinstance(item, Turn))
    place = draw(st.sampled_from([0, *others]))
    when = turns.items[place - 1][0] if place else 0
    ending = (when, draw(st.sampled_from([Disconnected(reason="gone"), EndCall(at_once=True)])))
    items = (*turns.items[:place], ending, *turns.items[place:])
    return Timeline(items, turns.length, turns.ending, turns.tick)


def failing_answers() -> st.SearchStrategy[Timeline[Any]]:
    """Answers of a model that often fail before they begin, or in their midst."""
    endings: st.SearchStrategy[Ending] = st.sampled_from(["#", "#", "|"])
    return timelines(st.sampled_from([Token("Well"), Token(".")]), max_size=2, ending=endings)


TABLE: Mapping[str, Mapping[str, Any]] = {
    "converse": {"names": voice},
    "disconnect_at": {"skip": {"endings": "it is there to end a stream with an error of its own"}},
    "echo": {"stand_ins": {"played": audio(ending=st.sampled_from(["|", ""]))}},
    "echo_gate": {"stand_ins": {"played": audio(ending=st.sampled_from(["|", ""]))}},
    "fail_on_fatal": {"skip": {"endings": "it is there to fail where its source does not"}},
    "failover": {
        "stand_ins": {"big": failing_answers()},
        "skip": {"independence": "who is asked is remembered for all requests"},
    },
    "fill_silence": {
        "skip": {"order": "its silence has the session's time, the audio of the cases has not"}
    },
    "hang_up": {
        "source": st.one_of(turns_of_a_user(), calls_that_end()),
        "skip": {"order": "what comes when the far end has left belongs to no call"},
    },
    "log_transcript": {"skip": {"history": "its source ends replies of which nothing was played"}},
    "nudge": {"skip": {"brackets": "its own turns are begun by nobody, so nothing announces them"}},
    "on_time": {"skip": {"order": "it is there to bring items into the order of their times"}},
    "speculate": {"source": guessed_turns()},
    "retry_with_backoff": {"stand_ins": {"llm": failing_answers()}},
    "share": {
        "skip": {"independence": "subscribers have one subscription to the source between them"}
    },
    "steer": {"skip": {"brackets": "its own turns are begun by nobody, so nothing announces them"}},
    "vad_gate": {  # settings that fail fail the stream
        "stand_ins": {
            "settings": timelines(st.sampled_from(SETTINGS), ending=st.sampled_from(("", "|")))
        }
    },
    "warn_stalled": {"call": "warn_stalled(lambda source: source)"},
    "with_feedback": {
        "skip": {"order": "the pipe that its marbles show changes every item on its way"}
    },
}

VARIANTS = (
    "aggregate_dtmf(end=None, timeout=0.05)",
    "aggregate_turn(stop=[stop_at_end_of_turn(model), stop_after_silence(min_delay=0.0)])",
    "aggregate_turn(start=start_on_transcript(interim=False))",
    "bot_speech(ongoing_every=0.0, min_silence=0.05, timeout=0.1)",
    "completion_marks(again, short_wait=0.0)",
    "mix_background(office, rate=16000, loop=False, lead=0.0)",
    "mute_user(tools_run(), until_first_bot_speech(), feedback=bot)",
    "aggregate_turn(start=[start_on_wake_phrase('hello'), start_on_speech()])",
    "aggregate_turn(stop=stop_after_silence(eager_delay=0.1, latency=9.0), watchdog=0.5)",
    "dejitter(delay=0.05, max_delay=0.1, max_gap=0.0)",
    "filter_audio(muting)",
    "gain_control(target=-3.0, max_noise=0.0)",
    "mute_user(tools_run(), until_first_bot_speech(), feedback=bot)",
    "pace(rate=24000, idle_silence=True)",
    "pace(rate=8000, end_silence=0.3)",
    "play_dtmf(rate=16000, duration=0.05, gap=0.05, lead=0.0)",
    "prewarm(provider(socket), every=0.0)",
    "record(user, layout='mono')",
    "resample(8000, low_delay=True)",
    "respond(llm, timeout=0.5)",
    "sentences(first_clause=3, max_length=8)",
    "start_on_wake_phrase('robot', once=True)",
    "stop_after_silence(eager_delay=0.0)",
    "stop_at_end_of_turn(model, delays=[(0.5, 0.0), (0.1, 0.3)], max_delay=0.5)",
    "stop_at_end_of_turn(model, text=model, latency=0.0)",
    "stop_at_end_of_turn(model, threshold=1.0, latency=0.0, min_delay=0.0, max_delay=0.0)",
    "strip_markdown(code='drop', tables=False)",
    "synthesize(by_sentence(speak), split=stream_tokens())",
    "synthesize(by_sentence(speak), timeout=0.3, first_clause=4)",
    "synthesize(by_sentence(speak), wait_until_heard=True)",
    "track_exchanges(end_silence=0.0)",
    "transcribe(stt, pass_audio=False, restarts=0, timeout=0.2)",
    "user_idle(0.3)",
    "utterances(recognise, interim_every=0.1, max_duration=0.3)",
    "vad_gate(vad, in_thread=True)",
    "vad_gate(vad, mark_only=True)",
    "vad_gate(vad, options=settings)",
    "vad_gate(vad, min_speech=0.0, min_silence=0.0, idle_timeout=0.1, ongoing_every=0.02)",
    "words(2, across=True)",
)
"""Calls with other arguments than the marbles show."""
