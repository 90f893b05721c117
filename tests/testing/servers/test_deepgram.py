"""Deepgram's SDK talks to the fake."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import websockets

from rxvoice.audio import pcm_to_bytes
from rxvoice.testing import run_virtual, tone
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Duplicate,
    Exchange,
    Fail,
    FakeDeepgram,
    Fault,
    FluxTimes,
    Garble,
    Hang,
    Insert,
    Lose,
    Loud,
    Merge,
    Mistype,
    Raw,
    Refuse,
    Said,
    Split,
    Swap,
    ToneVoice,
)

# The SDK's asynchronous client stands on modules of websockets that are to go.
pytestmark = [
    pytest.mark.filterwarnings("ignore:websockets.legacy is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings(
        "ignore:websockets.exceptions.InvalidStatusCode is deprecated:DeprecationWarning"
    ),
]

SECOND = bytes(32_000)
SPOKEN = [Said("Hello there, friend.", at=0.5), Said("Good bye.", at=3.0)]


@asynccontextmanager
async def sdk(server: FakeDeepgram) -> AsyncGenerator[Any, None]:
    import httpx
    from deepgram import AsyncDeepgramClient
    from deepgram.environment import DeepgramClientEnvironment

    environment = DeepgramClientEnvironment(
        base=server.url, production=server.ws_url, agent=server.ws_url, agent_rest=server.url
    )
    async with httpx.AsyncClient(verify=False) as client:  # no TLS: certificates cost time
        yield AsyncDeepgramClient(api_key="secret", environment=environment, httpx_client=client)


@asynccontextmanager
async def listening(server: FakeDeepgram, **options: Any) -> AsyncGenerator[Any, None]:
    options = {"model": "nova-3", "encoding": "linear16", "sample_rate": 16_000, **options}
    async with sdk(server) as client, client.listen.v1.connect(**options) as socket:
        yield socket


@asynccontextmanager
async def flux(server: FakeDeepgram, **options: Any) -> AsyncGenerator[Any, None]:
    options = {"model": "flux-general-en", "encoding": "linear16", "sample_rate": 16_000, **options}
    async with sdk(server) as client, client.listen.v2.connect(**options) as socket:
        yield socket


@asynccontextmanager
async def speaking(server: FakeDeepgram, **options: Any) -> AsyncGenerator[Any, None]:
    options = {"model": "aura-2-x", "encoding": "linear16", "sample_rate": 16_000, **options}
    async with sdk(server) as client, client.speak.v1.connect(**options) as socket:
        yield socket


@asynccontextmanager
async def turns(server: FakeDeepgram, **options: Any) -> AsyncGenerator[Any, None]:
    options = {"model": "flux-alexis-en", "sample_rate": "16000", **options}
    async with sdk(server) as client, client.speak.v2.connect(**options) as socket:
        yield socket


async def generated(server: FakeDeepgram, text: str) -> AsyncGenerator[bytes, None]:
    """The pieces of speech over HTTP."""
    options = {"text": text, "encoding": "linear16", "sample_rate": 8_000, "container": "none"}
    async with sdk(server) as client:
        async for piece in client.speak.v1.audio.generate(**options):
            yield piece


async def heard(socket: Any, seconds: float) -> list[Any]:
    """Send silence, close, and return all that is told."""
    for _ in range(round(seconds * 50)):
        await socket.send_media(SECOND[:640])
    await socket.send_close_stream()
    return [message async for message in socket]


def results(messages: list[Any]) -> list[tuple[str, bool, bool]]:
    """Transcript, is_final and speech_final of every result."""
    return [
        (message.channel.alternatives[0].transcript, message.is_final, message.speech_final)
        for message in messages
        if message.type == "Results"
    ]


def in_virtual_time(main: Callable[[], Any]) -> None:
    run_virtual(main(), real_io=True)


def test_words_are_heard_where_they_lie_in_the_audio() -> None:
    async def main() -> None:
        async with FakeDeepgram(SPOKEN, key="secret") as server:
            options = {"interim_results": True, "endpointing": 300, "utterance_end_ms": 1000}
            async with listening(server, **options, vad_events=True, punctuate=True) as socket:
                messages = await heard(socket, 4.0)
            assert results(messages) == [
                ("Hello", False, False),
                ("Hello there,", False, False),
                ("Hello there, friend.", False, False),
                ("Hello there, friend.", True, True),
                ("Good", False, False),
                ("Good bye.", False, False),
                ("Good bye.", True, True),
            ]
            assert [m.type for m in messages if m.type != "Results"] == [
                "SpeechStarted",
                "UtteranceEnd",
                "SpeechStarted",
                "Metadata",
            ]
            first = next(m for m in messages if m.type == "Results" and m.is_final)
            words = [
                (word.word, word.punctuated_word) for word in first.channel.alternatives[0].words
            ]
            assert words == [("hello", "Hello"), ("there", "there,"), ("friend", "friend.")]
            times = [(word.start, word.end) for word in first.channel.alternatives[0].words]
            assert times == [(0.5, 0.75), (0.75, 1.0), (1.0, 1.25)]
            assert (first.start, first.duration) == (0.0, 1.55)
            assert [m.timestamp for m in messages if m.type == "SpeechStarted"] == [0.5, 3.0]
            assert [m.last_word_end for m in messages if m.type == "UtteranceEnd"] == [1.25]
            assert messages[-1].duration == 4.0
            assert server.requests[0].close_sent == 1000
            assert server.requests[0].query["interim_results"] == "true"

    in_virtual_time(main)


def test_only_what_was_asked_for_is_told() -> None:
    async def main() -> None:
        fake = FakeDeepgram(SPOKEN, latency=0.5)  # which the end of the stream waits for
        async with fake as server, listening(server, endpointing=300) as socket:
            messages = await heard(socket, 4.0)
            assert results(messages) == [
                ("hello there friend", True, True),
                ("good bye", True, True),
            ]
            assert [(m.start, m.duration) for m in messages[:2]] == [(0.0, 1.55), (1.55, 2.25)]
            assert messages[0].channel.alternatives[0].words[0].punctuated_word is None
            assert len(messages) == 3

    in_virtual_time(main)


def test_results_may_come_late() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        fake = FakeDeepgram([Said("Hello")], latency=0.4)
        async with fake as server, listening(server) as socket:
            await socket.send_media(SECOND)
            assert (await socket.recv()).is_final
            assert loop.time() == pytest.approx(0.4)

    in_virtual_time(main)


@pytest.mark.parametrize("answered", [True, False])
def test_finalize_ends_a_segment_and_says_so(answered: bool) -> None:
    """The confirmation is a result of its own, even within an utterance."""

    async def main() -> None:
        fake = FakeDeepgram(SPOKEN, empty_finalize=answered)
        async with fake as server, listening(server) as socket:
            await socket.send_media(SECOND)
            await socket.send_finalize()
            first = await socket.recv()
            assert results([first]) == [("hello there", True, True)]
            assert first.from_finalize
            await socket.send_finalize()
            await socket.send_media(SECOND)
            found = [await socket.recv() for _ in range(2 if answered else 1)]
            assert [(results([m])[0][0], m.from_finalize) for m in found] == [
                *([("", True)] if answered else []),
                ("friend", False),
            ]

    in_virtual_time(main)


def test_a_connection_without_messages_is_closed_and_keep_alive_prevents_it() -> None:
    """Keep-alive is the client's task; the SDK sends none by itself."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with FakeDeepgram(idle=10.0) as server, listening(server) as socket:
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(socket.recv(), 8.0)
                await socket.send_keep_alive()
            with pytest.raises(websockets.ConnectionClosedError) as caught:
                await socket.recv()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1011
            assert caught.value.rcvd.reason.startswith("NET-0001")
            assert loop.time() == pytest.approx(34.0)
            assert server.requests[0].said("KeepAlive") == [{"type": "KeepAlive"}] * 3

    in_virtual_time(main)


