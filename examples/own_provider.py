"""A provider of one's own: a recogniser behind a websocket, in some hundred lines.

`parrot` speaks to a made-up service. A real one has other messages; the shape is the same: an
async generator over what is heard, one connection in it, lifted to an operator. That it keeps the
contract is checked by ``check_transcriber``; docs/own-provider.md goes through it. Run it with a
toy of that service on this machine, which hears no words but how long somebody spoke::

    uv run python examples/own_provider.py rxvoice/data/caller.wav
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Literal

import aiohttp
import numpy as np
from aiohttp import web
from pydantic import BaseModel, ValidationError

from rxvoice import AudioFrame, Fault, Metric, SpeechStopped, Transcript, Word, run
from rxvoice.aio import Pulled, drain_into, lift
from rxvoice.audio import StreamResampler, pcm_from_bytes, pcm_to_bytes
from rxvoice.contracts import Heard, Transcriber
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.operators import transcribe, vad_gate
from rxvoice.providers.energy import energy
from rxvoice.sources import from_wav

RATE = 16_000


class HeardWord(BaseModel):
    """A word, in seconds of the audio that was sent."""

    text: str
    start: float
    end: float


class Message(BaseModel):
    """What the service says."""

    type: Literal["interim", "final", "failed"]
    text: str
    start: float = 0.0
    end: float = 0.0
    words: list[HeardWord] = []


def parrot(*, url: str = "wss://parrot.example/hear", api_key: str | None = None) -> Transcriber:
    """Recognise speech with the Parrot service.

    Each utterance gives interim transcripts and one final and finalised, blank when nothing was
    said. Any sample rate is taken.

    Args:
        url: The service.
        api_key: The variable ``PARROT_API_KEY`` unless given.

    Returns:
        The transcriber. It fails with `rxvoice.errors.ProviderRejected` when the service refuses
        the key and with `rxvoice.errors.ProviderError` when it cannot be reached or fails.
    """
    key = api_key or os.environ["PARROT_API_KEY"]

    async def heard(items: Pulled[Heard]) -> AsyncIterator[Transcript]:
        async with _connected(url, key) as socket:
            sender = _Sender(socket)
            sending = asyncio.create_task(sender.run(items), name="parrot: send")
            try:
                async for message in socket:
                    yield _transcript(message.data, sender.began)
                if not sending.done():
                    raise ProviderError("the service hung up", provider="parrot")
                await sending  # raises what the source failed with
            finally:
                sending.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await sending

    return lift(heard, capacity=500, policy="drop_oldest", name="parrot")


class _Sender:
    """Sends what is heard.

    Attributes:
        began: Where the source's clock stood at the first sample; the service counts from there.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.began = 0.0
        self._socket = socket
        self._first = True
        self._resampler = StreamResampler(RATE)

    async def run(self, items: Pulled[Heard]) -> None:
        try:
            async for item in items:
                if isinstance(item, AudioFrame):
                    await self._send(self._resampler.push(item))
                elif isinstance(item, SpeechStopped):
                    await self._send(self._resampler.flush())
                    await self._socket.send_json({"type": "finalize"})
            await self._send(self._resampler.flush())
            await self._socket.send_json({"type": "end"})
        except Exception:
            await self._socket.close()  # so that the receiver ends, too, and tells
            raise

    async def _send(self, frames: list[AudioFrame]) -> None:
        for frame in frames:
            if self._first:
                self._first, self.began = False, frame.pts
            if len(frame.samples):
                await self._socket.send_bytes(pcm_to_bytes(frame.samples))


@contextlib.asynccontextmanager
async def _connected(url: str, key: str) -> AsyncGenerator[aiohttp.ClientWebSocketResponse]:
    try:
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as session,
            session.ws_connect(url) as socket,
        ):
            yield socket
    except aiohttp.WSServerHandshakeError as error:
        message = f"the service refused: {error.status}"
        raise ProviderRejected(message, provider="parrot", status=error.status) from error
    except aiohttp.ClientError as error:
        raise ProviderError(f"cannot reach the service: {error}", provider="parrot") from error


def _transcript(data: str, began: float) -> Transcript:
    try:
        message = Message.model_validate_json(data)
    except ValidationError as error:
        raise ProviderError("the service says what nobody knows", provider="parrot") from error
    if message.type == "failed":
        raise ProviderError(message.text, provider="parrot")
    final = message.type == "final"
    return Transcript(
        message.text.strip(),
        is_final=final,
        is_finalized=final,
        words=tuple(Word(w.text, w.start + began, w.end + began) for w in message.words),
        pts=message.start + began,
        end=message.end + began,
    )


async def toy(request: web.Request) -> web.WebSocketResponse:
    """Answer as the service would, if all that anybody ever said were how long they spoke."""
    if request.headers.get("Authorization") != "Bearer polly":
        raise web.HTTPUnauthorized
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    level = np.empty(0, np.int32)
    told = 0
    async for message in socket:
        if message.type is aiohttp.WSMsgType.BINARY:
            level = np.append(level, np.abs(pcm_from_bytes(message.data).astype(np.int32)))
        elif message.json()["type"] == "finalize":
            await socket.send_str(_finding(level, told).model_dump_json())
            told = len(level)
        else:
            await socket.close()
    return socket


def _finding(level: "np.ndarray[tuple[int], np.dtype[np.int32]]", start: int) -> Message:
    loud = start + np.flatnonzero(level[start:] > 1000)
    if not len(loud):
        return Message(type="final", text="", start=start / RATE, end=len(level) / RATE)
    first, last = float(loud[0]) / RATE, float(loud[-1]) / RATE
    texts = ["blah"] * max(1, round((last - first) / 0.4))
    size = (last - first) / len(texts)
    words = [
        HeardWord(text=text, start=first + n * size, end=first + (n + 1) * size)
        for n, text in enumerate(texts)
    ]
    return Message(type="final", text=" ".join(texts), start=first, end=last, words=words)


@contextlib.asynccontextmanager
async def toy_service() -> AsyncGenerator[str]:
    """Serve the toy on loopback; gives its address."""
    application = web.Application()
    application.router.add_get("/hear", toy)
    runner = web.AppRunner(application, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port, *_ = runner.addresses[0]
        yield f"ws://{host}:{port}/hear"
    finally:
        await runner.cleanup()


async def main(recording: str) -> None:
    """Recognise a recording with the toy."""

    async def show(item: object) -> None:
        if isinstance(item, Transcript | Fault | Metric):
            sys.stdout.write(f"{item}\n")

    async with toy_service() as url:
        caller = from_wav(recording, speed=20.0)
        heard = caller.pipe(vad_gate(energy()), transcribe(parrot(url=url, api_key="polly")))
        await run(heard, drain_into(show, capacity=10_000))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
