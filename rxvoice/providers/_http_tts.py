"""Voices behind HTTP, as operators."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Final

import aiohttp
from reactivex import Observable

from rxvoice.errors import AudioFormatError, ProviderError, ProviderRejected
from rxvoice.items import AudioFrame, Fault, Metric, Sentence, Usage, Word
from rxvoice.operators import by_sentence
from rxvoice.providers._address import check_base
from rxvoice.providers._http_client import HttpClient
from rxvoice.providers._http_pieces import Pieces
from rxvoice.providers._http_request import Request
from rxvoice.providers._http_voice import HttpVoiceDialect, HttpVoiceEvent, HttpVoiceReader
from rxvoice.providers._keeping import Keeping
from rxvoice.providers._kept import Kept
from rxvoice.providers._voice import UNREADABLE, Audio, Words
from rxvoice.providers._voice_script import Script, parts
from rxvoice.providers._voice_sound import Sound

_PAUSE: Final = 0.25
"""Seconds before the second attempt in a row; the first is made at once, later ones wait longer."""

_LONGEST_PAUSE: Final = 2.0
"""Seconds to wait at the vendor's wish; with a longer one it is better to ask somebody else."""

_MOMENT: Final = 0.25
"""Seconds that a body has to end when the answer is complete."""


@dataclass(frozen=True, slots=True, eq=False)
class HttpTts(Keeping):
    """A voice behind HTTP: an `rxvoice.contracts.Synthesizer`.

    Each sentence is a request of its own, made when the one before was spoken; what comes is given
    as it comes. Unsubscribing closes the connection. Connections are kept within a session, or
    within a block that entered this (``async with``), and `prewarm` opens one.

    When an answer breaks off, a `Fault` tells so and the sentence is asked for again; what was
    given of it is not given again. Three failures without a sound between are a `Fault`, and the
    next sentence is tried; wrong credentials end the stream with a `ProviderError`.

    Attributes:
        dialect: The vendor, and its options.
        client: Posts the requests.
        attempts: How often in a row a sentence may fail.
    """

    dialect: HttpVoiceDialect
    client: HttpClient
    attempts: int

    def __call__(
        self, sentences: Observable[Sentence], /
    ) -> Observable[AudioFrame | Word | Fault | Metric | Usage]:
        """Speak a stream of sentences."""
        return by_sentence(self.speak, name=self.dialect.provider)(sentences)

    async def speak(self, text: str, /) -> AsyncGenerator[AudioFrame | Word | Fault]:
        """Speak one sentence: an `rxvoice.contracts.Speak`.

        Raises:
            ProviderError: When it cannot be spoken.
        """
        sound = Sound(Script())
        for part in parts(text, self.dialect.longest):
            async with aclosing(self._part(part, sound)) as items:
                async for item in items:
                    yield item
            for frame in sound.all_done():
                yield frame

    async def prewarm(self) -> None:
        """Open a connection, so that the first sentence need not wait for one.

        Raises:
            ProviderError: When there is none to be had.
        """
        probe = self.dialect.probe()
        if probe is None:
            wanted = self.dialect.request("")
            probe = Request(wanted.url, wanted.headers, secrets=wanted.secrets)
        with contextlib.suppress(ProviderRejected):  # it stands all the same
            await self.client.fetch(probe)

    def _connections(self) -> Kept[Any]:
        return self.client.kept

    async def _part(self, text: str, sound: Sound) -> AsyncGenerator[AudioFrame | Word | Fault]:
        """Speak what fits a request, and ask again for what breaks off."""
        failures = 0
        while True:
            before = sound.end
            sound.begin(self.dialect)
            try:
                async with (
                    self.client.opened() as session,
                    aclosing(self._once(session, text, sound)) as items,
                ):
                    async for item in items:
                        yield item
                return
            except ProviderError as error:
                failures = 1 if sound.end > before else failures + 1
                pause = max(_PAUSE * (2 ** (failures - 1) - 1), error.retry_after or 0.0)
                hopeless = error.fatal or not error.retryable or pause > _LONGEST_PAUSE
                if hopeless or failures >= self.attempts:
                    for frame in sound.let_go():
                        yield frame
                    raise
                told = f"{error}; it is asked again"
                yield Fault(self.dialect.provider, told, cause=error)
            await asyncio.sleep(pause)

    async def _once(
        self, session: aiohttp.ClientSession, text: str, sound: Sound
    ) -> AsyncGenerator[AudioFrame | Word | Fault]:
        """Ask once, and give what comes."""
        provider = self.dialect.provider
        request = replace(self.dialect.request(text), private=text)
        response, chunk = await self.client.post(session, request, None)
        try:
            if self.dialect.body == "bytes" and response.content_type == "application/json":
                raise ProviderError("the answer is no audio", provider=provider)
            reader, pieces = self.dialect.reader(), Pieces(self.dialect.body, provider)
            told: list[Exception] = []
            while chunk and not reader.over:
                for item in _read(reader, pieces.feed(chunk), sound, told):
                    yield item
                if reader.over:
                    await _rest(response)
                else:
                    chunk = await self.client.more(response)
            for item in _read(reader, pieces.close(), sound, told):
                yield item
            for event in reader.close():
                for item in _played(event, sound):
                    yield item
            for frame in sound.let_go():
                yield frame
            if broken := pieces.broken + len(told):
                said = f"{broken} messages of the server could not be read"
                yield Fault(provider, said, cause=told[0] if told else None)
            if not sound.heard:
                raise ProviderError("the answer holds no audio", provider=provider)
        except AudioFormatError as error:
            message = "the answer's audio cannot be played"
            raise ProviderError(message, provider=provider) from error
        finally:
            response.release()  # closes the connection unless all was read


def http_tts(
    dialect: HttpVoiceDialect,
    *,
    connect_timeout: float = 2.0,
    read_timeout: float = 10.0,
    attempts: int = 3,
) -> HttpTts:
    """Return a voice behind HTTP.

    Args:
        dialect: The vendor, and its options.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds without a sign of the server after which a request has failed.
        attempts: How often in a row a sentence may fail.

    Raises:
        ValueError: When a number is out of range.
    """
    if attempts < 1:
        raise ValueError(f"attempts must be at least 1, got {attempts}")
    check_base(dialect)
    client = HttpClient(
        dialect.provider,
        dialect.explain,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
    )
    return HttpTts(dialect, client, attempts)


def _read(
    reader: HttpVoiceReader, messages: Iterable[Any], sound: Sound, unread: list[Exception]
) -> Iterator[AudioFrame | Word | Fault]:
    """Give what messages mean, and note why some could not be read."""
    for message in messages:
        try:
            for event in reader.read(message):
                yield from _played(event, sound)
        except AudioFormatError:
            raise
        except UNREADABLE as error:
            unread.append(error)


def _played(event: HttpVoiceEvent, sound: Sound) -> Iterable[AudioFrame | Word | Fault]:
    match event:
        case Audio():
            yield from sound.audio(event.data)
        case Words():
            yield from sound.words(event)
        case Fault():
            yield event


async def _rest(response: aiohttp.ClientResponse) -> None:
    """Read to the end of a body, which is near, so that the connection can be kept."""
    with contextlib.suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout(_MOMENT):
            while await response.content.readany():
                pass


__all__ = ["HttpTts", "http_tts"]
