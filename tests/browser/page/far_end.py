"""A server for the page whose bot does what a test says."""

import asyncio
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import numpy as np
from aiohttp import WSMsgType, web
from numpy.typing import NDArray

from rxvoice.items import AudioFrame, ClearAudio
from rxvoice.rtvi import (
    Client,
    ClientMessage,
    Outgoing,
    RawAudioFrame,
    decode_frame,
    encode_frame,
    receive_frame,
)
from rxvoice.server._page import POLICY

PAGE = files("rxvoice.server").joinpath("page")
RATE = 24_000
STRICT = POLICY.replace(" ws: wss:", "")
"""The policy of the server, without what it allows for older browsers."""

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "html": "text/html"}


class FarEnd:
    """Serves the page and holds one call at a time.

    Attributes:
        heard: The microphone's samples, at 16 kHz.
        requests: Messages of the page for the application, as they came.
        played: What the page says that it has played: ``seconds`` and ``skipped``.
        paths: What was asked for.
    """

    def __init__(self, config: str = "{}", *, refuses: bool = False) -> None:
        self.heard: NDArray[np.int16] = np.zeros(0, np.int16)
        self.requests: list[object] = []
        self.played: list[dict[str, float]] = []
        self.paths: list[str] = []
        self.url = ""
        self._config = config
        self._refuses = refuses
        self._client = Client()
        self._socket: web.WebSocketResponse | None = None
        self._transport: asyncio.Transport | None = None
        self._pts = 0.0
        self._news = asyncio.Event()

    async def __aenter__(self) -> "FarEnd":
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self._page),
                web.get("/page/{name}", self._asset),
                web.get("/ws", self._websocket),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket is not None:
            await self._socket.close()
        await self._runner.cleanup()

    async def tell(self, *messages: Outgoing) -> None:
        """Send messages."""
        for message in messages:
            await self._send(encode_frame(message))

    async def say(self, seconds: float, *, frequency: float = 440.0, rate: int = RATE) -> None:
        """Send a tone, at once, in packets of 20 ms."""
        packet = rate // 50
        for at in range(0, round(seconds * rate), packet):
            phase = 2 * np.pi * frequency * (np.arange(packet) + at) / rate
            samples = (8000 * np.sin(phase)).astype(np.int16)
            await self._send(encode_frame(AudioFrame(samples, rate, self._pts)))
            self._pts += packet / rate

    async def interrupt(self) -> None:
        """Have the page drop what it has not played."""
        await self._send(encode_frame(ClearAudio()))

    async def hang_up(self, code: int = 1000) -> None:
        """Close the connection."""
        assert self._socket is not None
        await self._socket.close(code=code)

    async def break_off(self) -> None:
        """Be gone, without a word."""
        assert self._transport is not None
        self._transport.abort()

    async def until(self, holds: Callable[[], Any]) -> None:
        """Wait until something holds of what the page has sent."""
        async with asyncio.timeout(10.0):
            while not holds():
                self._news.clear()
                await self._news.wait()

    @property
    def position(self) -> float:
        """How far the page has played, or skipped, what it was sent."""
        return self.played[-1]["seconds"] if self.played else 0.0

    async def _send(self, data: bytes) -> None:
        assert self._socket is not None
        await self._socket.send_bytes(data)

    async def _page(self, request: web.Request) -> web.Response:
        page = PAGE.joinpath("index.html").read_text("utf-8")
        return self._answer(
            request, page.replace('"config">{}<', f'"config">{self._config}<'), "html"
        )

    async def _asset(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        text = PAGE.joinpath(name).read_text("utf-8")
        return self._answer(request, text, name.rsplit(".", 1)[-1])

    def _answer(self, request: web.Request, text: str, suffix: str) -> web.Response:
        self.paths.append(request.path)
        headers = {"Content-Security-Policy": STRICT}
        return web.Response(text=text, content_type=KINDS[suffix], headers=headers)

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        self.paths.append(request.path_qs)
        if self._refuses:
            raise web.HTTPServiceUnavailable
        socket = self._socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._transport = request.transport
        self._client = Client()
        async for message in socket:
            if message.type is WSMsgType.BINARY:
                await self._take(socket, message.data)
            self._news.set()
        return socket

    async def _take(self, socket: web.WebSocketResponse, data: bytes) -> None:
        frame = decode_frame(data)
        if isinstance(frame, RawAudioFrame):
            assert frame.sample_rate == 16_000
            assert len(frame.audio) == 640
            self.heard = np.concatenate([self.heard, frame.at(0.0).samples])
            return
        self._client, effects = receive_frame(self._client, data)
        for answer in effects.answers:
            await socket.send_bytes(encode_frame(answer))
        for request in effects.requests:
            if isinstance(request, ClientMessage) and request.type == "playout":
                self.played.append(request.data)
            else:
                self.requests.append(request)


def frequency(samples: NDArray[np.int16], rate: int) -> float:
    """Return the frequency of a tone in hertz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 17))
    return float(np.argmax(spectrum)) * rate / (1 << 17)


__all__ = ["PAGE", "RATE", "FarEnd", "frequency"]
