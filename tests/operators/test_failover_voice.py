"""Standing in for a voice that fails: no word is lost or doubled (CO14, CO20)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable
from reactivex.subject import Subject

from rxvoice import AudioFrame, Fault, ProviderSwitched, Sentence, Word
from rxvoice.operators import by_sentence, failover, synthesize
from rxvoice.operators._unspoken_text import UnspokenText
from rxvoice.testing import feed, marbles, silence, tone
from tests.operators.ensembles import BAD_KEY, LOST, WORD, Voice, always, of, values

TEXTS = ("Good day.", "How are you?", "Well!")


def speak(voice: Any, texts: tuple[str, ...] = TEXTS) -> list[Any]:
    """Give sentences to a voice, one each second, and return what comes."""
    script: list[Any] = []
    for text in texts:
        script += [Sentence(text), 1.0]
    return [item for _, item in feed(voice, script)]


def words(items: list[Any]) -> list[str]:
    return [word.text for word in of(Word, items)]


def numbered(sizes: list[int]) -> tuple[str, ...]:
    """Return sentences of so many words, of which none comes twice."""
    count = iter(range(10_000))
    return tuple(" ".join(f"w{next(count)}" for _ in range(size)) for size in sizes)


@given(
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    fails=st.lists(st.integers(0, 12), min_size=1, max_size=3),
    error=st.sampled_from([LOST, BAD_KEY, Fault("tts", "odd"), Fault("tts", "gone", fatal=True)]),
    ahead=st.booleans(),
)
def test_co20_no_word_is_lost_or_doubled(
    sizes: list[int], fails: list[int], error: object, ahead: bool
) -> None:
    texts = numbered(sizes)
    voices = [Voice(after, error, ahead=ahead) for after in fails]
    out = speak(failover(*voices, Voice()), texts)
    assert words(out) == " ".join(texts).split()
    audio = of(AudioFrame, out)
    assert len(audio) == sum(sizes)
    for index, frame in enumerate(audio):
        assert frame.pts == pytest.approx(index * WORD)
    for word, frame in zip(of(Word, out), audio, strict=True):
        assert word.pts == pytest.approx(frame.pts)
        assert out.index(word) < out.index(frame)


@given(
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    at_once=st.booleans(),
    after=st.integers(0, 12),
)
def test_co20_no_word_is_lost_or_doubled_by_voices_of_single_sentences(
    sizes: list[int], at_once: bool, after: int
) -> None:
    texts = numbered(sizes)
    left = after

    async def failing(text: str) -> AsyncIterator[AudioFrame | Word]:
        nonlocal left
        for place, word in enumerate(text.split()):
            if left == 0:
                left = -1
                raise LOST
            left -= 1
            yield Word(word, place * WORD, (place + 1) * WORD)
            yield tone(WORD, 8000, place * WORD)

    async def sound(text: str) -> AsyncIterator[AudioFrame | Word]:
        for place, word in enumerate(text.split()):
            yield Word(word, place * WORD, (place + 1) * WORD)
            yield tone(WORD, 8000, place * WORD)

    voice = failover(by_sentence(failing), by_sentence(sound))
    script: list[Any] = []
    for text in texts:
        script += [Sentence(text), 0.0 if at_once else 1.0]
    out = [item for _, item in feed(voice, script)]
    assert words(out) == " ".join(texts).split()
    assert len(of(AudioFrame, out)) == sum(sizes)


def test_the_fault_comes_where_it_happened_and_is_not_fatal() -> None:
    """CO14: the true source is named, and the failure has been made up for."""
    out = speak(failover(Voice(3, BAD_KEY), Voice(), names=("cloud", "local")))
    assert [type(item) for item in out[:6]] == [Word, AudioFrame, Fault, Word, AudioFrame, Word]
    (fault,) = of(Fault, out)
    assert (fault.source, fault.fatal, fault.cause) == ("vendor", False, BAD_KEY)


def test_a_word_whose_audio_has_not_begun_was_not_spoken() -> None:
    first, second = Voice(4, ahead=True), Voice()
    out = speak(failover(first, second), ("one two three",))
    assert words(out) == ["one", "two", "three"]
    assert second.given == [[Sentence("two three")]]


def test_co20_who_has_failed_is_not_asked_in_the_next_reply() -> None:
    first, second = Voice(0), Voice()
    tts = failover(first, second)
    for _ in range(2):
        assert words(speak(tts)) == " ".join(TEXTS).split()
    assert (len(first.given), len(second.given)) == (1, 2)
    assert tts.active == "2"


def test_all_fail_and_the_stream_fails_with_the_last_error() -> None:
    tts = failover(Voice(0), Voice(0, OSError("dead")))
    with marbles() as m:
        log = m.record(m.hot("-S----", {"S": Sentence("Hi.")}).pipe(tts))
    assert [str(note.error) for _, note in log[1:]] == ["dead"]  # type: ignore[union-attr]
    assert of(Fault, values(log)) == [Fault("1", "ConnectionError: lost")]


def test_an_answer_makes_the_round_begin_anew() -> None:
    """The first one is asked a second time, for it has failed before the last answer."""
    first, second = Voice(1), Voice(5)
    out = speak(failover(first, second), ("one two three four five",))
    assert words(out) == ["one", "two", "three", "four", "five"]
    assert [len(given) for given in first.given] == [1, 1]


def test_co20_one_alone_stays_after_a_fault() -> None:
    only = Voice(2, Fault("tts", "odd", fatal=True))
    out = speak(failover(only))
    assert words(out) == " ".join(TEXTS).split()
    assert of(Fault, out) == [Fault("tts", "odd", fatal=True)]
    assert len(only.given) == 1


def test_one_that_ends_too_early_is_stood_in_for() -> None:
    def mute(_: Observable[Sentence]) -> Observable[Any]:
        return m.cold("--|")

    second = Voice()
    with marbles() as m:
        source = m.hot("-S---T-|", {"S": Sentence("Hi there."), "T": Sentence("Bye.")})
        out = m.record(source.pipe(failover(mute, second)))
    assert words(values(out)) == ["Hi", "there.", "Bye."]
    assert of(Fault, values(out)) == [
        Fault("1", "RxvoiceError: failover: the voice ended before the text did")
    ]


def test_a_voice_without_words_is_taken_to_speak_fifteen_characters_a_second() -> None:
    """A sentence that has begun by then is not begun again; the next ones are spoken."""
    first, second = Voice(3, wordless=True), Voice()
    texts = ("a b c d e.", "f g h i.", "k l m n.")
    out = speak(failover(first, second), texts)
    assert len(of(AudioFrame, out)) == 3 + 8
    assert words(out) == ["f", "g", "h", "i.", "k", "l", "m", "n."]
    assert second.given == [[Sentence("f g h i."), Sentence("k l m n.")]]


def test_a_voice_without_words_that_has_made_no_sound_has_said_nothing() -> None:
    second = Voice()
    assert words(speak(failover(Voice(0, wordless=True), second))) == " ".join(TEXTS).split()


def test_words_that_are_spoken_otherwise_than_written_are_found_again() -> None:
    text = UnspokenText()
    text.take(Sentence("It costs 1,000 dollars, doesn't it?"))
    for place, word in enumerate(["It", "costs", "one", "thousand", "dollars", "does", "n't"]):
        text.given(Word(word, place * WORD))
        text.given(tone(WORD, 8000, place * WORD))
    assert text.replay() == [Sentence("doesn't it?")]


def test_the_sources_own_faults_and_failure_switch_nothing() -> None:
    """CO20: what other stages have to tell passes through a member that passes everything."""
    passing = Fault("stt", "noise", fatal=True)
    first, second = Voice(), Voice()
    tts = failover(first, second)
    with marbles() as m:
        source = m.hot("-f-S-#", {"f": passing, "S": Sentence("Hi.")}, error=OSError("mic"))
        log = m.record(source.pipe(tts))
    assert of(Fault, values(log)) == [passing]
    assert [str(note.error) for _, note in log[-1:]] == ["mic"]  # type: ignore[union-attr]
    assert (second.given, tts.active) == ([], "1")


def test_what_an_old_member_says_afterwards_is_not_heard() -> None:
    late: Subject[Any] = Subject()
    with marbles() as m:
        first = m.hot("--f-x-#", {"f": Fault("tts", "odd"), "x": silence(0.1)})
        tts = failover(always(first), always(late))
        told = m.record(tts.events)
        m.expect(m.hot("-S------|", {"S": Sentence("Hi.")}).pipe(tts)).to_be(
            "--f------", {"f": Fault("tts", "odd")}
        )
        m.expect_subscriptions(first, "^-!")
    assert values(told) == [ProviderSwitched("failover", "2", "1", "failed")]


def test_unsubscribing_leaves_nothing_and_two_subscribers_have_a_reply_each() -> None:
    with marbles() as m:
        first, second = m.cold("-#"), m.cold("------")
        tts = failover(always(first), always(second))
        source = m.hot("S-------", {"S": Sentence("Hi.")})
        m.record(source.pipe(tts), "^---!")
        m.record(source.pipe(tts), "^-----!")
        m.expect_subscriptions(first, "^!", "^!")
        m.expect_subscriptions(second, "-^--!", "-^----!")
        m.expect_subscriptions(source, "^---!", "^-----!")


def test_the_whole_voice_stage_hears_one_voice() -> None:
    """`synthesize` gets one time of first sound, and no fault that is fatal."""
    from rxvoice import Metric, Token

    tts = failover(Voice(3, BAD_KEY), Voice())
    out = [item for _, item in feed(synthesize(tts), [Token("One two. "), Token("Three."), 0.1])]
    assert words(out) == ["One", "two.", "Three."]
    assert [metric.name for metric in of(Metric, out)] == ["ttfb"]
    assert [fault.fatal for fault in of(Fault, out)] == [False]
