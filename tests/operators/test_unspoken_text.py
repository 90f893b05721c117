"""Text that is not spoken, or not remembered, from the model to the history.

TT05, TT08, LM28, CX25, CX26.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.context import Context, Memory
from rxvoice.contracts import Synthesizer
from rxvoice.items import (
    AudioFrame,
    BotSpeechStarted,
    Event,
    Fault,
    Message,
    Pause,
    Played,
    ReplyEnded,
    ResponseLatency,
    Resume,
    Sentence,
    SetSpeaking,
    SpeechStopped,
    Token,
    Turn,
    Word,
)
from rxvoice.operators import (
    bot_speech,
    by_sentence,
    interrupt_at_once,
    interruptible,
    measure_response,
    pace,
    respond,
    skip_speaking,
    synthesize,
)
from rxvoice.testing import marbles, tone
from rxvoice.testing.calls import ScriptedTTS

CARD = Token("[card]", spoken=False)
FILLER = Token("One moment.", remembered=False)


async def hum(text: str) -> AsyncIterator[AudioFrame | Word]:
    """Speak a sentence at 0.25 s a word, without telling them."""
    yield tone(0.25 * len(text.split()))


VOICES: dict[str, Callable[[], Synthesizer]] = {
    "words": lambda: ScriptedTTS(ttfb=0.0),
    "no words": lambda: ScriptedTTS(ttfb=0.0, words=False),
    "by_sentence": lambda: by_sentence(hum),
}
EXACT = ["words", "by_sentence"]


@dataclass
class Told:
    """What became of a conversation."""

    events: list[tuple[float, Event]] = field(default_factory=list[tuple[float, Event]])
    memory: Memory = field(default_factory=Memory)

    def only(self, kind: type[Any]) -> list[Any]:
        return [item for _, item in self.events if isinstance(item, kind)]

    def words(self) -> list[tuple[float, str]]:
        return [(round(at, 2), w.text) for at, w in self.events if isinstance(w, Word)]

    def history(self) -> list[str]:
        return [m.text for m in self.memory.context.messages if m.role == "assistant"]


def answered(
    tokens: Sequence[Token],
    *,
    turns: str = "T|",
    voice: Synthesizer | None = None,
    policy: Any = None,
    sink: Callable[[AudioFrame], float] | None = None,
    every: float = 0.0,
    say: Callable[[str], str] | None = None,
) -> Told:
    """Answer a turn with tokens, and another with nothing, in columns of 0.1 s."""
    told = Told()
    played: Subject[Played] = Subject()

    def write(turn: Turn) -> Observable[Event]:
        written = tokens if turn.text == "T" else ()
        if not every:
            return rx.from_iterable(written)
        return rx.timer(0.0, every).pipe(ops.take(len(written)), ops.map(lambda n: written[n]))

    def reply(turn: Turn) -> Observable[Event]:
        voiced = synthesize(voice or ScriptedTTS(ttfb=0.0), say=say)
        return write(turn).pipe(voiced, pace())

    with marbles(0.1) as m:

        def see(item: Event) -> None:
            told.events.append((m.loop.time(), item))
            if sink is not None and isinstance(item, AudioFrame):
                late = max(0.0, sink(item) - m.loop.time())
                m.loop.call_later(late, played.on_next, Played(item.end))

        values = {"E": SpeechStopped(0.0), "T": Turn("T", 1), "U": Turn("U", 2)}
        pipe = m.hot(turns, values).pipe(
            interruptible(
                reply, policy=policy or interrupt_at_once(), played=played if sink else None
            ),
            bot_speech(),
            measure_response(),
            told.memory.record(),
        )
        m.record(pipe.pipe(ops.do_action(see)))
    assert told.only(Fault) == []
    return told


@pytest.mark.parametrize("voice", VOICES)
def test_tt08_what_is_not_spoken_is_remembered_in_its_place(voice: str) -> None:
    tokens = [Token("Look here. "), CARD, Token(" That is it.")]
    told = answered(tokens, voice=VOICES[voice]())
    assert told.history() == ["Look here. [card] That is it."]
    assert told.only(ReplyEnded) == [ReplyEnded(1, "Look here. [card] That is it.")]
    (card,) = [word for word in told.only(Word) if word.text.strip() == "[card]"]
    assert not card.spoken
    assert card.pts == card.end


@pytest.mark.parametrize("voice", EXACT)
def test_tt08_it_is_told_when_what_was_before_it_has_been_heard(voice: str) -> None:
    told = answered([Token("Look here."), CARD, Token(" Bye now.")], voice=VOICES[voice]())
    (look, here, card, blank, bye, now) = told.words()
    assert [look[1], here[1], card[1], bye[1], now[1]] == ["Look", "here.", "[card]", "Bye", "now."]
    assert blank == (card[0], " ")
    assert here[0] < card[0] < bye[0]
    assert 0.5 <= card[0] <= 0.56


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize(
    ("turns", "history"),
    [("T 350ms U|", "Look here."), ("T 480ms U|", "Look here. [card]")],
)
def test_tt08_an_interruption_before_it_leaves_it_out(voice: str, turns: str, history: str) -> None:
    tokens = [Token("Look here."), Token(" [card]", spoken=False), Token(" Bye now.")]
    told = answered(tokens, turns=turns, voice=VOICES[voice]())
    assert told.history() == [history]
    assert told.only(ReplyEnded)[0] == ReplyEnded(1, history, interrupted=True)


def test_tt08_a_reply_that_is_not_spoken_at_all_is_remembered_and_makes_no_sound() -> None:
    told = answered([Token("Two ", spoken=False), Token("words.", spoken=False)])
    assert told.history() == ["Two words."]
    assert told.only(AudioFrame) == []
    assert told.only(BotSpeechStarted) == []
    assert told.only(ResponseLatency) == []
    assert told.words() == [(0.0, "Two "), (0.0, "words.")]


def test_tt08_what_is_not_spoken_is_no_first_sentence_of_the_voice() -> None:
    told = answered([CARD, Token(" Hi.")], turns="ET|", every=0.5)
    (latency,) = told.only(ResponseLatency)
    parts = {part.name: part.value for part in latency.parts}
    assert parts["first_sentence"] == pytest.approx(0.0, abs=1e-6)


def test_tt08_what_stands_before_any_speech_does_not_wait_for_the_voice() -> None:
    told = answered([CARD, Token("Hi.")], voice=ScriptedTTS(ttfb=0.5))
    assert told.words()[0] == (0.0, "[card]")
    assert told.words()[1][0] > 0.5


def test_tt08_it_comes_before_the_first_word_and_after_the_last() -> None:
    told = answered([CARD, Token("Hi there."), CARD])
    assert told.history() == ["[card] Hi there. [card]"]
    assert [text for _, text in told.words()] == ["[card]", "Hi", "there.", "[card]"]


@pytest.mark.parametrize("voice", VOICES)
def test_tt08_with_reports_of_the_sink(voice: str) -> None:
    tokens = [CARD, Token("Look here."), CARD, Token(" Bye now."), CARD]
    told = answered(tokens, voice=VOICES[voice](), sink=lambda frame: frame.end + 0.3)
    assert told.history() == ["[card] Look here. [card] Bye now. [card]"]
    cards = [at for at, text in told.words() if text == "[card]"]
    assert cards[0] == 0.0
    if voice in EXACT:
        assert cards[1] == pytest.approx(0.5 + 0.3, abs=0.05)
        assert cards[2] == pytest.approx(1.0 + 0.3, abs=0.05)


def test_tt08_with_reports_an_interruption_before_it_leaves_it_out() -> None:
    tokens = [Token("Look here."), CARD, Token(" Bye now.")]
    for turns, history in (("T 650ms U|", "Look here."), ("T 780ms U|", "Look here. [card]")):
        told = answered(tokens, turns=turns, sink=lambda frame: frame.end + 0.3)
        assert told.history() == [history]


def test_tt08_a_sink_that_reports_all_at_once_loses_nothing() -> None:
    told = answered([CARD], sink=lambda frame: frame.end)
    assert told.history() == ["[card]"]
    told = answered([Token("Hi."), CARD], sink=lambda frame: 2.0)
    assert told.history() == ["Hi. [card]"]


def test_tt08_a_paused_reply_keeps_it_until_it_goes_on() -> None:
    def decide(_: Observable[Any]) -> Observable[Any]:
        pause = rx.timer(0.4).pipe(ops.map(lambda _: Pause()))
        return rx.merge(pause, rx.timer(1.4).pipe(ops.map(lambda _: Resume())))

    tokens = [Token("Look here."), CARD, Token(" Bye now.")]
    told = answered(tokens, turns="T 3s |", policy=decide)
    assert told.history() == ["Look here. [card] Bye now."]
    (card,) = [at for at, text in told.words() if text == "[card]"]
    assert card == pytest.approx(1.5, abs=0.03)


def test_cx25_a_filler_is_heard_but_not_remembered() -> None:
    told = answered([FILLER, Token(" It is noon.")])
    assert [text for _, text in told.words()] == ["One", "moment.", "It", "is", "noon."]
    assert told.history() == ["It is noon."]
    assert sum(frame.duration for frame in told.only(AudioFrame)) == pytest.approx(1.25)


@pytest.mark.parametrize("voice", VOICES)
def test_cx25_a_reply_of_nothing_else_leaves_no_trace(voice: str) -> None:
    told = answered([FILLER], voice=VOICES[voice]())
    assert told.only(BotSpeechStarted)
    assert told.history() == []


def test_cx26_an_utterance_is_committed_after_its_last_word_and_never_overtakes() -> None:
    """What comes after it waits for its end; one that is cut off is committed as far as heard."""
    memory, events = Memory(Context().append("user", "Hi.")), list[Event]()
    asked: list[Context] = []

    def llm(context: Context) -> Observable[Any]:
        asked.append(context)
        return rx.just(Token("Yes."))

    def reply(turn: Turn) -> Observable[Event]:
        answer: Observable[Event] = rx.just(turn)
        return answer.pipe(respond(llm, memory), synthesize(ScriptedTTS(ttfb=0.0)), pace())

    values = {
        "S": Turn("", 1, reason="say", answer=Token("I call you back.")),
        "F": Turn("", 2, reason="say", answer=Token("Hold on.", remembered=False)),
        "T": Turn("Who?", 3),
    }
    with marbles(0.1) as m:
        turns = m.hot("S 1500ms F 1500ms T 1s |", values)
        pipe = turns.pipe(interruptible(reply, policy=interrupt_at_once()), memory.record())
        m.record(pipe.pipe(ops.do_action(events.append)))
    said = [(message.role, message.text) for message in memory.context.messages]
    assert said == [
        ("user", "Hi."),
        ("assistant", "I call you back."),
        ("user", "Who?"),
        ("assistant", "Yes."),
    ]
    words = [item.text for item in events if isinstance(item, Word)]
    assert words == ["I", "call", "you", "back.", "Hold", "on.", "Yes."]
    assert [item.spoken for item in events if isinstance(item, ReplyEnded)] == [
        "I call you back.",
        "",
        "Yes.",
    ]
    assert len(asked) == 1
    assert asked[0].messages[-1] == Message("user", "Who?")
    last = max(at for at, item in enumerate(events) if isinstance(item, Word) and item.pts < 1.5)
    assert last < events.index(ReplyEnded(1, "I call you back."))


def test_cx26_an_utterance_that_is_cut_off_is_committed_as_far_as_it_was_heard() -> None:
    memory = Memory()

    def reply(turn: Turn) -> Observable[Event]:
        answer: Observable[Event] = rx.just(turn)
        voiced = synthesize(ScriptedTTS(ttfb=0.0))
        return answer.pipe(respond(lambda _: rx.empty(), memory), voiced, pace())

    values = {"S": Turn("", 1, answer=Token("I call you back.")), "T": Turn("Who?", 2)}
    with marbles(0.1) as m:
        turns = m.hot("S-----T|", values)
        m.record(turns.pipe(interruptible(reply, policy=interrupt_at_once()), memory.record()))
    first = memory.context.messages[0]
    assert (first.role, first.text, first.interrupted) == ("assistant", "I call", True)


def test_lm28_an_item_switches_whether_the_model_is_spoken() -> None:
    """The text reaches the history all the same; what the voice was given is spoken to its end."""
    memory, told = Memory(), Told()

    def llm(_: Context) -> Observable[Any]:
        return rx.timer(0.0, 0.3).pipe(
            ops.take(3), ops.map(lambda n: Token(("One. ", "Two. ", "Three.")[n]))
        )

    def reply(turn: Turn) -> Observable[Event]:
        answer: Observable[Event] = rx.just(turn)
        answer = answer.pipe(respond(llm, memory), skip_speaking(memory))
        return answer.pipe(synthesize(ScriptedTTS(ttfb=0.0)), pace())

    values = {
        "A": Turn("a", 1),
        "B": Turn("b", 2),
        "C": Turn("c", 3),
        "0": SetSpeaking(False),
        "1": SetSpeaking(True),
    }
    with marbles(0.1) as m:
        turns = m.hot("A---0 3s B 2s 1C 2s |", values)
        pipe = turns.pipe(interruptible(reply, policy=interrupt_at_once()), memory.record())
        m.record(pipe.pipe(ops.do_action(lambda item: told.events.append((0.0, item)))))
    assert [m.text for m in memory.context.messages if m.role == "assistant"] == [
        "One. Two. Three."
    ] * 3
    spoken = [word.text for word in told.only(Word) if word.spoken]
    assert spoken == ["One.", "Two.", "One.", "Two.", "Three."]
    assert memory.context.speaking


def test_tt05_a_voice_says_other_words_than_are_remembered() -> None:
    asked: list[str] = []

    async def speak(text: str) -> AsyncIterator[AudioFrame | Word]:
        asked.append(text)
        yield tone(0.5)

    told = answered(
        [Token("It is 5 €. [pause] Ok?")],
        voice=by_sentence(speak),
        say=lambda text: text.replace("5 €", "five euros").removeprefix("[pause] "),
    )
    assert asked == ["It is five euros.", "Ok?"]
    assert told.history() == ["It is 5 €. [pause] Ok?"]


def test_tt05_what_a_voice_tells_itself_is_remembered_as_it_tells_it() -> None:
    told = answered([Token("It is 5 €.")], say=lambda text: text.replace("5 €", "five euros"))
    assert told.history() == ["It is five euros."]


def test_tt04_a_text_that_becomes_empty_is_not_spoken_and_nothing_waits_for_it() -> None:
    voice = ScriptedTTS(ttfb=0.0)
    told = answered([Token("Yes. Hm. No.")], voice=voice, say=lambda t: "" if t == "Hm." else t)
    assert voice.asked == ["Yes.", "No."]
    assert told.history() == ["Yes. Hm. No."]
    told = answered([Token("Hm.")], say=lambda _: " ")
    assert told.history() == ["Hm."]
    assert told.only(AudioFrame) == []


@pytest.mark.parametrize("wrong", [None, 5])
def test_tt05_a_function_that_fails_is_a_fault_and_the_text_is_said(wrong: Any) -> None:
    def fail(_: str) -> str:
        if wrong is None:
            raise KeyError("secret")
        return wrong

    voice, items = ScriptedTTS(ttfb=0.0), list[Event]()
    with marbles() as m:
        text: Observable[Event] = rx.just(Token("Yes."))
        m.record(text.pipe(synthesize(voice, say=fail), ops.do_action(items.append)))
    (fault,) = [item for item in items if isinstance(item, Fault)]
    assert fault.source == "tts"
    assert "secret" not in fault.message
    assert "Yes" not in fault.message
    assert voice.asked == ["Yes."]


def test_a_voice_that_failed_has_not_spoken_what_was_before() -> None:
    """So what follows it is not remembered; what stands before any speech is."""
    items: list[Event] = []
    written: list[Event] = [CARD, Token("Yes."), CARD, Token("No.")]
    with marbles() as m:
        broken = ScriptedTTS(ttfb=0.0, faults={1: RuntimeError("hoarse")})
        text = rx.from_iterable(written).pipe(synthesize(broken))
        m.record(text.pipe(ops.do_action(items.append)))
    assert [item.text for item in items if isinstance(item, Word)] == ["[card]"]
    assert sum(isinstance(item, Fault) for item in items) == 1


def test_sentences_that_are_not_spoken_never_reach_the_voice() -> None:
    given: list[Sentence] = []

    def listening(text: Observable[Sentence]) -> Observable[Any]:
        return text.pipe(ops.do_action(given.append), ops.ignore_elements())

    with marbles() as m:
        text: Observable[Event] = rx.from_iterable([CARD, Token("Hi."), CARD])
        m.record(text.pipe(synthesize(listening)))
    assert given == [Sentence("Hi.")]
