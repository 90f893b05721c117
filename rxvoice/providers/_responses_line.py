"""One websocket on which responses are asked for."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rxvoice.contracts import Written
from rxvoice.errors import ProviderError, ProviderTimeout
from rxvoice.providers._loose import fields, text
from rxvoice.providers._openai_errors import translated
from rxvoice.providers._responses_events import ENDS, ResponseReader
from rxvoice.providers._responses_items import NAME, common, rest_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.resources.responses.responses import AsyncResponsesConnection

logger = logging.getLogger(__name__)

DRAINING: Final = 5.0
"""Seconds that what is left of a cancelled response may take."""

_CLOSING: Final = 1.0
_LARGEST: Final = 2**24
_AGAIN: Final = frozenset({"previous_response_not_found", "websocket_connection_limit_reached"})


class AskInFull(Exception):
    """The server does not know the last response any more, or wants another connection."""


class Lost(Exception):
    """There was no connection, or none any more, before anything was said.

    Attributes:
        error: What it is to those who asked.
    """

    def __init__(self, error: ProviderError) -> None:
        super().__init__(str(error))
        self.error = error


class Line:
    """One connection, which carries one response at a time.

    The server keeps the last response in the connection: a request that goes on with it holds
    only what was added.

    Args:
        client: Of OpenAI's SDK.
        connect_timeout: Seconds until the connection stands.
        read_timeout: Seconds of silence after which a request has failed.
    """

    def __init__(
        self, client: "AsyncOpenAI", *, connect_timeout: float, read_timeout: float
    ) -> None:
        self._client = client
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._connection: AsyncResponsesConnection | None = None
        self._before: Sequence[Mapping[str, Any]] = ()
        self._said: Sequence[Mapping[str, Any]] = ()
        self._previous = ""
        self._left: ResponseReader | None = None
        self._lock = asyncio.Lock()

    def rest(self, items: Sequence[dict[str, Any]]) -> list[dict[str, Any]] | None:
        """Return what has to be sent where the last response is gone on with; else None."""
        if not self._previous or self._connection is None:
            return None
        return rest_of(items, [dict(item) for item in self._before], self._said)

    def _explain(self, items: Sequence[dict[str, Any]], rest: Sequence[object] | None) -> None:
        """Log why all is sent, or only a part; nothing of what is in it."""
        total = len(items)
        if rest is not None:
            logger.debug("sending %d of %d items, the server knows the others", len(rest), total)
        elif not self._previous or self._connection is None:
            logger.debug("sending all %d items: this connection has no last response", total)
        else:
            place, is_whole = common(items, [dict(item) for item in self._before], self._said)
            if is_whole:
                logger.debug("sending all %d items: nothing was added to the last response", total)
            else:
                logger.debug(
                    "sending all %d items: they differ from the last response at %d", total, place
                )

    async def ready(self) -> None:
        """Connect where it is not connected; read what is left of a cancelled response."""
        async with self._lock:
            if self._left is not None:
                await self._drain(self._left)
            if self._connection is None:
                await self._connect()

    async def _connect(self) -> None:
        options: Any = {  # the SDK's type knows only some
            "open_timeout": self._connect_timeout,
            "close_timeout": _CLOSING,
            "max_size": _LARGEST,
        }
        with translated(NAME):
            connecting = self._client.responses.connect(websocket_connection_options=options)
            self._connection = await connecting.enter()

    async def ask(self, request: Mapping[str, Any]) -> AsyncGenerator[Written]:
        """Ask for a response and give what it says.

        What is not read to its end, because nobody wants it any more, is cancelled.

        Args:
            request: With the whole conversation.

        Raises:
            AskInFull: When it has to be asked once more, with the whole conversation.
            Lost: When the connection ended before anything was said.
        """
        rest = self.rest(request["input"])
        if logger.isEnabledFor(logging.DEBUG):
            self._explain(request["input"], rest)
        event: dict[str, Any] = {"type": "response.create", **request}
        if rest is not None:
            event |= {"input": rest, "previous_response_id": self._previous}
        self.forget()
        reader = ResponseReader(NAME)
        sent = said = False
        try:
            await self._send(event)
            sent = True
            while not reader.over:
                told = await self._receive(self._read_timeout)
                if text(told.get("type")) == "error":
                    await self._look(told, reader)
                for item in reader.feed(told):
                    said = True
                    yield item
        except ProviderTimeout:
            await self.aclose()
            raise
        except ProviderError as error:
            if not reader.over:
                await self.aclose()
                if not said:
                    raise Lost(error) from error
            raise
        finally:
            if not sent:
                await self.aclose()
            elif not reader.over:
                await self._cancel(reader)
        if reader.complete:
            self._previous, self._before, self._said = reader.id, request["input"], reader.output

    def forget(self) -> None:
        """Forget the last response, so that the next request holds the whole conversation."""
        self._previous, self._before, self._said = "", (), ()

    async def aclose(self) -> None:
        """Close the connection; it can be opened again."""
        connection, self._connection = self._connection, None
        self._left = None
        self.forget()
        if connection is not None:
            try:
                await connection.close()
            except Exception as error:
                logger.debug("closing a websocket failed", exc_info=error)

    async def _look(self, told: Mapping[str, Any], reader: ResponseReader) -> None:
        """See whether an error is one that a request in full does not meet."""
        code = text((fields(told.get("error")) or told).get("code"))
        if code in _AGAIN:
            reader.over = True
            if code == "websocket_connection_limit_reached":
                await self.aclose()
            raise AskInFull(code)

    async def _cancel(self, reader: ResponseReader) -> None:
        """Tell the server that nobody wants the response; what still comes of it is read later."""
        if self._connection is None:
            return
        self._left = reader
        if reader.id:
            with contextlib.suppress(ProviderError):
                await self._send({"type": "response.cancel", "response_id": reader.id})

    async def _drain(self, left: ResponseReader) -> None:
        """Read to the end of a cancelled response; give the connection up when that takes long."""
        ended = False
        try:
            async with asyncio.timeout(DRAINING):
                while not ended:
                    told = await self._receive(None)
                    kind = text(told.get("type"))
                    id_ = text(fields(told.get("response")).get("id"))
                    # An error that comes when the response has begun is the answer to the cancel.
                    ended = kind in ENDS or (kind == "error" and not left.id)
                    if id_ and not left.id and not ended:
                        left.id = id_
                        await self._send({"type": "response.cancel", "response_id": id_})
        except (TimeoutError, ProviderError) as error:
            logger.debug("a cancelled response has no end", exc_info=error)
            await self.aclose()
        self._left = None

    async def _send(self, event: Mapping[str, Any]) -> None:
        with translated(NAME):
            if self._connection is None:
                raise ConnectionResetError
            await self._connection.send_raw(json.dumps(event, ensure_ascii=False))

    async def _receive(self, patience: float | None) -> Mapping[str, Any]:
        if self._connection is None:
            raise ProviderError("the websocket was closed", provider=NAME)
        with translated(NAME):
            try:
                async with asyncio.timeout(patience):
                    raw = await self._connection.recv_bytes()
            except TimeoutError as error:
                message = f"the server said nothing for {patience:g} s"
                raise ProviderTimeout(message, provider=NAME) from error
            return fields(json.loads(raw))


__all__ = ["DRAINING", "AskInFull", "Line", "Lost"]
