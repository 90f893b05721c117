"""What voices behind websockets share: contexts, interruptions, websockets that are kept."""

import asyncio
import logging
import math
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pytest
from reactivex.subject import BehaviorSubject

from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout
from rxvoice.items import Sentence, Usage, Word
from rxvoice.providers._voice import (
    Audio,
    Failed,
    SentenceDone,
    VoiceEvent,
    Words,
    words_with_audio,
)
from rxvoice.providers._voice_mail import FORGETTING
from rxvoice.providers._voice_reply import Patience
from rxvoice.providers._voice_tts import StreamingTts, streaming_tts
from rxvoice.session import Session
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Close, Delay, Drop, Hang, Refuse, Socket, ToneVoice

from .speaking import LINES, Reply, reply, tells_of_it
from .toys import RATE, Mute, Toy, ToyReader, ToyServer

VOICE = ToneVoice(character=0.02)
SLOW = ToneVoice(character=0.02, speed=2.0)
Begin = Callable[[], Reply]
Play = Callable[[Begin, ToyServer, StreamingTts], Awaitable[Any]]


def play(
    scene: Play,
    kind: type[Toy] = Toy,
    *,
    voice: ToneVoice = VOICE,
    faults: Any = None,
    changes: Any = None,
    patience: Patience | None = None,
    server: type[ToyServer] = ToyServer,
) -> ToyServer:
    """Play a scene within a session."""

    async def main() -> ToyServer:
        async with server(voice, faults=faults) as one:
            tts = streaming_tts(kind(url=one.ws_url), changes, patience=patience)
            async with Session() as session:
                await scene(lambda: reply(tts, session), one, tts)
            assert one.open_connections == 0
            return one

    return run_virtual(main(), real_io=True)


def sound(*lines: str) -> Any:
    return np.concatenate([VOICE.speak(line, RATE).samples for line in lines])


def sent(server: ToyServer, key: str) -> list[Any]:
    """What the client said, on whatever connection."""
    messages = [entry.message for one in server.requests for entry in one.received]
    return [message[key] for message in messages if isinstance(message, dict) and key in message]


def test_tt10_all_sentences_of_a_reply_share_a_context_and_each_reply_has_its_own() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        assert np.array_equal((await begin().end(*LINES)).samples, sound(*LINES))
        assert np.array_equal((await begin().end("Sorry.")).samples, sound("Sorry."))
        first, second = sent(server, "open")
        assert first != second
        assert sent(server, "context") == [first] * 3 + [second]
        assert server.open == set()

    assert len(play(scene).requests) == 1


def test_tt09_replies_that_overlap_keep_apart_and_share_a_websocket() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        one, two = begin(), begin()
        one.say(*LINES)
        two.say("Sorry.")
        await asyncio.gather(one.end(), two.end())
        assert np.array_equal(one.samples, sound(*LINES))
        assert np.array_equal(two.samples, sound("Sorry."))

    assert len(play(scene, voice=SLOW).requests) == 1


def test_tt19_more_replies_than_a_websocket_carries_get_another_one() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        replies = [begin() for _ in range(7)]
        await asyncio.gather(*(one.end("Hello there.") for one in replies))
        assert all(np.array_equal(one.samples, sound("Hello there.")) for one in replies)
        opened = [[m for m in r.received if "'open'" in str(m)] for r in server.requests]
        assert sorted(map(len, opened)) == [2, 5]

    play(scene, voice=SLOW)


def test_tt15_the_end_that_the_server_tells_ends_the_reply_at_once() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await begin().end("Hello there.")
        assert loop.time() - before < 0.1

    play(scene)


def test_tt14_silence_ends_a_reply_whose_end_is_not_told() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        loop = asyncio.get_running_loop()
        said = await begin().end(*LINES)
        assert np.array_equal(said.samples, sound(*LINES))
        assert said.error is None
        assert 3.0 <= loop.time() < 3.1

    play(scene, Mute)


def test_tt17_an_interruption_cancels_the_context_and_what_is_late_is_not_heard() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        cut = begin()
        cut.say(*LINES)
        await cut.until(lambda: cut.frames)
        cut.cut()
        count = len(cut.items)
        said = await begin().end("Sorry.")
        assert np.array_equal(said.samples, sound("Sorry."))
        assert len(cut.items) == count
        assert server.cancelled == sent(server, "open")[:1]
        assert server.open == set()

    assert len(play(scene, voice=SLOW).requests) == 1


def test_tt18_a_reply_that_is_cut_off_before_it_has_text_costs_nothing() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        for _number in range(10):
            cut = begin()
            await asyncio.sleep(0.05)
            cut.cut()
        cut = begin()
        cut.say("…", " ")
        await asyncio.sleep(0.05)
        cut.cut()
        await asyncio.sleep(0.05)
        assert [request.received for request in server.requests] == [[]]

    play(scene)


