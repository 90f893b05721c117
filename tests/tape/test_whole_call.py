"""One call with all that a call has, in another script than the Latin one."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import (
    AudioFrame,
    Command,
    Memory,
    ReplyEnded,
    Say,
    Session,
    SetInstruction,
    SpeechStarted,
    ToolCall,
    ToolResult,
    ToolUse,
    Turn,
    TurnStarted,
    VadOptions,
    tool,
)
from rxvoice.aio import from_async
from rxvoice.operators import converse, vad_gate
from rxvoice.tape import Tape, fork, read_tape, record, replay
from rxvoice.testing import (
    ScriptedLLM,
    ScriptedSTT,
    ScriptedTTS,
    ScriptedVAD,
    run_virtual,
    silence,
    tone,
)
from rxvoice.testing.calls import Response

SPOKEN = ((0.5, 1.5), (3.5, 4.3), (9.0, 10.0))
FOUND = {"gefunden": ["Größe 42 👟", "日本"], "preis": 19.99}


async def caller() -> AsyncIterator[AudioFrame]:
    """Speak three times, the second time into the answer."""
    speech, quiet = tone(0.02, 16_000).samples, silence(0.02, 16_000).samples
    for number in range(650):
        await asyncio.sleep(0.02)
        now = number * 0.02
        spoken = any(begin <= now < end for begin, end in SPOKEN)
        yield AudioFrame(speech if spoken else quiet, 16_000, now)


@tool
async def suche(use: ToolUse, wörter: str) -> dict[str, Any]:
    """Search."""
    await asyncio.sleep(0.4)
    use.say("Einen Moment …")
    await asyncio.sleep(0.4)
    return FOUND


def agent(commands: Observable[Command]) -> Observable[Any]:
    calls = Response("-'Gern. '-s|", {"s": ToolCall("1", "suche", {"wörter": "Schuhe 👟"})})
    parts = converse(
        vad=ScriptedVAD(),
        stt=ScriptedSTT("grüß Gott", "stopp, suche Schuhe", "谢谢"),
        llm=ScriptedLLM("Eine lange Antwort, in die jemand redet.", calls, "Da!", "Ade."),
        tts=ScriptedTTS(),
        memory=Memory("Du bist 🤖.", tools=[suche]),
        commands=commands,
    )
    return from_async(caller).pipe(parts)


def held(path: Path, stream: Any = None, *, breaks: Any = None, after: float = 14.0) -> Tape:
    """Record a call of which somebody else says two things."""

    async def main() -> None:
        commands: Subject[Command] = Subject()
        async with Session(name="Gespräch") as session:
            record(session, path, settings={"wer": "ich ü"})
            later = asyncio.get_running_loop().call_later
            said = [
                later(7.0, commands.on_next, Say("Übrigens: 你好")),
                later(8.0, commands.on_next, SetInstruction("Kurz.")),
            ]
            session.subscribe((stream or agent)(commands), breaks)
            await asyncio.sleep(after)
            for one in said:
                one.cancel()

    run_virtual(main())
    return read_tape(path)


def of(tape: Tape, kind: type) -> list[Any]:
    return [event.item for event in tape.events if isinstance(event.item, kind)]


def test_it_is_on_the_tape_and_happens_again(tmp_path: Path) -> None:
    tape = held(tmp_path / "Gespräch 日本 👟.rxv")
    assert tape.is_complete
    assert (tape.header["session"], tape.header["settings"]) == ("Gespräch", {"wer": "ich ü"})
    assert {"caller", "commands", "tool suche"} <= dict(tape.edges).keys()
    turns = [turn.text for turn in of(tape, Turn)]
    assert turns == ["grüß Gott", "stopp, suche Schuhe", "", "谢谢"]
    assert [reply.interrupted for reply in of(tape, ReplyEnded)] == [True, False, False, False]
    assert of(tape, ReplyEnded)[2].spoken == "Übrigens: 你好"
    assert [result.result for result in of(tape, ToolResult)] == [FOUND]
    again = replay(tape, agent(rx.never())).check()
    assert len(again.events) == len(tape.events)


@pytest.mark.parametrize("after", [1.05, 3.05, 5.5])
@pytest.mark.parametrize("killed", [False, True])
def test_what_would_have_come_after_the_end_is_no_difference(
    tmp_path: Path, after: float, killed: bool
) -> None:
    path = tmp_path / "call.rxv"
    tape = held(path, after=after)
    if killed:
        path.write_bytes(path.read_bytes()[:-1])
        tape = read_tape(path)
    assert tape.is_complete is not killed
    for at in (0.0007, after / 2 + 0.0007, after - 0.0107, after + 1.0):
        forked = fork(tape, agent(rx.never()), at=at)
        assert forked.divergence is None
        assert at > after or forked.events[-1].at > tape.duration
    other = fork(
        tape, agent(rx.never()).pipe(ops.filter(lambda one: not isinstance(one, TurnStarted)))
    )
    assert other.divergence is not None


def test_an_agent_that_raises_raises_again(tmp_path: Path) -> None:
    def fails(item: Any) -> Any:
        if isinstance(item, TurnStarted):
            raise ZeroDivisionError("böse")
        return item

    def failing(commands: Observable[Command]) -> Observable[Any]:
        return agent(commands).pipe(ops.map(fails))

    tape = held(tmp_path / "call.rxv", failing, breaks=str)
    assert tape.is_complete
    again = replay(tape, failing(rx.never())).check()
    assert repr(again.error) == "ZeroDivisionError('böse')"
    told = str(replay(tape, agent(rx.never())).divergence)
    assert "recorded: the error ZeroDivisionError('böse')" in told


@pytest.mark.parametrize("after", [3.05, 14.0])
def test_who_listens_may_fail_or_leave_early(tmp_path: Path, after: float) -> None:
    def breaks(item: Any) -> None:
        if isinstance(item, Turn) and item.number == 2:
            raise OSError("gone")

    tape = held(tmp_path / "call.rxv", breaks=breaks, after=after)
    assert tape.is_complete
    assert len(of(tape, Turn)) == (1 if after < 4.0 else 2)
    replay(tape, agent(rx.never())).check()


def test_settings_that_change_are_on_the_tape(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"

    def hears(options: Observable[VadOptions]) -> Observable[Any]:
        gate = vad_gate(ScriptedVAD(), min_speech=0.1, options=options)
        return from_async(caller).pipe(
            gate, ops.filter(lambda one: not isinstance(one, AudioFrame))
        )

    async def main() -> None:
        options: Subject[VadOptions] = Subject()
        await asyncio.sleep(1.5)
        async with Session() as session:
            record(session, path)
            session.subscribe(hears(options))
            await asyncio.sleep(2.5)
            options.on_next(VadOptions(min_speech=0.4))
            await asyncio.sleep(11.5)

    run_virtual(main())
    tape = read_tape(path)
    assert tape.header["start"] == 1.5  # of the loop; all other times count from there
    assert ("options", 0) in tape.edges
    assert [event.item for event in tape.events if event.at == 2.5] == [VadOptions(min_speech=0.4)]
    starts = [round(event.at, 2) for event in tape.events if isinstance(event.item, SpeechStarted)]
    assert starts == [0.6, 3.9, 9.4]
    assert replay(tape, hears(rx.never())).check().events == tape.events
