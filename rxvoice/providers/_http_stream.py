"""Answers of language models that come over HTTP as server-sent events."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from typing import Final

import aiohttp

from rxvoice.contracts import Written
from rxvoice.errors import ProviderError
from rxvoice.items import Fault
from rxvoice.providers._http_client import HttpClient, Slow, check_seconds
from rxvoice.providers._http_request import Decoder, Explain, Request
from rxvoice.providers._sse import SseDecoder

_PAUSE: Final = 0.25
"""Seconds before a request is tried again."""

_LONGEST_PAUSE: Final = 2.0
"""Seconds to wait at the vendor's wish; with a longer one it is better to ask somebody else."""

_MOMENT: Final = 0.25
"""Seconds that the body has to end when the answer is complete."""


class HttpStream:
    """Posts requests of one provider, and gives what comes.

    Args:
        provider: Its name.
        explain: Reads the vendor's refusals.
        connect_timeout: Seconds until there is a connection.
        read_timeout: Seconds without a sign of the server.
        first_timeout: Seconds that the first attempt has until its first sign; then a second one
            is made without this limit. None for no limit.
        retries: How many times a request is made again that failed before anything came, and that
            may succeed.

    Attributes:
        client: What posts them.

    Raises:
        ValueError: When a number is out of range.
    """

    def __init__(
        self,
        provider: str,
        explain: Explain,
        *,
        connect_timeout: float = 2.0,
        read_timeout: float = 15.0,
        first_timeout: float | None = None,
        retries: int = 1,
    ) -> None:
        if first_timeout is not None:
            check_seconds("first_timeout", first_timeout)
        if retries < 0:
            raise ValueError(f"retries must not be negative, got {retries}")
        self.client = HttpClient(
            provider, explain, connect_timeout=connect_timeout, read_timeout=read_timeout
        )
        self._provider = provider
        self._first_timeout = first_timeout
        self._retries = retries

    async def answer(
        self, request: Request, decoding: Callable[[], Decoder]
    ) -> AsyncGenerator[Written]:
        """Give the items of an answer; a `Fault` tells of each attempt that was not the last.

        Raises:
            ProviderError: When there is no answer, or it breaks off.
        """
        async with self.client.opened() as session:
            attempt, slow = 0, self._first_timeout
            while True:
                try:
                    response, chunk = await self.client.post(session, request, slow)
                    break
                except Slow as error:
                    slow = None
                    yield Fault(self._provider, f"{error}; it is asked again", cause=error)
                except ProviderError as error:
                    pause = max(_PAUSE, error.retry_after or 0.0)
                    if not error.retryable or attempt == self._retries or pause > _LONGEST_PAUSE:
                        raise
                    attempt += 1
                    yield Fault(self._provider, f"{error}; it is asked again", cause=error)
                    await asyncio.sleep(pause)
            try:
                async with aclosing(self._read(response, chunk, decoding())) as items:
                    async for item in items:
                        yield item
            finally:
                response.release()  # closes the connection unless all was read

    async def _read(
        self, response: aiohttp.ClientResponse, chunk: bytes, decoder: Decoder
    ) -> AsyncGenerator[Written]:
        """Read an answer to its end, or, when it is complete, for a moment longer.

        With the end of the body the connection can be kept, and something may still be told.
        """
        sse, until = SseDecoder(self._provider), 0.0
        events = sse.feed(chunk)
        while True:
            for event in events:
                complete = decoder.over
                try:
                    for item in decoder.read(event):
                        yield item
                except ProviderError:
                    if not complete:
                        raise
            if not chunk:
                break
            if not decoder.over:
                chunk = await self.client.more(response)
            else:
                until = until or asyncio.get_running_loop().time() + _MOMENT
                chunk = await _rest(response, until)
            events = sse.feed(chunk) if chunk else sse.close()
        for item in decoder.close():
            yield item


async def _rest(response: aiohttp.ClientResponse, until: float) -> bytes:
    """Return what else comes by a time of the loop; nothing when that is over."""
    if asyncio.get_running_loop().time() >= until:
        return b""
    with suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout_at(until):
            return await response.content.readany()
    return b""


__all__ = ["HttpStream"]
