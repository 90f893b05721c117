"""Inworld's voices against their fake: the contract, faults, contexts, words and options."""

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
from rxvoice.providers._inworld import InworldGenerate, InworldSpeak
from rxvoice.providers._inworld_reader import InworldReader
from rxvoice.providers._voice import Audio, Done, Failed, SentenceDone, Words
from rxvoice.providers.inworld import inworld_tts, inworld_tts_http
from rxvoice.testing.conformance import check_synthesizer
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Fail,
    FakeInworld,
    Fault,
    Garble,
    Hang,
    Insert,
    Merge,
    Mistype,
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
    contexts: int = 5,
    **more: Any,
) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Synthesizer]:
        async with FakeInworld(voice=voice, faults=fault, key="k", contexts=contexts) as server:
            if servers is not None:
                servers.append(server)
            tts = inworld_tts_http if http else inworld_tts
            yield tts(base_url=server.url, api_key="k", **more)

    return make


def expected(*lines: str) -> Any:
    return np.concatenate([VOICE.speak(line, 24_000).samples for line in lines])


def asked(server: FakeInworld, what: str) -> list[Any]:
    """What clients asked for, on whatever websocket, in order."""
    found: list[Any] = [got.message for request in server.requests for got in request.received]
    return [message for message in found if what in message]


def refused(server: FakeInworld) -> list[Any]:
    """What the server told of contexts that it does not have, or too many."""
    sent: list[Any] = [told.message for request in server.requests for told in request.sent]
    return [message for message in sent if message.get("result", {}).get("status", {}).get("code")]


def test_tt01_it_keeps_the_contract() -> None:
    assert not check_synthesizer(served(), failing=served(Refuse(401))).skipped


BORNE = [Split(seed=1), Insert(after=0) + Insert(after=2), Delay(first=0.3, between=0.02)]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_what_it_has_to_bear_costs_no_sound(fault: Fault) -> None:
    said = spoken(served(fault))
    assert np.array_equal(said.samples, expected(*LINES))
    assert not tells_of_it(said)


def test_times_that_are_none_cost_no_sound() -> None:
    said = spoken(
        served(
            [
                Mistype(
                    after=1,
                    field="result.audioChunk.timestampInfo.wordAlignment.wordEndTimeSeconds.0",
                )
            ]
        )
    )
    assert np.array_equal(said.samples, expected(*LINES))
    assert len(said.faults) == 1


ONCE = [
    Refuse(429),
    Close(after=4, code=1011),
    Drop(after=None),
    Drop(after=4, inside=True),
    Hang(after=4),
    Corrupt(after=4),
    Fail(after=4),
]


@pytest.mark.parametrize("fault", ONCE, ids=str)
def test_a_connection_that_is_lost_once_loses_and_doubles_nothing(fault: Fault) -> None:
    said = spoken(served([fault]))
    assert said.error is None
    assert np.array_equal(said.samples, expected(*LINES))
    assert said.words == " ".join(LINES).split()
    assert len(said.faults) == 1


@pytest.mark.parametrize("fault", [*ONCE, Garble(after=1)], ids=str)
def test_tt33_what_goes_on_is_told_and_is_not_fatal(fault: Fault) -> None:
    said = spoken(served(fault))
    assert tells_of_it(said)
    assert not getattr(said.error, "fatal", False)


def test_tt33_wrong_credentials_are_fatal() -> None:
    said = spoken(served(Refuse(401)))
    assert getattr(said.error, "fatal", False)


def test_tt10_a_reply_is_one_context_that_is_closed_at_its_end() -> None:
    servers: list[FakeInworld] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(7):  # more than there may be at a time
            said = await begin().end(*LINES)
            assert np.array_equal(said.samples, expected(*LINES))

    spoken(served(servers=servers), scene)
    (server,) = servers
    created = [message["contextId"] for message in asked(server, "create")]
    assert len(set(created)) == 7
    assert [message["contextId"] for message in asked(server, "close_context")] == created
    assert refused(server) == []
    assert server.connections == 1


def test_tt11_words_have_times_of_the_reply_and_never_go_back() -> None:
    said: Reply = spoken(served())
    words = [item for item in said.items if isinstance(item, Word)]
    lengths = [len(line) * VOICE.character for line in LINES]
    starts = [
        sum(lengths[:index]) + word.pts
        for index, line in enumerate(LINES)
        for word in VOICE.speak(line, 24_000).words
    ]
    assert [word.pts for word in words] == pytest.approx(starts)