def test_what_cannot_be_read_is_an_error_and_empty_audio_ends_the_stream() -> None:
    async def main() -> None:
        async with FakeDeepgram() as server:
            url = server.ws_url + "/v1/listen?model=nova-3"
            async with websockets.connect(url) as socket:
                await socket.send("hello?")
                assert '"SchemaError"' in str(await socket.recv())
                await socket.send(b"")
                assert '"Metadata"' in str(await socket.recv())
            assert server.requests[0].close_sent == 1000
            with pytest.raises(websockets.InvalidStatus):
                await websockets.connect(server.ws_url + "/v1/listen")

    in_virtual_time(main)


def test_configuration_may_change_and_languages_and_speakers_are_told() -> None:
    async def main() -> None:
        from deepgram.listen.v1.types import ListenV1Configure

        said = Said("Bonjour", language="fr", speaker=2)
        options = {"language": "multi", "diarize": True}
        async with FakeDeepgram([said]) as server, listening(server, **options) as socket:
            await socket.send_configure(ListenV1Configure(keyterms=["rxvoice"]))
            changed = await socket.recv()
            assert (changed.type, changed.keyterms) == ("ConfigureSuccess", ["rxvoice"])
            alternative = (await heard(socket, 1.0))[0].channel.alternatives[0]
            assert alternative.languages == ["fr"]
            assert (alternative.words[0].language, alternative.words[0].speaker) == ("fr", 2)

    in_virtual_time(main)


