"""Responses over HTTP."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from reactivex import Observable

from rxvoice.aio import from_async
from rxvoice.context import Context
from rxvoice.context._prepared import Warned
from rxvoice.contracts import Written
from rxvoice.providers._kept import Kept
from rxvoice.providers._openai_chat import plain
from rxvoice.providers._openai_errors import translated
from rxvoice.providers._responses_events import ResponseReader
from rxvoice.providers._responses_items import NAME, response_request

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_DRAINING: Final = 0.5
_END: Final = object()


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """What all requests have in common.

    Attributes:
        model: The model.
        settings: Parameters of each request; those that are None are left out.
        extra: What is added to each request as it is.
        instruction: Wins over that of the conversation; empty for none.
        warned: What was complained about.
    """

    model: str
    settings: Mapping[str, Any]
    extra: Mapping[str, Any]
    instruction: str
    warned: Warned

    def request(self, context: Context) -> dict[str, Any]:
        """Return what a conversation becomes: the body of the request, with all of it."""
        return {
            "model": self.model,
            "store": False,
            **response_request(context, self.warned, instruction=self.instruction),
            **{name: value for name, value in self.settings.items() if value is not None},
            **self.extra,
        }

    def once(self, max_tokens: int | None, instruction: str) -> "Asking":
        """Return these with another greatest length and instruction, where they are given."""
        settings = dict(self.settings)
        if max_tokens is not None:
            settings["max_output_tokens"] = max_tokens
        return replace(self, settings=settings, instruction=instruction or self.instruction)


@dataclass(frozen=True, slots=True, eq=False)
class OpenAIResponses:
    """What `openai_responses` returns: an `rxvoice.contracts.Chat`.

    Its connections are kept as those of an `OpenAIChat` are.

    Attributes:
        asking: What all requests have in common.
    """

    asking: Asking
    _clients: "Kept[AsyncOpenAI]"

    def __call__(self, context: Context, /) -> Observable[Written]:
        """Answer a conversation."""
        return from_async(lambda: self._answer(context), name=NAME)

    def once(self, *, max_tokens: int | None = None, instruction: str = "") -> "OpenAIResponses":
        """Return one for questions beside the conversation; see `OpenAIChat.once`."""
        return replace(self, asking=self.asking.once(max_tokens, instruction))

    async def prewarm(self) -> None:
        """Open a connection; see `OpenAIChat.prewarm`.

        Raises:
            ProviderError: When there is none to be had.
        """
        with translated(NAME):
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
        request = self.asking.request(context)
        reader = ResponseReader(NAME)
        with translated(NAME):
            async with self._clients.opened() as client:
                stream: Any = await client.responses.create(
                    model=request["model"], input=request["input"], stream=True, extra_body=request
                )
                async with stream:
                    while not reader.over and (event := await anext(stream, _END)) is not _END:
                        for item in reader.feed(plain(event)):
                            yield item
                    if reader.over:
                        await _read_to_end(stream)
        for item in reader.finish():
            yield item


async def _read_to_end(stream: Any) -> None:
    """Read what may follow the last event, for then the connection can be used again."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_DRAINING):
            while await anext(stream, _END) is not _END:
                pass


__all__ = ["Asking", "OpenAIResponses"]