def test_tt12_signs_of_languages_without_blanks_are_words_that_carry_theirs() -> None:
    alignment = {
        "words": ["你", "OK"],
        "wordStartTimeSeconds": [0.0, 0.1],
        "wordEndTimeSeconds": [0.1, 0.2],
    }
    told = {"audioContent": "", "timestampInfo": {"wordAlignment": alignment}}
    (words,) = InworldReader(24_000).read({"result": {"contextId": "a", "audioChunk": told}})
    assert words == Words("a", (Word("你", 0.0, 0.1, verbatim=True), Word("OK", 0.1, 0.2)))


def test_tt15_the_reply_ends_as_soon_as_its_context_is_closed() -> None:
    async def scene(begin: Callable[[], Reply]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await begin().end("Hello.")
        assert loop.time() - began < 0.2  # and not after a silence

    spoken(served(), scene)


def test_tt17_an_interruption_closes_the_context_and_nothing_of_it_reaches_the_next() -> None:
    servers: list[FakeInworld] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(8):  # what is cut off still counts, until it has come to its end
            cut = begin()
            cut.say(*LINES)
            await cut.until(lambda cut=cut: cut.frames)
            cut.cut()
            count = len(cut.items)
            said = await begin().end("Sorry.")
            assert np.array_equal(said.samples, expected("Sorry."))
            assert said.words == ["Sorry."]
            assert len(cut.items) == count
        (server,) = servers
        assert len(asked(server, "create")) == len(asked(server, "close_context")) == 16
        assert refused(server) == []

    spoken(served(servers=servers, voice=SLOW), scene)


def test_tt17_an_interruption_after_the_last_text_does_no_harm() -> None:
    servers: list[FakeInworld] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        for _ in range(8):
            cut = begin()
            cut.say(*LINES)
            cut.source.on_completed()
            await cut.until(lambda cut=cut: cut.frames)
            cut.cut()
        said = await begin().end("Sorry.")
        assert np.array_equal(said.samples, expected("Sorry."))
        assert said.faults == []
        (server,) = servers
        assert {told["result"]["status"]["code"] for told in refused(server)} == {5}

    spoken(served(servers=servers, voice=SLOW), scene)


def test_tt18_what_is_cut_off_before_it_has_a_text_costs_no_context() -> None:
    servers: list[FakeInworld] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        await begin().end("One.")
        for _ in range(10):
            begin().cut()
        await begin().end("Two.")
        assert len(asked(servers[0], "create")) == len(asked(servers[0], "close_context")) == 2

    spoken(served(servers=servers), scene)


def test_tt19_five_replies_share_a_websocket_and_the_sixth_has_another() -> None:
    servers: list[FakeInworld] = []

    async def scene(begin: Callable[[], Reply]) -> None:
        replies = [begin() for _ in range(6)]
        for number, reply in enumerate(replies):
            reply.say("Wait a moment.", f"I am {number}.")
        ended = [await reply.end() for reply in replies]
        for number, reply in enumerate(ended):
            assert np.array_equal(reply.samples, expected("Wait a moment.", f"I am {number}."))
        assert refused(servers[0]) == []
        assert len(servers[0].requests) == 2

    spoken(served(servers=servers, voice=SLOW), scene)


def test_tt19_a_context_that_fails_is_alone_in_it() -> None:
    servers: list[FakeInworld] = []
    gone = {"result": {"contextId": "", "status": {"code": 3, "message": "Hello there."}}}

    async def scene(begin: Callable[[], Reply]) -> None:
        one, other = begin(), begin()
        one.say("Hello there.")
        await one.until(lambda: one.frames)
        other.say("How are you today?")
        gone["result"]["contextId"] = asked(servers[0], "create")[0]["contextId"]
        await other.end("Good bye!")
        await one.end()
        assert np.array_equal(other.samples, expected("How are you today?", "Good bye!"))
        assert other.faults == []
        (fault,) = one.faults
        assert "Hello" not in fault.message

    spoken(served(Insert(after=5, message=gone), servers=servers, voice=SLOW), scene)


def test_tt20_another_voice_holds_from_the_next_sentence_on_and_needs_no_other_websocket() -> None:
    servers: list[FakeInworld] = []
    changes = BehaviorSubject[dict[str, Any]]({})

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        said.say(LINES[0])
        await said.until(lambda: said.frames)
        changes.on_next({"voice_id": "Dennis"})
        return await said.end(*LINES[1:])

    said = spoken(served(servers=servers, changes=changes), scene)
    assert np.array_equal(said.samples, expected(*LINES))
    voices = [message["create"]["voiceId"] for message in asked(servers[0], "create")]
    assert voices == ["Ashley", "Dennis"]
    assert len(servers[0].requests) == 1


def test_tt22_a_pause_does_not_cost_the_context() -> None:
    servers: list[FakeInworld] = []

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        said.say(LINES[0])
        await asyncio.sleep(700.0)  # the server would close it after 600
        return await said.end(*LINES[1:])

    said = spoken(served(servers=servers), scene)
    assert np.array_equal(said.samples, expected(*LINES))
    (create,) = asked(servers[0], "create")
    (request,) = servers[0].requests
    empty = {"send_text": {"text": ""}, "contextId": create["contextId"]}
    assert [received.message for received in request.received].count(empty) >= 10


def test_tt30_pieces_are_gathered_until_their_sentence_ends() -> None:
    servers: list[FakeInworld] = []

    async def scene(begin: Callable[[], Reply]) -> Reply:
        said = begin()
        for piece in ("Hello", " there"):
            said.source.on_next(Sentence(piece, piece=True))
        return await said.end(" you.")

    said = spoken(served(servers=servers), scene)
    assert np.array_equal(said.samples, expected("Hello there you."))
    texts = [message["send_text"] for message in asked(servers[0], "send_text")]
    assert texts == [
        {"text": "Hello"},
        {"text": " there"},
        {"text": " you.", "flush_context": {}},
    ]


# By HTTP.


def test_tt01_over_http_a_sentence_is_a_request() -> None:
    assert not check_synthesizer(served(http=True), failing=served(Refuse(401), http=True)).skipped


@pytest.mark.parametrize("fault", [Split(size=1), Split(seed=1), Merge(3)], ids=str)
def test_tt23_letters_may_be_cut_anywhere(fault: Fault) -> None:
    async def scene(begin: Callable[[], Reply]) -> Reply:
        return await begin().end("Zażółć gęślą.", "Ça va?")

    said = spoken(served(fault, http=True), scene)
    assert np.array_equal(said.samples, expected("Zażółć gęślą.", "Ça va?"))
    assert said.words == ["Zażółć", "gęślą.", "Ça", "va?"]
    assert not tells_of_it(said)


@pytest.mark.parametrize(
    "fault", [Drop(after=1), Drop(after=2, inside=True), Refuse(503), Fail(after=1)], ids=str
)
def test_over_http_what_breaks_off_once_loses_and_doubles_nothing(fault: Fault) -> None:
    said = spoken(served([None, fault], http=True))
    assert said.error is None
    assert np.array_equal(said.samples, expected(*LINES))
    assert said.words == " ".join(LINES).split()
    assert len(said.faults) == 1


# Messages.

USUAL: dict[str, Any] = {"voice_id": "Ashley", "model_id": "tts", "api_key": "k"}


def dialect(**options: Any) -> InworldSpeak:
    return InworldSpeak(**USUAL | options)


def test_tt21_options_are_the_same_by_websocket_and_by_http() -> None:
    more: dict[str, Any] = {
        "language": "en-US",
        "speaking_rate": 1.1,
        "delivery_mode": "STABLE",
        "extra": {"autoMode": False, "more": None},
    }
    config = {
        "voiceId": "Ashley",
        "modelId": "tts",
        "audioConfig": {
            "audioEncoding": "PCM",
            "sampleRateHertz": 24_000,
            "speakingRate": 1.1,
        },
        "language": "en-US",
        "deliveryMode": "STABLE",
        "timestampType": "WORD",
        "timestampTransportStrategy": "SYNC",
        "autoMode": False,
    }
    (frame,) = dialect(**more).begin("a")
    assert json.loads(str(frame)) == {"create": config, "contextId": "a"}
    request = InworldGenerate(**USUAL, **more).request("Hi.")
    assert request.url == "https://api.inworld.ai/tts/v1/voice:stream"
    assert request.headers["Authorization"] == "Basic k"
    assert request.body == {"text": "Hi.", **config}
    (frame,) = dialect(timestamps=False).begin("a")
    assert "timestampType" not in json.loads(str(frame))["create"]


def test_a_websocket_is_opened_with_the_key_alone() -> None:
    opening = asyncio.run(dialect().open())
    assert opening.url == "wss://api.inworld.ai/tts/v1/voice:streamBidirectional"
    assert opening.headers == {"Authorization": "Basic k"}
    assert "k" not in repr(opening).split("(")[1]


def test_long_texts_are_cut_and_flushed_once() -> None:
    sent = [json.loads(str(frame)) for frame in dialect().speak("a", "x" * 2_500, whole=True)]
    assert [len(message["send_text"]["text"]) for message in sent] == [1_000, 1_000, 500]
    assert ["flush_context" in message["send_text"] for message in sent] == [False, False, True]


def result(context: str = "a", **what: Any) -> dict[str, Any]:
    return {"result": {"contextId": context, **what, "status": {"code": 0, "message": ""}}}


def chunk(data: bytes, *words: tuple[str, float, float], context: str = "a") -> dict[str, Any]:
    told: dict[str, Any] = {"audioContent": b64encode(data).decode()}
    if words:
        names, starts, ends = (list(column) for column in zip(*words, strict=True))
        told["timestampInfo"] = {
            "wordAlignment": {
                "words": names,
                "wordStartTimeSeconds": starts,
                "wordEndTimeSeconds": ends,
            }
        }
    return result(context, audioChunk=told)


def test_what_messages_mean() -> None:
    reader = dialect(sample_rate=8_000).reader()

    def read(message: Any) -> list[Any]:
        return list(reader.read(message))

    gone = {"result": {"contextId": "a", "status": {"code": 5, "message": "not found"}}}
    assert [type(event) for event in read(gone)] == [Failed]
    assert read(result(contextCreated={})) == []
    assert read(gone) == []  # it was closed twice, and speaks still
    assert read(result(somethingNew={})) == []
    assert read({"somethingNew": {}}) == []
    hi = ("Hi.", 0.0, 0.5)
    first, second = Word("Hi.", 0.0, 0.5), Word("Hi.", 1.0, 1.5)
    assert read(chunk(bytes(16_000), hi)) == [Words("a", (first,)), Audio("a", bytes(16_000))]
    assert read(result(flushCompleted={})) == [SentenceDone("a")]
    assert read(chunk(bytes(2), hi)) == [Words("a", (second,)), Audio("a", bytes(2))]
    assert read(chunk(b"", hi, context="b")) == [Words("b", (first,))]
    assert read(result(contextClosed={})) == [Done("a")]
    assert read(chunk(bytes(2), hi)) == [Words("a", (first,)), Audio("a", bytes(2))]


@pytest.mark.parametrize(
    ("code", "status", "retryable", "fatal"),
    [(3, 400, False, False), (8, 429, True, False), (16, 401, False, True), (99, 500, True, False)],
)
def test_tt33_what_errors_mean(code: int, status: int, retryable: bool, fatal: bool) -> None:
    reader = dialect().reader()
    told = {"code": code, "message": "you said hello"}
    (failed,) = reader.read({"result": {"contextId": "a", "status": told}})
    assert isinstance(failed, Failed)
    with pytest.raises(ProviderRejected) as caught:
        list(reader.read({"error": told}))
    for error in (failed.error, caught.value):
        assert isinstance(error, ProviderRejected)
        assert (error.status, error.retryable, error.fatal) == (status, retryable, fatal)
        assert "hello" not in str(error)


def test_tt32_there_is_no_voice_without_an_id() -> None:
    with pytest.raises(ValueError, match="voice_id"):
        inworld_tts(voice_id="")
    with pytest.raises(ValueError, match="sample_rate"):
        inworld_tts_http(sample_rate=96_000)


def test_without_a_key_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INWORLD_API_KEY", raising=False)
    with pytest.raises(ProviderError, match="INWORLD_API_KEY"):
        asyncio.run(dialect(api_key=None).open())
