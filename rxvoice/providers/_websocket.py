"""Websockets to vendors."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final, TypeAlias, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout, retry_after_of
from rxvoice.providers._http_request import plain_text

Frame: TypeAlias = str | bytes
"""What is sent: text or bytes."""

Received: TypeAlias = Mapping[str, Any] | str | bytes
"""What comes: an object, where a text is its JSON; any other text; bytes."""

_QUIET: Final = logging.getLogger(f"{__name__}.quiet")
_QUIET.setLevel(logging.INFO)  # below, websockets tells headers and messages: keys and speech

HEARTBEAT: Final = 1.2
"""Seconds between two pings, and until one must be answered; a dead socket is noticed in 3 s."""

CLOSING: Final = 0.5
"""Seconds that closing may take."""

_LARGEST: Final = 2**24
_NO_CODE: Final = 1006
_LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Opening:
    """What a websocket is opened with.

    Attributes:
        url: Its address.
        headers: Besides the usual ones.
        secrets: What must not appear in an error.
        subprotocols: What is offered.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    subprotocols: tuple[str, ...] = ()


class Closed(Exception):
    """The websocket is not open any more.

    Attributes:
        code: The server's close code; 1006 where it gave none.
        reason: What it said to that, without secrets.
    """

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"the server closed the websocket with code {code}")
        self.code = code
        self.reason = reason


class _Connect(connect):
    """Follows no redirection: keys go to nobody else."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class Wire:
    """An open websocket.

    Args:
        connection: What it is.
        secrets: What must not appear in an error.

    Attributes:
        began: The loop's time at which it was opened.
    """

    def __init__(self, connection: ClientConnection, secrets: tuple[str, ...]) -> None:
        self.began: float = asyncio.get_running_loop().time()
        self._connection = connection
        self._secrets = secrets
        self._pong: asyncio.Future[float] | None = None

    @property
    def age(self) -> float:
        """Seconds since it was opened."""
        return asyncio.get_running_loop().time() - self.began

    @property
    def proven(self) -> bool:
        """Whether the server has answered a ping."""
        pong = self._pong
        return pong is not None and pong.done() and not pong.cancelled() and not pong.exception()

    async def prove(self) -> None:
        """Send a ping, whose answer is waited for beside."""
        with self._translated():
            self._pong = cast("asyncio.Future[float]", await self._connection.ping())
            self._pong.add_done_callback(_retrieved)

    async def send(self, frame: Frame) -> None:
        """Send a frame.

        Raises:
            Closed: When the websocket is not open, which it is not either while it closes.
            UnicodeEncodeError: When a text is none that can be sent.
        """
        if isinstance(frame, str) and not frame.isascii():
            frame.encode()  # would cost the connection
        with self._translated():
            await self._connection.send(frame)

    async def receive(self) -> Received:
        """Return what comes next. It can be cancelled without losing anything.

        Raises:
            Closed: When nothing comes any more.
        """
        with self._translated():
            message = await self._connection.recv()
        if isinstance(message, bytes):
            return message
        with contextlib.suppress(ValueError, RecursionError):
            found: object = json.loads(message)
            if isinstance(found, dict):
                return cast("dict[str, Any]", found)
        return message

    async def aclose(self) -> None:
        """Close it, in good form if the server takes part in time."""
        await self._connection.close()

    def drop(self) -> None:
        """End it at once."""
        self._connection.transport.abort()

    @contextlib.contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except ConnectionClosed as error:
            close = error.rcvd
            code = close.code if close is not None else _NO_CODE
            reason = close.reason if close is not None else ""
            raise Closed(code, _redacted(reason, self._secrets)) from error
        except OSError as error:
            raise Closed(_NO_CODE) from error


async def dial(provider: str, opening: Opening, *, patience: float) -> Wire:
    """Open a websocket.

    Args:
        provider: For errors.
        opening: With what.
        patience: Seconds that it may take.

    Raises:
        ProviderTimeout: When it takes longer.
        ProviderRejected: When the server refuses it.
        ProviderError: When it fails otherwise.
    """
    try:
        connection = await _Connect(
            opening.url,
            additional_headers=dict(opening.headers),
            user_agent_header=f"rxvoice/{version('rxvoice')}",
            subprotocols=[Subprotocol(one) for one in opening.subprotocols] or None,
            open_timeout=patience,
            close_timeout=CLOSING,
            ping_interval=HEARTBEAT,
            ping_timeout=HEARTBEAT,
            compression=None,
            max_size=_LARGEST,
            logger=_QUIET,
        )
    except TimeoutError as error:
        message = f"there was no connection within {patience:g} s"
        raise ProviderTimeout(message, provider=provider) from error
    except InvalidStatus as error:
        raise _refused(provider, error, opening.secrets) from None
    except (WebSocketException, OSError) as error:
        message = f"the connection failed ({type(error).__name__})"
        raise ProviderError(message, provider=provider) from error
    return Wire(connection, opening.secrets)


def _refused(provider: str, error: InvalidStatus, secrets: tuple[str, ...]) -> ProviderRejected:
    response = error.response
    told = _told_by(bytes(response.body or b"")) or response.headers.get("dg-error", "")
    told = _redacted(told, secrets)
    status = response.status_code
    message = f"the server refused the websocket with status {status}{told and f': {told}'}"
    return ProviderRejected(
        message,
        provider=provider,
        status=status,
        retry_after=retry_after_of(dict(response.headers.raw_items())),
    )


def _told_by(body: bytes) -> str:
    """Return what a refusal says: a text in its JSON, or the text that it is."""
    try:
        return _message_of(json.loads(body))
    except (ValueError, RecursionError):
        return plain_text(body)


def _message_of(body: object) -> str:
    """Return what a refusal says, wherever vendors put it."""
    if isinstance(body, str):
        return body
    if isinstance(body, Mapping):
        told = cast("Mapping[str, object]", body)
        for name in ("message", "error", "err_msg", "detail", "error_message", "reason"):
            if found := _message_of(told.get(name)):
                return found
    return ""


def _redacted(text: str, secrets: tuple[str, ...]) -> str:
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    return text[:_LONGEST_REASON]


def _retrieved(future: "asyncio.Future[float]") -> None:
    if not future.cancelled():
        future.exception()


__all__ = ["CLOSING", "HEARTBEAT", "Closed", "Frame", "Opening", "Received", "Wire", "dial"]
