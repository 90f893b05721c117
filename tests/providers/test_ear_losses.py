"""What is heard again when a connection is lost, however it was marked and however long it was."""

from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest
from reactivex.subject import Subject

from rxvoice.audio import pcm_from_bytes
from rxvoice.items import AudioFrame, SpeechStarted, SpeechStopped
from rxvoice.providers.deepgram import deepgram_stt
from rxvoice.providers.elevenlabs import elevenlabs_stt
from rxvoice.providers.mistral import mistral_stt
from rxvoice.testing import run_virtual, tone
from rxvoice.testing.servers import (
    FakeDeepgram,
    FakeElevenLabs,
    FakeMistral,
    FakeServer,
    Loud,
    Refuse,
)

from .hearing import Scene, listening

SAID = Loud("Hello there.", word=0.2, pause=0.1)
Play = Callable[[Scene, Any], Awaitable[None]]


def play(
    scene: Play, fake: FakeServer, make: Callable[..., Any], **options: Any
) -> tuple[Scene, Any]:
    async def main() -> tuple[Scene, Any]:
        async with fake as server:
            stt = make(base_url=server.url, api_key="k", **options)

            async def played(one: Scene) -> None:
                await scene(one, server)

            return await listening(stt, played), server

    return run_virtual(main(), real_io=True)


async def lose(server: FakeServer, scene: Scene) -> None:
    await server.drop_connections()
    await scene.wait(0.0)


async def sound(scene: Scene, duration: float) -> None:
    await scene.give(AudioFrame(tone(duration).samples, 16_000))


def test_the_beginning_of_speech_that_came_before_its_mark_is_sent_again() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.quiet(5.0)
        await sound(one, 0.2)
        one.source.on_next(SpeechStarted(one.at, 0.2))
        await sound(one, 0.1)
        await lose(server, one)
        await sound(one, 0.1)
        await one.quiet(0.2)
        one.source.on_next(SpeechStopped(one.at, 0.2))
        await one.end()

    said, server = play(scene, FakeDeepgram(SAID), deepgram_stt)
    assert said.texts == ["Hello there."]
    again = pcm_from_bytes(server.requests[1].audio())
    assert 1.4 <= len(again) / 16_000 <= 1.8  # not all that silence
    assert np.count_nonzero(np.abs(again) > 1_000) > 0.35 * 16_000


def greetings(number: int, lost: int) -> Play:
    """An utterance of so many greetings of 0.6 s, with a connection that is lost in its midst."""

    async def scene(one: Scene, server: FakeServer) -> None:
        one.source.on_next(SpeechStarted(one.at))
        for index in range(number):
            await one.say(marks=False)
            if index + 1 == lost:
                await lose(server, one)
        one.source.on_next(SpeechStopped(one.at, 0.2))
        await one.end()

    return scene


@pytest.mark.parametrize(
    ("fake", "make"), [(FakeElevenLabs, elevenlabs_stt), (FakeMistral, mistral_stt)]
)
def test_a_long_utterance_is_recognised_from_its_beginning(fake: Any, make: Any) -> None:
    said, _ = play(greetings(30, 25), fake(heard=SAID), make)
    assert " ".join(said.texts) == " ".join(["Hello there."] * 30)
    assert len(said.faults) == 1


def test_what_is_lost_of_an_utterance_without_end_is_told() -> None:
    said, _ = play(greetings(70, 68), FakeElevenLabs(heard=SAID), elevenlabs_stt)
    lost = [fault.message for fault in said.faults if "lost" in fault.message]
    (text,) = said.texts
    assert text.count("there.") in (51, 52)  # 30 s, and what came after the loss
    assert len(lost) == 1
    assert float(lost[0].split()[0]) == pytest.approx(68 * 0.6 - 30.0, abs=0.2)


def test_an_utterance_whose_words_were_told_by_now_is_not_told_as_lost() -> None:
    async def scene(one: Scene, server: FakeServer) -> None:
        for _ in range(70):
            await one.say()
        await lose(server, one)
        await one.end()

    said, _ = play(scene, FakeMistral(heard=SAID), mistral_stt)
    assert said.texts == ["Hello there."] * 70
    assert [fault for fault in said.faults if "lost" in fault.message] == []


