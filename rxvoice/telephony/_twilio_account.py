"""Hanging up at Twilio."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from rxvoice.providers._address import page_address

from ._call import Call
from ._hang_up import HangUp, HangUpRequest, basic, call_id, check_timeout, credentials

_EDGES: Final = {
    "au1": "sydney",
    "br1": "sao-paulo",
    "de1": "frankfurt",
    "ie1": "dublin",
    "jp1": "tokyo",
    "sg1": "singapore",
    "us1": "ashburn",
    "us2": "umatilla",
}
_PLACE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_OVER: Final = {(404, 20404), (400, 21220)}
"""Statuses and Twilio's codes: no such call any more, or one that is not in progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioAccount:
    """What Twilio wants to know to end a call.

    Attributes:
        account_sid: By default what ``TWILIO_ACCOUNT_SID`` holds.
        auth_token: By default what ``TWILIO_AUTH_TOKEN`` holds.
        region: Where calls are processed, such as ``"ie1"``; Twilio's default unless given.
        edge: Where Twilio is entered, such as ``"dublin"``; the region's own unless given.
        base_url: Of the REST interface, in place of Twilio's own; then region and edge mean
            nothing.
        timeout: Seconds that ending a call may take.

    Raises:
        ValueError: When a credential is missing, which it names, or an argument makes no sense.
    """

    account_sid: str | None = None
    auth_token: str | None = field(default=None, repr=False)
    region: str | None = None
    edge: str | None = None
    base_url: str | None = None
    timeout: float = 10.0

    def __post_init__(self) -> None:
        account_sid, auth_token = credentials(
            "Twilio",
            {
                "account_sid": (self.account_sid, "TWILIO_ACCOUNT_SID"),
                "auth_token": (self.auth_token, "TWILIO_AUTH_TOKEN"),
            },
        )
        object.__setattr__(self, "account_sid", account_sid)
        object.__setattr__(self, "auth_token", auth_token)
        page_address(self._base())
        check_timeout(self.timeout)

    def hang_up(self, call: Call, /) -> HangUp:
        """Return what ends a call.

        Raises:
            ValueError: When the call's id is not known.
        """
        number = quote(call_id(call.call, "Twilio"), safe="")
        account = quote(self.account_sid or "", safe="")
        path = f"/2010-04-01/Accounts/{account}/Calls/{number}.json"
        return HangUp(
            HangUpRequest(
                vendor="twilio",
                method="POST",
                url=page_address(self._base(), path),
                authorization=basic(self.account_sid or "", self.auth_token or ""),
                form={"Status": "completed"},
                ended=_is_over,
                timeout=self.timeout,
            )
        )

    def _base(self) -> str:
        if self.base_url is not None:
            return self.base_url
        for name, value in (("region", self.region), ("edge", self.edge)):
            if value is not None and not _PLACE.fullmatch(value):
                raise ValueError(f"{name} must be a word such as 'ie1' or 'dublin', got {value!r}")
        if self.region is None and self.edge is None:
            return "https://api.twilio.com"
        region = self.region or "us1"
        edge = self.edge or _EDGES.get(region)
        if edge is None:
            raise ValueError(f"edge must be given for the region {region!r}, whose edge is unknown")
        return f"https://api.{edge}.{region}.twilio.com"


def _is_over(status: int, told: Mapping[str, Any]) -> bool:
    return (status, told.get("code")) in _OVER


__all__ = ["TwilioAccount"]
