"""Agents that need no models, and clients for them."""

import contextlib
import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import aiohttp
import numpy as np
from aiohttp.test_utils import TestServer
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import AudioFrame, Event, Operator, SpeechStopped, Transcript
from rxvoice.contracts import Heard, Recognised
from rxvoice.operators import converse
from rxvoice.providers.energy import energy
from rxvoice.rtvi import Frame, MessageFrame, decode_frame, encode_frame
from rxvoice.server import AgentFactory, CallSession, Options, Server, create_app
from rxvoice.testing import ScriptedLLM, ScriptedTTS

RATE = 16_000


def hears(*texts: str) -> Operator[Heard, Recognised]:
    """Recognise one text after another, at each end of a sound."""

    def recogniser(source: Observable[Heard]) -> Observable[Recognised]:
        def recognised(mark: Heard, index: int) -> Recognised:
            text = texts[index % len(texts)]
            end = mark.pts
            return Transcript(text, is_final=True, is_finalized=True, pts=end, end=end)

        stops = source.pipe(ops.filter(lambda item: isinstance(item, SpeechStopped)))
        return stops.pipe(ops.map_indexed(recognised))

    return recogniser


def scripted(
    *says: Any,
    heard: tuple[str, ...] = ("hello",),
    sessions: list[CallSession] | None = None,
    **options: Any,
) -> AgentFactory:
    """Make an agent that answers with one text after another, in tones of 0.25 s a word."""

    def agent(session: CallSession) -> Operator[Event, Event]:
        if sessions is not None:
            sessions.append(session)
        wishes: dict[str, Any] = {"memory": "You answer.", **options}
        return converse(
            vad=energy(),
            stt=hears(*heard),
            llm=ScriptedLLM(*says, again=True),
            tts=ScriptedTTS(),
            played=session.played,
            commands=session.commands,
            **wishes,
        )

    return agent


def loud(seconds: float, frequency: float = 300.0, rate: int = RATE) -> AudioFrame:
    """Return a tone."""
    at = np.arange(round(seconds * rate)) / rate
    return AudioFrame((8000 * np.sin(2 * np.pi * frequency * at)).astype(np.int16), rate)


def quiet(seconds: float, rate: int = RATE) -> AudioFrame:
    """Return silence."""
    return AudioFrame(np.zeros(round(seconds * rate), np.int16), rate)


def message(type: str, id: str = "1", **data: Any) -> str:
    """Return a message of the client protocol."""
    return json.dumps({"label": "rtvi-ai", "type": type, "id": id, "data": data})


READY = message("client-ready", version="2.0.0", about={"library": "test"})


class Client:
    """A client of the protocol in binary frames."""

    def __init__(self, socket: Any) -> None:
        self.socket: aiohttp.ClientWebSocketResponse = socket

    async def send(self, item: str | AudioFrame | Frame) -> None:
        """Send a message, or audio."""
        frame = MessageFrame(item) if isinstance(item, str) else item
        await self.socket.send_bytes(encode_frame(frame))

    async def receive(self) -> Frame:
        """Return the next frame."""
        return decode_frame(await self.socket.receive_bytes())

    async def told(self, type: str) -> Mapping[str, Any]:
        """Return the next message of a type, passing over everything else."""
        while True:
            frame = await self.receive()
            if isinstance(frame, MessageFrame):
                found = json.loads(frame.data)
                if found["type"] == type:
                    return found


@contextlib.asynccontextmanager
async def served(
    agent: AgentFactory, options: Options | None = None, **more: Any
) -> AsyncGenerator[tuple[Server, TestServer]]:
    """Serve an agent on loopback."""
    server = Server(agent, options, **more)
    site = TestServer(create_app(server))
    async with site:
        yield server, site


@contextlib.asynccontextmanager
async def connected(site: TestServer, path: str = "/ws", **more: Any) -> AsyncGenerator[Client]:
    """Connect a client of the protocol."""
    async with aiohttp.ClientSession() as http:
        yield Client(await http.ws_connect(site.make_url(path), **more))
