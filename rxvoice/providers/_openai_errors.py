"""The errors of OpenAI's SDK as errors of rxvoice."""

import contextlib
import logging
from collections.abc import Generator, Mapping
from typing import Any, Final

from rxvoice.errors import (
    ProviderError,
    ProviderRejected,
    ProviderTimeout,
    RxvoiceError,
    classify,
)
from rxvoice.providers._loose import fields, text

logger = logging.getLogger(__name__)

_STATUS: Final = {
    "authentication_error": 401,
    "content_filter": 400,
    "insufficient_quota": 429,
    "invalid_api_key": 401,
    "invalid_request_error": 400,
    "rate_limit_exceeded": 429,
    "server_error": 500,
    "server_overloaded": 503,
    "slow_down": 429,
    "tokens": 429,
}
"""What vendors name an error, where they give no status."""


@contextlib.contextmanager
def translated(provider: str) -> Generator[None]:
    """Let errors of the SDK, of its HTTP client and of websockets become errors of rxvoice.

    Messages hold the vendor's codes and not its words, which may repeat keys or what was said;
    these are in the cause.
    """
    import httpx2
    import openai
    from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

    try:
        yield
    except RxvoiceError:
        raise
    except openai.APITimeoutError as error:
        raise ProviderTimeout("the server did not answer in time", provider=provider) from error
    except openai.APIStatusError as error:
        raise _refused(error, provider) from error
    except openai.APIConnectionError as error:
        cause = type(error.__cause__ or error).__name__
        raise ProviderError(f"the connection failed ({cause})", provider=provider) from error
    except openai.APIError as error:
        raise failure(fields(error.body) or {"code": error.code}, provider) from error
    except InvalidStatus as error:
        status = error.response.status_code
        message = f"the server refused the websocket with status {status}"
        later = classify(error).retry_after
        raise ProviderRejected(
            message, provider=provider, status=status, retry_after=later
        ) from error
    except ConnectionClosed as error:
        code = error.rcvd.code if error.rcvd is not None else 1006
        message = f"the server closed the websocket with code {code}"
        raise ProviderRejected(message, provider=provider, status=code) from error
    except (openai.OpenAIError, httpx2.HTTPError, WebSocketException, OSError) as error:
        message = f"the connection failed ({type(error).__name__})"
        raise ProviderError(message, provider=provider) from error
    except ValueError as error:
        message = f"the server sent what cannot be read ({type(error).__name__})"
        raise ProviderError(message, provider=provider) from error


def failure(told: Mapping[str, Any], provider: str, status: object = None) -> ProviderError:
    """Return the error that an answer tells of in its midst.

    Args:
        told: The vendor's object: a code, a type, a message.
        provider: The provider's name.
        status: The status, where the vendor gives one beside the object.
    """
    code, kind = told.get("code"), text(told.get("type"))
    numbers = [n for n in (status, code, told.get("status")) if isinstance(n, int) and n >= 400]
    name = text(code) or kind
    logger.debug("%s: an error in an answer", provider, extra={"pii.text": told.get("message")})
    number = numbers[0] if numbers else _STATUS.get(text(code)) or _STATUS.get(kind) or 500
    message = f"the answer failed ({name or number})"
    return ProviderRejected(message, provider=provider, status=number, code=name)


def _refused(error: Any, provider: str) -> ProviderRejected:
    status: int = error.status_code
    name = text(error.code) or text(error.type)
    details = ", ".join(filter(None, [name, text(error.param)]))
    logger.debug("%s: refused", provider, extra={"pii.text": str(error)})
    return ProviderRejected(
        f"the server refused the request with status {status}{details and f' ({details})'}",
        provider=provider,
        status=status,
        code=name,
        retry_after=classify(error).retry_after,
    )


__all__ = ["failure", "translated"]
