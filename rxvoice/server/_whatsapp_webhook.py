"""What WhatsApp tells of calls.

The shapes are those of Meta's pages "User-initiated calls" of 24 June 2026 and "API and webhook
reference" of 25 November 2025.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast

from rxvoice.errors import RxvoiceError

logger = logging.getLogger(__name__)

_SIGNATURE: Final = "x-hub-signature-256"
_PREFIX: Final = "sha256="
_LONGEST_ID: Final = 512
_LONGEST_SDP: Final = 65_536


class WebhookError(RxvoiceError):
    """A request is not from Meta, or cannot be read. The message repeats nothing of it.

    Attributes:
        status: HTTP status of the answer.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status: int = status


@dataclass(frozen=True, slots=True)
class WhatsAppOffer:
    """Somebody calls.

    Attributes:
        call: WhatsApp's id of the call.
        sdp: The offer of WebRTC.
        caller: Number of who calls; their id for this business where they hide the number.
        callee: Number that was called.
        name: What they call themselves; empty where nobody tells.
    """

    call: str
    sdp: str = field(repr=False)
    caller: str = ""
    callee: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class WhatsAppEnded:
    """A call is over, or never came about.

    Attributes:
        call: WhatsApp's id of the call.
        status: WhatsApp's word for how: ``"COMPLETED"``, ``"FAILED"``; empty where it tells none.
        duration: Seconds that it lasted.
        error: WhatsApp's code of what went wrong; 0 for nothing.
    """

    call: str
    status: str = ""
    duration: float = 0.0
    error: int = 0


WhatsAppEvent: TypeAlias = WhatsAppOffer | WhatsAppEnded


class WhatsAppWebhook:
    """Reads the requests of Meta for one telephone number.

    Args:
        verify_token: The text that was entered beside the address of the webhook.
        app_secret: Of Meta's app, which signs what is told.
        phone_number_id: Of the number; what is told of others is left out.
    """

    def __init__(self, verify_token: str, app_secret: str, phone_number_id: str) -> None:
        self._verify_token = verify_token.encode()
        self._app_secret = app_secret.encode()
        self._number = phone_number_id

    def verify(self, query: Mapping[str, str]) -> str:
        """Return the answer to the ``GET`` by which Meta tries the address.

        Args:
            query: Of the request.

        Raises:
            WebhookError: When it lacks something, or knows another token.
        """
        challenge, token = query.get("hub.challenge", ""), query.get("hub.verify_token", "")
        if query.get("hub.mode") != "subscribe" or not challenge or len(challenge) > _LONGEST_ID:
            raise WebhookError("this is no verification of a webhook", 400)
        if not hmac.compare_digest(token.encode(errors="replace"), self._verify_token):
            raise WebhookError("the token of the verification is another one", 403)
        return challenge

    def receive(self, body: bytes, headers: Mapping[str, str]) -> list[WhatsAppEvent]:
        """Return what a ``POST`` tells of calls; it is answered with 200 also when that is nothing.

        Meta sends the same again when it was not answered in time, and not always in order.

        Args:
            body: Of the request, as it came.
            headers: Of the request.

        Raises:
            WebhookError: When it is not signed by Meta, or cannot be read.
        """
        given = next((v for name, v in headers.items() if name.lower() == _SIGNATURE), "")
        right = hmac.digest(self._app_secret, body, hashlib.sha256).hex()
        # Compared as bytes: a text with letters that are not ASCII cannot be compared.
        if not hmac.compare_digest(given.encode(errors="replace"), (_PREFIX + right).encode()):
            raise WebhookError("the request is not signed by Meta", 401)
        try:
            found: object = json.loads(body)
        except (ValueError, RecursionError):
            raise WebhookError("the request cannot be read", 400) from None
        return [event for value in self._values(found) for event in _events(value)]

    def _values(self, found: object) -> Iterator[Mapping[str, Any]]:
        if _text(found, "object") != "whatsapp_business_account":
            return
        for entry in _list(found, "entry"):
            for change in _list(entry, "changes"):
                value = _part(change, "value")
                number = _text(_part(value, "metadata"), "phone_number_id")
                if _text(change, "field") == "calls" and number == self._number:
                    yield value


def _events(value: Mapping[str, Any]) -> Iterator[WhatsAppEvent]:
    codes = [_number(error, "code") for error in _list(value, "errors")]
    names = [_text(_part(each, "profile"), "name") for each in _list(value, "contacts")]
    for call in _list(value, "calls"):
        id, session = _text(call, "id"), _part(call, "session")
        sdp = _text(session, "sdp", _LONGEST_SDP)
        match _text(call, "event"), _text(session, "sdp_type"):
            case "connect", "offer" if id and sdp:
                caller = _text(call, "from") or _text(call, "from_user_id")
                yield WhatsAppOffer(id, sdp, caller, _text(call, "to"), next(iter(names), ""))
            case "connect", "answer":  # to a call of the business
                pass
            case "terminate", _ if id:
                lasted = max(0.0, _number(call, "duration"))
                error = int(next(iter(codes), 0.0))
                yield WhatsAppEnded(id, _text(call, "status"), lasted, error)
            case _:
                logger.warning("an event of WhatsApp cannot be read")


def _part(whole: object, name: str) -> dict[str, Any]:
    value = cast("dict[str, Any]", whole).get(name) if isinstance(whole, dict) else None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(whole: object, name: str) -> Sequence[object]:
    value = cast("dict[str, Any]", whole).get(name) if isinstance(whole, dict) else None
    return cast("list[object]", value) if isinstance(value, list) else []


def _text(whole: object, name: str, longest: int = _LONGEST_ID) -> str:
    value = cast("dict[str, Any]", whole).get(name) if isinstance(whole, dict) else None
    return value if isinstance(value, str) and len(value) <= longest else ""


def _number(whole: object, name: str) -> float:
    value = cast("dict[str, Any]", whole).get(name) if isinstance(whole, dict) else None
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 1e9:
        return 0.0
    return value


__all__ = ["WebhookError", "WhatsAppEnded", "WhatsAppEvent", "WhatsAppOffer", "WhatsAppWebhook"]
