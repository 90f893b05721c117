"""What is logged of requests that nobody has handled."""

import logging
import sys
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, TypeAlias

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

if TYPE_CHECKING:
    _Adapter: TypeAlias = logging.LoggerAdapter[logging.Logger]
else:
    _Adapter: TypeAlias = logging.LoggerAdapter


class RequestLog(_Adapter):
    """The web server's log, in which what is no HTTP is no error of this side.

    It would be logged with a traceback and with parts of it, as often as somebody likes.
    """

    def __init__(self) -> None:
        super().__init__(logging.getLogger(__name__), {})

    def process(
        self, msg: Any, kwargs: MutableMapping[str, Any]
    ) -> tuple[Any, MutableMapping[str, Any]]:
        """Return both as they are."""
        return msg, kwargs

    def exception(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Log an error; quietly where a request could not be read."""
        given: object = kwargs.get("exc_info")
        error = given if isinstance(given, BaseException) else sys.exception()
        if isinstance(error, HttpProcessingError | web.RequestPayloadError):
            self.debug("a request could not be read: %s", type(error).__name__)
        else:
            super().exception(msg, *args, **kwargs)


__all__ = ["RequestLog"]
