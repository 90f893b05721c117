"""A voice speaks what a language model writes (TT02: sentence by sentence)."""

from collections.abc import Callable
from typing import Any, assert_type

import pytest
import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import Disposable

from rxvoice import Operator
from rxvoice.contracts import Spoken, Synthesizer
from rxvoice.errors import ModelUnavailable, ProviderRejected, ProviderTimeout
from rxvoice.items import (
    AudioFrame,
    Event,
    Fault,
    Metric,
    ResponseEnded,
    Sentence,
    Token,
    TurnStarted,
    Usage,
    Word,
)
from rxvoice.operators import synthesize
from rxvoice.testing import OnNext, approx, like, marbles, tone

TEXT: dict[str, Event] = {
    "a": Token("One."),
    "b": Token(" Two."),
    "e": ResponseEnded(1, "One. Two."),
    "s": TurnStarted(3),
}
SPOKEN: dict[str, Spoken] = {
    "v": Word("One.", 0.0, 0.04),
    "x": tone(0.02),
    "w": Word("Two.", 0.04, 0.08),
    "y": tone(0.02, pts=0.04),
}


def ttfb(value: float, name: str = "tts") -> object:
    return like(Metric, source=name, name="ttfb", value=approx(value))


MARKS: dict[str, object] = {**TEXT, **SPOKEN, "m": ttfb(0.02)}


def voice(**spoken: Observable[Any]) -> Synthesizer:
    """Speak each sentence by a stream, one after another."""
    return lambda text: text.pipe(ops.concat_map(lambda s: spoken[s.text.rstrip(".")]))


def deaf(stream: Observable[Any]) -> Synthesizer:
    """A voice that goes its own way, whatever is written."""
    return lambda _: stream


def wordless(source: Observable[Any]) -> Observable[Any]:
    """Leave out the words, which a voice without any is given."""
    return source.pipe(ops.filter(lambda item: not isinstance(item, Word)))


def test_tt31_what_a_voice_used_passes() -> None:
    used = {"u": Usage("x", characters=4)}
    with marbles() as m:
        spoken = m.hot("a---|", TEXT).pipe(synthesize(deaf(m.cold("-v-xu|", SPOKEN | used))))
        m.expect(spoken).to_be("av-(m x)u|", MARKS | used | {"m": ttfb(0.0)})


def test_text_passes_at_once_and_is_spoken_sentence_by_sentence() -> None:
    with marbles() as m:
        tokens = m.hot("  -a-b-e|", TEXT)
        one = m.cold("       -v-x|", SPOKEN)
        two = m.cold("           -wy|", SPOKEN)
        spoken = tokens.pipe(synthesize(voice(One=one, Two=two)))
        m.expect(spoken).to_be("-a-b v e (m x) - w y |", MARKS | {"m": ttfb(0.06)})
        m.expect_subscriptions(one, "---^---!")
        m.expect_subscriptions(two, "-------^--!")


def test_tt02_the_voice_gets_a_sentence_when_it_is_complete_and_the_rest_at_the_end() -> None:
    given: list[tuple[float, object]] = []

    def listening(text: Observable[Sentence]) -> Observable[Spoken]:
        return text.pipe(
            ops.do_action(lambda s: given.append((round(m.loop.time(), 2), s))),
            ops.ignore_elements(),
        )  # pyright: ignore[reportReturnType]

    with marbles() as m:
        m.record(m.hot("-a-b--|", TEXT).pipe(synthesize(listening)))
    assert given == [(0.06, Sentence("One.")), (0.12, Sentence("Two."))]


def test_what_is_no_text_passes_at_once_and_in_order() -> None:
    with marbles() as m:
        m.expect(m.hot("-s(s s)-|", TEXT).pipe(synthesize(voice()))).to_be("-s(s s)-|", MARKS)


def test_ttfb_counts_from_the_first_sentence_to_the_first_audio_and_comes_once() -> None:
    with marbles() as m:
        one = m.cold("--v--xx|", SPOKEN)
        spoken = m.hot("-a--e-------|", TEXT).pipe(synthesize(voice(One=one)))
        values = MARKS | {"m": ttfb(0.1)}
        m.expect(spoken).to_be("-a--e-v--(m x)x - |", values)


