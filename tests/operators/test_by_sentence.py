"""A voice that speaks single sentences becomes one that speaks replies."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.contracts import Speak, Spoken, Synthesizer
from rxvoice.errors import BufferOverflow, ModelUnavailable, ProviderRejected, ProviderTimeout
from rxvoice.items import AudioFrame, Fault, Sentence, Usage, Word
from rxvoice.operators import by_sentence
from rxvoice.testing import MarbleGenerator, OnError, OnNext, anything, approx, like, marbles, tone

TEXT = {"a": Sentence("One."), "b": Sentence("Two."), "c": Sentence("Three.")}
SPOKEN: dict[str, AudioFrame | Word] = {
    "v": Word("a", 0.0, 0.03),
    "x": tone(0.02),
    "w": Word("b", 0.02, 0.04, verbatim=True),
    "y": tone(0.02, pts=0.02),
}
LATER: dict[str, object] = {
    **SPOKEN,
    "V": approx(Word("a", 0.04, 0.07)),
    "X": approx(AudioFrame(tone(0.02).samples, 16_000, 0.04)),
    "W": approx(Word("b", 0.06, 0.08, verbatim=True)),
    "Y": approx(AudioFrame(tone(0.02, pts=0.02).samples, 16_000, 0.06)),
}


def sounds(source: Observable[Any]) -> Observable[Any]:
    """Leave out the words, which a voice without any is given, and what was used."""
    return source.pipe(ops.filter(lambda item: not isinstance(item, Word | Usage)))


def heard(source: Observable[Any]) -> Observable[Any]:
    """Leave out the words, which a voice without any is given."""
    return source.pipe(ops.filter(lambda item: not isinstance(item, Word)))


def without_usage(voice: Synthesizer) -> Synthesizer:
    """Leave out what was used."""

    def spoken(source: Observable[Sentence]) -> Observable[Spoken]:
        return voice(source).pipe(ops.filter(lambda item: not isinstance(item, Usage)))

    return spoken


def speaks(*spoken: MarbleGenerator[Any]) -> Speak:
    """Speak the first sentence by the first generator, and so on."""
    left = iter(spoken)
    return lambda _: next(left)()


def test_sentences_follow_each_other_on_the_clock_of_the_reply() -> None:
    with marbles() as m:
        text = m.hot("-a----b------|", TEXT)
        one = m.agen(" vxwy|", SPOKEN)
        two = m.agen("      vxwy|", SPOKEN)
        out = text.pipe(without_usage(by_sentence(speaks(one, two))))
        m.expect(out).to_be("-vxwy-VXWY---|", LATER)


def test_a_sentence_waits_until_the_one_before_it_was_spoken() -> None:
    with marbles() as m:
        text = m.hot("(a b)|", TEXT)
        one = m.agen("vxwy--|", SPOKEN)
        two = m.agen("      vxwy--|", SPOKEN)
        out = text.pipe(without_usage(by_sentence(speaks(one, two))))
        m.expect(out).to_be("vxwy--VXWY--|", LATER)
        m.expect_subscriptions(one, "^-----!")
        m.expect_subscriptions(two, "------^-----!")


def test_it_is_given_the_text() -> None:
    said: list[str] = []

    async def speak(text: str) -> AsyncIterator[AudioFrame | Word]:
        said.append(text)
        return
        yield

    with marbles() as m:
        m.expect(m.hot("a-b|", TEXT).pipe(by_sentence(speak))).to_be("---|")
    assert said == ["One.", "Two."]


def test_times_go_on_where_the_audio_ended_even_when_frames_come_out_of_order() -> None:
    with marbles() as m:
        text = m.hot("(a b)|", TEXT)
        out = text.pipe(
            without_usage(by_sentence(speaks(m.agen("vyx|", SPOKEN), m.agen("   v|", SPOKEN))))
        )
        m.expect(out).to_be("vyxV|", LATER)


def test_a_sentence_that_fails_is_a_fault_and_the_next_one_is_spoken() -> None:
    with marbles() as m:
        text = m.hot("(a b)---|", TEXT)
        one = m.agen("vx#", SPOKEN, error=RuntimeError("hoarse"))
        two = m.agen("--w|", {"w": Word("b", 0.0)})
        values = {
            **SPOKEN,
            "f": Fault("tts", "speaking failed: RuntimeError: hoarse"),
            "w": Word("b", 0.02),
        }
        out = text.pipe(without_usage(by_sentence(speaks(one, two))))
        m.expect(out).to_be("vxf-w|", values)


def test_tt31_each_request_tells_its_characters_once_and_not_before_it_is_heard() -> None:
    """One that fails before is not told; a number written out counts as it was sent."""
    long = Sentence("Twenty.", written="20.")
    values: dict[str, Any] = {
        **SPOKEN,
        "f": like(Fault),
        "p": Usage("heart", characters=4),
        "q": Usage("heart", characters=7),
        "X": anything,
        "Y": anything,
    }
    with marbles() as m:
        text = m.hot("a---b--c|", {**TEXT, "c": long})
        one, two = m.agen("-xy|", SPOKEN), m.agen("-#", SPOKEN, error=RuntimeError("no"))
        three = m.agen("x|", SPOKEN)
        voice = by_sentence(speaks(one, two, three), name="heart")
        m.expect(text.pipe(voice, heard)).to_be("-(x p)y--f-(X q)|", values)


def test_tt31_pieces_of_a_response_are_told_as_one_sum() -> None:
    """Token mode: at the end, with the blanks that were sent."""
    pieces = {"a": Sentence("Hi", piece=True), "b": Sentence(" there", piece=True)}
    with marbles() as m:
        one, two = m.agen("x|", SPOKEN), m.agen("x|", SPOKEN)
        out = m.hot("a--b--|", pieces).pipe(by_sentence(speaks(one, two)), heard)
        values = {**SPOKEN, "y": anything, "u": Usage("tts", characters=8)}
        m.expect(out).to_be("x--y--(u|)", values)


def test_tt33_an_error_comes_in_its_place_among_the_sentences() -> None:
    """After the audio before it, before the next sentence's; it is not fatal."""
    with marbles() as m:
        text = m.hot("(a b c)|", TEXT)
        one, three = m.agen("x--|", SPOKEN), m.agen("----x|", SPOKEN)
        two = m.agen("---#", SPOKEN, error=ProviderTimeout("slow", provider="x"))
        out = text.pipe(by_sentence(speaks(one, two, three)), sounds)
        values = {**SPOKEN, "f": like(Fault, fatal=False), "y": anything}
        m.expect(out).to_be("x-----f---y|", values)


