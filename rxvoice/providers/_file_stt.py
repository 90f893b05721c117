"""Recognisers that are sent whole utterances as files."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import aiohttp
import numpy as np
from reactivex import Observable, abc

from rxvoice.contracts import Heard, Recognised
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import AudioFrame, Transcript, Usage
from rxvoice.operators import utterances
from rxvoice.providers._http_client import HttpClient
from rxvoice.providers._http_request import Request, read_object
from rxvoice.providers._keeping import Keeping
from rxvoice.providers._kept import Kept
from rxvoice.providers._openai_file import FileEvents
from rxvoice.providers._option_checks import check_time
from rxvoice.providers._sse import SseDecoder

_LEAST: Final = 0.1
"""Seconds of audio below which nothing can be said, and vendors refuse it."""

_LARGEST: Final = 2**22
"""Bytes of an answer after which no more is read."""

_PAUSE: Final = 0.25
"""Seconds before an utterance is sent again."""

_LONGEST_PAUSE: Final = 2.0
"""Seconds to wait at the vendor's wish."""

Told: TypeAlias = Callable[[str], object]


class FileDialect(Protocol):
    """What is sent to a vendor to have a file transcribed, and what the answer means."""

    @property
    def provider(self) -> str:
        """The vendor's name, in errors and faults."""
        ...

    @property
    def language(self) -> str | None:
        """The language that was asked for."""
        ...

    def request(self, audio: AudioFrame, /) -> Request:
        """Return what is posted to have audio transcribed; the key is read now.

        Raises:
            ProviderError: When there is no key.
        """
        ...

    def transcript(self, told: Mapping[str, Any], audio: AudioFrame, /) -> Transcript:
        """Return what an answer means.

        Raises:
            ProviderError: When it is no transcript.
        """
        ...

    def usage(self, told: Mapping[str, Any], audio: AudioFrame, /) -> Usage:
        """Return what an answer has cost."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class FileStt(Keeping):
    """A recogniser that is sent files: an `rxvoice.contracts.Transcriber`.

    It recognises whole utterances, as `rxvoice.operators.utterances` cuts them, one after the
    other. What fails before anything came is tried once more, when that may help; then it is a
    `Fault` and a blank transcript, or, when it is hopeless, the end of the stream. Connections are
    kept within a session, or within a block that entered this (``async with``).

    Attributes:
        options: What is sent.
        client: Sends it.
        latency: Seconds from the end of speech in which 99 % of final transcripts come.
        prefix_padding: Seconds before `SpeechStarted` that belong to an utterance.
        max_duration: Seconds after which an utterance is cut.
    """

    options: FileDialect
    client: HttpClient
    latency: float
    prefix_padding: float
    max_duration: float

    def __post_init__(self) -> None:
        check_time("latency", self.latency)
        check_time("prefix_padding", self.prefix_padding, least=0.0)
        check_time("max_duration", self.max_duration)

    def __call__(self, heard: Observable[Heard], /) -> Observable[Recognised]:
        """Transcribe a stream."""

        def subscribe(
            observer: abc.ObserverBase[Recognised], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            async def recognise(audio: AudioFrame) -> Transcript:
                language, pts, end = self.options.language, audio.pts, audio.end

                def told(text: str) -> None:
                    interim = Transcript(text, False, language=language, pts=pts, end=end)
                    observer.on_next(interim)

                transcript = await self._recognise(audio, told)
                if transcript.raw is not None:
                    observer.on_next(self.options.usage(transcript.raw, audio))
                return transcript

            transcribed = utterances(
                recognise,
                prefix_padding=self.prefix_padding,
                max_duration=self.max_duration,
                name=self.options.provider,
            )
            return transcribed(heard).subscribe(observer, scheduler=scheduler)

        return Observable(subscribe)

    async def prewarm(self) -> None:
        """Open a connection, so that the next utterance need not wait for one.

        Raises:
            ProviderError: When there is none to be had.
        """
        wanted = self.options.request(AudioFrame(np.zeros(0, np.int16), 16_000))
        probe = Request(wanted.url, wanted.headers, secrets=wanted.secrets)
        with contextlib.suppress(ProviderRejected):  # it stands all the same
            await self.client.fetch(probe)

    async def recognise(self, audio: AudioFrame, /) -> Transcript:
        """Recognise one utterance: an `rxvoice.contracts.Recognise`."""
        return await self._recognise(audio, _ignore)

    def _connections(self) -> Kept[aiohttp.ClientSession]:
        return self.client.kept

    async def _recognise(self, audio: AudioFrame, told: Told) -> Transcript:
        if audio.duration < _LEAST:
            return Transcript("", is_final=True, is_finalized=True, pts=audio.pts, end=audio.end)
        async with self.client.opened() as session:
            try:
                return await self._answer(session, audio, told)
            except ProviderError as error:
                pause = max(_PAUSE, error.retry_after or 0.0)
                if not error.retryable or pause > _LONGEST_PAUSE:
                    raise
            await asyncio.sleep(pause)
            return await self._answer(session, audio, told)

    async def _answer(
        self, session: aiohttp.ClientSession, audio: AudioFrame, told: Told
    ) -> Transcript:
        provider = self.options.provider
        response, chunk = await self.client.post(session, self.options.request(audio), None)
        try:
            async with aclosing(self._chunks(response, chunk)) as chunks:
                if response.content_type != "text/event-stream":
                    body = b"".join([chunk async for chunk in chunks])
                    answer = read_object(body.decode(errors="replace"), provider)
                    return self.options.transcript(answer, audio)
                sse, events = SseDecoder(provider), FileEvents(provider)
                async for chunk in chunks:
                    for event in sse.feed(chunk) if chunk else sse.close():
                        if events.read(event.data):
                            told(events.text.strip())
                if events.done is None:
                    message = "the answer broke off before its end"
                    raise ProviderError(message, provider=provider)
                return self.options.transcript(events.done, audio)
        finally:
            response.release()  # closes the connection unless all was read

    async def _chunks(
        self, response: aiohttp.ClientResponse, chunk: bytes
    ) -> AsyncGenerator[bytes]:
        """Give an answer piece by piece, an empty one at its end."""
        size = 0
        while chunk:
            size += len(chunk)
            if size > _LARGEST:
                message = f"the answer is longer than {_LARGEST} bytes"
                raise ProviderError(message, provider=self.options.provider)
            yield chunk
            chunk = await self.client.more(response)
        yield b""


def _ignore(text: str) -> None:
    """Nobody wants to know."""


__all__ = ["FileDialect", "FileStt"]
