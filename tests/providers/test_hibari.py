"""TT01: a voice, with hibari for real."""

import asyncio
import json
from itertools import pairwise
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import pytest
import reactivex as rx
from numpy.typing import NDArray
from reactivex import Observable

from rxvoice.aio import pull
from rxvoice.contracts import Speak, Spoken, Synthesizer
from rxvoice.errors import ModelUnavailable
from rxvoice.items import AudioFrame, Sentence, Word
from rxvoice.providers._hibari_voice import HibariModel
from rxvoice.providers._hibari_words import MAX_PHONEMES, Unit, align, chunks
from rxvoice.providers._shared import Preparable
from rxvoice.providers.hibari import Hibari, hibari
from rxvoice.providers.moonshine import moonshine
from rxvoice.session import Session
from rxvoice.testing import run_virtual

NAUGHTY = Path(__file__).parents[3] / "shared" / "data" / "torture" / "naughty-strings.json"
POOL = "The swimming pool opens at seven in the morning, and breakfast is on the second floor."
ODD = ["", " \n", "...", "?!", "😊", "— “”", "你好。", "مرحبا"]

Item = AudioFrame | Word


async def say(text: str, voice: Hibari | None = None) -> list[Item]:
    return [item async for item in (voice or hibari()).speak(text)]


def said(text: str, **options: Any) -> list[Item]:
    return asyncio.run(say(text, hibari(**options)))


def frames(items: list[Any]) -> list[AudioFrame]:
    return [item for item in items if isinstance(item, AudioFrame)]


def words(items: list[Any]) -> list[Word]:
    return [item for item in items if isinstance(item, Word)]


def audio(items: list[Any]) -> NDArray[np.int16]:
    return np.concatenate([frame.samples for frame in frames(items)])


def loudness(samples: NDArray[np.int16]) -> float:
    return float(np.sqrt(np.mean((samples / 32768.0) ** 2)))


def test_tt01_it_is_a_synthesizer_that_can_be_prepared() -> None:
    voice = hibari()
    synthesizer: Synthesizer = voice
    speak: Speak = voice.speak
    assert isinstance(voice, Preparable)
    sentences: Observable[Sentence] = rx.empty()
    assert_type(voice(sentences), Observable[Spoken])
    assert callable(synthesizer)
    assert callable(speak)


def test_tt01_frames_are_short_and_follow_each_other() -> None:
    spoken = frames(said(POOL))
    assert {frame.rate for frame in spoken} == {24_000}
    assert all(0.0 < frame.duration <= 0.1 for frame in spoken)
    assert spoken[0].pts == 0.0
    for one, next_one in pairwise(spoken):
        assert next_one.pts == pytest.approx(one.end)
    assert 3.0 < spoken[-1].end < 8.0


@pytest.mark.parametrize("text", [POOL, "It's $3.50, Dr. Smith — no 😊 more.", "Yes!", "A. B. C."])
def test_tt01_each_word_comes_before_the_frame_that_it_starts_in(text: str) -> None:
    items = said(text)
    heard = 0.0
    for item in items:
        if isinstance(item, AudioFrame):
            heard = item.end
        else:
            assert item.pts >= heard - 1e-9
    spoken = words(items)
    assert [word.text for word in spoken] == text.split()
    assert all(one.end <= later.pts + 1e-9 for one, later in pairwise(spoken))
    assert 0.0 <= spoken[0].pts < 0.1
    assert spoken[-1].end <= frames(items)[-1].end


def test_tt01_the_times_of_words_are_those_of_the_sound() -> None:
    items = said(POOL)
    samples, spoken = audio(items), words(items)
    rest = loudness(samples[-2400:])
    for word in spoken:
        between = samples[round(word.pts * 24_000) : round(word.end * 24_000)]
        assert loudness(between) > 10.0 * rest
    first = next(word for word in spoken if word.text == "second")
    cut = samples[round(first.pts * 24_000) :]

    async def recognise() -> str:
        return (await moonshine().recognise(AudioFrame(cut, 24_000))).text

    try:
        assert "second floor" in asyncio.run(recognise()).lower()
    except ModelUnavailable as error:
        pytest.skip(f"nobody listens: {error}")


def test_words_that_are_spoken_differently_keep_their_time() -> None:
    spoken = words(said("It costs $3.50 per night."))
    length = {word.text: word.end - word.pts for word in spoken}
    assert length["$3.50"] > 3 * length["costs"] > 0.0


def test_silence_at_both_ends_is_short() -> None:
    for text, pause, longest in [
        ("Sure!", 0.3, 0.34),
        ("Please,", 0.3, 0.19),
        ("Sure!", 0.0, 0.04),
    ]:
        samples = audio(said(text, pause=pause)).astype(np.int32)
        loud = np.flatnonzero(np.abs(samples) > 600)
        assert loud[0] < 0.09 * 24_000
        tail = (len(samples) - loud[-1]) / 24_000
        assert tail < longest + 0.1
        assert samples[0] == samples[-1] == 0


@pytest.mark.parametrize("text", ODD)
def test_text_without_a_word_gives_nothing(text: str) -> None:
    assert said(text) == []


def test_a_very_long_text_is_spoken_piece_by_piece() -> None:
    async def main() -> None:
        text = "and so it goes on and on " * 400
        taken: list[Item] = []
        voice = hibari().speak(text)
        async for item in voice:
            taken.append(item)
            if isinstance(item, AudioFrame) and item.pts > 30.0:
                break
        await voice.aclose()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        assert [word.text for word in words(taken)] == text.split()[: len(words(taken))]
        pairs = pairwise(frames(taken))
        assert all(later.pts == pytest.approx(one.end) for one, later in pairs)

    asyncio.run(main())


