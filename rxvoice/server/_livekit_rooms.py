"""LiveKit's rooms, by the room service of its server, as its documentation of 2026 describes it."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from rxvoice._jwt import signed_token
from rxvoice.errors import ProviderError

from ._rest import Rest
from ._rooms import ROOM_LIFETIME, Room, room_name, with_defaults

_NAME: Final = "livekit"
_SERVICE: Final = "/twirp/livekit.RoomService/"
_SCHEMES: Final = {"ws": "http", "wss": "https", "http": "http", "https": "https"}
_BRIEF: Final = 60.0

Sign: TypeAlias = Callable[[Mapping[str, Any], float], str]
"""Returns a token with these grants of a room, that lasts so many seconds."""


class LiveKitRooms:
    """Makes rooms that end when nobody is in them, and at the latest when `delete_after` is over.

    Properties are LiveKit's own, by their names. What is not given has defaults: an
    ``empty_timeout`` of 300 s, in which the first has to come, and a ``departure_timeout`` of
    20 s; both are LiveKit's. What is given wins.

    Args:
        sign: Makes tokens for the room service; see `livekit_signer`.
        url: Of the server; ``LIVEKIT_URL`` unless given.
        timeout: Seconds that an answer may take.

    Raises:
        ValueError: When there is no address, or it is none.
    """

    def __init__(self, sign: Sign, *, url: str | None = None, timeout: float = 10.0) -> None:
        self.url: str = url or os.environ.get("LIVEKIT_URL", "")
        if not self.url:
            raise ValueError("livekit needs the address of its server: give url, or LIVEKIT_URL")
        scheme = _SCHEMES.get(urlsplit(self.url).scheme, "")
        base = f"{scheme}://{self.url.partition('://')[2]}"
        self._rest = Rest(_NAME, base, lambda told: told.get("code"), timeout=timeout)
        self._sign = sign

    async def make(self, *, name: str = "", properties: Mapping[str, Any] | None = None) -> Room:
        """Make a room.

        Args:
            name: Of the room; one that nobody can guess unless given.
            properties: Of the room.

        Raises:
            TypeError: When properties are no object.
            ProviderError: When LiveKit fails.
        """
        whole = with_defaults(properties, {"empty_timeout": 300, "departure_timeout": 20})
        asked = {**whole, "name": name or room_name()}
        made = await self._ask("CreateRoom", {"roomCreate": True}, asked)
        told: object = made.get("name")
        if not isinstance(told, str) or not told:
            raise ProviderError(f"the answer of {_NAME} has no name", provider=_NAME)
        return Room(told, self.url)

    async def delete(self, room: str) -> bool:
        """End a room, and put everybody out of it.

        Args:
            room: Its name.

        Returns:
            Whether there was one.

        Raises:
            ProviderError: When LiveKit fails.
        """
        try:
            await self._ask("DeleteRoom", {"roomCreate": True}, {"room": room})
        except ProviderError as error:
            if getattr(error, "code", "") == "not_found":
                return False
            raise
        return True

    async def delete_after(self, room: str, seconds: float = ROOM_LIFETIME) -> bool:
        """End a room after a while: LiveKit knows no end of rooms in which somebody is.

        Args:
            room: Its name.
            seconds: How long it lasts.

        Returns:
            Whether there still was one.

        Raises:
            ProviderError: When LiveKit fails.
        """
        await asyncio.sleep(seconds)
        return await self.delete(room)

    async def _ask(
        self, method: str, grants: Mapping[str, Any], body: Mapping[str, Any]
    ) -> dict[str, Any]:
        return await self._rest.ask("POST", _SERVICE + method, self._sign(grants, _BRIEF), body)


def livekit_signer(
    *,
    api_key: str | None = None,
    api_secret: str | None = None,
    now: Callable[[], float] = time.time,
) -> Sign:
    """Return what makes tokens for the room service of a LiveKit server.

    Args:
        api_key: Of the project; ``LIVEKIT_API_KEY`` unless given.
        api_secret: Of the project; ``LIVEKIT_API_SECRET`` unless given.
        now: Seconds since 1970.

    Raises:
        ValueError: When either is missing; it names what is.
    """
    given = {
        "api_key (or LIVEKIT_API_KEY)": api_key or os.environ.get("LIVEKIT_API_KEY", ""),
        "api_secret (or LIVEKIT_API_SECRET)": api_secret
        or os.environ.get("LIVEKIT_API_SECRET", ""),
    }
    missing = [name for name, value in given.items() if not value.strip()]
    if missing:
        raise ValueError(f"livekit needs {' and '.join(missing)} to make rooms")
    key, secret = (value.strip() for value in given.values())

    def sign(grants: Mapping[str, Any], lifetime: float) -> str:
        began = int(now())
        claims = {"iss": key, "nbf": began - 5, "exp": began + int(lifetime), "video": dict(grants)}
        return signed_token(claims, secret.encode())

    return sign


__all__ = ["LiveKitRooms", "Sign", "livekit_signer"]
