"""Calls of WhatsApp's business platform, which are WebRTC.

The actions are those of Meta's page "API and webhook reference" of 25 November 2025.
"""

import contextlib
import os
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, TypeAlias, cast
from urllib.parse import quote

from rxvoice.errors import ProviderError

from ._rest import Rest
from ._whatsapp_webhook import WhatsAppOffer, WhatsAppWebhook

_NAME: Final = "whatsapp"
_BASE: Final = "https://graph.facebook.com/v23.0"
_REMEMBERED: Final = 10_000
_VARIABLES: Final[Mapping[str, str]] = {
    "token": "WHATSAPP_TOKEN",
    "phone_number_id": "WHATSAPP_PHONE_NUMBER_ID",
    "verify_token": "WHATSAPP_WEBHOOK_VERIFICATION_TOKEN",
    "app_secret": "WHATSAPP_APP_SECRET",
}
_OTHER_FINGERPRINT: Final = re.compile(r"a=fingerprint:(?!sha-256 )", re.IGNORECASE)
_FINGERPRINT: Final = re.compile(r"a=fingerprint:sha-256 ", re.IGNORECASE)

Answer: TypeAlias = Callable[[str], Awaitable[str]]
"""Returns the answer to an offer of WebRTC, both as SDP."""

_Action: TypeAlias = Literal["pre_accept", "accept", "reject", "terminate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsAppAccount:
    """What is needed to take calls.

    Attributes:
        token: Access token of a system user, with the permission for messaging.
        phone_number_id: Meta's id of the business's telephone number.
        verify_token: Any text; the same is entered beside the address of the webhook.
        app_secret: Of the app, with which Meta signs what it tells.

    Raises:
        ValueError: When something is missing; it names everything that is, with its variable.
    """

    token: str = field(repr=False)
    phone_number_id: str
    verify_token: str = field(repr=False)
    app_secret: str = field(repr=False)

    def __post_init__(self) -> None:
        names = [each.name for each in fields(self)]
        missing = [f"{n} (or {_VARIABLES[n]})" for n in names if not getattr(self, n).strip()]
        if missing:
            raise ValueError(f"{_NAME} needs {', '.join(missing)}")


def whatsapp_account(environment: Mapping[str, str] = os.environ, /) -> WhatsAppAccount:
    """Return what the environment tells of an account.

    Args:
        environment: Where ``WHATSAPP_TOKEN``, ``WHATSAPP_PHONE_NUMBER_ID``,
            ``WHATSAPP_WEBHOOK_VERIFICATION_TOKEN`` and ``WHATSAPP_APP_SECRET`` are.

    Raises:
        ValueError: When some are missing; it names all of them.
    """
    found = {name: environment.get(at, "").strip() for name, at in _VARIABLES.items()}
    return WhatsAppAccount(**found)


class WhatsAppCalls:
    """Takes calls, and ends them.

    Args:
        account: Whose.
        base_url: Of Meta's interface, with its version.
        timeout: Seconds that an answer may take.

    Attributes:
        webhook: Reads what Meta tells.
    """

    def __init__(
        self, account: WhatsAppAccount, *, base_url: str = _BASE, timeout: float = 10.0
    ) -> None:
        self.webhook: WhatsAppWebhook = WhatsAppWebhook(
            account.verify_token, account.app_secret, account.phone_number_id
        )
        self._token = account.token
        self._path = f"/{quote(account.phone_number_id, safe='')}/calls"
        self._rest = Rest(_NAME, base_url, _code, timeout=timeout)
        self._seen: OrderedDict[str, None] = OrderedDict()

    async def accept(self, offer: WhatsAppOffer, answer: Answer) -> bool:
        """Take a call: agree on the connection, then say that audio may flow.

        Where anything fails, the call is refused, and the error told.

        Args:
            offer: What Meta has told.
            answer: Makes the answer to it.

        Returns:
            False when the same was told before; then nothing is done.

        Raises:
            ProviderError: When Meta fails.
            ValueError: When the answer cannot be used by WhatsApp.
        """
        if offer.call in self._seen:
            return False
        self._seen[offer.call] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        try:
            sdp = for_whatsapp(await answer(offer.sdp))
            await self._act("pre_accept", offer.call, sdp)
            await self._act("accept", offer.call, sdp)
        except Exception:
            await self._give_up(offer.call)
            raise
        return True

    async def reject(self, call: str) -> None:
        """Refuse a call that has not been accepted.

        Args:
            call: WhatsApp's id of it.

        Raises:
            ProviderError: When Meta fails.
        """
        await self._act("reject", call)

    async def terminate(self, call: str) -> None:
        """End a call.

        Args:
            call: WhatsApp's id of it.

        Raises:
            ProviderError: When Meta fails, as it does for a call that is over.
        """
        await self._act("terminate", call)

    async def _give_up(self, call: str) -> None:
        try:
            await self.reject(call)
        except ProviderError:  # it may have been accepted, although nobody said so in time
            with contextlib.suppress(ProviderError):
                await self.terminate(call)

    async def _act(self, action: _Action, call: str, sdp: str = "") -> None:
        body: dict[str, Any] = {"messaging_product": "whatsapp", "call_id": call, "action": action}
        if sdp:
            body["session"] = {"sdp_type": "answer", "sdp": sdp}
        told = await self._rest.ask("POST", self._path, self._token, body)
        if told.get("success") is not True:
            raise ProviderError(f"{_NAME} did not {action} the call", provider=_NAME)


def for_whatsapp(sdp: str, /) -> str:
    """Return an answer without the fingerprints that WhatsApp does not know.

    Raises:
        ValueError: When none is left: it knows SHA-256 only.
    """
    lines = [line for line in sdp.splitlines() if _OTHER_FINGERPRINT.match(line) is None]
    if not any(map(_FINGERPRINT.match, lines)):
        raise ValueError("the answer has no fingerprint by SHA-256, the only one that is taken")
    return "".join(f"{line}\r\n" for line in lines)


def _code(told: Mapping[str, Any]) -> object:
    error: object = told.get("error")
    return cast("dict[str, Any]", error).get("code") if isinstance(error, dict) else None


__all__ = ["Answer", "WhatsAppAccount", "WhatsAppCalls", "for_whatsapp", "whatsapp_account"]
