"""A whole conversation, with stand-ins for all models."""

import inspect
from typing import Any, assert_type

import pytest

from rxvoice import (
    AudioFrame,
    ClearAudio,
    Context,
    Event,
    InterruptionRejected,
    Memory,
    Message,
    Operator,
    ReplyEnded,
    ReplyPaused,
    ReplyResumed,
    ReplyStarted,
    ResponseEnded,
    SpeechStarted,
    Token,
    Transcript,
    Turn,
    TurnStarted,
    Word,
)
from rxvoice.contracts import Chat
from rxvoice.operators import (
    by_sentence,
    converse,
    interrupt_at_once,
    stop_at_end_of_turn,
    utterances,
)
from rxvoice.reports import heard_audio
from rxvoice.testing import (
    OnCompleted,
    OnError,
    OnNext,
    ScriptedLLM,
    like,
    marbles,
    read_example,
    tone,
)
from tests.operators.calls import WORD, Call, Writer, caller, hold, recognises, speak
from tests.operators.fakes import as_audio, listen

ONE = "What time is it?"
TWO = "And tell me a story."
THREE = "Stop please."
SHORT = "It is noon."
LONG = "Once upon a time there was a frog. It lived in a deep and dark well."
BYE = "Good bye."
TOKENS = {"w": Token("Well."), "t": Token(" I think. "), "o": Token("Or not.")}
LETTERS = "q" * 5 + "s" * 10 + "q" * 20 + "s" * 10 + "q" * 15 + "s" * 10 + "q" * 20


def three_turns(every: float = 0.02) -> tuple[Call, Writer]:
    """The third turn cuts into the second reply, about a second after the first sound of it."""
    model = Writer(SHORT, LONG, BYE, every=every)
    stt = utterances(recognises(ONE, TWO, THREE))
    return hold(caller(LETTERS), stt=stt, llm=model, memory="be kind"), model


def parts(**other: Any) -> dict[str, Any]:
    return {
        "vad": listen,
        "stt": utterances(recognises("hello there")),
        "llm": Writer(SHORT),
        "tts": by_sentence(speak),
        **other,
    }


def test_history_holds_exactly_the_words_that_were_played() -> None:
    call, _ = three_turns()
    reply = call.between(ReplyStarted(2), like(ReplyEnded, number=2))
    start = next(item.pts for item in reply if isinstance(item, AudioFrame))
    cut = call.at(ReplyPaused(2))
    heard = [
        word
        for index, word in enumerate(LONG.split())
        if start + (index + 0.5) * WORD <= cut  # half of the word had been heard
    ]
    assert 1 < len(heard) < len(LONG.split()) - 1
    assert call.said() == [
        ("user", ONE, False),
        ("assistant", SHORT, False),
        ("user", TWO, False),
        ("assistant", " ".join(heard), True),
        ("user", THREE, False),
        ("assistant", BYE, False),
    ]
    assert call.memory.context.system == "be kind"
    assert call.error is None


@pytest.mark.parametrize("every", [0.0, 0.02, 0.05], ids=["at once", "fast", "slow"])
def test_nothing_of_the_old_reply_comes_after_the_cut(every: float) -> None:
    call, model = three_turns(every)
    between = call.between(like(TurnStarted, number=3), ReplyStarted(3))
    spoken_by_bot = (AudioFrame, Word, Token, ResponseEnded, ReplyEnded, ClearAudio)
    assert not [item for item in between if isinstance(item, spoken_by_bot)]
    after = call.between(ReplyStarted(3), like(ReplyEnded, number=3))
    assert [item.text for item in after if isinstance(item, Word)] == BYE.split()
    assert "".join(item.text for item in after if isinstance(item, Token)) == BYE
    assert call.only(ClearAudio) == [ClearAudio(2)]
    assert model.open == 0


