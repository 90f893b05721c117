"""Soniox's voice against its fake: the contract, faults, several streams on one websocket."""

import asyncio
import json
import math
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from reactivex.subject import BehaviorSubject

from rxvoice.contracts import Synthesizer
from rxvoice.errors import ProviderRejected
from rxvoice.items import Sentence, Word
from rxvoice.providers._soniox_speak import SonioxSpeak, StreamReader
from rxvoice.providers._voice import Audio, Done, Failed, VoiceEvent, Words
from rxvoice.providers.soniox import soniox_tts
from rxvoice.testing.conformance import check_synthesizer
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Fail,
    FakeSoniox,
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
    servers: list[FakeSoniox] | None = None,
    voice: ToneVoice = VOICE,
    key: str = "k",
    idle: float = 20.0,
    **options: Any,
) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Synthesizer]:
        async with FakeSoniox(voice=voice, faults=fault, key=key, idle=idle) as server:
            if servers is not None:
                servers.append(server)
            yield soniox_tts(base_url=server.url, api_key="k", **options)

    return make


def sound_of(*lines: str) -> Any:
    return np.concatenate([VOICE.speak(line + " ", 24_000).samples for line in lines])


def asked(server: FakeSoniox) -> list[dict[str, Any]]:
    """What came on all websockets."""
    return [dict(m.message) for r in server.requests for m in r.received]  # pyright: ignore


# What messages mean, and what is sent.


def read(*messages: Any) -> list[VoiceEvent]:
    reader = StreamReader()
    return [event for message in messages for event in reader.read(message)]


def chunk(stream: str, data: bytes, said: str = "", at: float = 0.0) -> dict[str, Any]:
    told: dict[str, Any] = {"stream_id": stream, "audio": b64encode(data).decode()}
    if said:
        starts = [at + 0.5 * index for index in range(len(said))]
        told["timestamps"] = {
            "characters": list(said),
            "character_start_times_seconds": starts,
            "character_end_times_seconds": [start + 0.5 for start in starts],
        }
    return told


def test_tt12_signs_of_languages_without_blanks_are_words_that_carry_theirs() -> None:
    first, _, second, _ = read(chunk("a", b"\1\2", "你好。 O"), chunk("a", b"\3\4", "K!", 2.5))
    assert first == Words(
        "a",
        tuple(
            Word(sign, at, at + 0.5, verbatim=True)
            for at, sign in ((0, "你"), (0.5, "好"), (1, "。"))
        ),
        until=2.0,
    )
    assert second == Words("a", (), until=2.0)


def test_tt19_tt11_words_are_put_together_for_each_stream() -> None:
    found = read(
        chunk("a", b"\1\2", "Hi yo"),
        chunk("b", b"\3\4", "Oh"),
        chunk("a", b"\5\6", "u.", 2.5),
        chunk("a", b"\7\0"),
        chunk("a", b"") | {"audio_end": True},
        {"stream_id": "a", "terminated": True},
        {"something": True},
        "text",
    )
    assert found == [
        Words("a", (Word("Hi", 0.0, 1.0),), until=1.5),
        Audio("a", b"\1\2"),
        Words("b", (), until=0.0),
        Audio("b", b"\3\4"),
        Words("a", (), until=1.5),
        Audio("a", b"\5\6"),
        Words("a", (), until=math.inf),
        Audio("a", b"\7\0"),
        Words("a", (Word("you.", 1.5, 3.5),), until=math.inf),
        Done("a"),
    ]


def test_an_error_belongs_to_its_stream_or_ends_the_websocket() -> None:
    told = {"error_code": 429, "error_type": "rate_limit_exceeded", "error_message": "Hi you."}
    (failed,) = read({"stream_id": "a", **told})
    assert isinstance(failed, Failed)
    assert failed.context == "a"
    assert failed.error.retryable
    assert "Hi you." not in str(failed.error)
    with pytest.raises(ProviderRejected, match="rate_limit_exceeded"):
        read(told)


@pytest.mark.parametrize("message", [chunk("a", b"") | {"audio": 1}, chunk("a", b"", "ab")])
def test_what_cannot_be_read_is_an_error(message: dict[str, Any]) -> None:
    if "timestamps" in message:
        message["timestamps"]["characters"] = ["a"]
    with pytest.raises((TypeError, ValueError)):
        read(message)


