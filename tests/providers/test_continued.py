"""An utterance that goes on where another one ended is heard with it."""

import asyncio
from dataclasses import dataclass, field

import numpy as np
import pytest

from rxvoice.items import AudioFrame, Transcript
from rxvoice.providers._continued import Continued

RATE = 16_000


@dataclass
class Recogniser:
    """Writes one text after the other, and remembers what it was given."""

    texts: list[str]
    heard: list[AudioFrame] = field(default_factory=list[AudioFrame])
    said: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])

    async def __call__(self, audio: AudioFrame, said: tuple[str, ...]) -> tuple[Transcript, str]:
        self.heard.append(audio)
        self.said.append(said)
        text = self.texts.pop(0)
        return Transcript(text, True, True, pts=audio.pts, end=audio.end), text


def sound(pts: float, duration: float, level: int = 1) -> AudioFrame:
    return AudioFrame(np.full(round(duration * RATE), level, np.int16), RATE, pts)


def heard(recogniser: Recogniser, *utterances: AudioFrame) -> list[Transcript]:
    continued = Continued(recogniser)

    async def main() -> list[Transcript]:
        return [await continued(utterance) for utterance in utterances]

    return asyncio.run(main())


def spans(recogniser: Recogniser) -> list[tuple[float, float]]:
    return [(audio.pts, audio.end) for audio in recogniser.heard]


def test_what_goes_on_is_heard_with_what_came_right_before() -> None:
    recogniser = Recogniser(["After the tone,", "say your message", "and hang up."])
    texts = heard(recogniser, sound(1.0, 1.0), sound(2.0, 1.0), sound(3.0, 1.0))
    assert spans(recogniser) == [(1.0, 2.0), (1.0, 3.0), (1.0, 4.0)]
    assert recogniser.said == [(), ("After the tone,",), ("After the tone,", "say your message")]
    assert [(found.text, found.pts, found.end) for found in texts] == [
        ("After the tone,", 1.0, 2.0),
        ("say your message", 2.0, 3.0),
        ("and hang up.", 3.0, 4.0),
    ]


def test_signs_that_only_join_the_texts_are_left_out() -> None:
    recogniser = Recogniser(["Seven", ", eight", "… nine", "— -10 or 'so"])
    texts = heard(recogniser, *(sound(float(second), 1.0) for second in range(4)))
    assert [found.text for found in texts] == ["Seven", "eight", "nine", "-10 or 'so"]


@pytest.mark.parametrize(
    ("pause", "together"), [(0.0, True), (0.5, True), (0.6, False), (-1.0, False)]
)
def test_after_a_pause_of_more_than_half_a_second_it_is_heard_alone(
    pause: float, together: bool
) -> None:
    recogniser = Recogniser(["One.", "Two."])
    heard(recogniser, sound(5.0, 1.0), sound(6.0 + pause, 1.0))
    assert recogniser.said[1] == (("One.",) if together else ())
    assert recogniser.heard[1].pts == (5.0 if together else 6.0 + pause)


def test_a_pause_is_silence() -> None:
    recogniser = Recogniser(["One.", "Two."])
    heard(recogniser, sound(0.0, 1.0, level=5), sound(1.25, 1.0, level=7))
    samples = recogniser.heard[1].samples
    assert len(samples) == 2.25 * RATE
    assert set(samples[:RATE]) == {5}
    assert set(samples[RATE : 5 * RATE // 4]) == {0}
    assert set(samples[5 * RATE // 4 :]) == {7}


def test_no_more_than_eight_seconds_are_heard_together() -> None:
    recogniser = Recogniser(["one", "two", "three", "four"])
    heard(recogniser, *(sound(3.0 * number, 3.0) for number in range(3)), sound(9.0, 8.5))
    assert spans(recogniser) == [(0.0, 3.0), (0.0, 6.0), (3.0, 9.0), (9.0, 17.5)]
    assert recogniser.said == [(), ("one",), ("two",), ()]


def test_an_utterance_that_grows_is_not_heard_after_itself() -> None:
    recogniser = Recogniser(["one", "tw", "two", "three"])
    heard(recogniser, sound(0.0, 1.0), sound(1.0, 0.5), sound(1.0, 1.0), sound(2.0, 1.0))
    assert spans(recogniser) == [(0.0, 1.0), (0.0, 1.5), (0.0, 2.0), (0.0, 3.0)]
    assert recogniser.said == [(), ("one",), ("one",), ("one", "two")]


def test_where_nothing_is_written_it_is_heard_alone() -> None:
    recogniser = Recogniser(["one", " .", "two", "three"])
    texts = heard(recogniser, sound(0.0, 1.0), sound(1.0, 1.0), sound(2.0, 1.0))
    assert [found.text for found in texts] == ["one", "two", "three"]
    assert spans(recogniser) == [(0.0, 1.0), (0.0, 2.0), (1.0, 2.0), (0.0, 3.0)]
    assert recogniser.said[3] == ("one", "two")


def test_what_was_not_understood_is_heard_again() -> None:
    recogniser = Recogniser(["", "ask not", "what"])
    texts = heard(recogniser, sound(0.0, 1.0), sound(1.0, 1.0), sound(2.0, 1.0))
    assert [found.text for found in texts] == ["", "ask not", "what"]
    assert recogniser.said == [(), (), ("ask not",)]
    assert spans(recogniser)[1] == (0.0, 2.0)


def test_a_failure_is_forgotten() -> None:
    recogniser = Recogniser(["one"])
    continued = Continued(recogniser)

    async def main() -> Transcript:
        await continued(sound(0.0, 1.0))
        with pytest.raises(IndexError):
            await continued(sound(1.0, 1.0))
        recogniser.texts = ["three"]
        return await continued(sound(2.0, 1.0))

    assert asyncio.run(main()).text == "three"
    assert spans(recogniser)[-1] == (2.0, 3.0)
