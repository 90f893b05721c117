"""The fake of Gladia speaks as its documents say."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Drop, FakeGladia, Raw, Said

from .telling import Sent, told

CHUNK = bytes(3_200)  # 0.1 s
SPOKEN = [Said("Hello there.", at=0.2, language="en", speaker=2)]
STOP = {"type": "stop_recording"}
CONFIG = {"encoding": "wav/pcm", "bit_depth": 16, "sample_rate": 16_000, "channels": 1}


async def opened(
    client: aiohttp.ClientSession, server: FakeGladia, config: dict[str, Any], key: str = "secret"
) -> dict[str, Any]:
    """Open a session; returns what tells of it."""
    head = {"x-gladia-key": key}
    async with client.post(f"{server.url}/v2/live", json=config, headers=head) as response:
        return {"status": response.status, **await response.json()}


def in_virtual_time(main: Callable[[], Any]) -> None:
    run_virtual(main(), real_io=True)


def run(*messages: Sent, fake: FakeGladia | None = None, **config: Any) -> Any:
    """What one session tells, and its close code."""

    async def main() -> Any:
        async with fake or FakeGladia(SPOKEN) as server, aiohttp.ClientSession() as client:
            session = await opened(client, server, CONFIG | config)
            return await told(session["url"], *messages)

    return run_virtual(main(), real_io=True)


def test_a_session_is_told_and_its_audio_acknowledged() -> None:
    heard, code = run(*[CHUNK] * 9, STOP)
    kinds = [m["type"] for m in heard if m["type"] != "audio_chunk"]
    assert kinds == ["speech_start", "speech_end", "transcript", "stop_recording"]
    assert [m["data"]["byte_range"] for m in heard if m["type"] == "audio_chunk"] == [
        [at * 3200, (at + 1) * 3200] for at in range(9)
    ]
    said = next(m for m in heard if m["type"] == "transcript")["data"]
    assert (said["id"], said["is_final"]) == ("00_00000000", True)
    utterance = said["utterance"]
    assert (utterance["text"], utterance["start"], utterance["end"]) == ("Hello there.", 0.2, 0.7)
    assert [word["word"] for word in utterance["words"]] == ["Hello", " there."]
    assert (utterance["language"], utterance["speaker"], code) == ("en", 2, 1000)


def test_what_is_told_can_be_chosen() -> None:
    wanted = {
        "receive_partial_transcripts": True,
        "receive_lifecycle_events": True,
        "receive_speech_events": False,
        "receive_acknowledgments": False,
    }
    chunk = {"type": "audio_chunk", "data": {"chunk": b64encode(CHUNK).decode()}}
    heard, _ = run(*[chunk] * 9, STOP, messages_config=wanted)
    assert [m["type"] for m in heard] == [
        "start_session",
        "start_recording",
        "transcript",
        "transcript",
        "transcript",
        "end_recording",
        "end_session",
    ]
    assert [m["data"]["is_final"] for m in heard[2:5]] == [False, False, True]


def test_translations_stand_beside_transcripts() -> None:
    work = {"translation": True, "translation_config": {"target_languages": ["de", "fr"]}}
    heard, _ = run(*[CHUNK] * 9, STOP, realtime_processing=work)
    german, french = (m["data"] for m in heard if m["type"] == "translation")
    assert (german["target_language"], french["target_language"]) == ("de", "fr")
    assert german["original_language"] == "en"
    assert german["translated_utterance"]["text"] == "olleH .ereht"
    assert german["utterance"]["text"] == "Hello there."


def test_a_session_goes_on_with_another_websocket_until_it_is_stopped() -> None:
    async def main() -> None:
        fake = FakeGladia(SPOKEN, faults=[None, Drop(after=4)], latency=0.1)
        async with fake as server, aiohttp.ClientSession() as client:
            url = (await opened(client, server, CONFIG))["url"]
            heard, code = await told(url, *[CHUNK] * 4)
            assert (len(heard), code) == (4, 1006)
            again, code = await told(url, *[CHUNK] * 6, STOP)
            acknowledged = [m["data"]["byte_range"] for m in again if m["type"] == "audio_chunk"]
            assert acknowledged[0] == [12_800, 16_000]
            kinds = [m["type"] for m in again if m["type"] != "audio_chunk"]
            assert kinds == ["speech_start", "speech_end", "transcript", "stop_recording"]
            assert code == 1000
            assert await told(url) == ([], 4403)
            assert len(server.requests) == 4

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("what?", 4400),
        ({"type": "audio_chunk", "data": {"chunk": "?"}}, 4400),
        ({"type": "finalize"}, 4400),
        (bytes(1_048_577), 1009),
    ],
    ids=["text", "chunk", "finalize", "large"],
)
def test_a_message_that_does_not_fit_closes_the_websocket(message: Sent, code: int) -> None:
    assert run(message) == ([], code)


def test_requests_that_do_not_fit_are_refused() -> None:
    async def main() -> None:
        async with FakeGladia(key="secret") as server, aiohttp.ClientSession() as client:
            for wrong in (
                {"sample_rate": 11_025},
                {"encoding": "mp3"},
                {"channels": 2},
                {"unheard_of": 1},
                {"realtime_processing": {"translation": True}},
            ):
                answer = await opened(client, server, CONFIG | wrong)
                assert (answer["status"], answer["statusCode"]) == (400, 400)
            refused = await opened(client, server, CONFIG, key="other")
            assert (refused["status"], refused["message"]) == (401, "gladia key not found")
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await client.ws_connect(f"{server.ws_url}/v2/live?token=other")
            assert caught.value.status == 401

    in_virtual_time(main)


def test_a_script_may_say_anything() -> None:
    said = [Raw(0.1, {"type": "sentiment_analysis"})]
    heard, _ = run(CHUNK, STOP, fake=FakeGladia(said))
    assert [m["type"] for m in heard] == ["audio_chunk", "sentiment_analysis", "stop_recording"]


def test_a_negative_latency_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^latency"):
        FakeGladia(latency=-1.0)