def test_tt16_an_interruption_drops_a_websocket_that_cannot_be_told_and_opens_it_again() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        cut = begin()
        cut.say(*LINES)
        await cut.until(lambda: cut.frames)
        cut.cut()
        await asyncio.sleep(0.1)
        assert len(server.requests) == 2  # before anybody needs it
        said = await begin().end("Sorry.")
        assert np.array_equal(said.samples, sound("Sorry."))
        assert len(server.requests) == 2

    play(scene, Mute, voice=SLOW)


def test_tt16_nothing_is_dropped_when_nothing_is_being_spoken() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        cut = begin()
        await asyncio.sleep(0.1)
        cut.cut()
        await begin().end("Hello there.")
        late = begin()
        await late.end("Good bye!")
        late.cut()
        await asyncio.sleep(0.1)
        assert len(server.requests) == 1

    play(scene, Mute)


def test_tt20_a_voice_changes_between_two_sentences_and_keeps_their_order() -> None:
    changes: BehaviorSubject[Any] = BehaviorSubject({"voice": "bert"})

    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = begin()
        said.say(LINES[0])
        await said.until(lambda: said.frames)
        changes.on_next({"voice": "cleo"})
        await said.end(*LINES[1:])
        assert np.array_equal(said.samples, sound(*LINES))
        assert list(server.voices.values()) == ["bert", "cleo"]
        assert server.open == set()
        await begin().end("Sorry.")
        assert list(server.voices.values()) == ["bert", "cleo", "cleo"]

    assert len(play(scene, voice=SLOW, changes=changes).requests) == 1


def test_tt20_what_is_part_of_the_address_takes_another_websocket() -> None:
    changes: BehaviorSubject[Any] = BehaviorSubject({})

    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = begin()
        said.say(LINES[0])
        await said.until(lambda: said.frames)
        changes.on_next({"speed": "fast"})
        await said.end(*LINES[1:])
        assert np.array_equal(said.samples, sound(*LINES))
        assert [request.query["speed"] for request in server.requests] == ["", "fast"]

    play(scene, changes=changes)


@pytest.mark.parametrize("wrong", [{"vioce": "bert"}, {"base_url": "ftp://example.org"}], ids=str)
def test_tt20_an_option_that_does_not_exist_is_told_by_name(wrong: dict[str, str]) -> None:
    changes: BehaviorSubject[Any] = BehaviorSubject(wrong)

    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = await begin().end(*LINES)
        assert np.array_equal(said.samples, sound(*LINES))
        assert [next(iter(wrong)) in fault.message for fault in said.faults] == [True]

    play(scene, changes=changes)


def test_tt20_an_option_that_stays_as_it_is_changes_nothing() -> None:
    changes: BehaviorSubject[Any] = BehaviorSubject({})

    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = begin()
        said.say(LINES[0])
        changes.on_next({"voice": "anna"})
        await said.end(*LINES[1:])
        assert np.array_equal(said.samples, sound(*LINES))
        assert len(server.voices) == 1

    play(scene, changes=changes)


def test_tt28_a_graceful_end_waits_for_what_is_still_to_be_spoken() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = begin()
        said.say(*LINES)
        said.source.on_completed()
        assert not said.items
        await said.over.wait()
        assert np.array_equal(said.samples, sound(*LINES))

    play(scene, voice=SLOW)


def test_a_websocket_is_opened_before_the_first_sentence_is_there() -> None:
    async def scene(begin: Begin, server: ToyServer, tts: StreamingTts) -> None:
        said = begin()
        await asyncio.sleep(0.6)
        assert server.requests[0].status == 101
        await said.end("Hello there.")
        assert asyncio.get_running_loop().time() < 0.7

    play(scene, faults=Delay(answer=0.5))


def test_prewarming_saves_the_first_reply_the_handshake() -> None:
    async def main() -> None:
        async with ToyServer(VOICE, faults=Delay(answer=0.5)) as server:
            async with streaming_tts(Toy(url=server.ws_url)) as tts, Session() as session:
                await tts.prewarm()
                before = asyncio.get_running_loop().time()
                await reply(tts, session).end("Hello there.")
                assert asyncio.get_running_loop().time() - before < 0.1
                await tts.prewarm()
            assert len(server.requests) == 1
            assert server.open_connections == 0

    run_virtual(main(), real_io=True)


ONCE = [Drop(after=2), Drop(after=5, inside=True), Close(after=3), Hang(after=4), Refuse(503)]


