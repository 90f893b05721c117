"""What becomes of a reply that is spoken (TT01, TT25, TT26, TT28, TT29, TT31, TT33).

``a`` and ``b`` are tokens that are sentences, ``e`` ends a response; ``x`` is 20 ms of audio, ``s``
silence. One column is 20 ms.
"""

from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import Memory, Operator
from rxvoice.contracts import Spoken, Synthesizer
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import (
    AudioFrame,
    BotSpeechStarted,
    BotSpeechStopped,
    Command,
    Event,
    Fault,
    Metric,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseLatency,
    ResponseStarted,
    Say,
    Sentence,
    SpeechStarted,
    SpeechStopped,
    Token,
    ToolCall,
    Turn,
    Word,
)
from rxvoice.operators import (
    bot_speech,
    converse,
    interruptible,
    measure_response,
    pace,
    stream_tokens,
    synthesize,
)
from rxvoice.testing import OnNext, conversation, like, marbles, tone
from rxvoice.testing.calls import ScriptedLLM, ScriptedTTS

TEXT: dict[str, Event] = {
    "a": Token("One."),
    "b": Token(" Two."),
    "r": ResponseStarted(1),
    "e": ResponseEnded(1, "One."),
    "c": ToolCall("1", "weather"),
}
GIVEN: dict[str, Any] = {
    "v": Word("One.", 0.0, 0.02),
    "x": tone(0.02),
    "y": tone(0.1),
    "z": tone(0.1, pts=0.1),
    "m": like(Metric, name="ttfb"),
}
ALL: dict[str, Any] = {**TEXT, **GIVEN}


def voice(**spoken: Observable[Any]) -> Synthesizer:
    """Speak each sentence by a stream, one after another; nothing for one without."""
    return lambda text: text.pipe(
        ops.concat_map(lambda s: spoken.get(s.text.rstrip("."), rx.empty()))
    )


def test_tt01_a_reply_has_a_start_audio_words_and_a_stop() -> None:
    """In this order; the marks are those of what is heard, and tell of which reply."""
    values = {**TEXT, "1": ReplyStarted(3), "2": ReplyEnded(3)}
    with marbles() as m:
        reply = m.hot("1ae---2|", values).pipe(synthesize(voice(One=m.cold("vx|", GIVEN))))
        log = m.record(reply.pipe(pace(lead=0.0), bot_speech()))
    items = [note.value for _, note in log if isinstance(note, OnNext)]
    assert [type(item).__name__ for item in items if not isinstance(item, Metric | Token)] == [
        *("ReplyStarted", "ResponseEnded", "BotSpeechStarted", "AudioFrame", "Word"),
        *("BotSpeechStopped", "ReplyEnded"),
    ]
    assert like(BotSpeechStarted, number=3) in items
    assert like(BotSpeechStopped, number=3) in items


def without_words(source: Observable[Event]) -> Observable[Event]:
    return source.pipe(ops.filter(lambda item: not isinstance(item, Word)))


def one_by_one(text: str, out: str, **spoken: str) -> None:
    with marbles() as m:
        tts = voice(**{name: m.cold(each, GIVEN) for name, each in spoken.items()})
        stream = m.hot(text, TEXT).pipe(synthesize(tts, wait_until_heard=True), without_words)
        m.expect(stream).to_be(out, ALL)


def test_tt25_what_follows_a_response_waits_until_it_has_been_heard() -> None:
    """As long as its audio lasts, whenever it comes; all that waits keeps its order."""
    one_by_one("a-ercbe|", "a-e(m y z)---------(r c b e x)|", One="v(y z)|", Two="x|")
    one_by_one("a-ercbe|", "a-e(m y)-z-------(r c b e x)|", One="vy-z|", Two="x|")
    one_by_one("ae------rce|", "a(e m y)------rce|", One="y|")


def test_tt25_without_audio_it_goes_on_after_a_while() -> None:
    """Three seconds after it was asked to speak; at once when it was asked nothing."""
    one_by_one("a-ercbe|", "a-e 2980ms (r c b e m x)|", Two="x|")
    one_by_one("recrbe|", "recrb(e m x)|", Two="x|")


def test_tt25_the_end_waits_for_nothing_but_what_is_held_back() -> None:
    one_by_one("a-e|", "a-e(m y)|", One="-y|")