def test_a_voice_that_raises_at_the_call_is_a_fault() -> None:
    def broken(_: str) -> AsyncIterator[AudioFrame | Word]:
        raise RuntimeError("no")

    with marbles() as m:
        values = {"f": Fault("heart", "speaking failed: RuntimeError: no")}
        out = m.hot("a-b|", TEXT).pipe(by_sentence(broken, name="heart"))
        m.expect(out).to_be("f-f|", values)


@pytest.mark.parametrize(
    "error",
    [ProviderRejected("bad key", provider="x", status=401), ModelUnavailable("nowhere")],
    ids=["rejected", "unavailable"],
)
def test_an_error_that_cannot_be_helped_ends_the_voice(error: Exception) -> None:
    with marbles() as m:
        one = m.agen("-#", SPOKEN, error=error)
        m.expect(m.hot("a-b|", TEXT).pipe(by_sentence(speaks(one)))).to_be("-#", error=error)


def test_an_error_that_may_be_helped_does_not() -> None:
    slow = ProviderTimeout("slow", provider="x")
    with marbles() as m:
        one, two = m.agen("#", SPOKEN, error=slow), m.agen("x|", SPOKEN)
        out = m.hot("a-b|", TEXT).pipe(by_sentence(speaks(one, two)), sounds)
        m.expect(out).to_be("f-x|", {**SPOKEN, "f": like(Fault, cause=slow, fatal=False)})


def test_it_completes_when_the_last_sentence_was_spoken() -> None:
    with marbles() as m:
        out = m.hot("a|", TEXT).pipe(by_sentence(speaks(m.agen("---x---|", SPOKEN))), sounds)
        m.expect(out).to_be("---x---|", SPOKEN)


def test_never_and_empty_texts() -> None:
    with marbles() as m:
        m.expect(m.hot("----", TEXT).pipe(by_sentence(speaks()))).to_be("----")
        m.expect(m.cold("|", TEXT).pipe(by_sentence(speaks()))).to_be("|")


def test_a_failing_text_fails_after_what_was_written_before_was_spoken() -> None:
    with marbles() as m:
        out = m.hot("a-#", TEXT).pipe(by_sentence(speaks(m.agen("---x-|", SPOKEN))), sounds)
        m.expect(out).to_be("---x-#", SPOKEN)


