"""The checks go with the kit's fake servers: a transcriber over a websocket, by audio of theirs."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from rxvoice.aio import Pulled, lift
from rxvoice.audio import StreamResampler, pcm_to_bytes
from rxvoice.contracts import Heard, Transcriber
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import AudioFrame, SpeechStopped, Transcript, Word
from rxvoice.testing import tone
from rxvoice.testing.conformance import check_transcriber
from rxvoice.testing.servers import Drop, FakeDeepgram, Insert, Loud, Split

from .mutants import failed
from .test_own_provider_page import blocks

QUERY = "model=nova-3&encoding=linear16&sample_rate=16000&interim_results=true&punctuate=true"


class SmallEar:
    """Talks to a server that talks Deepgram's protocol."""

    def __init__(self, url: str, key: str) -> None:
        self.url = f"{url}/v1/listen?{QUERY}"
        self.headers = {"Authorization": f"Token {key}"}

    def __call__(self, source: Any) -> Any:
        return lift(self.heard, name="small ear")(source)

    async def heard(self, items: Pulled[Heard]) -> AsyncIterator[Transcript]:
        try:
            async with (
                aiohttp.ClientSession(headers=self.headers) as session,
                session.ws_connect(self.url) as socket,
            ):
                began: list[float] = []
                sending = asyncio.create_task(send(items, socket, began))
                try:
                    async for message in socket:
                        told = json.loads(message.data)
                        if told["type"] == "Results":
                            yield read(told, began[0] if began else 0.0)
                    if not sending.done() or socket.close_code != 1000:
                        raise ProviderError("hung up", provider="small")
                    await sending
                finally:
                    sending.cancel()
                    with contextlib.suppress(asyncio.CancelledError, Exception):
                        await sending
        except aiohttp.WSServerHandshakeError as error:
            raise ProviderRejected("refused", provider="small", status=error.status) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ProviderError(f"the service failed: {error!r}", provider="small") from error


class OnlyItsOwnClock(SmallEar):
    """Forgets that the service counts from the first sample that it was sent."""

    async def heard(self, items: Pulled[Heard]) -> AsyncIterator[Transcript]:
        first: list[float] = []

        async def kept() -> AsyncIterator[Heard]:
            async for item in items:
                if isinstance(item, AudioFrame):
                    first.append(item.pts)
                    item = AudioFrame(item.samples, item.rate, item.pts - first[0])
                yield item

        async for transcript in super().heard(kept()):  # pyright: ignore[reportArgumentType]
            yield transcript


async def send(
    items: Pulled[Heard], socket: aiohttp.ClientWebSocketResponse, began: list[float]
) -> None:
    resampler = StreamResampler(16_000)

    async def out(frames: list[AudioFrame]) -> None:
        for frame in frames:
            began[:] = began or [frame.pts]
            if len(frame.samples):
                await socket.send_bytes(pcm_to_bytes(frame.samples))

    try:
        async for item in items:
            if isinstance(item, AudioFrame):
                await out(resampler.push(item))
            elif isinstance(item, SpeechStopped):
                await out(resampler.flush())
                await socket.send_json({"type": "Finalize"})
        await out(resampler.flush())
        await socket.send_json({"type": "CloseStream"})
    except Exception:
        await socket.close()
        raise


def read(told: dict[str, Any], began: float) -> Transcript:
    heard = told["channel"]["alternatives"][0]
    words = [
        Word(word["punctuated_word"], began + word["start"], began + word["end"])
        for word in heard["words"]
    ]
    start = began + told["start"]
    return Transcript(
        heard["transcript"],
        is_final=told["is_final"],
        is_finalized=told["from_finalize"],
        words=tuple(words),
        pts=words[0].pts if words else start,
        end=words[-1].end if words else start + told["duration"],
    )


def served(kind: type[SmallEar] = SmallEar, **options: Any) -> Any:
    @asynccontextmanager
    async def entered() -> AsyncGenerator[Transcriber]:
        async with FakeDeepgram(Loud("Hello there.", word=0.2), **options) as server:
            yield kind(server.ws_url, "any")

    return entered


def test_the_page_checks_a_transcriber_against_a_vendors_server() -> None:
    def transcriber(url: str, api_key: str) -> Transcriber:
        return SmallEar(url, api_key)

    given = [asynccontextmanager, check_transcriber, tone]
    page: dict[str, Any] = {one.__name__: one for one in given}
    page["my_transcriber"] = transcriber
    exec(blocks("python no-run")[1], page)
    page["test_it_tells_of"](page["FATAL"][0])


def test_its_mistakes_are_found() -> None:
    error = failed(
        lambda: check_transcriber(
            served(OnlyItsOwnClock, faults=Split(seed=1) + Insert(after=1)),
            audio=tone(0.4),
            says="hello there",
            failing=served(faults=Drop(after=1)),
        )
    )
    assert error.points == ("source's clock",)
    assert "failure" in error.report.passed