def test_tt25_a_voice_that_fails_does_not_hold_back_the_rest() -> None:
    with marbles() as m:
        broken = m.cold("-#", GIVEN, error=ProviderError("gone", provider="x"))
        out = m.hot("a-erbe|", TEXT).pipe(synthesize(voice(One=broken), wait_until_heard=True))
        m.expect(out).to_be("a-ef 2960ms (r b e|)", {**ALL, "f": like(Fault)})


def test_tt25_an_interruption_leaves_nothing() -> None:
    with marbles() as m:
        source, one = m.hot("a-ercbe---", TEXT), m.cold("v(y z)---|", GIVEN)
        out = source.pipe(synthesize(voice(One=one), wait_until_heard=True), without_words)
        m.expect(out, "^-----!").to_be("a-e(m y z)", ALL)
        m.expect_subscriptions(source, "^-----!")
        m.expect_subscriptions(one, "--^---!")


def test_tt25_a_source_that_fails_fails_at_once() -> None:
    with marbles() as m:
        out = m.hot("a-er#", TEXT).pipe(
            synthesize(voice(One=m.cold("vy|", GIVEN)), wait_until_heard=True), without_words
        )
        m.expect(out).to_be("a-e(m y)#", ALL)


@pytest.mark.parametrize(("spoken", "seconds"), [("vx-|", 0.27), ("-|", 0.0)])
def test_tt29_silence_may_follow_each_utterance(spoken: str, seconds: float) -> None:
    """`pace` adds it after the last audio; where there was none, there is nothing to hear."""
    with marbles() as m:
        reply = synthesize(voice(One=m.cold(spoken, GIVEN)))
        log = m.record(rx.of(TEXT["a"]).pipe(reply, pace(end_silence=0.25)))
    items = [note.value for _, note in log if isinstance(note, OnNext)]
    frames = [item for item in items if isinstance(item, AudioFrame)]
    assert sum(frame.duration for frame in frames) == pytest.approx(seconds)
    assert not any(frame.samples.any() for frame in frames if frame.pts >= 0.06 + 1e-6)


def test_tt28_a_graceful_end_waits_until_all_has_been_spoken_and_heard() -> None:
    """Every sentence that was asked for, to its last sample; then it completes."""
    with marbles() as m:
        one, two = m.cold("--v(y z)|", GIVEN), m.cold("--x|", GIVEN)
        spoken = m.hot("(a b)|", TEXT).pipe(synthesize(voice(One=one, Two=two)), pace(lead=0.0))
        log = m.record(spoken.pipe(ops.filter(lambda item: isinstance(item, AudioFrame))))
    frames = [note.value for _, note in log if isinstance(note, OnNext)]
    assert sum(frame.duration for frame in frames) == pytest.approx(0.22)
    end, _ = log[-1]
    assert end == pytest.approx(0.06 + 0.2 + 0.02)


def test_tt28_a_cancelled_reply_waits_for_nothing() -> None:
    with marbles() as m:
        one, two = m.cold("--v(y z)---|", GIVEN), m.cold("--x|", GIVEN)
        spoken = m.hot("(a b)|", TEXT).pipe(synthesize(voice(One=one, Two=two)), pace(lead=0.0))
        m.expect(without_words(spoken), "^---!").to_be(
            "(a b)--(m f)", {**ALL, "f": like(AudioFrame)}
        )
        m.expect_subscriptions(one, "^---!")
        m.expect_subscriptions(two)


@pytest.mark.parametrize("words", [True, False], ids=["words of the voice", "words spread"])
@pytest.mark.parametrize("split", [None, stream_tokens()], ids=["sentences", "tokens"])
def test_tt27_the_end_of_a_reply_follows_its_last_word_once(
    words: bool, split: Operator[Event, Event | Sentence] | None
) -> None:
    """Also where the last of the text is not spoken."""
    texts = (Token("One two. "), Token("Three"), Token("(four)", spoken=False))

    def reply(_: Turn) -> Observable[Event]:
        tts = ScriptedTTS(words=words)
        return rx.of(*texts, ResponseEnded(1)).pipe(synthesize(tts, split=split), pace())

    with marbles() as m:
        turns = m.hot("-T", {"T": Turn("Hello.", 1)})
        log = m.record(turns.pipe(interruptible(reply)))
    said = [note.value for _, note in log if isinstance(note, OnNext)]
    told = [item for item in said if isinstance(item, Word | ReplyEnded)]
    texts_told = [item.text for item in told if isinstance(item, Word)]
    assert "".join(texts_told).replace(" ", "") == "Onetwo.Three(four)"
    assert [type(item) for item in told].count(ReplyEnded) == 1
    assert isinstance(told[-1], ReplyEnded)


