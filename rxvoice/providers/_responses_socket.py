"""Responses over websockets."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from reactivex import Observable

from rxvoice.aio import from_async
from rxvoice.context import Context
from rxvoice.contracts import Written
from rxvoice.errors import ProviderError
from rxvoice.items import Fault
from rxvoice.providers._kept import Kept
from rxvoice.providers._responses_http import OpenAIResponses
from rxvoice.providers._responses_items import NAME
from rxvoice.providers._responses_line import AskInFull, Line, Lost

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_PAUSE: Final = 0.25
"""Seconds before the second reconnection; the first comes at once, further ones ever later."""


class Lines:
    """The connections of one loop: one that is kept, and more while answers overlap.

    Args:
        client: Of OpenAI's SDK.
        connect_timeout: As for `Line`.
        read_timeout: As for `Line`.
    """

    def __init__(
        self, client: "AsyncOpenAI", *, connect_timeout: float, read_timeout: float
    ) -> None:
        self._client = client
        self._timeouts = {"connect_timeout": connect_timeout, "read_timeout": read_timeout}
        self._idle: list[Line] = []
        self._taken = 0
        self._closed = False

    def take(self, items: Sequence[dict[str, Any]]) -> Line:
        """Take a connection for one answer: the one that is free, else another."""
        self._taken += 1
        for line in self._idle:
            if line.rest(items) is not None:
                self._idle.remove(line)
                return line
        return self._idle.pop() if self._idle else Line(self._client, **self._timeouts)

    async def prewarm(self) -> None:
        """Open a connection for the next answer, unless one is there that will be free for it.

        Raises:
            ProviderError: When it cannot be opened.
        """
        if self._taken and not self._idle:
            return
        if not self._idle:
            self._idle.append(Line(self._client, **self._timeouts))
        line = self._idle[-1]
        await line.ready()
        if self._closed:
            await line.aclose()

    async def give_back(self, line: Line) -> None:
        """Keep a connection for the next answer, unless there is one."""
        self._taken -= 1
        if self._idle or self._closed:
            await line.aclose()
        else:
            self._idle.append(line)

    async def aclose(self) -> None:
        """Close what is free now, and the others when they are given back."""
        self._closed = True
        idle, self._idle = self._idle, []
        for line in idle:
            await line.aclose()
        await self._client.close()


@dataclass(frozen=True, slots=True, eq=False)
class OpenAIResponsesSocket:
    """What `openai_responses_ws` returns: an `rxvoice.contracts.Chat` for one conversation.

    Its websocket is opened by the first answer, or by `prewarm`, and kept as the connections of an
    `OpenAIChat` are. Answers that overlap have a websocket each, of which one is kept.

    Attributes:
        http: The same without a websocket.
        retries: How often a lost connection is opened again for one answer.
    """

    http: OpenAIResponses
    retries: int
    _lines: Kept[Lines]

    def __call__(self, context: Context, /) -> Observable[Written]:
        """Answer a conversation."""
        return from_async(lambda: self._answer(context), name=NAME)

    def once(self, *, max_tokens: int | None = None, instruction: str = "") -> OpenAIResponses:
        """Return one for questions beside the conversation, which are asked by HTTP."""
        return self.http.once(max_tokens=max_tokens, instruction=instruction)

    async def prewarm(self) -> None:
        """Open the websocket, so that the next answer need not wait for it.

        It is kept within a session, or within a block that entered this. One that an answer is on
        is left to that, and to the next one.

        Raises:
            ProviderError: When it cannot be opened.
        """
        async with self._lines.opened() as lines:
            await lines.prewarm()

    async def aclose(self) -> None:
        """Close the websocket and all connections of the running loop."""
        try:
            await self._lines.aclose()
        finally:
            await self.http.aclose()

    async def __aenter__(self) -> Self:
        self._lines.get(pin=True)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _answer(self, context: Context) -> AsyncGenerator[Written]:
        request = self.http.asking.request(context)
        async with (
            self._lines.opened() as lines,
            aclosing(self._asked(lines, request)) as items,
        ):
            async for item in items:
                yield item

    async def _asked(self, lines: Lines, request: dict[str, Any]) -> AsyncGenerator[Written]:
        line = lines.take(request["input"])
        in_full, losses = False, 0
        try:
            while True:
                try:
                    await self._ready(line)
                    async with aclosing(line.ask(request)) as items:
                        async for item in items:
                            yield item
                    return
                except AskInFull as error:
                    if in_full:
                        message = f"the server refused the request ({error})"
                        raise ProviderError(message, provider=NAME) from error
                    in_full = True
                except Lost as lost:
                    if losses == self.retries or not lost.error.retryable:
                        raise lost.error from lost.error.__cause__
                    losses += 1
                    message = "the connection failed; the request is made once more"
                    yield Fault(NAME, message, cause=lost.error)
                    await asyncio.sleep(_PAUSE * (2 ** (losses - 1) - 1))
        finally:
            await lines.give_back(line)

    async def _ready(self, line: Line) -> None:
        try:
            await line.ready()
        except ProviderError as error:
            raise Lost(error) from error


__all__ = ["Lines", "OpenAIResponsesSocket"]