def test_connections_may_hear_different_things_and_messages_as_they_are() -> None:
    async def main() -> None:
        def script(exchange: Exchange) -> list[Said | Raw]:
            odd = {"type": "Error", "variant": "odd", "description": "as it is"}
            return [Said("Again")] if exchange.number else [Raw(0.5, odd)]

        async with FakeDeepgram(script) as server:
            async with listening(server) as socket:
                assert (await heard(socket, 1.0))[0].description == "as it is"
            async with listening(server) as socket:
                assert results(await heard(socket, 1.0)) == [("again", True, True)]

    in_virtual_time(main)


def test_telephone_audio_has_a_clock_too() -> None:
    async def main() -> None:
        options = {"encoding": "mulaw", "sample_rate": 8_000}
        async with FakeDeepgram([Said("Hello")]) as server, listening(server, **options) as socket:
            await socket.send_media(bytes(2_080))  # 0.26 s
            assert (await socket.recv()).start == 0.0

    in_virtual_time(main)


@pytest.mark.parametrize("untold", ["encoding", "sample_rate"])
def test_raw_audio_that_nobody_described_is_not_heard(untold: str) -> None:
    async def main() -> None:
        options = {"model": "any", "encoding": "linear16", "sample_rate": "16000"}
        query = "&".join(f"{name}={value}" for name, value in options.items() if name != untold)
        async with (
            FakeDeepgram(SPOKEN) as server,
            websockets.connect(f"{server.ws_url}/v1/listen?{query}") as socket,
        ):
            await socket.send(SECOND * 4)
            await socket.send('{"type":"CloseStream"}')
            (only,) = [json.loads(message) async for message in socket]
        assert (only["type"], only["duration"], only["channels"]) == ("Metadata", 0.0, 0)

    in_virtual_time(main)