def test_the_bots_voice_ends_within_60_ms_of_the_users_first_sound_that_counts() -> None:
    call, _ = three_turns()
    decided = call.at(ReplyPaused(2))
    second = [frame for frame in heard_audio(call.events) if frame.reply == 2]
    assert max(frame.planned for frame in second) > decided, "nothing was there to be cut"
    assert max(frame.end for frame in second) <= decided + 0.06
    chunk = lead = 0.04
    assert max(frame.planned for frame in second) <= decided + lead + chunk + 1e-6
    assert call.at(ClearAudio(2)) == decided


def test_model_and_voice_stop_at_the_instant_of_the_decision() -> None:
    with marbles() as m:
        audio = m.hot("q*25 s*50 q*60 s*30 q*60|").pipe(as_audio())
        model = m.cold("w----t----o 9s |", TOKENS)
        voice = m.agen("v-x 9s |", {"v": Word("Well,", 0.0, 0.2), "x": tone(0.5)})
        answer: Chat = lambda _: model  # noqa: E731
        reflex = parts(llm=answer, tts=by_sentence(lambda _: voice()))
        m.record(audio.pipe(converse(**reflex, interruption=interrupt_at_once())))
        m.expect_subscriptions(model, "2280ms ^ 580ms !")
        m.expect_subscriptions(voice, "2380ms ^ 480ms !")


def test_the_model_is_given_what_was_heard_and_the_turn_once() -> None:
    call, model = three_turns()
    for number, context in enumerate(model.asked):
        assert context.messages == call.memory.context.messages[: 2 * number + 1]
        assert context.system == "be kind"


def test_a_cough_pauses_the_bot_and_is_no_turn() -> None:
    call = hold(
        caller("q" * 5 + "s" * 10 + "q" * 13 + "s" * 3 + "q" * 30),
        stt=utterances(recognises(ONE)),
        llm=Writer(LONG),
    )
    assert call.only(InterruptionRejected) == [InterruptionRejected(2, "", "no text")]
    assert call.at(ReplyPaused(1)) < call.at(ReplyResumed(1)) < call.at(ReplyPaused(1)) + 0.6
    assert call.only(ReplyEnded) == [ReplyEnded(1, LONG)]
    assert len(call.only(Turn)) == 1


def test_the_last_reply_is_spoken_to_its_end_when_the_caller_has_hung_up() -> None:
    call = hold(caller("q" * 5 + "s" * 10 + "q" * 9), llm=Writer(LONG))
    assert call.only(ReplyEnded) == [ReplyEnded(1, LONG)]


def test_tu24_a_turn_that_is_open_when_the_caller_hangs_up_is_answered() -> None:
    call = hold(caller("q" * 5 + "s" * 10), llm=Writer(SHORT))
    assert [turn.reason for turn in call.only(Turn)] == ["flush"]
    assert call.said() == [("user", "hello there", False), ("assistant", SHORT, False)]


def test_the_bots_audio_has_the_rate_that_is_wanted() -> None:
    call = hold(caller("q" * 5 + "s" * 10 + "q" * 10), rate=8_000)
    assert {frame.rate for frame in call.only(AudioFrame)} == {8_000}
    played = sum(frame.duration for frame in call.only(AudioFrame))
    assert played == pytest.approx(3 * WORD, abs=0.01)


def test_strategies_can_be_chosen() -> None:
    async def complete(_: AudioFrame) -> float:
        return 0.9

    call = hold(caller("q" * 5 + "s" * 10 + "q" * 10), stop=stop_at_end_of_turn(complete))
    assert [turn.reason for turn in call.only(Turn)] == ["end_of_turn"]


def test_leaving_in_the_midst_of_a_reply_ends_all_and_keeps_what_was_heard() -> None:
    model = Writer(LONG, every=0.2)
    call = hold(caller("q" * 5 + "s" * 10 + "q" * 100), llm=model, leave=5.0)
    assert model.open == 0
    assert "was closed" in str(call.error)
    words = [word.text for word in call.only(Word)]
    assert 0 < len(words) < len(LONG.split())
    assert call.said()[1:] == [("assistant", " ".join(words), True)]