def test_unsubscribing_closes_the_voice_and_waits_for_its_clean_up() -> None:
    with marbles() as m:
        text = m.hot("-a------", TEXT)
        one = m.agen(" vxwy|", SPOKEN, cleanup=0.5)
        m.expect(text.pipe(without_usage(by_sentence(speaks(one)))), subscription="^--!").to_be(
            "-vx", SPOKEN
        )
        m.expect_subscriptions(one, "-^-!")
        m.expect_subscriptions(text, "^--!")
    assert [life.ended for life in one.lives] == [pytest.approx(0.56)]


def test_two_subscribers_have_clocks_of_their_own() -> None:
    with marbles() as m:
        one = m.agen("x-|", SPOKEN)
        speak: Speak = lambda _: one()  # noqa: E731
        out = m.hot("-a---a|", TEXT).pipe(by_sentence(speak), sounds)
        values = {**SPOKEN, "X": approx(AudioFrame(tone(0.02).samples, 16_000, 0.02))}
        for _ in range(2):
            m.expect(out).to_be("-x---X-|", values)


def test_an_iterator_without_a_close_will_do() -> None:
    class Plain:
        def __init__(self) -> None:
            self.left = [SPOKEN["x"]]

        def __aiter__(self) -> AsyncIterator[AudioFrame | Word]:
            return self

        async def __anext__(self) -> AudioFrame | Word:
            if not self.left:
                raise StopAsyncIteration
            return self.left.pop()

    with marbles() as m:
        out = m.hot("a|", TEXT).pipe(without_usage(by_sentence(lambda _: Plain())), sounds)
        m.expect(out).to_be("(x)|", SPOKEN)


def words_of(text: str, speak: str, **legend: AudioFrame | Word) -> list[tuple[float, str]]:
    """Return when which words begin that a voice without words is given."""
    with marbles(0.1) as m:
        made = by_sentence(speaks(m.agen(speak, legend)))
        log = m.record(m.hot("a|", {"a": Sentence(text)}).pipe(made))
    items = [note.value for _, note in log if isinstance(note, OnNext)]
    return [(round(item.pts, 3), item.text) for item in items if isinstance(item, Word)]


def test_a_voice_without_words_has_them_spread_by_their_share_of_the_characters() -> None:
    """Of 20 characters, blanks included, and 2 s."""
    spread = words_of("Good morning, my dear", "x|", x=tone(2.2))
    assert spread == [(0.0, "Good"), (0.5, "morning,"), (1.4, "my"), (1.7, "dear")]


def test_a_slow_voice_has_its_words_before_it_is_known_how_long_it_will_be() -> None:
    """At 15 characters a second, once a second of audio has come without a word."""
    with marbles(0.1) as m:
        frames = {chr(97 + n): tone(0.5, pts=n * 0.5) for n in range(6)}
        voice = m.agen("a----b----c----d----e----f----|", frames)
        made = by_sentence(speaks(voice))
        text = Sentence("Fourteen words. Fourteen words. Fourteen words.")
        log = m.record(m.hot("a|", {"a": text}).pipe(made))
    came = [(at, note.value) for at, note in log if isinstance(note, OnNext)]
    words = [(round(at, 1), round(item.pts, 2)) for at, item in came if isinstance(item, Word)]
    assert words == [(1.0, 0.0), (1.0, 0.6), (1.0, 1.07), (1.5, 1.67), (2.0, 2.13), (2.5, 2.73)]


def test_words_of_the_voice_itself_are_never_mixed_with_others() -> None:
    assert words_of("One two", "xv|", x=tone(1.0), v=Word("One", 0.9, 1.0)) == [(0.9, "One")]


def test_more_sentences_than_may_wait_are_an_error() -> None:
    with marbles() as m:
        text: Observable[Sentence] = rx.of(*TEXT.values())
        log = m.record(text.pipe(by_sentence(speaks(m.agen("|")), capacity=1)))
    assert [type(n.error) for _, n in log if isinstance(n, OnError)] == [BufferOverflow]


def test_bad_arguments_are_refused_at_the_call() -> None:
    with pytest.raises(ValueError, match="capacity"):
        by_sentence(speaks(), capacity=0)


def test_types() -> None:
    voice: Synthesizer = by_sentence(speaks())
    assert callable(voice)
