"""Cartesia's voice against its fake: the contract, faults, interruptions."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from reactivex import Observable
from reactivex.subject import BehaviorSubject

from rxvoice.contracts import Synthesizer
from rxvoice.errors import ProviderRejected
from rxvoice.items import Sentence, Word, spoken_text
from rxvoice.providers._cartesia_speak import CartesiaSpeak, SonicReader
from rxvoice.providers._voice import Audio, Done, Failed, VoiceEvent, Words
from rxvoice.providers.cartesia import cartesia_tts
from rxvoice.testing.conformance import check_synthesizer
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Fail,
    FakeCartesia,
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
    servers: list[FakeCartesia] | None = None,
    voice: ToneVoice = VOICE,
    key: str = "k",
    **options: Any,
) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Synthesizer]:
        async with FakeCartesia(voice=voice, faults=fault, key=key, contexts=3) as server:
            if servers is not None:
                servers.append(server)
            yield cartesia_tts("v", base_url=server.url, api_key="k", **options)

    return make


def sound_of(*lines: str) -> Any:
    return np.concatenate([VOICE.speak(line + " ", 24_000).samples for line in lines])


def asked(server: FakeCartesia) -> list[dict[str, Any]]:
    """What came on all websockets."""
    return [dict(m.message) for r in server.requests for m in r.received]  # pyright: ignore


# What messages mean, and what is sent.


def read(*messages: Any) -> list[VoiceEvent]:
    reader = SonicReader()
    return [event for message in messages for event in reader.read(message)]


def test_messages_belong_to_contexts() -> None:
    times = {"words": ["Hello,", "you."], "start": [0.0, 0.5], "end": [0.4, 0.9]}
    error = {"type": "error", "context_id": "a", "status_code": 429, "title": "Too many"}
    found = read(
        {"type": "chunk", "context_id": "a", "data": b64encode(b"\1\2").decode()},
        {"type": "timestamps", "context_id": "a", "word_timestamps": times},
        {"type": "flush_done", "context_id": "a", "flush_id": 1},
        {"type": "phoneme_timestamps", "context_id": "a"},
        {"type": "done", "context_id": "a"},
        error,
        {"type": "new"},
        "text",
    )
    assert found[:-1] == [
        Audio("a", b"\1\2"),
        Words("a", (Word("Hello,", 0.0, 0.4), Word("you.", 0.5, 0.9))),
        Done("a"),
    ]
    assert isinstance(found[-1], Failed)
    assert found[-1].error.retryable
    with pytest.raises(ProviderRejected, match="Too many"):
        read({**error, "context_id": None})


def test_tt12_signs_of_languages_without_blanks_are_put_together_without() -> None:
    times = {"words": ["你", "好", "。", "OK"], "start": [0.0] * 4, "end": [0.1] * 4}
    (words,) = read({"type": "timestamps", "context_id": "a", "word_timestamps": times})
    assert isinstance(words, Words)
    assert [word.verbatim for word in words.words] == [True, True, True, False]
    assert spoken_text(words.words) == "你好。 OK"


def frames(dialect: CartesiaSpeak, *, whole: bool) -> list[dict[str, Any]]:
    sent = [*dialect.speak("a", "Hi.", whole=whole), *dialect.end("a", whole=whole)]
    return [json.loads(frame) for frame in sent]


def test_tt30_whole_sentences_are_not_held_back_and_end_with_a_blank_and_pieces_are() -> None:
    dialect = CartesiaSpeak(voice="v", model_id="m")
    said, end = frames(dialect, whole=True)
    assert (said["transcript"], said["max_buffer_delay_ms"]) == ("Hi. ", 0)
    assert (end["transcript"], end["continue"], said["continue"]) == ("", False, True)
    same = {"transcript", "continue"}
    assert {n: v for n, v in said.items() if n not in same} == {
        n: v for n, v in end.items() if n not in same
    }
    said, end = frames(dialect, whole=False)
    assert said["transcript"] == "Hi."
    assert "max_buffer_delay_ms" not in said | end
    chosen = CartesiaSpeak(voice="v", model_id="m", max_buffer_delay_ms=500, language="ja-JP")
    said, _ = frames(chosen, whole=True)
    assert (said["transcript"], said["max_buffer_delay_ms"]) == ("Hi.", 500)
    assert said["language"] == "ja"


def test_tt13_words_are_told_as_spoken_when_that_is_asked_for() -> None:
    said, _ = frames(CartesiaSpeak(voice="v", model_id="m"), whole=True)
    assert "use_normalized_timestamps" not in said
    asked_for = CartesiaSpeak(voice="v", model_id="m", use_normalized_timestamps=True)
    assert frames(asked_for, whole=True)[0]["use_normalized_timestamps"] is True


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"sample_rate": 11_025}, "sample_rate"),
        ({"max_buffer_delay_ms": 5_001}, "max_buffer_delay_ms"),
    ],
)
def test_bad_options_are_named(options: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}"):
        cartesia_tts("v", **options)


def test_tt32_a_voice_is_required() -> None:
    with pytest.raises(ValueError, match="voice must"):
        cartesia_tts("")


# The contract, and faults.


def test_tt01_it_keeps_the_contract() -> None:
    assert not check_synthesizer(served(), failing=served(key="another")).skipped


BORNE = [Split(seed=1), Insert(after=0) + Insert(after=2), Delay(first=0.3, between=0.02)]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_it_bears(fault: Fault) -> None:
    said = spoken(served(fault))
    assert np.array_equal(said.samples, sound_of(*LINES))
    assert said.words == WORDS
    assert not tells_of_it(said)


ONCE = [
    Refuse(429),
    Close(after=14),
    Drop(after=None),
    Drop(after=14, inside=True),
    Hang(after=14),
    Corrupt(after=14),
    Fail(after=14),
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


def test_a_server_that_falls_silent_between_audio_and_its_words_doubles_nothing() -> None:
    """What was given without its words, for they did not come in time, is not given again."""
    wanted = sound_of(*LINES)
    for after in range(18):
        said = spoken(served([Hang(after=after)], voice=SLOW))
        assert said.error is None
        assert np.array_equal(said.samples[said.samples != 0], wanted[wanted != 0]), after
        assert said.words == WORDS, after


TOLD = [Close(after=2, code=1011), Garble(after=0), Mistype(after=0, field="data"), Hang()]


@pytest.mark.parametrize("fault", TOLD, ids=str)
def test_tt33_what_goes_on_is_told_and_is_not_fatal(fault: Fault) -> None:
    said = spoken(served(fault))
    assert tells_of_it(said)
    assert not getattr(said.error, "fatal", False)


def test_tt33_wrong_credentials_are_fatal() -> None:
    assert getattr(spoken(served(key="another")).error, "fatal", False)


def test_tt33_a_request_that_is_refused_is_a_fault_and_the_reply_goes_on() -> None:
    said = spoken(served(extra={"unknown": 1}))
    assert said.error is None
    assert [fault.source for fault in said.faults] == ["cartesia"]
    assert "unknown" not in str(said.faults)


# Contexts.


def test_tt17_an_interruption_cancels_the_context_and_nothing_late_reaches_the_next() -> None:
    servers: list[FakeCartesia] = []

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
    messages = asked(servers[0])
    cancelled = [m["context_id"] for m in messages if m.get("cancel")]
    assert len(cancelled) == len(set(cancelled)) == 4
    told = [sent.message for sent in servers[0].requests[0].sent]
    assert not [m for m in told if isinstance(m, dict) and m["type"] == "error"]


def test_tt18_a_reply_that_is_cut_off_before_its_first_text_sends_nothing() -> None:
    servers: list[FakeCartesia] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(5):
            begin().cut()
            silent = begin()
            await asyncio.sleep(0.1)
            silent.cut()
        await begin().end("Hello.")

    spoken(served(servers=servers), scene)
    assert len({m["context_id"] for m in asked(servers[0])}) == 1


def test_tt11_times_count_from_the_first_audio_over_pauses_and_contexts() -> None:
    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        said.say("Hello there.")
        await asyncio.sleep(30.0)
        return await said.end("You.")

    said = spoken(served(), scene)
    assert said.error is None
    words = [item for item in said.items if isinstance(item, Word)]
    assert [(w.text, round(w.pts, 3)) for w in words] == [
        ("Hello", 0.0),
        ("there.", 0.12),
        ("You.", 0.26),
    ]
    assert np.array_equal(said.samples, sound_of("Hello there.", "You."))


def test_a_sentence_that_crosses_the_end_of_its_context_is_spoken_in_the_next() -> None:
    """The server ends a context after a pause, while more is on its way."""
    servers: list[FakeCartesia] = []

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        said.say("Hello there.")
        await asyncio.sleep(3.1)  # the end is told 0.5 s late
        return await said.end("You.")

    said = spoken(served(Delay(between=0.5), servers), scene)
    told = [sent.message for sent in servers[0].requests[0].sent]
    assert [m["title"] for m in told if isinstance(m, dict) and m["type"] == "error"]
    assert said.words == ["Hello", "there.", "You."]
    assert np.array_equal(said.samples, sound_of("Hello there.", "You."))
    assert not tells_of_it(said)


def test_tt20_a_changed_voice_speaks_in_a_context_of_its_own_on_the_same_websocket() -> None:
    servers: list[FakeCartesia] = []
    changes = BehaviorSubject[Any]({})

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        said.say("Hello there.")
        await said.until(lambda: said.frames)
        changes.on_next({"voice": "w", "language": "de"})
        said.say("Guten Tag.")
        changes.on_next({"sample_rate": 1})
        return await said.end("Ja.")

    source: Observable[Any] = changes
    said = spoken(served(servers=servers, changes=source), scene)
    assert said.words == ["Hello", "there.", "Guten", "Tag.", "Ja."]
    assert len(said.faults) == 1
    assert len(servers[0].requests) == 1
    spoke = [(m["voice"]["id"], m["transcript"], m["continue"]) for m in asked(servers[0])]
    assert spoke == [
        ("v", "Hello there. ", True),
        ("v", "", False),
        ("w", "Guten Tag. ", True),
        ("w", "Ja. ", True),
        ("w", "", False),
    ]


def test_tt03_pieces_are_sent_as_they_come() -> None:
    servers: list[FakeCartesia] = []

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        for piece in ("Hel", "lo ", "there."):
            said.source.on_next(Sentence(piece, piece=True))
        return await said.end()

    said = spoken(served(servers=servers), scene)
    assert said.words == ["Hello", "there."]
    assert [m["transcript"] for m in asked(servers[0])] == ["Hel", "lo ", "there.", ""]


def test_tt30_pieces_and_whole_sentences_have_contexts_of_their_own() -> None:
    """Within one, how long text is gathered may not change."""
    servers: list[FakeCartesia] = []

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        for text, piece in (("How ", True), ("are you?", True), ("Good bye!", False), ("So", True)):
            said.source.on_next(Sentence(text, piece=piece))
        return await said.end()

    said = spoken(served(servers=servers), scene)
    assert said.words == ["How", "are", "you?", "Good", "bye!", "So"]
    assert not tells_of_it(said)
    assert len({m["context_id"] for m in asked(servers[0])}) == 3
