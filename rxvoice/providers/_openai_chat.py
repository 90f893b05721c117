"""Chat completions."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from reactivex import Observable

from rxvoice.aio import from_async
from rxvoice.context import Context
from rxvoice.context._prepared import Warned
from rxvoice.contracts import Written
from rxvoice.errors import ProviderError, ProviderTimeout
from rxvoice.items import Fault
from rxvoice.providers._kept import Kept
from rxvoice.providers._loose import fields
from rxvoice.providers._openai_chunks import ChatChunks
from rxvoice.providers._openai_errors import translated
from rxvoice.providers._openai_messages import chat_request
from rxvoice.providers._presets import Preset

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_END: Final = object()
_MOMENT: Final = 0.5
"""Seconds that what was used may come later than the end of the answer."""


class _Late(Exception):
    """The first attempt took too long."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenAIChat:
    """What `openai_chat` and `openai_compatible` return: an `rxvoice.contracts.Chat`.

    Its connections are kept for the next answer. They are closed with the last session that used
    them; or by `aclose`; or, when it was entered as an async context manager, at the end of the
    block. An answer that belongs to no session has its own, outside of such a block.

    Attributes:
        preset: The vendor.
        model: Its model.
        settings: Parameters of each request, by OpenAI's names.
        extra: What is added to each request as it is.
        instruction: Wins over that of the conversation; empty for none.
        first_timeout: Seconds that the first attempt has for its first piece; None for any.
    """

    preset: Preset
    model: str
    settings: Mapping[str, Any]
    extra: Mapping[str, Any]
    instruction: str
    first_timeout: float | None
    _clients: "Kept[AsyncOpenAI]"
    _warned: Warned

    def __call__(self, context: Context, /) -> Observable[Written]:
        """Answer a conversation."""
        return from_async(lambda: self._answer(context), name=self.preset.name)

    def once(self, *, max_tokens: int | None = None, instruction: str = "") -> "OpenAIChat":
        """Return one for questions beside the conversation, such as for a summary.

        It shares the connections.

        Args:
            max_tokens: Greatest length of an answer; None for the same.
            instruction: Its own instruction; empty for the same.
        """
        settings = dict(self.settings)
        if max_tokens is not None:
            settings["max_completion_tokens"] = max_tokens
        return replace(
            self, settings=settings, instruction=instruction or self.instruction, first_timeout=None
        )

    def request(self, context: Context) -> dict[str, Any]:
        """Return what a conversation becomes: the body of the request."""
        parameters = {"stream_options": {"include_usage": True}, **self.settings}
        dialect = self.preset.dialect(self.model)
        return {
            "model": self.model,
            **chat_request(context, dialect, self._warned, instruction=self.instruction),
            "stream": True,
            **self.preset.fitted(parameters, self._warned),
            **self.extra,
        }

    async def prewarm(self) -> None:
        """Open a connection, so that the first answer need not wait for one.

        It is kept within a session, or within a block that entered this.

        Raises:
            ProviderError: When there is none to be had.
        """
        with translated(self.preset.name):
            async with self._clients.opened() as client:
                await client.models.with_raw_response.list()

    async def aclose(self) -> None:
        """Close the connections of the running loop; the next answer opens new ones."""
        await self._clients.aclose()

    async def __aenter__(self) -> Self:
        self._clients.get(pin=True)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _answer(self, context: Context) -> AsyncGenerator[Written]:
        request = self.request(context)
        with translated(self.preset.name):
            async with (
                self._clients.opened() as client,
                aclosing(self._attempts(client, request)) as items,
            ):
                async for item in items:
                    yield item

    async def _attempts(
        self, client: "AsyncOpenAI", request: dict[str, Any]
    ) -> AsyncGenerator[Written]:
        name = self.preset.name
        limits = [None] if self.first_timeout is None else [self.first_timeout, None]
        for limit in limits:
            try:
                async with aclosing(self._attempt(client, request, limit)) as items:
                    async for item in items:
                        yield item
                return
            except _Late:
                message = f"nothing came within {limit:g} s; it is asked once more"
                yield Fault(name, message, cause=ProviderTimeout(message, provider=name))

    async def _attempt(
        self, client: "AsyncOpenAI", request: dict[str, Any], limit: float | None
    ) -> AsyncGenerator[Written]:
        chunks = ChatChunks(self.preset.name, think_tags=self.preset.thoughts == "tags")
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(limit):
                    stream: Any = await client.chat.completions.create(
                        model=request["model"],
                        messages=request["messages"],
                        stream=True,
                        extra_body=request,
                    )
                    await stack.enter_async_context(stream)
                    chunk = await anext(stream, _END)
            except TimeoutError as error:
                raise _Late from error
            while chunk is not _END:
                for item in chunks.feed(plain(chunk)):
                    yield item
                try:
                    async with asyncio.timeout(_MOMENT if chunks.complete else None):
                        chunk = await anext(stream, _END)
                except Exception:
                    if not chunks.complete:
                        raise
                    break  # only what was used is missing
        if not chunks.heard:
            raise ProviderError("the answer is empty", provider=self.preset.name)
        for item in chunks.finish():
            yield item


def plain(event: Any) -> Mapping[str, Any]:
    """Return an event of the SDK as what it was made of, whatever types that has."""
    dump = getattr(event, "model_dump", None)
    return fields(event if dump is None else dump(exclude_unset=True, warnings=False))


__all__ = ["OpenAIChat", "plain"]
