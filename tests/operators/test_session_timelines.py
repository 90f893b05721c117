"""Whole sessions in which all times are given: when the bot is heard, and what is remembered."""

import json
from pathlib import Path
from typing import Any

import pytest
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import (
    ClearAudio,
    EagerStop,
    InterruptionRejected,
    ReplyPaused,
    ReplyResumed,
    ReplyStarted,
    Transcript,
    Turn,
)
from rxvoice.contracts import InterruptionPolicy, TurnInput
from rxvoice.operators import (
    interrupt_at_once,
    interrupt_never,
    interrupt_when,
    lasting,
    pause_and_decide,
    words,
)
from tests.operators.timelines import Timeline

CASES = Path(__file__).parents[3] / "shared/data/cases/session_timelines.json"
EXACT = 0.021
"""Seconds by which times may differ: 20 ms, and rounding."""


def case(name: str) -> Any:
    if not CASES.is_file():
        pytest.skip("the cases are not there")
    found: list[dict[str, Any]] = json.loads(CASES.read_text())["cases"]
    return next(each for each in found if each["id"] == name)


def after_half_a_second() -> InterruptionPolicy:
    return interrupt_when(lasting(0.5))


def near(*times: float) -> Any:
    return pytest.approx(list(times), abs=EXACT)


def test_a_turn_is_answered_and_every_delay_is_what_its_parts_add_up_to() -> None:
    """TU08: the bot is heard when turn, model and voice have taken their time."""
    script = case("events_and_metrics")
    session = Timeline(script, after_half_a_second())
    wanted = script["expect"]
    assert session.times(Turn) == near(wanted["turn_end_at"])
    assert [list(span) for span in session.bot_audio()] == [near(*wanted["bot_audio"][0])]
    assert [turn.text for turn in session.only(Turn)] == wanted["user_text"]
    turn = session.only(Turn)[0]
    assert turn.pts - turn.speech_end == pytest.approx(wanted["eou_delay"], abs=EXACT)


def test_a_reply_is_cut_off_after_half_a_second_of_speech() -> None:
    script = case("interruption_mid_speech")
    session = Timeline(script, after_half_a_second())
    wanted = script["expect"]
    assert [list(span) for span in session.bot_audio()[:1]] == [near(*wanted["bot_audio"][0])]
    assert session.times(ClearAudio) == near(wanted["bot_stopped_at"])
    assert session.ended()[0] == wanted["interrupted"]
    assert session.memory.context.messages[1].interrupted
    assert session.times(Turn)[1:] == near(wanted["second_turn_end_at"])


def test_words_of_two_utterances_add_up_to_an_interruption() -> None:
    """TU04: three words are needed, the first utterance has one, the second two."""
    script = case("interrupt_min_words_3")
    session = Timeline(script, interrupt_when(words(3, across=True)))
    (start, end), *_ = session.bot_audio()
    assert end - start == pytest.approx(script["expect"]["played_s"], abs=EXACT)
    assert session.ended()[0] == script["expect"]["interrupted"]


def test_with_interruptions_off_the_reply_is_spoken_to_its_end() -> None:
    script = case("interruptions_disabled")
    session = Timeline(script, interrupt_never(answer=False))
    (start, end), *others = session.bot_audio()
    assert not others
    assert end - start == pytest.approx(script["expect"]["played_s"], abs=EXACT)
    assert session.ended() == [script["expect"]["interrupted"]]
    assert len(session.only(InterruptionRejected)) >= 1


def test_a_typed_text_interrupts_and_is_answered() -> None:
    """TU06: a turn that needs no speech."""
    script = case("interrupt_by_text_input")
    typed = Turn("stop from text input", 100, reason="typed")
    session = Timeline(script, after_half_a_second(), [(5.0, typed)])
    assert len(session.bot_audio()) == script["expect"]["playbacks"]
    assert session.ended() == [True, False]
    assert session.times(ClearAudio) == near(5.0)
    first, cut, second, last = session.history()
    assert [first, second, last] == [
        "user: Tell me a story.",
        "user: stop from text input",
        "assistant: Ok, I'll stop now.",
    ]
    assert cut.startswith("assistant: Here")
    assert session.memory.context.messages[1].interrupted


def test_a_noise_before_the_answer_only_holds_it_back() -> None:
    """TU02: it is heard once, whole, when voice detection says that the noise is over."""
    script = case("false_interruption_before_speaking_resumes")
    session = Timeline(script, pause_and_decide(patience=0.0))
    wanted = script["expect"]
    (start, end), *others = session.bot_audio()
    assert not others
    assert start == pytest.approx(wanted["speaks_once_at"], abs=EXACT)
    assert end - start == pytest.approx(wanted["played_s"], abs=EXACT)
    assert session.ended() == [wanted["interrupted"]]
    assert len(session.only(ReplyStarted)) == 1
    assert session.times(ReplyPaused) < session.times(ReplyResumed)


def eager_at_the_text(turn: Observable[TurnInput]) -> Observable[EagerStop]:
    """Guess that the turn is about to stop when its text is there."""
    return turn.pipe(
        ops.filter(lambda item: isinstance(item, Transcript) and item.is_final),
        ops.map(lambda _: EagerStop("text")),
    )


@pytest.mark.parametrize("ahead", ["preemptive_tts", "preemptive_llm", "off"])
def test_thinking_ahead_takes_the_waiting_out_of_the_delay(ahead: str) -> None:
    """TU01: model and voice work while it is still open whether the user has finished."""
    script = case("preemptive_off" if ahead == "off" else f"preemptive_{ahead}")
    session = Timeline(script, interrupt_at_once(), ahead=ahead, stop=[eager_at_the_text])
    (start, end), *others = session.bot_audio()
    assert not others
    user_ceased = script["users"][0]["t1"]
    wanted = script["expect"]["reply_latency_from_user_listening"]
    assert start - user_ceased == pytest.approx(wanted, abs=EXACT)
    assert end - start == pytest.approx(script["tts"][0]["audio_s"], abs=EXACT)


@pytest.mark.parametrize("hook", ["0s", "2s"])
@pytest.mark.parametrize("policy", [after_half_a_second, pause_and_decide])
def test_who_goes_on_before_the_answer_is_answered_once(hook: str, policy: Any) -> None:
    """TU01: the reply to the first half is never heard."""
    script = case(f"second_utterance_before_reply_hook{hook}")
    session = Timeline(script, policy())
    assert session.history() == script["expect"]["history"]
    assert len(session.bot_audio()) == 1
