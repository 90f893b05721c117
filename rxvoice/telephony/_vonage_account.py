"""Hanging up at Vonage."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from rxvoice.providers._address import page_address

from ._call import Call
from ._hang_up import HangUp, HangUpRequest, call_id, check_timeout


@dataclass(frozen=True, slots=True, kw_only=True)
class VonageAccount:
    """What Vonage wants to know to end a call.

    Attributes:
        token: A JSON web token of the application, or what makes a fresh one; they live minutes,
            and are signed with the application's private key.
        base_url: Of the REST interface.
        timeout: Seconds that ending a call may take.

    Raises:
        ValueError: When the token is empty, or an argument makes no sense.
    """

    token: str | Callable[[], str] = field(repr=False)
    base_url: str = "https://api.nexmo.com"
    timeout: float = 10.0

    def __post_init__(self) -> None:
        if isinstance(self.token, str) and not self.token.strip():
            raise ValueError(
                "Vonage needs token to hang up; say hang_up=False to leave calls to those who call"
            )
        page_address(self.base_url)
        check_timeout(self.timeout)

    def hang_up(self, call: Call, /) -> HangUp:
        """Return what ends a call.

        Raises:
            ValueError: When the call's id is not known; see `Vonage`.
        """
        number = quote(call_id(call.call, "Vonage"), safe="")
        return HangUp(
            HangUpRequest(
                vendor="vonage",
                method="PUT",
                url=page_address(self.base_url, f"/v1/calls/{number}"),
                authorization=self._bearer,
                body={"action": "hangup"},
                ended=_is_over,
                timeout=self.timeout,
            )
        )

    def _bearer(self) -> str:
        token = self.token if isinstance(self.token, str) else self.token()
        return f"Bearer {token}"


def _is_over(status: int, told: Mapping[str, Any]) -> bool:
    return status == 404


__all__ = ["VonageAccount"]