def test_an_utterance_is_heard_wherever_the_audio_is_loud() -> None:
    async def main() -> None:
        quiet = SECOND[: len(SECOND) // 2]
        hello = pcm_to_bytes(tone(0.4).samples)
        audio = quiet + hello + quiet + hello[: len(hello) // 2] + quiet
        said = Loud("Hello there.", word=0.2)
        async with FakeDeepgram(said) as server, listening(server, endpointing=100) as socket:
            for at in range(0, len(audio), 1_002):  # nor does it matter how it is cut
                await socket.send_media(audio[at : at + 1_002])
            await socket.send_close_stream()
            messages = [message async for message in socket]
        finals = [m for m in messages if m.type == "Results" and m.channel.alternatives[0].words]
        words = [m.channel.alternatives[0].words for m in finals]
        assert [m.channel.alternatives[0].transcript for m in finals] == ["hello there"] * 2
        assert [w[0].start for w in words] == pytest.approx([0.5, 1.4], abs=0.002)
        assert finals[0].start + finals[0].duration == pytest.approx(1.0, abs=0.04)

    in_virtual_time(main)


def test_what_lasts_longer_than_its_words_is_not_over_before_it_is_quiet() -> None:
    async def main() -> None:
        audio = pcm_to_bytes(tone(1.0).samples) + SECOND
        async with FakeDeepgram(Loud("Well.")) as server, listening(server) as socket:
            for at in range(0, len(audio), 640):
                await socket.send_media(audio[at : at + 640])
            await socket.send_close_stream()
            (final,) = [m async for m in socket if m.type == "Results"]
        assert final.speech_final
        assert final.duration == pytest.approx(1.01, abs=0.021)

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("said", "texts"),
    [
        (Loud("Hello there.", word=0.2), ["hello there hello there"]),
        (Loud("Hello there, my friend.", word=0.25), ["hello there my friend"]),
    ],
    ids=["one segment as long as it is not quiet", "words that last longer than the sound"],
)
def test_a_sound_that_follows_soon(said: Loud, texts: list[str]) -> None:
    async def main() -> None:
        hello = pcm_to_bytes(tone(0.4).samples)
        audio = hello + SECOND[:16_000] + hello + SECOND
        async with FakeDeepgram(said) as server, listening(server, endpointing=800) as socket:
            for at in range(0, len(audio), 640):
                await socket.send_media(audio[at : at + 640])
            await socket.send_close_stream()
            finals = [m async for m in socket if m.type == "Results"]
        assert [m.channel.alternatives[0].transcript for m in finals] == texts

    in_virtual_time(main)


@pytest.mark.parametrize("interims", [False, True])
def test_the_end_of_an_utterance_is_told_along_with_interims(interims: bool) -> None:
    async def main() -> None:
        options = {"utterance_end_ms": "1000", "interim_results": interims}
        async with FakeDeepgram(SPOKEN) as server, listening(server, **options) as socket:
            kinds = [message.type for message in await heard(socket, 4.0)]
        assert ("UtteranceEnd" in kinds) is interims

    in_virtual_time(main)


def test_flux_tells_turns() -> None:
    """Start, eager end, resumption and end of a turn."""

    async def main() -> None:
        said = [Said("Well,", at=0.5), Said("good bye.", at=1.2), Said("Oh.", at=4.0)]
        async with FakeDeepgram(said, flux=FluxTimes(eager=0.3, end=0.8)) as server:
            async with flux(server, eager_eot_threshold=0.4) as socket:
                first, *infos = await heard(socket, 4.5)
            assert (first.type, first.sequence_id) == ("Connected", 0)
            assert [(info.event, info.transcript, info.turn_index) for info in infos] == [
                ("StartOfTurn", "Well,", 0),
                ("EagerEndOfTurn", "Well,", 0),
                ("TurnResumed", "Well, good", 0),
                ("Update", "Well, good bye.", 0),
                ("EagerEndOfTurn", "Well, good bye.", 0),
                ("EndOfTurn", "Well, good bye.", 0),
                ("StartOfTurn", "Oh.", 1),
            ]
            assert [info.sequence_id for info in infos] == list(range(1, 8))
            assert [info.trigger for info in infos if info.trigger] == ["model"]
            assert infos[5].audio_window_end == pytest.approx(2.5)

    in_virtual_time(main)


def test_a_client_of_flux_may_end_the_turn_and_configure() -> None:
    async def main() -> None:
        from deepgram.listen.v2.types import ListenV2Configure, ListenV2ConfigureThresholds

        async with FakeDeepgram(SPOKEN) as server, flux(server) as socket:
            assert (await socket.recv()).type == "Connected"
            await socket.send_configure(
                ListenV2Configure(thresholds=ListenV2ConfigureThresholds(eot_threshold=0.8))
            )
            changed = await socket.recv()
            assert (changed.type, changed.thresholds.eot_threshold) == ("ConfigureSuccess", 0.8)
            await socket.send_media(SECOND)
            assert [(await socket.recv()).event for _ in range(2)] == ["StartOfTurn", "Update"]
            await socket.send_force_end_turn()
            ended = await socket.recv()
            assert (ended.event, ended.trigger) == ("EndOfTurn", "manual")
            assert ended.transcript == "Hello there,"

    in_virtual_time(main)


def test_flux_tells_languages_and_takes_hints() -> None:
    async def main() -> None:
        from deepgram.listen.v2.types import ListenV2Configure

        said = [Said("Hola", at=0.0, language="es"), Said("you there", at=0.3)]
        options = {"model": "flux-general-multi", "language_hint": ["es"], "keyterm": "hola"}
        async with FakeDeepgram(said) as server, flux(server, **options) as socket:
            await socket.recv()
            await socket.send_media(SECOND)
            first, *_, last = [await socket.recv() for _ in range(3)]
            assert (first.languages, first.languages_hinted) == (["es"], ["es"])
            assert last.languages == ["en", "es"]
            await socket.send_configure(ListenV2Configure(language_hints=["de", "fr"]))
            changed = await socket.recv()
            assert changed.type == "ConfigureSuccess"
            assert (changed.language_hints, changed.keyterms) == (["de", "fr"], ["hola"])

    in_virtual_time(main)


@pytest.mark.parametrize(
    "change",
    [
        {"language_hints": ["de"]},
        {"thresholds": {"eot_threshold": 0.4}},
        {"thresholds": {"eager_eot_threshold": 0.9}},
        {"thresholds": {"speed": 1.0}},
    ],
    ids=str,
)
def test_flux_refuses_what_it_cannot_do(change: dict[str, Any]) -> None:
    async def main() -> None:
        from deepgram.listen.v2.types import ListenV2Configure

        async with FakeDeepgram() as server, flux(server) as socket:
            await socket.recv()
            await socket.send_configure(ListenV2Configure(**change))
            assert (await socket.recv()).type == "ConfigureFailure"

    in_virtual_time(main)


async def spoken(socket: Any) -> tuple[int, list[str]]:
    """Bytes of audio, and the types of the messages."""
    size, kinds = 0, list[str]()
    async for message in socket:
        if isinstance(message, bytes):
            size += len(message)
        else:
            kinds.append(message.type)
    return size, kinds


def test_text_is_spoken_when_it_is_flushed() -> None:
    async def main() -> None:
        from deepgram.speak.v1.types import SpeakV1Text

        async with FakeDeepgram() as server:
            async with speaking(server) as socket:
                for text in ("Hello ", "you"):
                    await socket.send_text(SpeakV1Text(text=text))
                await socket.send_flush()
                await socket.send_text(SpeakV1Text(text="there"))
                await socket.send_close()
                size, kinds = await spoken(socket)
            assert size == 14 * 1_600
            assert kinds == ["Metadata", "Flushed", "Flushed"]
            assert server.requests[0].close_sent == 1000

    in_virtual_time(main)


def test_text_is_flushed_twenty_times_in_a_minute() -> None:
    async def main() -> None:
        from deepgram.speak.v1.types import SpeakV1Text

        async with FakeDeepgram() as server:
            async with speaking(server) as socket:
                heard = asyncio.create_task(spoken(socket))
                for _ in range(21):
                    await socket.send_text(SpeakV1Text(text="Hi"))
                    await socket.send_flush()
                await asyncio.sleep(60.0)
                await socket.send_flush()
                await socket.send_close()
                size, kinds = await heard
            assert size == 42 * 1_600
            assert sorted(kinds) == ["Flushed"] * 21 + ["Metadata", "Warning"]

    in_virtual_time(main)


def test_clear_cuts_speech_off() -> None:
    """Nothing of what was cleared is spoken after the confirmation."""

    async def main() -> None:
        from deepgram.speak.v1.types import SpeakV1Text

        loop = asyncio.get_running_loop()
        fake = FakeDeepgram(voice=ToneVoice(speed=1.0))
        options = {"encoding": "mulaw", "sample_rate": 8_000}
        async with fake as server, speaking(server, **options) as socket:
            await socket.send_text(SpeakV1Text(text="x" * 100))
            await socket.send_flush()
            while not isinstance(await socket.recv(), bytes):
                pass
            await socket.send_text(SpeakV1Text(text="this too"))
            await socket.send_clear()
            while isinstance(cleared := await socket.recv(), bytes):
                pass
            assert cleared.type == "Cleared"
            assert loop.time() < 0.2
            await socket.send_close()
            assert await spoken(socket) == (0, [])

    in_virtual_time(main)


async def until(socket: Any, kind: str) -> tuple[int, Any]:
    """Bytes of audio until a message of a type, and that message."""
    size = 0
    while isinstance(message := await socket.recv(), bytes) or message.type != kind:
        size += len(message) if isinstance(message, bytes) else 0
    return size, message


def test_flux_speaks_sentences_as_they_come_and_the_rest_when_the_turn_is_flushed() -> None:
    async def main() -> None:
        from deepgram.speak.v2.types import SpeakV2Speak

        async with FakeDeepgram() as server, turns(server) as socket:
            for text in ("Hello", " you. How", " are you"):
                await socket.send_speak(SpeakV2Speak(text=text))
            _, started = await until(socket, "SpeechStarted")
            assert started.speech_id == "dg_sp_000000000001"
            size = 0
            while size < 10 * 1_600:
                size += len(await socket.recv())
            await socket.send_flush()
            await socket.send_speak(SpeakV2Speak(text="Bye"))
            rest, ended = await until(socket, "SpeechMetadata")
            assert (size + rest) / 1_600 == len("Hello you.") + len("How are you")
            assert ended.audio_duration_ms == 1050
            assert ended.input_character_count == len("Hello you. How are you")
            await socket.send_close()
            rest, ended = await until(socket, "SessionMetadata")
            assert (rest / 1_600, ended.total_audio_duration_ms) == (3, 1200)

    in_virtual_time(main)


def test_flux_tells_what_was_heard_of_a_turn_that_is_interrupted() -> None:
    async def main() -> None:
        from deepgram.speak.v2.types import (
            SpeakV2Interrupt,
            SpeakV2InterruptPlaybackOffset,
            SpeakV2Speak,
        )

        fake = FakeDeepgram(voice=ToneVoice(speed=1.0))
        async with fake as server, turns(server) as socket:
            await socket.send_interrupt()
            assert (await until(socket, "Warning"))[1].code == "NO_AUDIO_GENERATED"
            await socket.send_speak(SpeakV2Speak(text="Hello there, my friend. And "))
            await until(socket, "SpeechStarted")
            for _ in range(6):
                await socket.recv()
            offset = SpeakV2InterruptPlaybackOffset(value=250)
            await socket.send_interrupt(SpeakV2Interrupt(playback_offset=offset))
            _, cut = await until(socket, "SpeechInterrupted")
            assert (cut.audio_played_ms, cut.text_spoken) == (250, "Hello")
            assert cut.text_remaining == " there, my friend. And "
            assert cut.metadata.audio_duration_ms in (600, 700)
            await socket.send_interrupt()
            assert (await until(socket, "Warning"))[1].code == "NO_ACTIVE_SPEECH"
            await socket.send_speak(SpeakV2Speak(text="Sorry."))
            await socket.send_flush()
            size, ended = await until(socket, "SpeechMetadata")
            assert (size, ended.speech_id) == (6 * 1_600, "dg_sp_000000000002")

    in_virtual_time(main)


def test_speech_over_http() -> None:
    async def main() -> None:
        async with FakeDeepgram(voice=ToneVoice(speed=2.0)) as server:
            pieces = [piece async for piece in generated(server, "hello")]
            assert len(b"".join(pieces)) == 0.25 * 16_000
            assert asyncio.get_running_loop().time() == pytest.approx(0.1)
            from deepgram.core.api_error import ApiError

            with pytest.raises(ApiError) as caught:
                _ = [piece async for piece in generated(server, "x" * 2001)]
            assert caught.value.status_code == 413

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("query", "begins", "size"),
    [
        ("encoding=linear16", b"RIFF", 44 + 2 * 24_000 * 0.25),
        ("encoding=linear16&container=none", b"\0\0", 2 * 24_000 * 0.25),
        ("encoding=mulaw", b"", 8_000 * 0.25),
    ],
)
def test_speech_over_http_comes_in_a_wav_unless_told_otherwise(
    query: str, begins: bytes, size: float
) -> None:
    async def main() -> None:
        async with FakeDeepgram() as server, aiohttp.ClientSession() as client:
            url = f"{server.url}/v1/speak?{query}"
            async with client.post(url, json={"text": "hello"}) as response:
                audio = await response.read()
        assert audio.startswith(begins)
        assert len(audio) == size

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/v1/listen", "model is required"),
        ("/v1/listen?model=any&utterance_end_ms=999", "Invalid 'utterance_end_ms' value of '999'"),
        ("/v2/listen?model=flux-general-en&eot_threshold=2", "eot_threshold must lie between"),
        ("/v2/listen?model=flux-general-en&eager_eot_threshold=0.8", "not be greater than"),
        ("/v2/listen?model=flux-general-en&eot_threshold=high", "no number"),
        ("/v2/listen?model=flux-general-en&language_hint=de", "only valid with"),
        ("/v1/speak?sample_rate=22050", "linear16 with a sample_rate of 22050"),
        ("/v1/speak?encoding=opus", "not opus"),
        ("/v2/speak?model=aura-2-thalia-en", "a flux model is required"),
        ("/v2/speak?model=flux-alexis-en&encoding=opus", "opus with"),
        ("/nowhere", "Not Found"),
    ],
)
def test_a_handshake_is_refused_with_the_reason_in_a_header(path: str, why: str) -> None:
    async def main() -> None:
        async with FakeDeepgram() as server:
            with pytest.raises(websockets.InvalidStatus) as caught:
                await websockets.connect(server.ws_url + path)
            assert why in caught.value.response.headers["dg-error"]

    in_virtual_time(main)


