"""What streaming recognisers share: connections that are lost, changed and kept; by Deepgram's."""

from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest
from reactivex.subject import Subject

from rxvoice.audio import pcm_from_bytes
from rxvoice.errors import ProviderError
from rxvoice.items import Fault, SpeechStarted, SpeechStopped, Transcript, Usage
from rxvoice.providers.deepgram import deepgram_stt, deepgram_tts
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    Close,
    Delay,
    Drop,
    Exchange,
    FakeDeepgram,
    Hang,
    Loud,
    Refuse,
    Split,
)

from .hearing import Scene, listening

SAID = Loud("Hello there.", word=0.2, pause=0.1)
Play = Callable[[Scene, FakeDeepgram], Awaitable[object]]


def play(scene: Play, faults: Any = None, **options: Any) -> tuple[Scene, FakeDeepgram]:
    """Play a scene to Deepgram's recogniser."""

    async def main() -> tuple[Scene, FakeDeepgram]:
        async with FakeDeepgram(SAID, faults=faults, key="k") as server:
            stt = deepgram_stt(base_url=server.url, api_key="k", **options)

            async def played(one: Scene) -> None:
                await scene(one, server)

            return await listening(stt, played), server

    return run_virtual(main(), real_io=True)


def began(server: FakeDeepgram) -> list[float]:
    """When connections were asked for."""
    return [round(request.began, 1) for request in server.requests]


def audio(*requests: Exchange) -> Any:
    return pcm_from_bytes(b"".join(request.audio() for request in requests))


async def one_utterance(scene: Scene, _: FakeDeepgram) -> None:
    await scene.say()
    await scene.end()


async def for_long(scene: Scene, _: FakeDeepgram) -> None:
    for _number in range(10):
        await scene.say()
        await scene.quiet(1.0)
    await scene.end()


def test_st02_a_connection_that_is_lost_in_the_midst_of_words_is_opened_again() -> None:
    scene, server = play(one_utterance, [Drop(after=1)])
    assert scene.texts == ["Hello there."]
    assert began(server) == [0.0, 0.2]
    again = audio(server.requests[1])
    assert np.array_equal(again[: len(audio(server.requests[0]))], audio(server.requests[0]))


def test_what_was_recognised_is_not_sent_again() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.say()
        await one.wait(0.5)
        assert one.texts == ["Hello there."]
        await server.drop_connections()
        await one.say()
        await one.end()

    said, server = play(scene)
    assert said.texts == ["Hello there."] * 2
    assert len(audio(server.requests[1])) == round(0.6 * 16_000)


def test_st07_other_options_wait_for_the_end_of_the_turn_and_no_audio_is_lost() -> None:
    changes: Subject[Any] = Subject()

    async def scene(one: Scene, server: FakeDeepgram) -> None:
        one.source.on_next(SpeechStarted(one.at))
        await one.quiet(0.1)
        changes.on_next({"language": "de"})
        await one.say(marks=False)
        assert len(server.requests) == 1
        one.source.on_next(SpeechStopped(one.at, 0.2))
        await one.say()  # while it is opened anew
        await one.end()

    said, server = play(scene, [None, Delay(answer=0.4)], changes=changes)
    first, second = server.requests
    assert "language" not in first.query
    assert second.query["language"] == "de"
    assert first.said("CloseStream") or first.close_received == 1000
    assert said.texts == ["Hello there."] * 2
    assert not said.faults
    assert len(audio(first, second)) == round((0.1 + 0.6 + 0.6) * 16_000)


def test_st07_options_that_do_not_exist_are_told_by_name() -> None:
    changes: Subject[Any] = Subject()

    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.quiet(0.1)
        changes.on_next({"langage": "de"})
        changes.on_next({"sample_rate": 8_000})
        await one.say()
        await one.end()
        assert len(server.requests) == 1

    said, _ = play(scene, changes=changes)
    assert ["langage" in fault.message for fault in said.faults] == [True, False]
    assert "rate" in said.faults[1].message
    assert said.texts == ["Hello there."]


