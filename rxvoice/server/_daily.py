"""Daily's rooms, as its REST documentation of 2026 describes them."""

import contextlib
import os
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from rxvoice.errors import ProviderError
from rxvoice.providers._key import key_of

from ._daily_answers import number_or_none, sip_of, text_of
from ._rest import Rest
from ._rooms import ROOM_LIFETIME, Room, expiry, room_name, with_defaults

_NAME: Final = "daily"
_BASE: Final = "https://api.daily.co/v1"


class DailyRooms:
    """Makes rooms that end after a while, and put everybody out then.

    Properties are Daily's own, by their names. What is not given has defaults: ``exp`` is
    `lifetime` from now and ``eject_at_room_exp`` is true; of tokens, ``exp`` is that of the room
    and ``eject_at_token_exp`` is true. What is given wins.

    Args:
        api_key: Of the account; ``DAILY_API_KEY`` unless given.
        base_url: Of the interface; ``DAILY_API_URL`` unless given, else Daily's own.
        lifetime: Seconds that rooms and tokens last.
        timeout: Seconds that an answer may take.

    Raises:
        ValueError: When there is no key, or an option is out of range.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        lifetime: float = ROOM_LIFETIME,
        timeout: float = 10.0,
    ) -> None:
        if not lifetime > 0.0:
            raise ValueError(f"lifetime must be positive, got {lifetime}")
        self._key = key_of(api_key, "DAILY_API_KEY", provider=_NAME)
        base = base_url or os.environ.get("DAILY_API_URL", "") or _BASE
        self._rest = Rest(_NAME, base, lambda told: told.get("error"), timeout=timeout)
        self._lifetime = lifetime

    async def for_browser(
        self,
        now: float,
        *,
        properties: Mapping[str, Any] | None = None,
        token_properties: Mapping[str, Any] | None = None,
    ) -> Room:
        """Make a room for a user with a browser, who gets a token of their own.

        Args:
            now: Seconds since 1970.
            properties: Of the room.
            token_properties: Of both tokens; whose owns the room is decided here.

        Raises:
            TypeError: When properties are no objects.
            ProviderError: When Daily fails.
        """
        return await self._make(now, {}, properties, token_properties, guest=True)

    async def for_dial_in(
        self,
        now: float,
        caller: str,
        *,
        properties: Mapping[str, Any] | None = None,
        token_properties: Mapping[str, Any] | None = None,
    ) -> Room:
        """Make a room for a telephone call that waits; see `forward`.

        Args:
            now: Seconds since 1970.
            caller: Number or name that the call is shown with.
            properties: Of the room; its ``sip`` is completed, too.
            token_properties: Of the agent's token.

        Raises:
            TypeError: When properties are no objects.
            ProviderError: When Daily fails.
        """
        sip = {"display_name": caller, "video": False, "sip_mode": "dial-in", "num_endpoints": 1}
        own = {"sip": sip, "start_video_off": True}
        return await self._make(now, own, properties, token_properties)

    async def for_dial_out(
        self,
        now: float,
        *,
        properties: Mapping[str, Any] | None = None,
        token_properties: Mapping[str, Any] | None = None,
    ) -> Room:
        """Make a room from which telephones are called; see `dial`.

        Args:
            now: Seconds since 1970.
            properties: Of the room.
            token_properties: Of the agent's token.

        Raises:
            TypeError: When properties are no objects.
            ProviderError: When Daily fails.
        """
        own = {"enable_dialout": True, "start_video_off": True}
        return await self._make(now, own, properties, token_properties)

    async def token(
        self,
        now: float,
        room: str,
        *,
        owner: bool = False,
        properties: Mapping[str, Any] | None = None,
    ) -> str:
        """Make a token that lets one participant into a room.

        Args:
            now: Seconds since 1970.
            room: Name of the room.
            owner: Whether they own it.
            properties: Of the token.

        Raises:
            TypeError: When properties are no object.
            ProviderError: When Daily fails.
        """
        ends = {"exp": expiry(now, self._lifetime), "eject_at_token_exp": True}
        whole = {**with_defaults(properties, ends), "room_name": room, "is_owner": owner}
        answer = await self._rest.ask("POST", "/meeting-tokens", self._key, {"properties": whole})
        return text_of(answer, "token")

    async def forward(self, call: str, domain: str, sip: str) -> None:
        """Send a telephone call that waits into a room, once the room can take it.

        Args:
            call: ``callId`` of the call's webhook.
            domain: ``callDomain`` of the same.
            sip: `Room.sip`.

        Raises:
            ProviderError: When Daily fails.
        """
        body = {"callId": call, "callDomain": domain, "sipUri": sip}
        await self._rest.ask("POST", "/dialin/pinlessCallUpdate", self._key, body)

    async def dial(self, room: str, target: Mapping[str, Any]) -> None:
        """Call a telephone into a room in which the agent is.

        Args:
            room: Name of the room, made by `for_dial_out`.
            target: Whom, by Daily's names: ``phoneNumber`` or ``sipUri``, and what else it knows.

        Raises:
            ProviderError: When Daily fails.
        """
        path = f"/rooms/{quote(room, safe='')}/dialOut/start"
        await self._rest.ask("POST", path, self._key, target)

    async def delete(self, room: str) -> None:
        """End a room, and put everybody out of it.

        Raises:
            ProviderError: When Daily fails.
        """
        await self._rest.ask("DELETE", f"/rooms/{quote(room, safe='')}", self._key)

    async def _make(
        self,
        now: float,
        own: Mapping[str, Any],
        properties: Mapping[str, Any] | None,
        token_properties: Mapping[str, Any] | None,
        *,
        guest: bool = False,
    ) -> Room:
        ends = {"exp": expiry(now, self._lifetime), "eject_at_room_exp": True}
        whole = with_defaults(properties, {**ends, **own})
        expires = number_or_none(whole["exp"])
        of_tokens = with_defaults(token_properties, {} if expires is None else {"exp": expires})
        asked = {"name": room_name(), "properties": whole}
        made = await self._rest.ask("POST", "/rooms", self._key, asked)
        name, url = text_of(made, "name"), text_of(made, "url")
        try:
            token = await self.token(now, name, owner=True, properties=of_tokens)
            other = await self.token(now, name, properties=of_tokens) if guest else ""
        except ProviderError:
            with contextlib.suppress(ProviderError):
                await self.delete(name)
            raise
        return Room(name, url, token, other, expires, sip_of(made))


__all__ = ["DailyRooms"]
