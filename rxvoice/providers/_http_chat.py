"""Language models that are asked over HTTP."""

import os
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from reactivex import Observable

from rxvoice.aio import from_async
from rxvoice.context import Context
from rxvoice.contracts import Written
from rxvoice.errors import ProviderError
from rxvoice.providers._http_request import Decoder, Request
from rxvoice.providers._http_stream import HttpStream
from rxvoice.providers._key import key_of

W = TypeVar("W", bound="Wire")


class Wire(Protocol):
    """How a vendor is asked, and answers."""

    @property
    def name(self) -> str:
        """The provider's name."""
        ...

    def request(self, context: Context) -> Request:
        """Return what asks for an answer to a conversation.

        Raises:
            ProviderError: When there is no key.
        """
        ...

    def probe(self) -> Request:
        """Return what is fetched to see whether the vendor is there and accepts the key.

        Raises:
            ProviderError: When there is no key.
        """
        ...

    def decoder(self) -> Decoder:
        """Return what reads one answer."""
        ...

    def once(self, max_tokens: int | None, instruction: str) -> Self:
        """Return the same with another length of answers, or another instruction."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class HttpChat(Generic[W]):
    """An `rxvoice.contracts.Chat` over HTTP.

    Its connections are kept for the next answer of the session. They are closed with the last
    session that used them; by `aclose`; or, when it was entered as an async context manager, at the
    end of the block.

    Attributes:
        wire: How the vendor is asked.
    """

    wire: W
    _http: HttpStream

    def __call__(self, context: Context, /) -> Observable[Written]:
        """Answer a conversation."""

        def answer() -> AsyncGenerator[Written]:
            return self._http.answer(self.wire.request(context), self.wire.decoder)

        return from_async(answer, name=self.wire.name)

    def once(self, *, max_tokens: int | None = None, instruction: str = "") -> Self:
        """Return one for questions beside the conversation, such as for a summary.

        It shares the connections.

        Args:
            max_tokens: Greatest length of an answer; None for the same.
            instruction: Its own instruction; empty for the same.

        Raises:
            ValueError: When ``max_tokens`` is less than 1.
        """
        return replace(self, wire=self.wire.once(max_tokens, instruction))

    async def prewarm(self) -> None:
        """Open a connection, so that the first answer need not wait for one.

        Raises:
            ProviderError: When there is none to be had, or the key is refused.
        """
        await self._http.client.fetch(self.wire.probe())

    async def aclose(self) -> None:
        """Close the connections of the running loop; the next answer opens new ones."""
        await self._http.client.aclose()

    async def __aenter__(self) -> Self:
        self._http.client.pin()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


def http_key(given: str | None, *variables: str, provider: str) -> str:
    """Return the key that was given, else that of the first variable that holds one.

    Raises:
        ProviderError: When there is none.
    """
    variable = next((name for name in variables if os.environ.get(name, "").strip()), variables[0])
    try:
        return key_of(given, variable, provider=provider)
    except ValueError as error:
        raise ProviderError(str(error), provider=provider, retryable=False) from error


__all__ = ["HttpChat", "Wire", "http_key"]
