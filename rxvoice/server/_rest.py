"""Asking vendors' REST interfaces."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, Final, TypeAlias, cast

import aiohttp

from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout, retry_after_of

logger = logging.getLogger(__name__)

_AGENT: Final = {"user-agent": f"rxvoice/{version('rxvoice')}"}
_LONGEST: Final = 262_144
_LONGEST_CODE: Final = 64

Code: TypeAlias = Callable[[Mapping[str, Any]], object]
"""Finds the vendor's name of an error in the body of a refusal."""


class Rest:
    """The REST interface of one vendor.

    Args:
        provider: Named in errors.
        base: Address below which everything is.
        code: Finds the vendor's name of an error.
        timeout: Seconds that an answer may take.

    Raises:
        ValueError: When the address is none, or the time not positive.
    """

    def __init__(self, provider: str, base: str, code: Code, *, timeout: float = 10.0) -> None:
        if not base.startswith(("http://", "https://")):
            raise ValueError(f"the address of {provider} must begin with https://")
        if not timeout > 0.0:
            raise ValueError(f"timeout must be positive, got {timeout}")
        self._provider = provider
        self._base = base.rstrip("/")
        self._code = code
        self._timeout = timeout

    async def ask(
        self, method: str, path: str, token: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the JSON object that the vendor answers with.

        What the vendor says of a refusal is logged at DEBUG only, for it may repeat what was
        asked; its name of the error is told.

        Args:
            method: Of the request.
            path: Below the base, with its slash.
            token: Goes into the header ``Authorization`` as a bearer.
            body: Sent as JSON.

        Raises:
            ProviderTimeout: When there is no answer in time.
            ProviderRejected: When the vendor refuses.
            ProviderError: When it cannot be reached, or what it answers cannot be read.
        """
        headers = {**_AGENT, "authorization": f"Bearer {token}"}
        try:
            async with (
                asyncio.timeout(self._timeout),
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client,
                client.request(
                    method, self._base + path, headers=headers, json=body, allow_redirects=False
                ) as response,
            ):
                text = await _start(response.content)
        except TimeoutError as error:
            message = f"{self._provider} did not answer within {self._timeout:g} s"
            raise ProviderTimeout(message, provider=self._provider) from error
        except (aiohttp.ClientError, OSError) as error:
            message = f"{self._provider} cannot be reached ({type(error).__name__})"
            raise ProviderError(message, provider=self._provider) from error
        told = _object(text)
        if not 200 <= response.status < 300:
            raise self._refused(response, told or {})
        if told is None:
            message = f"the answer of {self._provider} cannot be read"
            raise ProviderError(message, provider=self._provider)
        return told

    def _refused(
        self, response: aiohttp.ClientResponse, told: Mapping[str, Any]
    ) -> ProviderRejected:
        logger.debug("%s refused", self._provider, extra={"pii.body": told})
        found = self._code(told)
        code = str(found)[:_LONGEST_CODE] if isinstance(found, str | int) else ""
        code = code if code.isprintable() else ""
        message = f"{self._provider} refused: status {response.status}"
        return ProviderRejected(
            f"{message}, {code}" if code else message,
            provider=self._provider,
            status=response.status,
            code=code,
            retry_after=retry_after_of(response.headers),
        )


async def _start(content: aiohttp.StreamReader) -> bytes:
    text = b""
    while len(text) <= _LONGEST and (chunk := await content.readany()):
        text += chunk
    return text


def _object(text: bytes) -> dict[str, Any] | None:
    if len(text) > _LONGEST:
        return None
    try:
        found: object = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


__all__ = ["Code", "Rest"]