def test_tt33_an_error_is_told_in_its_place_and_only_bad_credentials_are_fatal() -> None:
    """After the audio before it; the text goes on."""
    for error, fatal in (
        (ProviderError("gone", provider="x"), False),
        (ProviderRejected("refused", provider="x", status=401), True),
    ):
        with marbles() as m:
            one = m.cold("vx#", GIVEN, error=error)
            spoken = m.hot("ab--e-|", TEXT).pipe(synthesize(voice(One=one)), without_words)
            values = {**ALL, "f": like(Fault, source="tts", fatal=fatal)}
            m.expect(spoken).to_be("ab(m x)fe-|", values)


def test_tt31_the_time_to_the_first_sentence_is_told() -> None:
    """From the first token to the request: a part of what `measure_response` tells."""
    heard = {
        **TEXT,
        "S": SpeechStarted(0.0),
        "E": SpeechStopped(0.02),
        "T": Turn("Hello.", 1),
        "1": ReplyStarted(1),
        "t": Token("One"),
        "u": Token(". "),
    }
    with marbles() as m:
        spoken = m.hot("SET1-t-u-b-e|", heard).pipe(
            synthesize(voice(One=m.cold("--x|", GIVEN))), pace(), bot_speech(), measure_response()
        )
        log = m.record(spoken)
    [latency] = [
        note.value
        for _, note in log
        if isinstance(note, OnNext) and isinstance(note.value, ResponseLatency)
    ]
    parts = {(part.source, part.name): part.value for part in latency.parts}
    assert parts["tts", "first_sentence"] == pytest.approx(0.08)
    assert parts["tts", "ttfb"] == pytest.approx(0.04)


def test_tt26_a_standalone_utterance_is_a_reply_of_its_own() -> None:
    """In order, never within another one; its voice is begun anew; it may be forgotten."""
    wanted: Subject[Command] = Subject()
    memory = Memory()
    given: list[list[str]] = []

    def counted(tts: Synthesizer) -> Synthesizer:
        def speak(text: Observable[Sentence]) -> Observable[Spoken]:
            given.append([])
            said = given[-1]
            return tts(text.pipe(ops.do_action(lambda sentence: said.append(sentence.text))))

        return speak

    def agent(*, vad: Any, stt: Any, llm: Any, tts: Any, session: Any) -> Any:
        for at, command in ((1.9, Say("Hold on.")), (2.0, Say("Beep.", remembered=False))):
            session.scheduler.call_later(at, lambda command=command: wanted.on_next(command))
        return converse(vad=vad, stt=stt, llm=llm, tts=counted(tts), commands=wanted, memory=memory)

    llm = ScriptedLLM("This takes a while. It really does.")
    call = conversation(agent, user="[--]'hello' 8s", llm=llm)
    assert given == [["This takes a while.", "It really does."], ["Hold on."], ["Beep."]]
    replies = [e.item.spoken for e in call.events if isinstance(e.item, ReplyEnded)]
    assert replies == ["This takes a while. It really does.", "Hold on.", ""]
    assert [message.text for message in memory.context.messages] == [
        "hello",
        "This takes a while. It really does.",
        "Hold on.",
    ]


def test_tt03_a_standalone_utterance_changes_nothing_in_the_blanks_of_others() -> None:
    """Each reply begins anew, and the blanks before its first visible sign are dropped."""
    pieces: list[str] = []

    def tts(text: Observable[Sentence]) -> Observable[Spoken]:
        return text.pipe(
            ops.do_action(lambda sentence: pieces.append(sentence.text)),
            ops.flat_map(lambda _: rx.empty()),
        )

    reply = synthesize(tts, split=stream_tokens())
    with marbles() as m:
        tokens = {"t": Token(" Hi"), "u": Token(" "), "v": Token("you"), "w": Token(" Beep")}
        m.record(m.hot("t-u-v|", tokens).pipe(reply))
        m.record(m.hot("-w|", tokens).pipe(reply))
    assert pieces == ["Hi", "Beep", " ", "you"]
