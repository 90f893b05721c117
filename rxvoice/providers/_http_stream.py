"""Answers of language models that come over HTTP as server-sent events."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Final

import aiohttp

from rxvoice.aio import default_scope
from rxvoice.aio._scope import current_scope
from rxvoice.contracts import Written
from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout, retry_after_of
from rxvoice.items import Fault
from rxvoice.providers._http_request import (
    Decoder,
    Explain,
    Refusal,
    Request,
    read_object,
    rejected,
)
from rxvoice.providers._kept import Kept
from rxvoice.providers._sse import SseDecoder

_PAUSE: Final = 0.25
"""Seconds before a request is tried again."""

_LONGEST_PAUSE: Final = 2.0
"""Seconds to wait at the vendor's wish; with a longer one it is better to ask somebody else."""

_DRAIN: Final = 0.25
"""Seconds that the end of the body gets, when the answer is complete, to keep the connection."""

_LONGEST: Final = 65_536
"""Bytes of a refusal after which no more is read."""

_HEADERS: Final = {
    "accept": "text/event-stream",
    "accept-encoding": "identity",  # what compresses may hold back
    "content-type": "application/json",
}


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
        for name, value in (
            ("connect_timeout", connect_timeout),
            ("read_timeout", read_timeout),
            ("first_timeout", 1.0 if first_timeout is None else first_timeout),
        ):
            if not 0.0 < value < float("inf"):
                raise ValueError(f"{name} must be positive and finite, got {value}")
        if retries < 0:
            raise ValueError(f"retries must not be negative, got {retries}")
        self._provider = provider
        self._explain = explain
        self._first_timeout = first_timeout
        self._retries = retries
        self._pinned = 0
        self._kept = Kept(_session, aiohttp.ClientSession.close, name=provider)
        self._timeout = aiohttp.ClientTimeout(
            connect=connect_timeout, sock_connect=connect_timeout, sock_read=read_timeout
        )

    def pin(self) -> None:
        """Keep connections on this loop, also outside of sessions, until `aclose`."""
        self._pinned += 1
        self._kept.get(pin=True)

    async def aclose(self) -> None:
        """Close the connections that are kept on this loop; the next reply opens new ones."""
        self._pinned = max(0, self._pinned - 1)
        await self._kept.aclose()

    async def prewarm(self, request: Request) -> None:
        """Open a connection, by fetching something.

        Raises:
            ProviderError: When it fails.
        """
        with self._translated():
            async with (
                self._opened() as session,
                session.get(
                    request.url,
                    headers=request.headers,
                    timeout=self._timeout,
                    allow_redirects=False,
                ) as response,
            ):
                if response.status != 200:
                    raise await self._refused(response, request.secrets)
                await response.read()

    async def answer(
        self, request: Request, decoding: Callable[[], Decoder]
    ) -> AsyncGenerator[Written]:
        """Give the items of an answer; a `Fault` tells of each attempt that was not the last.

        Raises:
            ProviderError: When there is no answer, or it breaks off.
        """
        async with self._opened() as session:
            attempt, slow = 0, self._first_timeout
            while True:
                try:
                    response, chunk = await self._begin(session, request, slow)
                    break
                except _Slow as error:
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
                sse, decoder = SseDecoder(self._provider), decoding()
                while chunk and not decoder.over:
                    for event in sse.feed(chunk):
                        for item in decoder.read(event):
                            yield item
                    if not decoder.over:
                        chunk = await self._more(response)
                if not decoder.over:
                    for event in sse.close():
                        for item in decoder.read(event):
                            yield item
                for item in decoder.close():
                    yield item
                await _drain(response)
            finally:
                response.release()  # closes the connection unless all was read

    @contextlib.asynccontextmanager
    async def _opened(self) -> AsyncGenerator[aiohttp.ClientSession]:
        """Give the connections that are kept; what belongs to no session has its own."""
        scope = current_scope.get()
        outside = scope is None or scope is default_scope(asyncio.get_running_loop())
        if outside and not self._pinned:
            async with _session() as own:
                yield own
        else:
            yield self._kept.get()

    async def _begin(
        self, session: aiohttp.ClientSession, request: Request, limit: float | None
    ) -> tuple[aiohttp.ClientResponse, bytes]:
        """Return an accepted answer and the first bytes of it."""
        clock = asyncio.timeout(limit)
        try:
            with self._translated():
                async with clock:
                    response = await session.post(
                        request.url,
                        json=request.body,
                        headers={**_HEADERS, **request.headers},
                        timeout=self._timeout,
                        allow_redirects=False,
                    )
                    try:
                        if response.status == 200:
                            return response, await response.content.readany()
                        raise await self._refused(response, request.secrets)
                    except BaseException:
                        response.close()
                        raise
        except ProviderTimeout as error:
            if clock.expired():
                message = f"nothing came within {limit:g} s"
                raise _Slow(message, provider=self._provider) from error
            raise

    async def _more(self, response: aiohttp.ClientResponse) -> bytes:
        with self._translated():
            return await response.content.readany()

    @contextlib.contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except aiohttp.ConnectionTimeoutError as error:
            message = f"there was no connection within {self._timeout.connect:g} s"
            raise ProviderTimeout(message, provider=self._provider) from error
        except TimeoutError as error:
            message = f"nothing came for {self._timeout.sock_read:g} s"
            raise ProviderTimeout(message, provider=self._provider) from error
        except (aiohttp.ClientError, OSError) as error:
            message = f"the connection failed: {type(error).__name__}"
            raise ProviderError(message, provider=self._provider) from error

    async def _refused(
        self, response: aiohttp.ClientResponse, secrets: tuple[str, ...]
    ) -> ProviderRejected:
        body = b""
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > _LONGEST:
                break
        try:
            told = self._explain(read_object(body.decode(errors="replace"), self._provider))
        except ProviderError:
            told = Refusal()
        after = retry_after_of(response.headers)
        return rejected(self._provider, told, response.status, secrets, retry_after=after)


class _Slow(ProviderTimeout):
    """The first attempt took too long."""


def _session() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=0)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


async def _drain(response: aiohttp.ClientResponse) -> None:
    """Read to the end of the body, if that is near."""
    with contextlib.suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout(_DRAIN):
            while await response.content.readany():
                pass


__all__ = ["HttpStream"]