def test_all_that_is_said_fits_the_sdks_types() -> None:
    async def main() -> None:
        from deepgram.listen.v1 import types as v1
        from deepgram.listen.v2 import types as v2
        from deepgram.speak.v1 import types as speak

        models = {
            "/v1/listen": {
                "Results": v1.ListenV1Results,
                "SpeechStarted": v1.ListenV1SpeechStarted,
                "UtteranceEnd": v1.ListenV1UtteranceEnd,
                "Metadata": v1.ListenV1Metadata,
                "ConfigureSuccess": v1.ListenV1ConfigureSuccess,
                "Error": v1.ListenV1Error,
            },
            "/v2/listen": {
                "Connected": v2.ListenV2Connected,
                "TurnInfo": v2.ListenV2TurnInfo,
                "ConfigureSuccess": v2.ListenV2ConfigureSuccess,
                "ConfigureFailure": v2.ListenV2ConfigureFailure,
                "Warning": v2.ListenV2Warning,
                "Error": v2.ListenV2FatalError,
            },
            "/v1/speak": {
                "Metadata": speak.SpeakV1Metadata,
                "Flushed": speak.SpeakV1Flushed,
                "Cleared": speak.SpeakV1Cleared,
                "Warning": speak.SpeakV1Warning,
            },
        }
        query = "?model=any&interim_results=true&vad_events=true&utterance_end_ms=1000"
        query += "&encoding=linear16&sample_rate=16000"
        query += "&punctuate=true&diarize=true&language=multi&eager_eot_threshold=0.5"
        said = {
            "/v1/listen": [SECOND * 4, "what?", '{"type":"Configure","keyterms":[]}', b""],
            "/v2/listen": [
                SECOND * 4,
                "what?",
                '{"type":"Configure","thresholds":{"eot_timeout_ms":900}}',
                '{"type":"Configure","thresholds":{"eot_timeout_ms":9}}',
                '{"type":"CloseStream"}',
            ],
            "/v1/speak": [
                '{"type":"Speak","text":"hi"}',
                '{"type":"Flush"}',
                '{"type":"Clear"}',
                "what?",
                '{"type":"Speak","text":"hi"}',
                '{"type":"Close"}',
            ],
        }
        faults = {"/v?/listen": [Fail(after=1)] * 2}
        async with FakeDeepgram(SPOKEN, faults=faults) as server:
            for path, messages in said.items():
                async with websockets.connect(server.ws_url + path + query) as socket:
                    for message in messages:
                        await socket.send(message)
                    _ = [message async for message in socket]
            for request in server.requests:
                assert kinds_of(request, models[request.path]) == models[request.path].keys()

    in_virtual_time(main)


