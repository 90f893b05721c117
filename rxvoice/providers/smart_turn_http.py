"""The end of a turn by a Smart Turn model behind an HTTP address."""

import asyncio
import contextlib
import io
import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final

import aiohttp
import numpy as np
from pydantic import BaseModel, Field, ValidationError

from rxvoice.aio import in_thread
from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout
from rxvoice.items import AudioFrame
from rxvoice.providers._melspec import LENGTH, RATE
from rxvoice.providers._onnx import floats

_NAME: Final = "smart_turn_http"
_LONGEST: Final = 65_536
"""Bytes of an answer after which no more is read."""


class Prediction(BaseModel):
    """What the server answers; it may say more."""

    probability: float = Field(ge=0.0, le=1.0, allow_inf_nan=False)


def smart_turn_http(
    url: str,
    /,
    *,
    headers: Mapping[str, str] | None = None,
    timeout: float = 1.0,
    session: aiohttp.ClientSession | None = None,
) -> Callable[[AudioFrame], Awaitable[float]]:
    """Return a judge of whether a turn sounds complete that asks a server.

    It posts the last 8 s of the audio as a NumPy file (``.npy``) of 32-bit floats at 16 kHz and
    wants a JSON object with a ``probability``, as servers of the Smart Turn project do it. Empty
    audio is complete, and nobody is asked. Cancelling a call closes its connection.

    A call fails with `rxvoice.errors.ProviderTimeout` after ``timeout`` seconds, with
    `rxvoice.errors.ProviderRejected` when the status is not 200, and with
    `rxvoice.errors.ProviderError` when there is no connection or the answer is of another form.

    Args:
        url: Where to post.
        headers: Sent along, for instance a key.
        timeout: Seconds for the whole call. While it is waited for, nobody answers the user.
        session: Keeps connections open between calls; it stays yours. Without one each call opens
            its own.

    Returns:
        An `rxvoice.contracts.EndOfTurn`.

    Raises:
        ValueError: When ``url`` is no HTTP address or ``timeout`` is not positive.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"url must begin with http:// or https://, got {url!r}")
    if not 0.0 < timeout < math.inf:
        raise ValueError(f"timeout must be positive and finite, got {timeout}")

    async def judge(audio: AudioFrame) -> float:
        if not len(audio.samples):
            return 1.0
        body = await in_thread(_packed, audio, name=_NAME)
        try:
            async with asyncio.timeout(timeout), _opened(session) as client:
                content = {"Content-Type": "application/octet-stream", **(headers or {})}
                posting = client.post(url, data=body, headers=content, allow_redirects=False)
                async with posting as response:
                    status, answer = response.status, await _read(response)
        except TimeoutError as error:
            message = f"no answer within {timeout:g} s"
            raise ProviderTimeout(message, provider=_NAME) from error
        except (aiohttp.ClientError, OSError) as error:
            message = f"the connection failed: {type(error).__name__}"
            raise ProviderError(message, provider=_NAME) from error
        if status != 200:
            message, again = f"the server answered with status {status}", status >= 500
            raise ProviderRejected(message, provider=_NAME, status=status, retryable=again)
        try:
            return Prediction.model_validate_json(answer).probability
        except ValidationError as error:
            message = "the answer holds no probability"
            raise ProviderError(message, provider=_NAME) from error

    return judge


@contextlib.asynccontextmanager
async def _opened(
    session: aiohttp.ClientSession | None,
) -> AsyncGenerator[aiohttp.ClientSession]:
    if session is not None:
        yield session
        return
    async with aiohttp.ClientSession() as own:
        yield own


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Read the answer, or so much of it that it is too long to be one."""
    answer = b""
    async for chunk in response.content.iter_any():
        answer += chunk
        if len(answer) > _LONGEST:
            break
    return answer


def _packed(audio: AudioFrame) -> bytes:
    recent = audio.samples[-(LENGTH * audio.rate // RATE + 1) :]
    buffer = io.BytesIO()
    np.save(buffer, floats(replace(audio, samples=recent), RATE)[-LENGTH:])
    return buffer.getvalue()


__all__ = ["smart_turn_http"]