def test_st19_key_terms_change_on_the_connection_that_there_is() -> None:
    changes: Subject[Any] = Subject()

    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.quiet(0.1)
        changes.on_next({"keyterm": ("rxvoice", "marble")})
        await one.say()
        await one.end()

    _, server = play(scene, changes=changes, keyterm=["one", "two"])
    (request,) = server.requests
    assert request.query.getall("keyterm") == ["one", "two"]
    assert request.said("Configure") == [{"type": "Configure", "keyterms": ["rxvoice", "marble"]}]


def test_st09_one_fault_tells_of_a_connection_that_stays_away_for_long() -> None:
    scene, server = play(for_long, [Drop(after=1), Refuse(503), Refuse(503)])
    assert [fault.fatal for fault in scene.faults] == [False]
    assert began(server) == [0.0, 0.2, 4.2, 12.2]
    assert len(scene.texts) == 10  # all that was said meanwhile


def test_st10_what_is_closing_is_not_sent_anything() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.quiet(6.0)
        await server.drop_connections()
        await one.say()
        await one.end()

    said, _ = play(scene)
    assert said.texts == ["Hello there."]
    assert len(said.faults) == 1


def test_st11_a_slow_end_of_the_old_connection_does_no_harm_to_the_new_one() -> None:
    changes: Subject[Any] = Subject()

    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.say()
        await one.wait(0.2)
        changes.on_next({"language": "de"})
        await one.say()
        await one.end()

    said, server = play(scene, [Hang(after=6)], changes=changes)
    assert said.texts == ["Hello there."] * 2
    assert server.requests[1].query["language"] == "de"


def test_st12_a_handshake_can_be_cancelled_at_any_time() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.quiet(0.2)  # and is unsubscribed, while it is being opened

    said, server = play(scene, Delay(answer=1.0))
    assert said.items == []
    assert server.requests[0].ended == 0.2
    assert server.open_connections == 0


def test_st13_the_server_is_told_of_the_end() -> None:
    scene, server = play(one_utterance)
    last = server.requests[0].received[-1].message
    assert last == {"type": "CloseStream"}
    assert scene.over.is_set()


def test_st14_a_connection_without_audio_is_kept_alive() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.say()
        await one.wait(21.0)
        await one.say()
        await one.end()

    said, server = play(scene)
    assert said.texts == ["Hello there."] * 2
    (request,) = server.requests
    assert len(request.said("KeepAlive")) == 5


def test_st14_nothing_is_sent_to_a_connection_that_is_gone() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.quiet(0.1)
        await one.wait(30.0)
        one.source.on_completed()
        await one.over.wait()

    said, _ = play(scene, Drop(after=None))
    assert len(said.faults) == 1
    assert isinstance(said.error, ProviderError)


def test_st15_three_attempts_with_growing_pauses_and_one_error_that_is_not_fatal() -> None:
    scene, server = play(one_utterance, Refuse(503, text="busy"))
    assert began(server) == [0.0, 4.0, 12.0]
    assert isinstance(scene.error, ProviderError)
    assert not scene.error.fatal
    assert scene.error.retryable
    assert "3 attempts" in str(scene.error)
    assert "busy" in str(scene.error)
    assert len(scene.faults) == 1


def test_st15_the_server_is_waited_for_as_it_asks() -> None:
    _, server = play(one_utterance, [Refuse(429, retry_after=7.0)])
    assert began(server) == [0.0, 7.0]


def test_st16_three_connections_that_are_closed_at_once_are_enough() -> None:
    scene, server = play(for_long, Close(after=0, code=1011))
    assert len(server.requests) == 3
    assert isinstance(scene.error, ProviderError)
    assert not scene.error.fatal
    assert "within 5 s" in str(scene.error)


