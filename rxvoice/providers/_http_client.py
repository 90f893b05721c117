"""The HTTP connections of one provider."""

import asyncio
import contextlib
import logging
from collections.abc import Generator
from dataclasses import replace
from importlib.metadata import version
from typing import Final

import aiohttp

from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout, retry_after_of
from rxvoice.providers._http_request import (
    Explain,
    Refusal,
    Request,
    plain_text,
    read_object,
    rejected,
    repeats,
)
from rxvoice.providers._kept import Kept
from rxvoice.providers._option_checks import check_time

logger = logging.getLogger(__name__)

_LONGEST: Final = 65_536
"""Bytes of a refusal after which no more is read."""

_HEADERS: Final = {
    "accept": "text/event-stream",
    "accept-encoding": "identity",  # what compresses may hold back
    "user-agent": f"rxvoice/{version('rxvoice')}",
}


class Slow(ProviderTimeout):
    """An attempt took longer than it may."""


class HttpClient:
    """Posts the requests of one provider; its errors are those of rxvoice.

    Args:
        provider: Its name.
        explain: Reads the vendor's refusals.
        connect_timeout: Seconds until there is a connection.
        read_timeout: Seconds without a sign of the server.

    Attributes:
        kept: The connections.

    Raises:
        ValueError: When a number is out of range.
    """

    def __init__(
        self, provider: str, explain: Explain, *, connect_timeout: float, read_timeout: float
    ) -> None:
        check_seconds("connect_timeout", connect_timeout)
        check_seconds("read_timeout", read_timeout)
        self._provider = provider
        self._explain = explain
        self.kept: Kept[aiohttp.ClientSession] = Kept(
            _session, aiohttp.ClientSession.close, name=provider
        )
        self._timeout = aiohttp.ClientTimeout(
            connect=connect_timeout, sock_connect=connect_timeout, sock_read=read_timeout
        )

    def pin(self) -> None:
        """Keep connections on this loop, also outside of sessions, until `aclose`."""
        self.kept.get(pin=True)

    async def aclose(self) -> None:
        """Close the connections that are kept on this loop; the next reply opens new ones."""
        await self.kept.aclose()

    async def fetch(self, request: Request) -> None:
        """Fetch something, and forget it: a connection is open then.

        Raises:
            ProviderError: When it fails.
        """
        with self._translated():
            async with (
                self.opened() as session,
                session.get(
                    request.url,
                    headers=request.headers,
                    timeout=self._timeout,
                    allow_redirects=False,
                ) as response,
            ):
                if response.status != 200:
                    raise await self._refused(response, request)
                await response.read()

    def opened(self) -> contextlib.AbstractAsyncContextManager[aiohttp.ClientSession]:
        """Give the connections that are kept; what belongs to no session has its own."""
        return self.kept.opened()

    async def post(
        self, session: aiohttp.ClientSession, request: Request, limit: float | None
    ) -> tuple[aiohttp.ClientResponse, bytes]:
        """Return an accepted answer and the first bytes of it.

        Raises:
            Slow: When that takes longer than ``limit``.
            ProviderError: When it fails.
        """
        clock = asyncio.timeout(limit)
        try:
            with self._translated():
                async with clock:
                    response = await session.post(
                        request.url,
                        json=None if request.form else request.body,
                        data=request.form() if request.form else None,
                        headers={**_HEADERS, **request.headers},
                        timeout=self._timeout,
                        allow_redirects=False,
                    )
                    try:
                        if response.status == 200:
                            return response, await self._next(response)
                        raise await self._refused(response, request)
                    except BaseException:
                        response.close()
                        raise
        except ProviderTimeout as error:
            if clock.expired():
                message = f"nothing came within {limit:g} s"
                raise Slow(message, provider=self._provider) from error
            raise

    async def more(self, response: aiohttp.ClientResponse) -> bytes:
        """Return what comes next of an answer; nothing at its end."""
        with self._translated():
            return await self._next(response)

    async def _next(self, response: aiohttp.ClientResponse) -> bytes:
        # The client's own timer stops when it cannot make sense of what comes.
        async with asyncio.timeout(self._timeout.sock_read):
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
        self, response: aiohttp.ClientResponse, request: Request
    ) -> ProviderRejected:
        body = b""
        with contextlib.suppress(TimeoutError, aiohttp.ClientError, OSError):
            while len(body) < _LONGEST and (chunk := await self._next(response)):
                body += chunk
        try:
            told = self._explain(read_object(body.decode(errors="replace"), self._provider))
        except ProviderError:
            told = Refusal(plain_text(body))
        after = retry_after_of(response.headers)
        told = replace(told, status=response.status)
        if repeats(told.message, request.private):
            private = {"pii.text": told.message}
            logger.debug("%s: a refusal repeats what was sent", self._provider, extra=private)
            told = replace(told, message=told.code)
        return rejected(self._provider, told, request.secrets, retry_after=after)


def check_seconds(name: str, seconds: float) -> None:
    """Refuse what is no limit.

    Raises:
        TypeError: When it is no number.
        ValueError: When it is not positive and finite.
    """
    check_time(name, seconds)


def _session() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=0)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


__all__ = ["HttpClient", "Slow", "check_seconds"]