def test_st07_other_options_wait_for_the_end_of_a_turn_in_which_a_connection_was_lost() -> None:
    changes: Subject[Any] = Subject()

    async def scene(one: Scene, server: FakeDeepgram) -> None:
        one.source.on_next(SpeechStarted(one.at))
        await one.say(marks=False)
        await one.say(marks=False)  # the first is final, and settled with the mark
        await lose(server, one)
        await one.quiet(0.2)
        changes.on_next({"language": "de"})
        await one.quiet(1.0)
        assert len(server.requests) == 2
        await one.say(marks=False)
        one.source.on_next(SpeechStopped(one.at, 0.2))
        await one.wait(1.0)
        await one.end()

    said, server = play(scene, FakeDeepgram(SAID), deepgram_stt, changes=changes, endpointing=100)
    assert said.texts == ["Hello there."] * 3
    assert len(server.requests) == 3


def test_a_source_may_change_its_sample_rate() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        for rate in (16_000, 8_000, 48_000, 16_000):
            one.rate = rate
            await one.say()
            await one.wait(0.2)
        await one.end()

    said, server = play(scene, FakeDeepgram(SAID), deepgram_stt)
    assert said.texts == ["Hello there."] * 4
    assert said.error is None
    assert len(server.requests[0].audio()) == pytest.approx(4 * 0.6 * 32_000, abs=64)


def test_nothing_more_is_asked_for_when_all_was_answered() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.say()
        await one.wait(6.0)
        await lose(server, one)
        await one.wait(1.0)
        await one.end()

    said, server = play(scene, FakeDeepgram(SAID), deepgram_stt)
    assert [r.said("Finalize") for r in server.requests] == [[{"type": "Finalize"}], []]
    assert said.texts == ["Hello there."]


@pytest.mark.parametrize(
    ("change", "found"), [({"keyterm": ["a"]}, "keyterm"), ({"language": "de"}, "language")]
)
def test_st07_options_that_change_while_there_is_no_connection_hold_for_the_next_one(
    change: Any, found: str
) -> None:
    changes: Subject[Any] = Subject()

    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.quiet(0.5)
        await lose(server, one)
        await one.quiet(0.1)  # the second attempt is refused, the third comes after 4 s
        changes.on_next(change)
        await one.say()
        await one.wait(6.0)
        await one.say()
        await one.end()

    fake = FakeDeepgram(SAID, faults=[None, Refuse(503)])
    said, server = play(scene, fake, deepgram_stt, changes=changes)
    assert len(server.requests) == 3
    assert found in server.requests[2].query
    assert said.texts == ["Hello there."] * 2


def test_st08_what_cannot_be_sent_now_is_sent_later_and_the_source_hears_nothing_of_it() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.say()
        await one.wait(1.0)
        await lose(server, one)
        for _ in range(3):
            await one.say()  # raises nothing
        await one.end()

    fake = FakeDeepgram(SAID, faults=[None, Refuse(503)])
    said, _ = play(scene, fake, deepgram_stt)
    assert said.texts == ["Hello there."] * 4
    assert len(said.faults) == 1
    assert said.error is None


def test_a_source_that_completes_while_there_is_no_connection_is_heard_to_its_end() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.quiet(0.5)
        await lose(server, one)
        await one.say()
        one.source.on_completed()
        assert not one.over.is_set()
        await one.over.wait()

    fake = FakeDeepgram(SAID, faults=[None, Refuse(503)])
    said, server = play(scene, fake, deepgram_stt)
    assert said.texts == ["Hello there."]
    assert said.error is None
    assert [round(request.began, 1) for request in server.requests] == [0.0, 0.5, 4.5]


@pytest.mark.parametrize("jump", [100.0, 0.5, -5.0])
def test_times_are_those_of_a_source_whose_clock_jumps(jump: float) -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.quiet(6.0)
        await one.say()
        one.at += jump
        await one.say()
        await one.end()

    said, _ = play(scene, FakeDeepgram(SAID), deepgram_stt)
    times = [(t.pts, t.end) for t in said.transcripts if t.is_final and t.text]
    assert times == [
        pytest.approx((6.0, 6.4), abs=0.01),
        pytest.approx((6.6 + jump, 7.0 + jump), abs=0.01),
    ]
    assert said.error is None


def test_marks_in_any_order_lose_no_words_and_end_nothing() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        started, stopped = SpeechStarted(one.at), SpeechStopped(one.at, 0.2)
        for mark in (stopped, stopped, started, started, stopped, stopped, started):
            one.source.on_next(mark)
        await one.say(marks=False)
        one.source.on_next(SpeechStarted(one.at))
        await lose(server, one)
        await one.say(marks=False)
        one.source.on_next(SpeechStopped(one.at, 0.2))
        one.source.on_next(SpeechStopped(one.at, 0.2))
        await one.say(marks=False)
        await one.end()

    said, _ = play(scene, FakeDeepgram(SAID), deepgram_stt)
    assert " ".join(said.texts) == " ".join(["Hello there."] * 3)
    assert said.error is None
