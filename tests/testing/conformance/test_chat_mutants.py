"""Language models that do not keep their contract, each caught by the point that says so."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.aio import from_async
from rxvoice.context import Context
from rxvoice.items import Thought, Token, ToolCall, Usage
from rxvoice.testing import pause
from rxvoice.testing.conformance import check_chat
from rxvoice.testing.conformance._chat import POINTS
from rxvoice.testing.conformance._examination import STREAM_POINTS

from .good import Mind, refuse
from .mutants import failed

Said = Token | Thought | ToolCall | Usage


class StripsItsTokens(Mind):
    async def said(self, context: Context) -> AsyncIterator[Said]:
        async for item in super().said(context):
            yield Token(item.text.strip()) if isinstance(item, Token) else item


class SaysNothing(Mind):
    answer = ()


class NeverEnds(Mind):
    async def said(self, context: Context) -> AsyncIterator[Said]:
        async for item in super().said(context):
            yield item
        await asyncio.get_running_loop().create_future()


class UsageFirst(Mind):
    async def said(self, context: Context) -> AsyncIterator[Said]:
        yield Usage("mind", 3, 5)
        async for item in super().said(context):
            if not isinstance(item, Usage):
                yield item


class UsageWithEachToken(Mind):
    async def said(self, context: Context) -> AsyncIterator[Said]:
        async for item in super().said(context):
            yield item
            if isinstance(item, Token):
                yield Usage("mind", 3, 1)


class Called(Mind):
    """Calls tools badly."""

    call: Any = None

    async def said(self, context: Context) -> AsyncIterator[Said]:
        async for item in super().said(context):
            if isinstance(item, ToolCall):
                if self.call is not None:
                    yield self.call
            else:
                yield item


class ArgumentsAsText(Called):
    call = ToolCall("1", "weather", '{"city": "Ber')  # pyright: ignore[reportArgumentType]


class ArgumentsThatAreNoJson(Called):
    call = ToolCall("1", "weather", {"city": {1, 2}})


class NoId(Called):
    call = ToolCall("", "weather", {})


class EmitsText(Mind):
    async def said(self, context: Context) -> AsyncIterator[Any]:
        async for item in super().said(context):
            yield item
        yield "done"


class OneAtATime(Mind):
    async def said(self, context: Context) -> AsyncIterator[Said]:
        if type(self).busy:
            return
        async for item in super().said(context):
            yield item


class SharedRequest(Mind):
    def __call__(self, context: Context) -> Observable[Any]:
        return super().__call__(context).pipe(ops.publish(), ops.ref_count(), ops.take(4))


class AsksWhenItIsCalled(Mind):
    def __call__(self, context: Context) -> Observable[Any]:
        loop = asyncio.get_running_loop()
        request = loop.create_task(pause(0.01), name="request")

        async def said() -> AsyncIterator[Said]:
            await request
            async for item in self.said(context):
                yield item

        return from_async(said)


class WantsMessages(Mind):
    async def said(self, context: Context) -> AsyncIterator[Said]:
        if not context.messages[-1].text:
            return
        async for item in super().said(context):
            yield item


class WritesOn(Mind):
    """Unsubscribing stops only what is heard of it."""

    def __init__(self) -> None:
        self.writing: set[asyncio.Task[None]] = set()

    async def said(self, context: Context) -> AsyncIterator[Said]:
        written: asyncio.Queue[Said | None] = asyncio.Queue()

        async def write() -> None:
            async for item in super(WritesOn, self).said(context):
                written.put_nowait(item)
            written.put_nowait(None)
            type(self).busy += 1
            await pause(10.0)
            type(self).busy -= 1

        task = asyncio.get_running_loop().create_task(write())
        self.writing.add(task)
        while (item := await written.get()) is not None:
            yield item


class AnswersOnce(Mind):
    def __call__(self, context: Context) -> Observable[Any]:
        items = self.said(context)

        async def rest() -> AsyncIterator[Said]:
            async for item in items:
                yield item

        return from_async(rest)


class Rewrites(Mind):
    async def said(self, context: Context) -> AsyncIterator[Said]:
        object.__setattr__(context, "system", "Be rude.")
        async for item in super().said(context):
            yield item


class BusyAfterwards(Mind):
    """Can answer only once after it was interrupted."""

    def __init__(self) -> None:
        self.broken = False

    async def said(self, context: Context) -> AsyncIterator[Said]:
        if self.broken:
            return
        self.broken = True
        async for item in super().said(context):
            yield item
        self.broken = False


MUTANTS: list[tuple[Callable[[], Any], str]] = [
    (StripsItsTokens, "verbatim"),
    (SaysNothing, "answers"),
    (NeverEnds, "completes"),
    (UsageFirst, "usage"),
    (UsageWithEachToken, "usage"),
    (Called, "tool calls"),
    (ArgumentsAsText, "tool calls"),
    (ArgumentsThatAreNoJson, "tool calls"),
    (NoId, "tool calls"),
    (EmitsText, "item types"),
    (OneAtATime, "independent"),
    (SharedRequest, "usage"),
    (AsksWhenItIsCalled, "lazy"),
    (WantsMessages, "empty conversation"),
    (WritesOn, "unsubscribing"),
    (WritesOn, "stops generating"),
    (BusyAfterwards, "after interruption"),
    (AnswersOnce, "cold"),
    (Rewrites, "conversation untouched"),
]


@pytest.fixture(autouse=True)
def idle() -> None:
    Mind.busy = 0


@pytest.mark.parametrize(
    ("mutant", "point"), MUTANTS, ids=[f"{m.__name__}-{point}" for m, point in MUTANTS]
)
def test_a_chat_that_breaks_a_rule_is_told_which(mutant: Any, point: str) -> None:
    mutant.busy = 0
    error = failed(
        lambda: check_chat(
            mutant,
            context=Context().append("user", "Hello."),
            says="".join(mutant.answer),
            calling=Context().append("user", "How is the weather?"),
            generating=lambda: mutant.busy,
            real_io=False,
        )
    )
    assert point in error.points


def raises_another_error(_: Context) -> Observable[Any]:
    raise KeyError("choices")


@pytest.mark.parametrize(
    ("failing", "told"),
    [(lambda: raises_another_error, "KeyError"), (Mind, "nobody was told")],
    ids=["another error", "none"],
)
def test_a_chat_that_fails_without_saying_so(failing: Any, told: str) -> None:
    error = failed(lambda: check_chat(Mind, failing=failing, real_io=False))
    assert error.points == ("failure",)
    assert told in str(error)


def test_a_chat_that_only_fails_is_told_so() -> None:
    error = failed(lambda: check_chat(lambda: refuse, real_io=False))
    assert error.points == ("no error",)
    assert "the service is down" in str(error)


def test_every_point_of_its_own_can_fail() -> None:
    own = set(POINTS) - set(STREAM_POINTS) - {"usable", "failure", "no error"}
    assert own <= {point for _, point in MUTANTS}
