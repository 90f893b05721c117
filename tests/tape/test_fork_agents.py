"""A call goes on from a time with another prompt, threshold, model or operator."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from numpy.typing import NDArray
from reactivex import Observable

from rxvoice.aio import from_async
from rxvoice.context import Context, Memory
from rxvoice.items import AudioFrame, ReplyEnded, Stamped, Token, Turn
from rxvoice.operators import (
    aggregate_turn,
    interrupt_never,
    interruptible,
    pace,
    respond,
    synthesize,
    transcribe,
    vad_gate,
)
from rxvoice.session import Session
from rxvoice.tape import diff, fork, read_tape, record, replay
from rxvoice.testing import ScriptedSTT, ScriptedTTS, run_virtual

SHOP = "You are the voice of a shop."
AT = 6.5
"""Seconds: the first answer is over then, and the second one has not begun."""


class Loudness:
    """Takes how loud it is for the probability of speech."""

    rate = 16_000
    window = 320

    def __call__(self, samples: NDArray[np.int16], /) -> float:
        return float(samples.max()) / 10_000

    def reset(self) -> None:
        """Remember nothing."""

    def close(self) -> None:
        """Hold nothing."""


async def caller() -> AsyncIterator[AudioFrame]:
    """Speak from 0.5 s, more softly from 7 s, and into the answer from 10 s."""
    for number in range(800):
        await asyncio.sleep(0.02)
        now = number * 0.02
        loud = 10_000 * (0.5 <= now < 1.5) + 8_000 * (7 <= now < 8) + 10_000 * (10 <= now < 11)
        yield AudioFrame(np.full(320, loud, np.int16), 16_000, now)


def model(name: str) -> Any:
    """Return a model that says who it is told to be, a word each 50 ms."""

    def answer(context: Context) -> Observable[Token]:
        async def written() -> AsyncIterator[Token]:
            told = f"{name}: {context.instruction} I can tell you many things about it."
            for word in told.split():
                await asyncio.sleep(0.0513)
                yield Token(f"{word} ")

        return from_async(written, name="llm")

    return answer


def agent(
    prompt: str = SHOP, threshold: float = 0.5, name: str = "small", policy: Any = None
) -> Any:
    def answered(source: Observable[Any]) -> Observable[Any]:
        memory = Memory(prompt)
        think = respond(model(name), memory)

        def reply(turn: Turn) -> Observable[Any]:
            return rx.just(turn).pipe(think, synthesize(ScriptedTTS(word=0.2)), pace())

        return source.pipe(
            vad_gate(Loudness, threshold=threshold),
            transcribe(ScriptedSTT("hello", "and what is that", "stop")),
            aggregate_turn(),
            interruptible(reply, policy=policy),
            memory.record(),
        )

    return answered


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("calls") / "call.rxv"

    async def call() -> None:
        async with Session() as session:
            record(session, path, sound=True)
            await session.run(from_async(caller).pipe(agent()))

    run_virtual(call())
    assert replay(path, agent()).check().events == read_tape(path).events
    return path


def of(events: Sequence[Stamped], kind: type) -> list[Any]:
    return [event.item for event in events if isinstance(event.item, kind) and event.at >= AT]


OTHERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "prompt": ({"prompt": "You are a pirate."}, ["llm"]),
    "threshold": ({"threshold": 0.9}, []),
    "model": ({"name": "large"}, ["llm"]),
    "operator": ({"policy": interrupt_never()}, []),
}


@pytest.mark.parametrize("changed", OTHERS)
def test_a_call_goes_on_in_another_way_from_a_time_on(path: Path, changed: str) -> None:
    given, live = OTHERS[changed]
    tape, forked = read_tape(path), fork(path, agent(**given), at=AT, live=live)
    assert len(of(tape.events, Turn)) == 2
    before = [event for event in tape.events if event.at < AT]
    assert before
    assert forked.events[: len(before)] == before
    assert forked.divergence is not None
    assert forked.divergence.at >= AT
    assert not diff(tape, forked.events).is_same
    said = "".join(token.text for token in of(forked.events, Token))
    turns, ended = of(forked.events, Turn), of(forked.events, ReplyEnded)
    assert of(tape.events, ReplyEnded)[0].interrupted
    match changed:
        case "prompt":
            assert "small: You are a pirate." in said
        case "model":
            assert "large: You are the voice of a shop." in said
        case "threshold":
            assert len(turns) == 1
        case _:
            assert not ended[0].interrupted


def test_the_same_one_goes_on_as_it_did(path: Path) -> None:
    assert fork(path, agent(), at=AT + 0.001).divergence is None