def test_st16_a_connection_that_lasted_counts_anew() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        for _ in range(6):
            await one.quiet(6.0)
            await server.drop_connections()
        await one.say()
        await one.end()

    said, server = play(scene)
    assert said.error is None
    assert len(server.requests) == 7
    assert said.texts == ["Hello there."]


def test_st16_a_normal_close_is_not_answered_by_another_connection() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.over.wait()

    said, server = play(scene, Close(after=0, code=1000))
    assert len(server.requests) == 1
    assert said.error is None
    assert not said.faults


def test_a_dead_connection_is_noticed_within_three_seconds() -> None:
    scene, server = play(for_long, [Hang(after=1)])
    assert len(scene.texts) == 10
    assert server.requests[1].began - 0.2 <= 3.0


def test_more_audio_than_can_wait_is_told_of() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.quiet(75.0)
        await one.say()
        await one.end()

    said, _ = play(scene, [Delay(answer=80.0)], connect_timeout=90.0)
    lost = [fault for fault in said.faults if "lost" in fault.message]
    assert len(lost) == 1
    assert said.texts == ["Hello there."]


def test_tt31_seconds_of_audio_are_told() -> None:
    scene, _ = play(one_utterance)
    used = [item.audio for item in scene.items if isinstance(item, Usage)]
    assert round(sum(used), 3) == 0.6


def test_tt31_seconds_on_a_connection_that_was_lost_are_told_too() -> None:
    scene, server = play(one_utterance, [Drop(after=1)])
    used = [item.audio for item in scene.items if isinstance(item, Usage)]
    assert round(sum(used), 3) == len(audio(*server.requests)) / 16_000


def test_st25_an_address_that_is_none_is_refused_at_the_call() -> None:
    with pytest.raises(ValueError, match="base_url"):
        deepgram_stt(base_url="ftp://example.org")
    with pytest.raises(ValueError, match="base_url"):
        deepgram_tts(base_url="")


def test_a_source_that_fails_ends_it_at_once() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        await one.quiet(0.2)
        one.source.on_error(ValueError("the microphone"))
        await one.over.wait()

    said, _ = play(scene, Hang(after=0))
    assert isinstance(said.error, ValueError)


def test_st04_a_blank_transcript_is_given_when_the_server_does_not_answer() -> None:
    async def scene(one: Scene, server: FakeDeepgram) -> None:
        one.source.on_next(SpeechStarted(one.at))
        await one.quiet(0.4)
        one.source.on_next(SpeechStopped(one.at, 0.2))
        await one.wait(1.0)
        finals = [item for item in one.items if isinstance(item, Transcript)]
        assert [(f.text, f.is_finalized) for f in finals] == [("", True)]
        await one.end()

    async def main() -> None:
        async with FakeDeepgram(SAID, empty_finalize=False) as server:
            stt = deepgram_stt(base_url=server.url, api_key="k")
            await listening(stt, lambda one: scene(one, server))

    run_virtual(main(), real_io=True)


def test_two_calls_do_not_share_a_connection() -> None:
    async def main() -> None:
        async with FakeDeepgram(SAID, faults=Split(seed=2)) as server:
            stt = deepgram_stt(base_url=server.url, api_key="k")

            async def both(one: Scene) -> None:
                async def other(two: Scene) -> None:
                    await one.say()
                    await two.say()
                    await two.end()
                    assert two.texts == ["Hello there."]

                await listening(stt, other)
                await one.end()

            assert (await listening(stt, both)).texts == ["Hello there."]
            assert len(server.requests) == 2

    run_virtual(main(), real_io=True)


def test_faults_name_the_vendor_and_hold_no_speech() -> None:
    scene, _ = play(one_utterance, [Drop(after=1)])
    (fault,) = scene.faults
    assert isinstance(fault, Fault)
    assert fault.source == "deepgram"
    assert "Hello" not in fault.message
