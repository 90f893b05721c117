"""Connections are opened while the user speaks: a reply pays no handshake."""

from collections.abc import Callable
from typing import Any

import pytest

from rxvoice import AudioFrame, Event, Memory, Session, Stamped
from rxvoice.items import ReplyEnded, SpeechStopped, TurnStarted
from rxvoice.operators import converse, utterances
from rxvoice.providers.deepgram import deepgram_tts
from rxvoice.providers.openai_audio import openai_stt
from rxvoice.testing import run_virtual, tone
from rxvoice.testing.servers import Delay, FakeDeepgram, FakeOpenAI, ToneVoice
from tests.operators.calls import Writer, caller, live, log, recognises
from tests.operators.fakes import listen

HANDSHAKE = 0.5
LONG = " ".join(
    ["Well, and so I went on, and on, and on, until it was dark, and then I slept."] * 8
)
TURN = "q" * 3 + "s" * 10 + "q" * 30


def call(
    letters: str, tts: Callable[[str], Any], text: str = "I go on."
) -> tuple[list[Stamped], FakeDeepgram]:
    """Hold a conversation with a voice whose server takes its time for handshakes."""
    events: list[Stamped] = []
    server = FakeDeepgram(
        voice=ToneVoice(character=0.02, speed=1.2), faults=Delay(answer=HANDSHAKE), key="k"
    )

    async def main() -> None:
        async with server, Session() as session:
            agent = converse(
                vad=listen,
                stt=utterances(recognises(*["Go on."] * 20)),
                llm=Writer(text, every=0.0),
                tts=tts(server.url),
                memory=Memory(),
            )
            await session.run(live(caller(letters)).pipe(agent), log(events))
            assert server.open_connections == 1

    run_virtual(main(), real_io=True)
    return events, server


def voice(url: str) -> Any:
    return deepgram_tts(base_url=url, api_key="k")


def cold(url: str) -> Any:
    """The same voice, which nobody can prewarm."""
    opened = voice(url)

    def unprepared(sentences: Any) -> Any:
        return opened(sentences)

    return unprepared


def at(events: list[Stamped], kind: type[Event]) -> float:
    return next(event.at for event in events if isinstance(event.item, kind))


def wait(events: list[Stamped]) -> float:
    """Seconds from the end of the user's speech to the first sound."""
    return at(events, AudioFrame) - at(events, SpeechStopped)


def test_tt10_the_websocket_is_opened_while_the_user_speaks_and_no_reply_waits_for_it() -> None:
    events, server = call(TURN, voice)
    assert server.requests[0].began <= at(events, TurnStarted) < at(events, SpeechStopped)
    unprepared, _ = call(TURN, cold)
    assert wait(unprepared) - wait(events) == pytest.approx(HANDSHAKE, abs=0.02)


def test_ten_replies_have_one_connection() -> None:
    events, server = call(TURN * 10, voice)
    ended = [event.item for event in events if isinstance(event.item, ReplyEnded)]
    assert [reply.number for reply in ended] == list(range(1, 11))
    assert not any(reply.interrupted for reply in ended)
    assert len(server.requests) == 1


def test_a_user_who_cuts_in_has_no_second_websocket_opened() -> None:
    events, server = call(TURN + "q" * 65 + TURN, voice, LONG)
    first, second = (event.item for event in events if isinstance(event.item, ReplyEnded))
    assert first.interrupted
    assert not second.interrupted
    assert len(server.requests) == 1


def test_a_recogniser_of_files_sends_the_utterance_over_the_connection_that_was_opened() -> None:
    async def main() -> None:
        async with FakeOpenAI(transcripts=["Hello."], key="k") as server, Session():
            stt = openai_stt(api_key="k", base_url=server.api)
            await stt.prewarm()
            assert server.connections == 1
            assert (await stt.recognise(tone(0.4))).text == "Hello."
            assert server.connections == 1
            assert len(server.requests) == 2

    run_virtual(main(), real_io=True)