def test_a_word_without_end_is_spoken() -> None:
    items = said("a" * 2000 + " end")
    assert "".join(word.text for word in words(items)) == "a" * 2000 + "end"
    assert frames(items)


def naughty() -> list[str]:
    return json.loads(NAUGHTY.read_text("utf-8"))[::20] if NAUGHTY.exists() else []


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the shared strings are not here")
@pytest.mark.parametrize("text", naughty(), ids=lambda text: ascii(text[:20]))
def test_naughty_strings_do_no_harm(text: str) -> None:
    items = said(text)
    spoken = words(items)
    assert "".join(word.text for word in spoken) in ("", "".join(text.split()))
    assert all(one.pts <= later.pts for one, later in pairwise(spoken))


def test_several_may_speak_at_the_same_time() -> None:
    texts = [POOL, "Zxqv, blorf!", "It costs $3.50.", POOL]

    async def main() -> None:
        alone = [await say(text) for text in texts]
        together = await asyncio.gather(*(say(text) for text in texts * 2))
        assert together == alone * 2

    asyncio.run(main())


def test_the_same_text_sounds_the_same_and_faster_with_more_speed() -> None:
    once, again, other = said(POOL), said(POOL), said(POOL, seed=1)
    assert once == again
    assert once != other
    assert words(once) == words(other)
    fast = said(POOL, speed=1.5)
    assert words(fast)[-1].end < 0.8 * words(once)[-1].end


def test_it_speaks_on_a_virtual_loop() -> None:
    assert run_virtual(say("Sure!")) == said("Sure!")


def test_tt01_sentences_are_spoken_one_after_another() -> None:
    sentences = [Sentence("Sure!"), Sentence("😊"), Sentence("Come in, please.")]

    async def main() -> list[Any]:
        async with Session() as session:
            stream = hibari()(rx.from_iterable(sentences))
            async with pull(stream, scheduler=session.scheduler) as items:
                return [item async for item in items]

    items = asyncio.run(main())
    assert [word.text for word in words(items)] == ["Sure!", "Come", "in,", "please."]
    one, other = frames(said("Sure!")), frames(said("Come in, please."))
    assert sum(frame.duration for frame in frames(items)) == pytest.approx(
        one[-1].end + other[-1].end
    )
    assert words(items)[1].pts > one[-1].end
    for before, after in pairwise(frames(items)):
        assert after.pts == pytest.approx(before.end)


def test_unsubscribing_ends_it() -> None:
    async def main() -> None:
        async with Session() as session:
            first = asyncio.Event()
            taken: list[object] = []

            def take(item: object) -> None:
                taken.append(item)
                first.set()

            stream = hibari()(rx.from_iterable([Sentence(POOL)] * 20))
            subscription = session.subscribe(stream, take)
            await first.wait()
            subscription.dispose()
            seen = len(taken)
        assert len(taken) == seen

    asyncio.run(main())


def test_a_model_that_tells_no_durations_still_has_times_for_words() -> None:
    model = HibariModel("heart")
    model._timed = False  # pyright: ignore[reportPrivateUsage]
    session = model._hibari.sess  # pyright: ignore[reportPrivateUsage]

    class Untimed:
        def run(self, names: Any, feed: Any, options: Any) -> list[Any]:
            return session.run(names, feed, options)[:-1]

    model._hibari.sess = Untimed()  # pyright: ignore[reportPrivateUsage]
    (units,) = model.spell(POOL)
    spoken = model.speak(units, speed=1.0, pause=0.3, seed=0)
    assert [word.text for word in spoken.words] == POOL.split()
    known = words(said(POOL))
    for guessed, real in zip(spoken.words, known, strict=True):
        assert abs(guessed.pts - real.pts) < 0.6


def test_bad_arguments_are_refused() -> None:
    for speed in (0.0, 0.4, 2.1, float("nan")):
        with pytest.raises(ValueError, match="speed"):
            hibari(speed=speed)
    with pytest.raises(ValueError, match="pause"):
        hibari(pause=-0.1)
    with pytest.raises(ValueError, match="voice must be one of heart"):
        asyncio.run(hibari(voice="nobody").prepare())


def test_every_written_word_finds_its_phonemes() -> None:
    assert align([], []) == []
    assert align(["a", "b"], [("a", "A"), ("b", "B")]) == [Unit(("a",), "A"), Unit(("b",), "B")]
    assert align(["it’s", "$3"], [("it's", "I"), ("3", "T"), ("dollars", "D")]) == [
        Unit(("it’s",), "I"),
        Unit(("$3",), "T D"),
    ]
    assert align(["—", "a", "😊", "b"], [("—", "—"), ("a", "A"), ("b", "B")]) == [
        Unit(("—", "a", "😊"), "— A"),
        Unit(("b",), "B"),
    ]
    assert align(["x"], []) == [Unit(("x",), "")]
    assert Unit(("a,",), "“A,").spoken == range(1, 2)
    assert not Unit(("…",), "…").spoken


def test_runs_of_the_model_are_bounded_and_end_where_a_reader_would_pause() -> None:
    sentence = [Unit((f"w{number}",), "abcdefg") for number in range(11)]
    text = [*sentence, Unit(("end.",), "abc."), *sentence, Unit(("more",), "abc")]
    assert [len(chunk) for chunk in chunks(text)] == [12, 12]
    long = [Unit(("w",), "abcdefg")] * 100
    sizes = [sum(len(unit.phonemes) + 1 for unit in chunk) for chunk in chunks(long)]
    assert max(sizes) <= MAX_PHONEMES + 1
    (first, *others) = chunks([Unit(("x",), "a" * 3 * MAX_PHONEMES)])
    assert [unit.words for chunk in (first, *others) for unit in chunk] == [("x",), (), ()]
