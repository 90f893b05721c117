"""What it costs to hand a language model's answer to the voice."""

import asyncio
import gc
import json
import statistics
import time
from collections.abc import Callable

import reactivex as rx
from measured import Measured
from reactivex import Observable

from rxvoice import Event, Sentence, Session, Token, Turn
from rxvoice.context import Context
from rxvoice.contracts import Written
from rxvoice.operators import respond, synthesize
from rxvoice.testing.servers import ChatReply, FakeOpenAI

ANSWERS = 300
WARM_UP = 20
WORDS = ["It", " is", " sunny", " in", " Rome", ".", " Take", " a", " hat", "."]
DECIDES = 6
"""Which word tells that the first sentence is over."""

TOKENS = 10_000
ROUNDS = 5


def thinking() -> list[Measured]:
    """Measure."""
    return [handed_over(), *per_token()]


def handed_over() -> Measured:
    """From the server's word that ends the first sentence to the voice."""
    whole = asyncio.run(answered(piped))
    bare = asyncio.run(answered(by_hand))
    overhead = whole - bare
    note = f"{whole:.3g} ms from the server's socket to the voice, of which the SDK takes the rest"
    return Measured("first sentence to the voice, over the SDK", overhead, "ms", 0.3, None, note)


async def answered(client: Callable[[str, list[float]], "asyncio.Future[None]"]) -> float:
    """Return the median of milliseconds from the server's write to the voice."""
    times: list[float] = []
    reply = ChatReply(WORDS)
    async with FakeOpenAI([reply] * (ANSWERS + WARM_UP)) as server:
        seen: list[float] = []
        gc.collect()
        await client(server.api, seen)
        for exchange, at in zip(server.requests, seen, strict=True):
            said = f'"content":"{WORDS[DECIDES]}"'
            sent = next(t.at for t in exchange.sent if said in _text(t.message))
            times.append(1e3 * (at - sent))
    return statistics.median(times[WARM_UP:])


def _text(message: object) -> str:
    return json.dumps(message, separators=(",", ":"))


def piped(api: str, seen: list[float]) -> "asyncio.Future[None]":
    """Ask through rxvoice."""

    async def ask() -> None:
        from rxvoice.providers.openai import openai_chat

        llm = openai_chat(model="any", api_key="any", base_url=api)
        loop = asyncio.get_running_loop()

        def voice(text: Observable[Sentence]) -> Observable[Event]:
            first = True

            def heard(_: Sentence) -> None:
                nonlocal first
                if first:
                    seen.append(loop.time())
                first = False

            return rx.Observable(
                lambda observer, scheduler=None: text.subscribe(
                    heard, observer.on_error, observer.on_completed, scheduler=scheduler
                )
            )

        async with Session(name="thinking") as session:
            for _ in range(ANSWERS + WARM_UP):
                turn: Observable[Event] = rx.just(Turn("What is it like?"))
                await session.run(turn.pipe(respond(llm), synthesize(voice)))  # pyright: ignore[reportArgumentType]
            await llm.aclose()

    return asyncio.ensure_future(ask())


def by_hand(api: str, seen: list[float]) -> "asyncio.Future[None]":
    """Ask with the SDK alone, which notes the time of the same word."""

    async def ask() -> None:
        import openai

        loop = asyncio.get_running_loop()
        async with openai.AsyncOpenAI(api_key="any", base_url=api) as client:
            for _ in range(ANSWERS + WARM_UP):
                stream = await client.chat.completions.create(
                    model="any",
                    messages=[{"role": "user", "content": "What is it like?"}],
                    stream=True,
                    stream_options={"include_usage": True},
                )
                async with stream:
                    async for chunk in stream:
                        if chunk.choices and chunk.choices[0].delta.content == WORDS[DECIDES]:
                            seen.append(loop.time())

    return asyncio.ensure_future(ask())


def per_token() -> list[Measured]:
    """From the model's stream to sentences, without a socket."""
    tokens = [Token(WORDS[n % len(WORDS)]) for n in range(TOKENS)]

    def llm(_: Context) -> Observable[Written]:
        return rx.from_iterable(tokens)

    def voice(text: Observable[Sentence]) -> Observable[Event]:
        return rx.Observable(
            lambda observer, scheduler=None: text.subscribe(
                lambda _: None, observer.on_error, observer.on_completed, scheduler=scheduler
            )
        )

    async def once(pipe: Callable[[Observable[Event]], Observable[Event]]) -> float:
        async with Session(name="thinking") as session:
            turn: Observable[Event] = rx.just(Turn("What is it like?"))
            began = time.perf_counter()
            await session.run(turn.pipe(pipe))
            return 1e6 * (time.perf_counter() - began) / TOKENS

    def best(pipe: Callable[[Observable[Event]], Observable[Event]]) -> float:
        return min(asyncio.run(once(pipe)) for _ in range(ROUNDS))

    asked = best(respond(llm))
    spoken = best(rx.compose(respond(llm), synthesize(voice)))  # pyright: ignore[reportArgumentType]

    async def bare() -> float:
        async with Session(name="bare") as session:
            began = time.perf_counter()
            await session.run(rx.from_iterable(tokens))
            return 1e6 * (time.perf_counter() - began) / TOKENS

    plain = min(asyncio.run(bare()) for _ in range(ROUNDS))
    return [
        Measured("token through respond", asked, "µs", 20.0, plain),
        Measured("token through respond and synthesize", spoken, "µs", 20.0, plain),
    ]
