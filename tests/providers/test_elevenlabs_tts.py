"""ElevenLabs' voice over its websocket: messages, the contract, faults, interruptions."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from elevenlabs.types.close_context import CloseContext
from elevenlabs.types.close_socket import CloseSocket
from elevenlabs.types.flush_context import FlushContext
from elevenlabs.types.initialize_connection_multi import InitializeConnectionMulti
from elevenlabs.types.keep_context_alive import KeepContextAlive
from elevenlabs.types.send_text_multi import SendTextMulti
from reactivex.subject import BehaviorSubject

from rxvoice.contracts import Synthesizer
from rxvoice.errors import ProviderError
from rxvoice.items import Sentence, Word, spoken_text
from rxvoice.providers._elevenlabs_speak import ElevenReader, ElevenSpeak
from rxvoice.providers._voice import Audio, Done, VoiceEvent, Words
from rxvoice.providers.elevenlabs import elevenlabs_tts
from rxvoice.testing.conformance import check_synthesizer
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Exchange,
    Fail,
    FakeElevenLabs,
    Fault,
    Garble,
    Hang,
    Insert,
    Mistype,
    Refuse,
    Split,
    ToneVoice,
)

from .speaking import LINES, Reply, spoken, tells_of_it

VOICE = ToneVoice(character=0.02)
SLOW = ToneVoice(character=0.02, speed=2.0)
WORDS = " ".join(LINES).split()


def served(
    fault: Any = None,
    servers: list[FakeElevenLabs] | None = None,
    voice: ToneVoice = VOICE,
    key: str = "k",
    **options: Any,
) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Synthesizer]:
        async with FakeElevenLabs(voice=voice, faults=fault, key=key) as server:
            if servers is not None:
                servers.append(server)
            yield elevenlabs_tts("v", base_url=server.url, api_key="k", **options)

    return make


def sound_of(*lines: str) -> Any:
    return np.concatenate([VOICE.speak(line + " ", 24_000).samples for line in lines])


def asked(exchange: Exchange) -> list[dict[str, Any]]:
    return [dict(m.message) for m in exchange.received]  # pyright: ignore


# What messages mean.

RATE = 1_000


def chunk(text: str | None, context: str = "a", **more: Any) -> dict[str, Any]:
    """Audio of 0.1 s for each character."""
    size = len(text or "xx")
    alignment = text and {
        "chars": list(text),
        "charStartTimesMs": [100 * n for n in range(size)],
        "charDurationsMs": [100] * size,
    }
    audio = b64encode(bytes(200 * size)).decode()
    told = {"audio": audio, "alignment": alignment, "normalizedAlignment": alignment}
    return {**told, "contextId": context, **more}


FINAL = {"isFinal": True, "contextId": "a"}


def read(*messages: Any, normalized: bool = False) -> list[VoiceEvent]:
    reader = ElevenReader(RATE, normalized=normalized)
    return [event for message in messages for event in reader.read(message)]


def test_tt11_words_that_are_cut_by_a_message_are_put_together() -> None:
    found = read(chunk("Hi t"), chunk("o "), chunk(None), chunk("me"), FINAL)
    assert [event for event in found if not isinstance(event, Audio)] == [
        Words("a", (Word("Hi", 0.0, 0.2),), until=0.3),
        Words("a", (Word("to", 0.3, 0.5),)),
        Words("a", ()),
        Words("a", (), until=0.8),
        Words("a", (Word("me", 0.8, 1.0),)),
        Done("a"),
    ]


def test_contexts_know_nothing_of_each_other() -> None:
    found = read(
        chunk("On", "a"),
        chunk("Two", "b"),
        {"isFinal": True, "contextId": "b"},
        {"isFinal": True, "contextId": "a"},
        {"isFinal": True, "contextId": "c"},
        chunk("New", "b"),
        {"somethingNew": True},
        "text",
    )
    texts = [
        (event.context, [(word.text, word.pts) for word in event.words])
        for event in found
        if isinstance(event, Words) and event.words
    ]
    assert texts == [("b", [("Two", 0.0)]), ("a", [("On", 0.0)])]
    assert [event.context for event in found if isinstance(event, Done)] == ["b", "a", "c"]
    last = found[-2]
    assert isinstance(last, Words)
    assert last.until == 0.0


def test_tt12_signs_of_languages_without_blanks_are_words_that_carry_theirs() -> None:
    found = read(chunk("你好。OK "))
    words = [word for event in found if isinstance(event, Words) for word in event.words]
    assert [(word.text, word.verbatim) for word in words] == [
        ("你", True),
        ("好", True),
        ("。", True),
        ("OK", False),
    ]
    assert spoken_text(words) == "你好。 OK"


@pytest.mark.parametrize(
    ("written", "said", "normalized", "told"),
    [
        ("at 5 ", "at five ", False, "at 5"),
        ("at 5 ", "at five ", True, "at five"),
        ("привет ", "privet ", True, "привет"),
        ("привет 5 ", "привет пять ", True, "привет пять"),
    ],
)
def test_tt13_words_are_as_spoken_when_that_is_asked_for_but_never_romanised(
    written: str, said: str, normalized: bool, told: str
) -> None:
    message = {**chunk(written), "normalizedAlignment": chunk(said)["alignment"]}
    found = read(message, normalized=normalized)
    words = [word for event in found if isinstance(event, Words) for word in event.words]
    assert spoken_text(words) == told


@pytest.mark.parametrize(
    ("error", "code", "fatal", "retryable"),
    [
        ("invalid_api_key", 1008, True, False),
        ("max_active_conversations", 1008, False, True),
        ("input_timeout_exceeded", 1008, False, True),
        ("quota_exceeded", 1008, False, False),
        ("invalid_voice_settings", 1008, False, False),
        ("A sentence.", 1011, False, True),
    ],
)
def test_errors_end_the_websocket(error: str, code: int, fatal: bool, retryable: bool) -> None:
    with pytest.raises(ProviderError) as caught:
        read({"message": "secret", "error": error, "code": code})
    assert (caught.value.fatal, caught.value.retryable) == (fatal, retryable)
    assert "secret" not in str(caught.value)


# What is sent.


def test_what_is_sent_fits_the_sdks_types() -> None:
    settings: dict[str, Any] = {"stability": 0.5}
    dialect = ElevenSpeak(voice_id="v", model_id="m", voice_settings=settings)
    kinds: list[tuple[Any, Any]] = [
        (InitializeConnectionMulti, dialect.begin("a")),
        (SendTextMulti, dialect.speak("a", "Hi.", whole=True)),
        (SendTextMulti, dialect.speak("a", "Hi", whole=False)),
        (FlushContext, list(dialect.end("a", whole=False))[:1]),
        (CloseContext, dialect.end("a", whole=True)),
        (CloseContext, dialect.cancel("a")),
        (KeepContextAlive, dialect.keepalive(["a", "b"])),
        (CloseSocket, dialect.goodbye()),
    ]
    for kind, frames in kinds:
        for frame in frames:
            found = kind.model_validate(json.loads(frame))
            assert not found.model_extra, kind


def test_tt30_whole_sentences_are_flushed_and_end_with_a_blank_and_pieces_are_gathered() -> None:
    def said(whole: bool, **options: Any) -> dict[str, Any]:
        dialect = ElevenSpeak(voice_id="v", model_id="m", **options)
        (frame,) = dialect.speak("a", "Hi", whole=whole)
        return json.loads(frame)

    assert said(True) == {"text": "Hi ", "context_id": "a", "flush": True}
    assert said(False) == {"text": "Hi", "context_id": "a"}
    assert said(True, auto_mode=True) == {"text": "Hi ", "context_id": "a"}


def test_tt21_truth_values_are_written_small_and_only_none_is_left_out() -> None:
    async def url(**options: Any) -> str:
        dialect = ElevenSpeak(voice_id="a/b", model_id="m", api_key="k", **options)
        return (await dialect.open()).url

    found = asyncio.run(url(base_url="http://here:1", enable_logging=False, seed=0))
    assert found == (
        "ws://here:1/v1/text-to-speech/a%2Fb/multi-stream-input?model_id=m"
        "&output_format=pcm_24000&enable_logging=false&sync_alignment=true&seed=0"
    )
    found = asyncio.run(url(auto_mode=True, language_code="de-AT", extra={"new": False}))
    assert "&auto_mode=true" in found
    assert "language_code=de&" in found
    assert found.endswith("&new=false")


@pytest.mark.parametrize("voice", ["", "v"])
def test_tt32_a_voice_is_required_and_bad_options_are_named(voice: str) -> None:
    with pytest.raises(ValueError, match="sample_rate" if voice else "voice_id"):
        elevenlabs_tts(voice, sample_rate=11_025)


# The contract, and faults.


def test_tt01_it_keeps_the_contract() -> None:
    assert not check_synthesizer(served(), failing=served(key="another")).skipped


def test_in_auto_mode_it_keeps_the_contract() -> None:
    check_synthesizer(served(auto_mode=True))


BORNE = [Split(seed=1), Insert(after=0) + Insert(after=2), Delay(first=0.3, between=0.02)]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_it_bears(fault: Fault) -> None:
    said = spoken(served(fault))
    assert np.array_equal(said.samples, sound_of(*LINES))
    assert said.words == WORDS
    assert not tells_of_it(said)


def test_times_that_are_none_cost_no_sound() -> None:
    said = spoken(served([Mistype(after=0, field="alignment.charStartTimesMs")]))
    assert np.array_equal(said.samples, sound_of(*LINES))
    assert len(said.faults) == 1


ONCE = [
    Refuse(429),
    Close(after=6),
    Drop(after=None),
    Drop(after=6, inside=True),
    Hang(after=6),
    Corrupt(after=6),
    Fail(after=6),
]


@pytest.mark.parametrize("fault", ONCE, ids=str)
def test_a_connection_that_is_lost_once_loses_and_doubles_nothing(fault: Fault) -> None:
    """Only of the silence between two sentences a part may go, or come twice."""
    said = spoken(served([fault]))
    wanted = sound_of(*LINES)
    assert said.error is None
    assert np.array_equal(said.samples[said.samples != 0], wanted[wanted != 0])
    assert abs(len(said.samples) - len(wanted)) <= 0.02 * 24_000
    assert said.words == WORDS
    assert len(said.faults) == 1


TOLD = [
    Close(after=1, code=1008, reason="why"),
    Garble(after=0),
    Mistype(after=0, field="audio"),
    Hang(),
]


@pytest.mark.parametrize("fault", TOLD, ids=str)
def test_tt33_what_goes_on_is_told_and_is_not_fatal(fault: Fault) -> None:
    said = spoken(served(fault))
    assert tells_of_it(said)
    assert not getattr(said.error, "fatal", False)


def test_tt33_wrong_credentials_are_fatal() -> None:
    assert getattr(spoken(served(key="another")).error, "fatal", False)


# Contexts.


def test_tt17_an_interruption_closes_the_context_and_nothing_late_reaches_the_next() -> None:
    servers: list[FakeElevenLabs] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(8):
            cut = begin()
            cut.say(*LINES)
            await cut.until(lambda cut=cut: cut.frames)
            cut.cut()
            count = len(cut.items)
            said = await begin().end("Sorry.")
            assert said.error is None
            assert np.array_equal(said.samples, sound_of("Sorry."))
            assert said.words == ["Sorry."]
            assert len(cut.items) == count

    spoken(served(voice=SLOW, servers=servers), scene)
    told = [sent.message for request in servers[0].requests for sent in request.sent]
    assert not [m for m in told if isinstance(m, dict) and "error" in m]
    opened = [
        m["context_id"] for r in servers[0].requests for m in asked(r) if m.get("text") == " "
    ]
    closed = [
        m["context_id"] for r in servers[0].requests for m in asked(r) if m.get("close_context")
    ]
    assert sorted(opened) == sorted(closed)
    assert len(set(opened)) == 16


def test_tt18_a_reply_that_is_cut_off_before_its_first_text_opens_no_context() -> None:
    servers: list[FakeElevenLabs] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(7):
            begin().cut()
            silent = begin()
            await asyncio.sleep(0.1)
            silent.cut()
        await begin().end("Hello.")

    spoken(served(servers=servers), scene)
    (request,) = servers[0].requests
    *said, goodbye = asked(request)
    assert len({message["context_id"] for message in said}) == 1
    assert goodbye == {"close_socket": True}


def test_tt20_what_belongs_to_a_context_needs_no_other_websocket_and_a_voice_does() -> None:
    servers: list[FakeElevenLabs] = []
    changes = BehaviorSubject[Any]({})

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        said.say("Hello there.")
        changes.on_next({"voice_settings": {"speed": 1.1}})
        said.say("Good bye.")
        changes.on_next({"voice_id": "w"})
        said.say("I am another.")
        return await said.end()

    said = spoken(served(servers=servers, changes=changes), scene)
    assert said.words == ["Hello", "there.", "Good", "bye.", "I", "am", "another."]
    first, second = servers[0].requests
    assert second.path == "/v1/text-to-speech/w/multi-stream-input"
    begun = [m for m in asked(first) if m.get("text") == " "]
    assert [m.get("voice_settings") for m in begun] == [None, {"speed": 1.1}]


def test_tt22_a_websocket_is_kept_alive_between_replies_and_within() -> None:
    servers: list[FakeElevenLabs] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        said = begin()
        said.say("Hello there.")
        await asyncio.sleep(45.0)
        await said.end("You.")
        assert said.words == ["Hello", "there.", "You."]
        await asyncio.sleep(45.0)
        await begin().end("Bye.")

    spoken(served(servers=servers), scene)
    (request,) = servers[0].requests
    kept = [m.get("context_id") for m in asked(request) if m.get("text") == ""]
    assert [bool(name) for name in kept] == [True] * 4 + [False] * 5


def test_tt22_a_reply_that_pauses_is_kept_alive_beside_one_that_speaks() -> None:
    servers: list[FakeElevenLabs] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        said, beside = begin(), begin()
        said.say("Hello there.")
        beside.say("word " * 450)
        await asyncio.sleep(40.0)
        assert not beside.over.is_set()
        await beside.end()
        await said.end("You.")
        assert said.words == ["Hello", "there.", "You."]
        assert not tells_of_it(said)
        assert not tells_of_it(beside)

    spoken(served(servers=servers, voice=ToneVoice(character=0.02, speed=1.0)), scene)
    (request,) = servers[0].requests
    ended = [m["context_id"] for m in asked(request) if m.get("close_context")]
    assert len(set(ended)) == len(ended) == 2


def test_pieces_are_sent_as_they_come_and_flushed_at_the_end() -> None:
    servers: list[FakeElevenLabs] = []

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        for piece in ("Hel", "lo ", "there."):
            said.source.on_next(Sentence(piece, piece=True))
        return await said.end()

    said = spoken(served(servers=servers), scene)
    assert said.words == ["Hello", "there."]
    messages = asked(servers[0].requests[0])[:6]
    assert [m.get("text") for m in messages] == [" ", "Hel", "lo ", "there.", None, None]
    assert [m.get("flush", False) for m in messages] == [False] * 4 + [True, False]
