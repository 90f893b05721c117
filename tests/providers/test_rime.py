"""Rime's voices against their fake: the contract, faults, interruptions, words and options."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from reactivex.subject import BehaviorSubject

from rxvoice.contracts import Synthesizer
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Sentence, Word
from rxvoice.providers._rime import RimeGenerate, RimeSpeak
from rxvoice.providers._voice import Audio, Failed, SentenceDone, Words
from rxvoice.providers.rime import rime_tts, rime_tts_http
from rxvoice.testing.conformance import check_synthesizer
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Fail,
    FakeRime,
    Fault,
    Garble,
    Hang,
    Insert,
    Refuse,
    Split,
    ToneVoice,
)

from .speaking import LINES, Reply, spoken, tells_of_it

VOICE = ToneVoice(character=0.02)
SLOW = ToneVoice(character=0.02, speed=2.0)


def served(
    fault: Any = None,
    servers: Any = None,
    voice: ToneVoice = VOICE,
    http: bool = False,
    **more: Any,
) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Synthesizer]:
        async with FakeRime(voice=voice, faults=fault, key="k") as server:
            if servers is not None:
                servers.append(server)
            tts = rime_tts_http if http else rime_tts
            yield tts(base_url=server.url, api_key="k", **more)

    return make


def expected(*lines: str) -> Any:
    return np.concatenate([VOICE.speak(line, 24_000).samples for line in lines])


def messages(server: FakeRime) -> list[Any]:
    """What clients said, on whatever websocket, in order."""
    return [received.message for request in server.requests for received in request.received]


def test_tt01_it_keeps_the_contract() -> None:
    assert not check_synthesizer(served(), failing=served(Refuse(401))).skipped


BORNE = [Split(seed=1), Insert(after=0) + Insert(after=2), Delay(first=0.3, between=0.02)]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_what_it_has_to_bear_costs_no_sound(fault: Fault) -> None:
    said = spoken(served(fault))
    assert np.array_equal(said.samples, expected(*LINES))
    assert not tells_of_it(said)


def test_tt14_silence_ends_a_sentence_of_whose_end_nothing_can_be_read() -> None:
    said = spoken(served([Garble(after=4)]))
    assert said.error is None
    assert np.array_equal(said.samples, expected(*LINES))
    assert len(said.faults) == 1


ONCE = [
    Refuse(429),
    Close(after=4, code=1011, reason="500 internal server error"),
    Drop(after=None),
    Drop(after=4, inside=True),
    Hang(after=4),
    Corrupt(after=4),
]


@pytest.mark.parametrize("fault", ONCE, ids=str)
def test_a_connection_that_is_lost_once_loses_and_doubles_nothing(fault: Fault) -> None:
    said = spoken(served([fault]))
    assert said.error is None
    assert np.array_equal(said.samples, expected(*LINES))
    assert said.words == " ".join(LINES).split()
    assert len(said.faults) == 1


@pytest.mark.parametrize("fault", [*ONCE, Garble(after=1), Fail(after=1)], ids=str)
def test_tt33_what_goes_on_is_told_and_is_not_fatal(fault: Fault) -> None:
    said = spoken(served(fault))
    assert tells_of_it(said)
    assert not getattr(said.error, "fatal", False)


@pytest.mark.parametrize("fault", [Refuse(401), Close(after=0, code=1011, reason="401 no key")])
def test_tt33_wrong_credentials_are_fatal(fault: Fault) -> None:
    said = spoken(served(fault))
    assert getattr(said.error, "fatal", False)


def test_tt09_sentences_are_sent_one_by_one_so_that_none_is_spoken_with_another() -> None:
    servers: list[FakeRime] = []
    said = spoken(served(servers=servers))
    assert np.array_equal(said.samples, expected(*LINES))
    (request,) = servers[0].requests
    flushed = [r.at for r in request.received if r.message == {"operation": "flush"}]
    done = [s.at for s in request.sent if "done" in str(s.message)[:20]]
    assert len(flushed) == len(done) == 3
    assert all(one <= other for one, other in zip(done, flushed[1:], strict=False))


def test_tt10_a_reply_is_one_context() -> None:
    servers: list[FakeRime] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        await begin().end(*LINES)
        await begin().end("One.")

    spoken(served(servers=servers), scene)
    contexts = [m["contextId"] for m in messages(servers[0]) if "text" in m]
    assert len(set(contexts[:3])) == 1
    assert contexts[3] not in contexts[:3]
    assert servers[0].connections == 1


def test_tt11_words_have_times_of_the_reply_and_never_go_back() -> None:
    said: Reply = spoken(served())
    words = [item for item in said.items if isinstance(item, Word)]
    starts = [start for line, at in zip(LINES, offsets(), strict=True) for start in times(line, at)]
    assert [word.pts for word in words] == pytest.approx(starts)


def offsets() -> list[float]:
    """When each line begins."""
    lengths = [len(line) * VOICE.character for line in LINES]
    return [sum(lengths[:index]) for index in range(len(LINES))]


def times(line: str, at: float) -> list[float]:
    return [at + word.pts for word in VOICE.speak(line, 24_000).words]


def test_tt17_an_interruption_clears_and_nothing_of_it_reaches_the_next() -> None:
    servers: list[FakeRime] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(3):
            cut = begin()
            cut.say(*LINES)
            await cut.until(lambda cut=cut: cut.frames)
            cut.cut()
            count = len(cut.items)
            said = await begin().end("Sorry.")
            assert np.array_equal(said.samples, expected("Sorry."))
            assert said.words == ["Sorry."]
            assert len(cut.items) == count
        assert messages(servers[0]).count({"operation": "clear"}) == 3
        assert len(servers[0].requests) <= 3  # a sentence is spoken to its end beside the next

    spoken(served(servers=servers, voice=SLOW), scene)


def test_tt17_an_interruption_costs_nothing_when_all_that_came_has_been_spoken() -> None:
    servers: list[FakeRime] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        cut = begin()
        cut.say(*LINES)
        await asyncio.sleep(1.0)
        cut.cut()
        said = await begin().end("Sorry.")
        assert np.array_equal(said.samples, expected("Sorry."))
        assert len(servers[0].requests) == 1
        assert {"operation": "clear"} not in messages(servers[0])

    spoken(served(servers=servers), scene)


def test_tt18_what_is_cut_off_before_it_has_a_text_is_never_heard_of() -> None:
    servers: list[FakeRime] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        await begin().end("One.")
        begin().cut()
        await begin().end("Two.")
        assert {"operation": "clear"} not in messages(servers[0])

    spoken(served(servers=servers), scene)


def test_tt20_other_options_hold_from_the_next_sentence_on() -> None:
    servers: list[FakeRime] = []
    changes = BehaviorSubject[dict[str, Any]]({})

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        said.say(LINES[0])
        await said.until(lambda: said.frames)
        changes.on_next({"speaker": "luna"})
        return await said.end(*LINES[1:])

    said = spoken(served(servers=servers, changes=changes), scene)
    assert np.array_equal(said.samples, expected(*LINES))
    assert [request.query["speaker"] for request in servers[0].requests] == ["astra", "luna"]


def test_tt30_pieces_are_gathered_until_their_sentence_ends() -> None:
    servers: list[FakeRime] = []

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        for piece in ("Hello", " there"):
            said.source.on_next(Sentence(piece, piece=True))
        return await said.end(".")

    said = spoken(served(servers=servers), scene)
    assert np.array_equal(said.samples, expected("Hello there"))
    told = [message.get("text") or message["operation"] for message in messages(servers[0])]
    assert told[:3] == ["Hello", " there", "flush"]


def test_a_language_whose_words_have_no_times_is_not_waited_for() -> None:
    loops: list[float] = []

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        said.say("Hallo.")
        began = asyncio.get_running_loop().time()
        await said.until(lambda: said.frames)
        loops.append(asyncio.get_running_loop().time() - began)
        return await said.end()

    said = spoken(served(language="de-DE"), scene)
    assert said.words == []
    assert loops[0] < 0.05


# By HTTP.


def test_tt01_over_http_a_sentence_is_a_request() -> None:
    check_synthesizer(served(http=True), words=False, failing=served(Refuse(401), http=True))


@pytest.mark.parametrize("fault", [Drop(after=1), Drop(after=2, inside=True), Refuse(503)], ids=str)
def test_over_http_what_breaks_off_once_loses_and_doubles_nothing(fault: Fault) -> None:
    said = spoken(served([None, fault], http=True))
    assert said.error is None
    assert np.array_equal(said.samples, expected(*LINES))
    assert len(said.faults) == 1


# Messages.


USUAL: dict[str, Any] = {
    "speaker": "astra",
    "model_id": "coda",
    "api_key": "k",
    "base_url": "rime.test",
}


def dialect(**options: Any) -> RimeSpeak:
    return RimeSpeak(**USUAL | options)


def test_what_is_sent() -> None:
    def sent(text: str, *, whole: bool) -> list[Any]:
        return [json.loads(str(frame)) for frame in dialect().speak("a", text, whole=whole)]

    hello = {"text": "Hello.", "contextId": "a"}
    assert sent("Hello.", whole=True) == [hello, {"operation": "flush"}]
    assert sent("Hello.", whole=False) == [hello]
    assert [len(m["text"]) for m in sent("x" * 2_500, whole=False)] == [1_000, 1_000, 500]
    assert list(dialect().end("a", whole=True)) == []
    assert [json.loads(str(f)) for f in dialect().end("a", whole=False)] == [{"operation": "flush"}]


def chunk(data: bytes, context: str | None = "a") -> dict[str, Any]:
    return {"type": "chunk", "data": b64encode(data).decode(), "contextId": context}


def stamps(*words: tuple[str, float, float], context: str = "a") -> dict[str, Any]:
    names, starts, ends = (list(column) for column in zip(*words, strict=True))
    times = {"words": names, "start": starts, "end": ends}
    return {"type": "timestamps", "word_timestamps": times, "contextId": context}


def test_what_messages_mean() -> None:
    reader = dialect(sample_rate=8_000).reader()
    assert list(reader.read(chunk(b"abc"))) == [Audio("a", b"abc")]
    assert list(reader.read({"type": "done", "contextId": "a"})) == [SentenceDone("a")]
    assert list(reader.read({"type": "something_new"})) == []
    (failed,) = reader.read({"type": "error", "message": "you said hello"})
    assert isinstance(failed, Failed)
    assert str(failed.error) == "the server tells of an error"


def test_tt11_times_of_a_sentence_go_on_in_its_context_and_begin_anew_in_another() -> None:
    reader = dialect(sample_rate=8_000).reader()
    said = stamps(("yes", 0.0, 0.1), (",", 0.1, 0.2), ("you", 0.2, 0.3))
    first = Words("a", (Word("yes,", 0.0, 0.2), Word("you", 0.2, 0.3)))
    assert list(reader.read(said)) == [first]
    for message in (chunk(bytes(8_001)), chunk(bytes(7_999)), {"type": "done", "contextId": "a"}):
        list(reader.read(message))
    assert list(reader.read(said)) == [
        Words("a", (Word("yes,", 1.0, 1.2), Word("you", 1.2, 1.3))),
    ]
    assert list(reader.read({**said, "contextId": "b"})) == [Words("b", first.words)]


OPTIONS: dict[str, Any] = {
    "language": "en-US",
    "speed_alpha": 1.1,
    "no_text_normalization": False,
    "pause_between_brackets": True,
    "extra": {"saveOovs": False, "max_tokens": None},
}


def test_tt21_options_are_the_same_by_websocket_and_by_http() -> None:
    url = asyncio.run(dialect(**OPTIONS).open()).url
    assert url == (
        "wss://rime.test/ws3?audioFormat=pcm&segment=never&speaker=astra&modelId=coda&lang=en"
        "&samplingRate=24000&speedAlpha=1.1&pauseBetweenBrackets=true&noTextNormalization=false"
        "&saveOovs=false"
    )
    request = RimeGenerate(**USUAL, **OPTIONS).request("Hi.")
    assert request.url == "https://rime.test/v1/rime-tts"
    assert request.headers == {"Authorization": "Bearer k", "accept": "audio/L16"}
    assert request.body == {
        "text": "Hi.",
        "speaker": "astra",
        "modelId": "coda",
        "lang": "en",
        "samplingRate": 24_000,
        "speedAlpha": 1.1,
        "pauseBetweenBrackets": True,
        "noTextNormalization": False,
        "saveOovs": False,
    }


def test_close_codes_tell_the_status_in_their_reason() -> None:
    error = dialect().closed(1011, "401 invalid api key")
    assert isinstance(error, ProviderRejected)
    assert (error.status, error.fatal) == (401, True)
    assert dialect().closed(1011, "gone") is None


def test_tt32_there_is_no_voice_without_a_speaker() -> None:
    with pytest.raises(ValueError, match="speaker"):
        rime_tts(speaker="")
    with pytest.raises(ValueError, match="sample_rate"):
        rime_tts_http(sample_rate=100)


def test_without_a_key_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RIME_API_KEY", raising=False)
    with pytest.raises(ProviderError, match="RIME_API_KEY"):
        asyncio.run(dialect(api_key=None).open())


@pytest.mark.parametrize("http", [False, True], ids=["websocket", "http"])
def test_a_refusal_in_plain_text_is_told_as_it_is(http: bool) -> None:
    said = spoken(served(Refuse(400, text="the text is too long"), http=http))
    told = [str(said.error), *(fault.message for fault in said.faults)]
    assert "the text is too long" in told[-1] or "the text is too long" in told[0]