def test_options_are_told_once_for_each_stream() -> None:
    dialect = SonioxSpeak(
        voice="Maya", model="m", language="de-AT", api_key="k", speed=1.2, extra={"bitrate": 1}
    )
    (begun,) = dialect.begin("a")
    assert json.loads(begun) == {
        "api_key": "k",
        "stream_id": "a",
        "model": "m",
        "language": "de",
        "voice": "Maya",
        "audio_format": "pcm_s16le",
        "sample_rate": 24_000,
        "return_timestamps": True,
        "speed": 1.2,
        "bitrate": 1,
    }
    assert dialect.shares(SonioxSpeak(voice="x", model="y", language="en", api_key="k"))
    assert not dialect.shares(SonioxSpeak(voice="x", model="y", language="en", api_key="z"))


@pytest.mark.parametrize("name", ["voice", "model", "language", "sample_rate"])
def test_bad_options_are_named(name: str) -> None:
    value = 0 if name == "sample_rate" else ""
    arguments = (value,) if name == "voice" else ()
    options: dict[str, Any] = {} if name == "voice" else {name: value}
    with pytest.raises(ValueError, match=f"^{name}"):
        soniox_tts(*arguments, **options)  # pyright: ignore[reportArgumentType]


# The contract, and faults.


def test_tt01_it_keeps_the_contract() -> None:
    assert not check_synthesizer(served(), failing=served(key="another")).skipped


@pytest.mark.parametrize(
    "fault",
    [Split(seed=1), Insert(after=0) + Insert(after=2), Delay(first=0.3, between=0.02)],
    ids=str,
)
def test_it_bears(fault: Fault) -> None:
    said = spoken(served(fault))
    assert np.array_equal(said.samples, sound_of(*LINES))
    assert said.words == WORDS
    assert not tells_of_it(said)


def test_times_that_are_none_cost_no_sound() -> None:
    said = spoken(served([Mistype(after=0, field="timestamps.characters.0")]))
    assert np.array_equal(said.samples, sound_of(*LINES))
    assert len(said.faults) == 1


