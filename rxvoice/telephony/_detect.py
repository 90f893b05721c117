"""Whose websocket it is."""

import logging
from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass
from typing import Final

from ._call import Call
from ._exotel import exotel_call
from ._genesys_open import genesys_call
from ._message import MessageError, read_object
from ._plivo import plivo_call
from ._telnyx import telnyx_call
from ._twilio import twilio_call
from ._vonage import vonage_call

logger = logging.getLogger(__name__)

_LOOKED_AT: Final = 2
_READERS: Final = (
    twilio_call,
    telnyx_call,
    plivo_call,
    exotel_call,
    vonage_call,
    genesys_call,
)


@dataclass(frozen=True, slots=True)
class Detection:
    """What the first messages of a websocket tell.

    Attributes:
        call: The vendor and the call; None when they are no known vendor's.
        messages: Those that were looked at. The vendor's codec has to be given them, too.
    """

    call: Call | None
    messages: tuple[str | bytes, ...]


def recognise(message: str | bytes, /) -> Call | None:
    """Return the vendor and the call that a message describes; None when it describes none."""
    try:
        told = read_object(message, "telephony")
    except MessageError:
        return None
    return next((call for reader in _READERS if (call := reader(told))), None)


def detect(messages: Iterable[str | bytes], /) -> Detection:
    """Find out by the first messages of a websocket whose it is.

    The second one is only waited for where the first tells nothing.

    Args:
        messages: From the first one on.

    Returns:
        The call. There being only one message, which tells nothing, is worth a warning.

    Raises:
        MessageError: When there is no message at all.
    """
    seen: list[str | bytes] = []
    for message in messages:
        seen.append(message)
        if (call := recognise(message)) or len(seen) == _LOOKED_AT:
            return Detection(call, tuple(seen))
    return _given_up(seen)


async def detect_async(messages: AsyncIterable[str | bytes], /) -> Detection:
    """Do the same as `detect` while messages come.

    Raises:
        MessageError: When there is no message at all.
    """
    seen: list[str | bytes] = []
    async for message in messages:
        seen.append(message)
        if (call := recognise(message)) or len(seen) == _LOOKED_AT:
            return Detection(call, tuple(seen))
    return _given_up(seen)


def _given_up(seen: list[str | bytes]) -> Detection:
    if not seen:
        raise MessageError("the websocket ended without any message", vendor="telephony")
    logger.warning("a telephony websocket ended after one message, which names no vendor")
    return Detection(None, tuple(seen))


__all__ = ["Detection", "detect", "detect_async", "recognise"]