@pytest.mark.parametrize("fault", ONCE, ids=str)
def test_a_server_that_dies_in_the_midst_of_a_reply_costs_no_sentence_and_doubles_none(
    fault: Any,
) -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = begin()
        for line in LINES:
            said.say(line)
            await asyncio.sleep(0.05)
        await said.end()
        assert np.array_equal(said.samples, sound(*LINES))
        assert len(said.faults) == 1
        assert len(server.requests) == 2

    play(scene, voice=SLOW, faults=[fault])


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("NET-0001: nothing came", " (NET-0001);"),
        ("input_timeout_exceeded", " (input_timeout_exceeded);"),
        ("Hello there is no text", ";"),
        ("", ";"),
    ],
)
def test_of_why_a_server_leaves_only_a_name_is_told(
    reason: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = await begin().end(*LINES)
        (fault,) = said.faults
        assert f"with code 1011{told}" in fault.message

    play(scene, voice=SLOW, faults=[Close(after=2, code=1011, reason=reason)])
    assert not [record for record in caplog.records if record.levelno > logging.DEBUG]


def test_a_server_that_dies_three_times_without_a_sound_is_given_up() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = await begin().end(*LINES)
        assert isinstance(said.error, ProviderError)
        assert not said.error.fatal
        assert len(said.faults) == len(server.requests) - 1 == 3

    play(scene, faults=Drop(after=0))


def test_a_server_that_never_answers_is_given_up() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = await begin().end(*LINES)
        assert isinstance(said.error, ProviderTimeout)
        assert asyncio.get_running_loop().time() < 10.0

    slow = ToneVoice(latency=60.0)
    play(scene, voice=slow, patience=Patience(answer=2.0, attempts=2))


def test_a_pause_of_the_model_does_not_end_a_reply() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = begin()
        said.say(LINES[0])
        await asyncio.sleep(30.0)
        await said.end(*LINES[1:])
        assert np.array_equal(said.samples, sound(*LINES))
        assert len(server.voices) == 1

    play(scene)


def test_contexts_that_the_server_never_lets_go_do_not_fill_a_websocket_for_ever() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        for _number in range(5):
            cut = begin()
            cut.say(*LINES)
            await cut.until(lambda cut=cut: cut.frames)
            cut.cut()
        await asyncio.sleep(FORGETTING + 0.1)
        await begin().end("Sorry.")
        assert len(server.requests) == 1

    play(scene, voice=SLOW)


def test_pieces_are_sent_as_they_come() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = begin()
        for piece in ("Hel", "lo ", "there."):
            said.source.on_next(Sentence(piece, piece=True))
            await asyncio.sleep(0.01)
        await said.end()
        assert sent(server, "say") == ["Hel", "lo ", "there."]
        assert used(said) == [len("Hello there.")]

    play(scene)


def test_tt18_pieces_that_say_nothing_open_no_context_and_come_with_the_first_that_does() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        for pieces in (["…", " ", "!"], ["…", " Hel", "lo", " ", "!"]):
            said = begin()
            for piece in pieces:
                said.source.on_next(Sentence(piece, piece=True))
            await said.end()
            assert said.error is None
        assert sent(server, "say") == ["… Hel", "lo", " ", "!"]
        assert len(server.voices) == 1

    play(scene)


class Marked(Toy):
    """Tells the end of each sentence."""

    __slots__ = ()
    marks = True

    def end(self, context: str, /, *, whole: bool) -> Iterable[str]:
        return ()

    def reader(self) -> Any:
        return MarkedReader()


class MarkedReader(ToyReader):
    def read(self, message: Any, /) -> Iterator[VoiceEvent]:
        yield from super().read(message)
        if "spoken" in message:
            yield SentenceDone(message["spoken"])


def test_tt25_a_sentence_that_the_server_has_no_sound_for_is_not_waited_for() -> None:
    class Server(ToyServer):
        async def say(self, socket: Socket, message: dict[str, Any]) -> None:
            await socket.send({"spoken": message["context"]})

    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = await begin().end("Hm.")
        assert asyncio.get_running_loop().time() < 0.1
        assert not tells_of_it(said)
        assert not said.frames

    play(scene, Marked, server=Server)


class FailingReader(MarkedReader):
    def read(self, message: Any, /) -> Iterator[VoiceEvent]:
        yield from super().read(message)
        if "failed" in message:
            yield Failed(message["failed"], ProviderRejected("no", provider="toy", status=400))


class Failing(Marked):
    """Tells, too, that a context has failed."""

    __slots__ = ()

    def reader(self) -> Any:
        return FailingReader()


def test_tt33_a_context_that_ends_in_a_pause_costs_nothing() -> None:
    class Server(ToyServer):
        async def say(self, socket: Socket, message: dict[str, Any]) -> None:
            await super().say(socket, message)
            await socket.send({"spoken": message["context"]})
            await socket.send({"failed": message["context"]})

    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = begin()
        said.say("Hm.")
        await said.until(lambda: said.faults)
        await said.end("Ha.")
        assert said.error is None
        assert np.array_equal(said.samples, sound("Hm.", "Ha."))

    play(scene, Failing, server=Server)


def test_a_server_that_wants_to_be_asked_much_later_is_given_up() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = await begin().end(*LINES)
        assert getattr(said.error, "retry_after", None) == 60.0
        assert asyncio.get_running_loop().time() < 0.1

    play(scene, faults=[Refuse(429, retry_after=60.0)])


def used(said: Reply) -> list[int]:
    return [item.characters for item in said.items if isinstance(item, Usage)]


def test_tt31_the_characters_of_each_sentence_are_told() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        assert used(await begin().end(*LINES)) == list(map(len, LINES))

    play(scene)


def test_who_belongs_to_no_session_has_a_websocket_of_his_own_that_is_closed() -> None:
    async def main() -> None:
        async with ToyServer(VOICE) as server:
            tts = streaming_tts(Toy(url=server.ws_url))
            session = Session()
            said = await reply(tts, session).end(*LINES)
            await session.aclose()
            assert np.array_equal(said.samples, sound(*LINES))
            await server.until(lambda: server.open_connections == 0)

    run_virtual(main(), real_io=True)


class Greeter(Toy):
    """Says so much at first that the server, which has left, cannot take it."""

    __slots__ = ()

    def greet(self) -> Iterable[str]:
        return ["{}" + " " * 2**16] * 200


WRONG: list[Any] = ["0.1", math.nan, math.inf, None]


class Wordy(Toy):
    """Tells words with every piece of audio."""

    __slots__ = ()

    def reader(self) -> Any:
        return WordyReader()


class WordyReader(ToyReader):
    def read(self, message: Any, /) -> Iterator[VoiceEvent]:
        def words() -> Words:
            at = message.get("at", 0.0)
            return Words(message["context"], (Word(message.get("word", "la"), at, at),))

        for event in super().read(message):
            yield from words_with_audio(words, event) if isinstance(event, Audio) else (event,)


@pytest.mark.parametrize("wrong", [*({"at": value} for value in WRONG), {"word": 5}], ids=str)
def test_words_that_are_none_cost_no_sound_and_are_told_once(wrong: dict[str, Any]) -> None:
    class Server(ToyServer):
        async def say(self, socket: Socket, message: dict[str, Any]) -> None:
            await super().say(socket, message | wrong)

    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = await begin().end(*LINES)
        assert said.error is None
        assert said.words == []
        assert np.array_equal(said.samples, sound(*LINES))
        assert ["could not be read" in fault.message for fault in said.faults] == [True]

    play(scene, Wordy, server=Server)


def test_audio_that_cannot_be_played_is_a_fault_and_what_follows_is_spoken() -> None:
    class Server(ToyServer):
        async def say(self, socket: Socket, message: dict[str, Any]) -> None:
            if message["context"] == next(iter(self.voices)):
                message = {**message, "audio": b64encode(b"RIFF" + bytes(60)).decode()}
            await super().say(socket, message)

    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = begin()
        said.say(LINES[0])
        await said.until(lambda: said.faults)
        await said.end(LINES[1])
        assert said.error is None
        assert np.array_equal(said.samples, sound(LINES[1]))
        assert ["cannot be played" in fault.message for fault in said.faults] == [True]

    play(scene, server=Server)


def test_a_server_that_leaves_before_it_was_greeted_is_given_up() -> None:
    async def scene(begin: Begin, server: ToyServer, _: StreamingTts) -> None:
        said = await begin().end(*LINES)
        assert isinstance(said.error, ProviderError)

    play(scene, Greeter, faults=Close(after=0))


def test_a_reply_goes_on_over_another_websocket_when_they_are_closed_in_its_midst() -> None:
    async def scene(begin: Begin, server: ToyServer, tts: StreamingTts) -> None:
        said = begin()
        said.say(*LINES)
        await said.until(lambda: said.frames)
        await tts.aclose()
        await said.end()
        assert np.array_equal(said.samples, sound(*LINES))
        assert len(said.faults) == 1
        await begin().end("Hello there.")
        assert len(server.requests) == 2  # none of which stays open

    play(scene, voice=SLOW)


def test_nothing_stays_open_when_all_is_closed_while_it_is_opened() -> None:
    async def scene(begin: Begin, server: ToyServer, tts: StreamingTts) -> None:
        warming = asyncio.ensure_future(tts.prewarm())
        await asyncio.sleep(0.1)
        await tts.aclose()
        await asyncio.wait([warming])
        await asyncio.sleep(0.1)
        assert isinstance(warming.exception(), ProviderError)
        assert [request.status for request in server.requests] == [101]
        assert server.open_connections == 0

    play(scene, faults=Delay(answer=0.5))
