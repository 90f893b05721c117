"""The optional package, when it is needed."""

import logging
from types import ModuleType

from rxvoice.transports._contract import TransportError


def load() -> "ModuleType":
    """Return the module that is made of aiortc.

    Raises:
        TransportError: When it is not installed.
    """
    try:
        import aiortc  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise TransportError("WebRTC needs `pip install 'rxvoice[webrtc]'`") from error
    from . import _peer

    descriptions = logging.getLogger("aiortc.rtcpeerconnection")
    if descriptions.level == logging.NOTSET:
        descriptions.setLevel(logging.INFO)  # below, it tells descriptions with their passwords
    return _peer


__all__ = ["load"]