def test_it_completes_when_the_last_sentence_was_spoken() -> None:
    with marbles() as m:
        one = m.cold("  ----x-----|", SPOKEN)
        spoken = m.hot("-a|", TEXT).pipe(synthesize(voice(One=one)), wordless)
        values = MARKS | {"m": ttfb(0.08)}
        m.expect(spoken).to_be("-a----(m x)-----|", values)


def test_never_and_empty_sources() -> None:
    with marbles() as m:
        m.expect(m.hot("----", TEXT).pipe(synthesize(voice()))).to_be("----")
        m.expect(m.cold("|", TEXT).pipe(synthesize(voice()))).to_be("|")


def test_a_failing_source_fails_at_once_and_the_voice_stops() -> None:
    with marbles() as m:
        one = m.cold("     ------x|", SPOKEN)
        spoken = m.hot("-a-b-#", TEXT).pipe(synthesize(voice(One=one)))
        m.expect(spoken).to_be("-a-b-#", MARKS)
        m.expect_subscriptions(one, "---^-!")


def test_unsubscribing_stops_source_and_voice() -> None:
    with marbles() as m:
        tokens = m.hot("-a-b------", TEXT)
        one = m.cold("     -x-x-x|", SPOKEN)
        spoken = tokens.pipe(synthesize(voice(One=one)))
        m.expect(spoken, subscription="^----!").to_be("-a-b(m x)", MARKS)
        m.expect_subscriptions(one, "---^-!")
        m.expect_subscriptions(tokens, "^----!")


def test_two_subscribers_have_voices_of_their_own() -> None:
    with marbles() as m:
        one = m.cold("-x|", SPOKEN)
        spoken = m.hot("-a-e---|", TEXT).pipe(synthesize(voice(One=one)), wordless)
        for _ in range(2):
            m.expect(spoken).to_be("-a-e(m x)--|", MARKS)
        m.expect_subscriptions(one, "---^-!", "---^-!")


def test_a_voice_that_fails_is_one_fault_and_the_text_still_passes() -> None:
    with marbles() as m:
        one = m.cold("       -x#", SPOKEN, error=RuntimeError("hoarse"))
        spoken = m.hot("-a-b--b-e-|", TEXT).pipe(
            synthesize(voice(One=one, Two=rx.never())), wordless
        )
        values = MARKS | {"f": Fault("tts", "RuntimeError: hoarse")}
        m.expect(spoken).to_be("-a-b (m x) f b - e - |", values)


def test_a_voice_that_raises_at_the_call_is_a_fault() -> None:
    def broken(_: object) -> Observable[Spoken]:
        raise RuntimeError("no voice")

    with marbles() as m:
        values = MARKS | {"f": Fault("tts", "RuntimeError: no voice")}
        m.expect(m.hot("-a-b|", TEXT).pipe(synthesize(broken))).to_be("f a - b |", values)


@pytest.mark.parametrize(
    ("error", "fatal"),
    [
        (ProviderRejected("bad key", provider="x", status=401), True),
        (ModelUnavailable("nowhere"), True),
        (ProviderTimeout("slow", provider="x"), False),
    ],
)
def test_a_fault_is_fatal_when_trying_again_cannot_help(error: Exception, fatal: bool) -> None:
    with marbles() as m:
        values = MARKS | {"f": like(Fault, source="tts", fatal=fatal)}
        m.expect(m.hot("a|", TEXT).pipe(synthesize(deaf(rx.throw(error))))).to_be("(f a)|", values)


def test_a_voice_that_never_answers_is_given_up() -> None:
    with marbles() as m:
        silent = m.cold("-----", SPOKEN)
        spoken = m.hot("-a-e|", TEXT).pipe(synthesize(deaf(silent), timeout=2.0))
        values = MARKS | {"f": Fault("tts", "the voice gave nothing for 2 s")}
        m.expect(spoken).to_be("-a-e 2000ms (f |)", values)
        m.expect_subscriptions(silent, "^-- 1s 1s -!")


def test_a_voice_is_given_up_in_the_midst_of_the_text_too() -> None:
    with marbles() as m:
        silent = m.cold("-----", SPOKEN)
        spoken = m.hot("-a-e 3s b-|", TEXT).pipe(synthesize(deaf(silent), timeout=2.0))
        values = MARKS | {"f": Fault("tts", "the voice gave nothing for 2 s")}
        m.expect(spoken).to_be("-a-e 1980ms f 1s b-|", values)