def test_never_and_empty_audio() -> None:
    with marbles() as m:
        m.expect(m.hot("----").pipe(as_audio(), converse(**parts()))).to_be("----")
        m.expect(m.cold("|").pipe(as_audio(), converse(**parts()))).to_be("|")


def test_a_failing_source_ends_the_reply_and_fails() -> None:
    with marbles() as m:
        audio = m.hot("q*20 s*50 q*60 #").pipe(as_audio())
        log = m.record(audio.pipe(converse(**parts(llm=Writer(LONG)))))
    last = [notification for _, notification in log][-2:]
    assert isinstance(last[0], OnNext)
    assert last[0].value == like(ReplyEnded, interrupted=True)
    assert isinstance(last[1], OnError)


def test_unsubscribing_ends_all() -> None:
    model = Writer(LONG, every=0.2)
    with marbles() as m:
        audio = m.hot("q*20 s*50 q*500")
        log = m.record(audio.pipe(as_audio(), converse(**parts(llm=model))), "^ 5s !")
        m.expect_subscriptions(audio, "^ 5s !")
    assert any(isinstance(n, OnNext) and isinstance(n.value, Word) for _, n in log)
    assert model.open == 0


def test_two_subscribers_have_conversations_of_their_own() -> None:
    model = Writer(SHORT)
    texts = [ONE, ONE, TWO, TWO]

    async def recognise(_: AudioFrame) -> Transcript:
        return Transcript(texts.pop(0), is_final=True)

    with marbles() as m:
        audio = m.hot("q*20 s*50 q*60 s*50 q*60 |").pipe(as_audio())
        agent = converse(**parts(stt=utterances(recognise), llm=model, memory="be kind"))
        logs = [m.record(audio.pipe(agent)) for _ in range(2)]
    assert sorted(len(context.messages) for context in model.asked) == [1, 1, 3, 3]
    assert len(logs[0]) == len(logs[1])
    assert all(isinstance(log[-1][1], OnCompleted) for log in logs)


def test_what_is_no_audio_passes() -> None:
    with marbles() as m:
        note = Word("note", 0.0)
        m.expect(m.hot("-n-|", {"n": note}).pipe(converse(**parts()))).to_be("-n-|", {"n": note})


def test_a_memory_may_be_given_and_read() -> None:
    memory = Memory("be kind")
    with marbles() as m:
        audio = m.hot("q*20 s*50 q*60 |").pipe(as_audio())
        m.record(audio.pipe(converse(**parts(memory=memory))))
    assert [message.text for message in memory.context.messages] == ["hello there", SHORT]


def test_each_call_begins_with_the_conversation_that_is_given() -> None:
    start = Context("be kind", (Message("user", "It is Ann."),))
    llm = ScriptedLLM(SHORT, SHORT)
    stt = utterances(recognises("hello there", "hello there"))
    agent = converse(**parts(memory=start, llm=llm, stt=stt))
    for _ in range(2):
        with marbles() as m:
            m.record(m.hot("q*20 s*50 q*60 |").pipe(as_audio(), agent))
    wanted = start.append("user", "hello there")
    assert llm.asked == [wanted, wanted]


def test_the_users_own_audio_does_not_come_out() -> None:
    call = hold(caller("q" * 5 + "s" * 10 + "q" * 10))
    assert {frame.rate for frame in call.only(AudioFrame)} == {24_000}
    assert call.only(SpeechStarted)


def test_its_source_is_short_enough_to_be_the_documentation() -> None:
    source = inspect.getsource(inspect.getmodule(converse))  # pyright: ignore[reportArgumentType]
    assert len(source.splitlines()) - len(read_example(converse).text.splitlines()) <= 80


def test_types() -> None:
    assert_type(converse(**parts()), Operator[Event, Event])