def kinds_of(request: Exchange, models: dict[str, Any]) -> set[str]:
    """Check what a connection was told, and return the types."""
    own_to_others = {"variant", "message", "code", "sequence_id"}
    seen = set[str]()
    for sent in request.sent:
        if isinstance(sent.message, dict):
            kind = sent.message["type"]
            unknown = set(models[kind].model_validate(sent.message).model_extra or {})
            assert unknown <= (own_to_others if kind == "Error" else set())
            seen.add(kind)
    return seen


def test_all_that_is_said_of_turns_of_speech_fits_the_sdks_types() -> None:
    async def main() -> None:
        from deepgram.speak.v2 import types

        models = {
            "Connected": types.SpeakV2Connected,
            "SpeechStarted": types.SpeakV2SpeechStarted,
            "Flushed": types.SpeakV2Flushed,
            "SpeechMetadata": types.SpeakV2SpeechMetadata,
            "SpeechInterrupted": types.SpeakV2SpeechInterrupted,
            "SessionMetadata": types.SpeakV2SessionMetadata,
            "Warning": types.SpeakV2Warning,
            "Error": types.SpeakV2Error,
        }
        async with FakeDeepgram() as server:
            url = server.ws_url + "/v2/speak?model=flux-alexis-en"
            async with websockets.connect(url) as socket:
                await socket.send('{"type":"Flush"}')
                await socket.send('{"type":"Speak","text":"Hello. And "}')
                while not isinstance(await socket.recv(), bytes):
                    pass
                await socket.send('{"type":"Interrupt","playback_offset":{"value":1}}')
                await socket.send('{"type":"Speak","text":"Sorry"}')
                await socket.send('{"type":"Close"}')
                _ = [message async for message in socket]
            async with websockets.connect(url) as socket:
                await socket.send("what?")
                with pytest.raises(websockets.ConnectionClosedError, match="MESSAGE-0000"):
                    _ = [message async for message in socket]
            first, second = server.requests
            assert kinds_of(first, models) | kinds_of(second, models) == models.keys()

    in_virtual_time(main)