def test_a_voice_that_does_not_end_is_given_up_after_its_last_sound() -> None:
    with marbles() as m:
        endless = m.cold("900ms x 900ms x 900ms x 5s", SPOKEN)
        log = m.record(m.hot("a|", TEXT).pipe(synthesize(deaf(endless), timeout=1.0)))
    faults = [at for at, n in log if isinstance(n, OnNext) and isinstance(n.value, Fault)]
    assert faults == pytest.approx([0.9 + 0.92 + 0.92 + 1.0])


def test_a_voice_that_has_answered_may_be_silent_while_the_text_is_slow() -> None:
    with marbles() as m:
        one = m.cold("x|", SPOKEN)
        spoken = m.hot("a-e 9s |", TEXT).pipe(synthesize(voice(One=one), timeout=1.0))
        log = m.record(spoken)
    assert not [n for _, n in log if isinstance(n, OnNext) and isinstance(n.value, Fault)]


def test_without_a_timeout_the_voice_may_take_its_time() -> None:
    with marbles() as m:
        late = m.cold("60s x|", SPOKEN)
        log = m.record(m.hot("a|", TEXT).pipe(synthesize(deaf(late), timeout=0.0)))
    assert [type(n.value).__name__ for _, n in log if isinstance(n, OnNext)] == [
        "Token",
        "Metric",
        "AudioFrame",
        "Word",
    ]


def test_a_voice_that_ends_before_the_text_is_a_fault() -> None:
    with marbles() as m:
        values = MARKS | {"f": Fault("tts", "the voice ended before the text did")}
        spoken = m.hot("-a-bab-|", TEXT).pipe(synthesize(deaf(m.cold("-|"))))
        m.expect(spoken).to_be("-a-(b f)ab-|", values)


def test_what_a_voice_still_says_after_it_was_given_up_is_not_heard() -> None:
    def stubborn(_: object) -> Observable[Spoken]:
        def subscribe(
            observer: abc.ObserverBase[Spoken], _: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            m.loop.call_later(3.0, observer.on_next, SPOKEN["x"])
            return Disposable()

        return Observable(subscribe)

    with marbles() as m:
        log = m.record(m.hot("a|", TEXT).pipe(synthesize(stubborn, timeout=1.0)))
    assert not [n for _, n in log if isinstance(n, OnNext) and isinstance(n.value, AudioFrame)]


def test_the_name_is_told() -> None:
    with marbles() as m:
        one = m.cold("-x|", SPOKEN)
        spoken = m.hot("a-e--|", TEXT).pipe(synthesize(voice(One=one), name="heart"), wordless)
        m.expect(spoken).to_be("a-e(m x)-|", MARKS | {"m": ttfb(0.02, "heart")})


def test_bad_arguments_are_refused_at_the_call() -> None:
    with pytest.raises(ValueError, match="timeout"):
        synthesize(voice(), timeout=-1.0)


def test_types() -> None:
    make: Callable[[Synthesizer], Operator[Event, Event]] = synthesize
    assert_type(make(voice()), Operator[Event, Event])


def test_a_voice_without_words_has_them_spread_over_what_it_has_spoken() -> None:
    """Of 9 characters and 1.8 s."""
    with marbles(0.1) as m:
        sound = m.cold("-ab|", {"a": tone(0.8), "b": tone(1.0, pts=0.8)})
        text = m.hot("t|", {"t": Token("Two. One.")})
        log = m.record(text.pipe(synthesize(deaf(sound))))
    words = [note.value for _, note in log if isinstance(note, OnNext)]
    spread = [(word.text, word.pts, word.end) for word in words if isinstance(word, Word)]
    assert spread == [("Two.", 0.0, approx(0.9)), ("One.", approx(0.9), approx(1.8))]


def test_a_slow_voice_without_words_has_them_while_it_speaks() -> None:
    """At 15 characters a second, half a second before they are heard."""
    with marbles(0.1) as m:
        frames = {chr(97 + n): tone(1.0, pts=float(n)) for n in range(4)}
        sound = m.cold("a 900ms b 900ms c 900ms d-|", frames)
        text = m.hot("t|", {"t": Token(" ".join(["fourteen words"] * 4))})
        log = m.record(text.pipe(synthesize(deaf(sound))))
    found = [(at, note.value) for at, note in log if isinstance(note, OnNext)]
    words = [(round(at, 2), round(word.pts, 2)) for at, word in found if isinstance(word, Word)]
    assert len(words) == 8
    assert words[0] == (2.0, 0.0)
    assert all(came <= pts for came, pts in words if pts > 2.5)
