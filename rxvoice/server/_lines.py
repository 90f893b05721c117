"""The telephone vendors that a server knows."""

import logging
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from rxvoice.telephony import Exotel, Genesys, Line, Plivo, Telnyx, Twilio, Vonage

logger = logging.getLogger(__name__)

OpenLine: TypeAlias = Callable[[], Line]
"""Makes a vendor's options; called once: for what `Options` names when the application is made,
else when the first call of the vendor's comes."""


def _hung_up_if_possible(make: "type[Twilio | Telnyx | Plivo]") -> OpenLine:
    """Return what makes options that hang up where the environment tells how; else it warns."""

    def line() -> Line:
        try:
            return make()
        except ValueError as error:
            logger.warning("calls of %s are not hung up: %s", make.vendor, error)
            return make(hang_up=False)

    return line


USUAL: Final[Mapping[str, OpenLine]] = {
    "exotel": Exotel,
    "genesys": Genesys,
    "plivo": _hung_up_if_possible(Plivo),
    "telnyx": _hung_up_if_possible(Telnyx),
    "twilio": _hung_up_if_possible(Twilio),
    "vonage": lambda: Vonage(hang_up=False),
}
"""Vendors with what the environment tells of the account; without one, calls are not hung up by
the vendor's interface: closing the websocket ends them as the answer to the call says."""


REQUIRED: Final[Mapping[str, OpenLine]] = {
    "exotel": Exotel,
    "genesys": Genesys,
    "plivo": Plivo,
    "telnyx": Telnyx,
    "twilio": Twilio,
    "vonage": lambda: Vonage(hang_up=False),
}
"""The same, but one that has to hang up fails when something is missing, and names it."""


class Lines:
    """Vendors and their options, made when they are needed and kept.

    Args:
        given: By the vendor's name, in place of the usual ones.

    Raises:
        ValueError: When there is no such vendor.
    """

    def __init__(self, given: Mapping[str, OpenLine]) -> None:
        for name in given:
            if name not in USUAL:
                known = ", ".join(sorted(USUAL))
                raise ValueError(f"lines must be of {known}, got {name!r}")
        self._open: dict[str, OpenLine] = {**USUAL, **given}
        self._made: dict[str, Line] = {}

    def __getitem__(self, vendor: str) -> Line:
        """Return a vendor's options.

        Raises:
            ValueError: When they make no sense.
        """
        if vendor not in self._made:
            self._made[vendor] = self._open[vendor]()
        return self._made[vendor]


__all__ = ["REQUIRED", "USUAL", "Lines", "OpenLine"]