# Faults.


def told(fault: Fault | None, seconds: float = 4.0) -> tuple[list[Any], Exception | None]:
    """What a client is told, and how it fails."""

    async def main() -> tuple[list[Any], Exception | None]:
        messages: list[Any] = []
        async with FakeDeepgram(SPOKEN, faults=fault) as server:
            try:
                async with listening(server, endpointing=300) as socket:
                    for _ in range(4):
                        await socket.send_media(SECOND)
                    await socket.send_close_stream()
                    async for message in socket:
                        messages.append(message)
            except Exception as error:
                return messages, error
        return messages, None

    return run_virtual(main(), real_io=True)


HELLO, BYE = ("hello there friend", True, True), ("good bye", True, True)


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (None, [HELLO, BYE]),
        (Split(size=1), [HELLO, BYE]),
        (Split(seed=4), [HELLO, BYE]),
        (Merge(3), [HELLO, BYE]),
        (Delay(answer=2.0, first=1.0, between=1.0), [HELLO, BYE]),
        (Duplicate(after=0), [HELLO, HELLO, BYE]),
        (Swap(after=0), [BYE, HELLO]),
        (Lose(after=0), [BYE]),
        (Fail(after=1), [HELLO, BYE]),
        (Close(after=1, code=1000), [HELLO]),
    ],
    ids=str,
)
def test_faults_that_the_sdk_bears(fault: Fault | None, found: list[Any]) -> None:
    messages, error = told(fault)
    assert (results(messages), error) == (found, None)


