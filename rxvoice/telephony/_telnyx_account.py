"""Hanging up at Telnyx."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.parse import quote

from rxvoice.providers._address import page_address

from ._call import Call
from ._hang_up import HangUp, HangUpRequest, call_id, check_timeout, credentials
from ._message import fields

_OVER: Final = "90018"
"""Telnyx's code of a call that has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelnyxAccount:
    """What Telnyx wants to know to end a call.

    Attributes:
        api_key: By default what ``TELNYX_API_KEY`` holds.
        base_url: Of the REST interface.
        timeout: Seconds that ending a call may take.

    Raises:
        ValueError: When the key is missing, which it names, or an argument makes no sense.
    """

    api_key: str | None = field(default=None, repr=False)
    base_url: str = "https://api.telnyx.com"
    timeout: float = 10.0

    def __post_init__(self) -> None:
        (api_key,) = credentials("Telnyx", {"api_key": (self.api_key, "TELNYX_API_KEY")})
        object.__setattr__(self, "api_key", api_key)
        page_address(self.base_url)
        check_timeout(self.timeout)

    def hang_up(self, call: Call, /) -> HangUp:
        """Return what ends a call, by its ``call_control_id``.

        Raises:
            ValueError: When the call's id is not known.
        """
        number = quote(call_id(call.call, "Telnyx"), safe=":")
        return HangUp(
            HangUpRequest(
                vendor="telnyx",
                method="POST",
                url=page_address(self.base_url, f"/v2/calls/{number}/actions/hangup"),
                authorization=lambda: f"Bearer {self.api_key}",
                body={},
                ended=_is_over,
                timeout=self.timeout,
            )
        )


def _is_over(status: int, told: Mapping[str, Any]) -> bool:
    errors = told.get("errors")
    listed = cast("list[Any]", errors) if isinstance(errors, list) else []
    return status == 422 and any(str(fields(error).get("code")) == _OVER for error in listed)


__all__ = ["TelnyxAccount"]
