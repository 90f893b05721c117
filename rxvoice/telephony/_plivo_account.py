"""Hanging up at Plivo."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from rxvoice.providers._address import page_address

from ._call import Call
from ._hang_up import HangUp, HangUpRequest, basic, call_id, check_timeout, credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class PlivoAccount:
    """What Plivo wants to know to end a call.

    Attributes:
        auth_id: By default what ``PLIVO_AUTH_ID`` holds.
        auth_token: By default what ``PLIVO_AUTH_TOKEN`` holds.
        base_url: Of the REST interface.
        timeout: Seconds that ending a call may take.

    Raises:
        ValueError: When a credential is missing, which it names, or an argument makes no sense.
    """

    auth_id: str | None = None
    auth_token: str | None = field(default=None, repr=False)
    base_url: str = "https://api.plivo.com"
    timeout: float = 10.0

    def __post_init__(self) -> None:
        auth_id, auth_token = credentials(
            "Plivo",
            {
                "auth_id": (self.auth_id, "PLIVO_AUTH_ID"),
                "auth_token": (self.auth_token, "PLIVO_AUTH_TOKEN"),
            },
        )
        object.__setattr__(self, "auth_id", auth_id)
        object.__setattr__(self, "auth_token", auth_token)
        page_address(self.base_url)
        check_timeout(self.timeout)

    def hang_up(self, call: Call, /) -> HangUp:
        """Return what ends a call.

        Raises:
            ValueError: When the call's id is not known.
        """
        number = quote(call_id(call.call, "Plivo"), safe="")
        account = quote(self.auth_id or "", safe="")
        return HangUp(
            HangUpRequest(
                vendor="plivo",
                method="DELETE",
                url=page_address(self.base_url, f"/v1/Account/{account}/Call/{number}/"),
                authorization=basic(self.auth_id or "", self.auth_token or ""),
                ended=_is_over,
                timeout=self.timeout,
            )
        )


def _is_over(status: int, told: Mapping[str, Any]) -> bool:
    return status == 404


__all__ = ["PlivoAccount"]