def test_an_unknown_message_comes_out_as_none() -> None:
    messages, error = told(Insert(after=1))
    assert error is None
    assert [message and message.type for message in messages] == [
        "Results",
        None,
        "Results",
        "Metadata",
    ]


def test_a_wrong_type_reaches_the_client_as_it_is() -> None:
    messages, error = told(Mistype(after=1, field="start"))
    assert error is None
    assert messages[1].start == "wrong"


@pytest.mark.parametrize(
    ("fault", "code", "count"),
    [
        (Close(after=1, code=1011, reason="NET-0000"), 1011, 1),
        (Close(after=0, code=1008), 1008, 0),
        (Drop(after=1), None, 1),
        (Drop(after=1, reset=True), None, 1),
        (Drop(after=1, inside=True), None, 1),
        (Corrupt(after=1), None, 1),
    ],
    ids=str,
)
def test_connections_that_end_badly(fault: Fault, code: int | None, count: int) -> None:
    messages, error = told(fault)
    assert isinstance(error, websockets.ConnectionClosedError)
    assert (error.rcvd and error.rcvd.code) == code
    assert len(messages) == count


def test_a_connection_that_hangs_is_given_up_by_its_pings() -> None:
    messages, error = told(Hang(after=1))
    assert isinstance(error, websockets.ConnectionClosedError)
    assert error.rcvd is None
    assert len(messages) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_refused_handshakes(status: int) -> None:
    from deepgram.core.api_error import ApiError

    _, error = told(Refuse(status, retry_after=1.0))
    assert isinstance(error, ApiError)
    assert error.status_code == status


def test_malformed_messages_are_the_clients_to_bear() -> None:
    messages, _ = told(Garble(after=1))
    assert results(messages[:1]) == [HELLO]
    assert len(messages) < 3


def test_a_wrong_key_is_refused() -> None:
    async def main() -> None:
        from deepgram.core.api_error import ApiError

        async with FakeDeepgram(key="another") as server:
            with pytest.raises(ApiError) as caught:
                async with listening(server):
                    pass
            assert caught.value.status_code == 401
            with pytest.raises(ApiError) as caught:
                _ = [piece async for piece in generated(server, "hi")]
            assert caught.value.body["err_code"] == "INVALID_AUTH"

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("fault", "ends"),
    [
        (Drop(after=2), True),
        (Drop(after=2, inside=True), True),
        (Hang(after=2), True),
        (Close(after=2), False),
        (Garble(after=1), False),
        (Split(seed=1), False),
    ],
    ids=str,
)
def test_faults_of_speech_over_http(fault: Fault, ends: bool) -> None:
    async def main() -> None:
        import httpx

        async with FakeDeepgram(faults=fault) as server:
            audio, error = b"", None
            try:
                async for piece in generated(server, "hello"):
                    audio += piece
            except httpx.TransportError as caught:
                error = caught
            assert (error is not None) is ends
            if isinstance(fault, Garble):
                assert len(audio) % 2 == 1
            elif not isinstance(fault, Split):
                assert len(audio) >= 2 * 1600

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (lambda: FakeDeepgram(latency=-1.0), "latency"),
        (lambda: FakeDeepgram(idle=0.0), "idle"),
        (lambda: FluxTimes(eager=1.0, end=0.5), "eager"),
        (lambda: Said(" "), "text"),
        (lambda: Said("x", at=-1.0), "at"),
        (lambda: Said("x", word=0.0), "word"),
    ],
)
def test_bad_arguments_are_named(make: Callable[[], object], argument: str) -> None:
    with pytest.raises(ValueError, match=f"^{argument}"):
        make()


def test_utterances_may_not_overlap() -> None:
    async def main() -> None:
        async with FakeDeepgram([Said("one two", at=0.0), Said("three", at=0.3)]) as server:
            with pytest.raises(websockets.ConnectionClosedError):
                async with listening(server) as socket:
                    await socket.recv()

    with pytest.raises(ValueError, match="begins before"):
        in_virtual_time(main)