ONCE = [
    Refuse(429),
    Close(after=5),
    Drop(after=None),
    Drop(after=5, inside=True),
    Hang(after=5),
    Corrupt(after=5),
    Fail(after=5),
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


@pytest.mark.parametrize(
    "fault",
    [Close(after=2, code=1011), Garble(after=0), Mistype(after=0, field="audio"), Hang()],
    ids=str,
)
def test_tt33_what_goes_on_is_told_and_is_not_fatal(fault: Fault) -> None:
    said = spoken(served(fault))
    assert tells_of_it(said)
    assert not getattr(said.error, "fatal", False)


def test_tt33_wrong_credentials_are_fatal() -> None:
    assert getattr(spoken(served(key="another")).error, "fatal", False)


def test_tt33_a_stream_that_is_refused_is_a_fault_and_the_reply_goes_on() -> None:
    said = spoken(served(extra={"unknown": 1}))
    assert said.error is None
    assert [fault.source for fault in said.faults] == ["soniox"]


# Streams.


def test_tt17_an_interruption_cancels_the_stream_and_nothing_late_reaches_the_next() -> None:
    servers: list[FakeSoniox] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(4):
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
        assert len(servers[0].requests) == 1

    spoken(served(voice=SLOW, servers=servers), scene)
    cancelled = [m["stream_id"] for m in asked(servers[0]) if m.get("cancel")]
    assert len(cancelled) == len(set(cancelled)) == 4
    told = [sent.message for sent in servers[0].requests[0].sent]
    assert not [m for m in told if isinstance(m, dict) and "error_code" in m]


def test_tt18_a_reply_that_is_cut_off_before_its_first_text_opens_no_stream() -> None:
    servers: list[FakeSoniox] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(5):
            begin().cut()
            silent = begin()
            await asyncio.sleep(0.1)
            silent.cut()
        await begin().end("Hello.")

    spoken(served(servers=servers), scene)
    assert len({m["stream_id"] for m in asked(servers[0])}) == 1


def test_tt19_five_replies_share_a_websocket_and_a_sixth_has_its_own() -> None:
    servers: list[FakeSoniox] = []

    async def scene(begin: Callable[[], Reply]) -> list[Reply]:
        await begin().end("First.")
        said = [begin() for _ in range(6)]
        for number, one in enumerate(said):
            one.say("Hello there.", f"Number {number}.")
        await asyncio.gather(*(one.end() for one in said))
        return said

    said = spoken(served(voice=SLOW, servers=servers), scene)
    for number, one in enumerate(said):
        assert np.array_equal(one.samples, sound_of("Hello there.", f"Number {number}."))
        assert one.words == ["Hello", "there.", "Number", f"{number}."]
        assert not tells_of_it(one)
    streams = [
        {m.message["stream_id"] for m in r.received if isinstance(m.message, dict)}
        for r in servers[0].requests
    ]
    assert [len(one) for one in streams] == [6, 1]


def test_tt19_an_error_ends_its_stream_and_no_other() -> None:
    async def scene(begin: Callable[[], Reply]) -> list[Reply]:
        said = [begin(), begin()]
        said[0].say("Hello there.")
        await said[0].until(lambda: said[0].frames)
        return [await one.end("Good bye.") for one in said]

    fault = Insert(
        after=1, message={"stream_id": "other", "error_code": 503, "error_type": "unavailable"}
    )
    for one in spoken(served(fault, voice=SLOW), scene):
        assert not tells_of_it(one)
        assert one.words[-2:] == ["Good", "bye."]


def test_tt22_the_websocket_is_kept_between_replies() -> None:
    servers: list[FakeSoniox] = []

    async def scene(begin: Callable[[], Reply]) -> Reply:
        await begin().end("Hello.")
        await asyncio.sleep(60.0)
        return await begin().end("Still here.")

    said = spoken(served(servers=servers), scene)
    assert not tells_of_it(said)
    assert len(servers[0].requests) == 1
    assert sum(m == {"keep_alive": True} for m in asked(servers[0])) == 7


def test_tt22_the_websocket_is_kept_while_a_long_text_is_spoken() -> None:
    voice = ToneVoice(character=0.02, speed=1.0)

    async def scene(begin: Callable[[], Reply]) -> Reply:
        return await begin().end("word " * 450)

    said = spoken(served(voice=voice), scene)
    assert not tells_of_it(said)
    assert len(said.words) == 450


def test_tt20_a_changed_voice_speaks_in_a_stream_of_its_own_on_the_same_websocket() -> None:
    servers: list[FakeSoniox] = []
    changes = BehaviorSubject[Any]({})

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        said.say("Hello there.")
        await said.until(lambda: said.frames)
        changes.on_next({"voice": "Maya", "language": "de"})
        return await said.end("Guten Tag.")

    said = spoken(served(servers=servers, changes=changes), scene)
    assert said.words == ["Hello", "there.", "Guten", "Tag."]
    assert len(servers[0].requests) == 1
    voices = [(m["voice"], m["language"]) for m in asked(servers[0]) if "voice" in m]
    assert voices == [("Adrian", "en"), ("Maya", "de")]


def test_tt03_pieces_are_sent_as_they_come() -> None:
    servers: list[FakeSoniox] = []

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        for piece in ("Hel", "lo ", "there."):
            said.source.on_next(Sentence(piece, piece=True))
        return await said.end()

    said = spoken(served(servers=servers), scene)
    assert said.words == ["Hello", "there."]
    assert [m["text"] for m in asked(servers[0]) if "text" in m] == ["Hel", "lo ", "there.", ""]


def test_a_reply_may_last_longer_than_a_stream() -> None:
    servers: list[FakeSoniox] = []

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        said.say("Wait.")
        await asyncio.sleep(150.0)
        said.say("I still look for it.")
        await asyncio.sleep(150.0)
        return await said.end("There it is.")

    said = spoken(served(servers=servers), scene)
    assert not tells_of_it(said)
    assert np.array_equal(said.samples, sound_of("Wait.", "I still look for it.", "There it is."))
    assert len({m["stream_id"] for m in asked(servers[0]) if "stream_id" in m}) == 3
