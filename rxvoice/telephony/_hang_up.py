"""Ending a call by a vendor's REST interface."""

import asyncio
import base64
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final, cast

import aiohttp

from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout, retry_after_of

_AGENT: Final = {"user-agent": f"rxvoice/{version('rxvoice')}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUpRequest:
    """What ends a call.

    Attributes:
        vendor: Named in errors.
        method: Of the request.
        url: Its address.
        authorization: Returns the header of this name, at that moment.
        form: Body of the request, as a form.
        body: Body of the request, as JSON.
        ended: Tells by the status and the body of a refusal that the call was over already.
        timeout: Seconds that it may take.
    """

    vendor: str
    method: str
    url: str
    authorization: Callable[[], str] = field(repr=False)
    form: Mapping[str, str] | None = None
    body: Mapping[str, Any] | None = None
    ended: Callable[[int, Mapping[str, Any]], bool]
    timeout: float = 10.0


class HangUp:
    """Ends one call, once.

    Args:
        request: What ends it.
    """

    def __init__(self, request: HangUpRequest) -> None:
        self._request = request
        self._asked = False

    @property
    def url(self) -> str:
        """The address that is asked."""
        return self._request.url

    async def __call__(self) -> bool:
        """Ask the vendor to end the call, unless that has been done.

        Where it fails, or is cancelled, the next call tries again.

        Returns:
            Whether the call has ended by it: False when it was over already, or is being ended.

        Raises:
            ProviderTimeout: When the vendor does not answer in time.
            ProviderRejected: When the vendor refuses.
            ProviderError: When it cannot be reached.
        """
        if self._asked:
            return False
        self._asked = True
        try:
            return await self._ask()
        except BaseException:
            self._asked = False
            raise

    async def _ask(self) -> bool:
        request = self._request
        headers = {**_AGENT, "authorization": request.authorization()}
        try:
            async with (
                asyncio.timeout(request.timeout),
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client,
                client.request(
                    request.method,
                    request.url,
                    headers=headers,
                    data=request.form,
                    json=request.body,
                    allow_redirects=False,
                ) as response,
            ):
                body = await response.read()
        except TimeoutError as error:
            message = f"the call was not ended within {request.timeout:g} s"
            raise ProviderTimeout(message, provider=request.vendor) from error
        except (aiohttp.ClientError, OSError) as error:
            message = f"the call could not be ended ({type(error).__name__})"
            raise ProviderError(message, provider=request.vendor) from error
        if 200 <= response.status < 300:
            return True
        if request.ended(response.status, _object(body)):
            return False
        raise ProviderRejected(
            f"the call could not be ended: status {response.status}",
            provider=request.vendor,
            status=response.status,
            retry_after=retry_after_of(response.headers),
        )


def credentials(vendor: str, given: Mapping[str, tuple[str | None, str]], /) -> list[str]:
    """Return credentials that were given, else those of the environment.

    Args:
        vendor: Named in the error.
        given: By the argument's name: its value, and the variable that stands for it.

    Raises:
        ValueError: When some are missing; it names all of them.
    """
    found = {name: value or os.environ.get(at, "") for name, (value, at) in given.items()}
    missing = [
        f"{name} (or {given[name][1]})" for name, value in found.items() if not value.strip()
    ]
    if missing:
        raise ValueError(
            f"{vendor} needs {' and '.join(missing)} to hang up; say hang_up=False to leave calls"
            " to those who call"
        )
    return [value.strip() for value in found.values()]


def basic(user: str, password: str) -> Callable[[], str]:
    """Return what makes the header of a user and a password."""
    told = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return lambda: f"Basic {told}"


def call_id(call_id: str, vendor: str) -> str:
    """Return the id of a call.

    Raises:
        ValueError: When it is empty.
    """
    if not call_id:
        raise ValueError(f"{vendor} needs the id of the call to hang up, and there is none")
    return call_id


def check_timeout(timeout: float) -> None:
    """Refuse a time that is none.

    Raises:
        ValueError: When it is not positive.
    """
    if not timeout > 0.0:
        raise ValueError(f"timeout must be positive, got {timeout}")


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


__all__ = ["HangUp", "HangUpRequest", "basic", "call_id", "check_timeout", "credentials"]
