"""WebRTC as a client."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import aiohttp

from rxvoice.transports._contract import TransportError

from ._ice import IceServer
from ._transport import WebRtcTransport

_LONGEST: Final = 200_000


def webrtc(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    rate: int = 16_000,
    capacity: float = 60.0,
    ice_servers: Sequence[IceServer] = (),
    patience: float = 30.0,
) -> WebRtcTransport:
    """Reach a server by WebRTC, such as one of rxvoice.

    Args:
        url: Of the endpoint that answers offers: ``http://`` or ``https://``, often ending in
            ``/api/offer``.
        headers: Besides the usual ones; never logged.
        rate: Samples a second of the audio that comes out.
        capacity: Seconds of audio that may wait to be played.
        ice_servers: That help to find a way to it.
        patience: Seconds that connecting may take.

    Returns:
        The transport, for one session. It connects when it is first used.

    Raises:
        ValueError: When an argument makes no sense.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError("url must begin with http:// or https://")
    more = dict(headers or {})

    async def signal(offer: Mapping[str, Any]) -> Mapping[str, Any]:
        limit = aiohttp.ClientTimeout(total=patience)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit, headers=more) as http,
                http.post(url, json=dict(offer)) as response,
            ):
                if response.status != 200:
                    raise TransportError(f"the server answered with status {response.status}")
                return await _object(response)
        except TimeoutError as error:
            raise TransportError(f"there was no answer within {patience:g} s") from error
        except aiohttp.ClientError as error:
            raise TransportError(f"the connection failed: {type(error).__name__}") from None

    return WebRtcTransport(
        rate=rate,
        capacity=capacity,
        ice_servers=ice_servers,
        patience=patience,
        signal=signal,
    )


async def _object(response: aiohttp.ClientResponse) -> Mapping[str, Any]:
    text = b""
    async for part in response.content.iter_any():
        text += part
        if len(text) > _LONGEST:
            raise TransportError(f"the server's answer is longer than {_LONGEST} bytes")
    try:
        told: Any = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise TransportError("the server's answer cannot be read")
    return cast("dict[str, Any]", told)


__all__ = ["webrtc"]
