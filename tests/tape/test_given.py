"""What makes no sense is refused at once, by its name."""

import asyncio
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import reactivex as rx

from rxvoice.aio import from_async
from rxvoice.session import Session
from rxvoice.tape import TapeError, diff, fork, read_tape, record, redact, replay
from rxvoice.testing import run_virtual
from tests.tape.calls import agent_of, held
from tests.tape.test_record import counted

LLM = ["I am here."]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "call.rxv"
    held(path, "[--]'hello' 2s", llm=LLM)
    return path


def test_what_was_begun_before_it_was_recorded_would_not_be_on_the_tape(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"

    async def main() -> None:
        async with Session(name="call") as session:
            session.subscribe(from_async(counted, name="numbers"))
            with pytest.raises(RuntimeError, match="call is under way: record before anything"):
                record(session, path)
            await asyncio.sleep(1.0)
            record(session, path)  # it is over, and another one may begin
            session.subscribe(from_async(counted, name="numbers"))
            await asyncio.sleep(1.0)
        with pytest.raises(RuntimeError, match="call is on a tape already"):
            record(session, path)
        async with Session(name="other") as other:
            pass
        with pytest.raises(RuntimeError, match="other is closed"):
            record(other, path)

    run_virtual(main())
    tape = read_tape(path)
    assert [event.item for event in tape.events] == [0, 1, 2, 3, 4]
    replay(tape, from_async(counted, name="numbers")).check()


def test_a_session_is_closed_as_often_as_one_likes(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"

    async def main() -> None:
        async with Session() as session:
            recording = record(session, path)
            session.subscribe(from_async(counted, name="numbers"))
            await asyncio.sleep(0.25)
            await session.aclose()
            await session.aclose()
        recording.close()

    run_virtual(main())
    tape = read_tape(path)
    assert tape.is_complete
    assert [event.item for event in replay(tape, from_async(counted)).events] == []
    assert replay(tape, from_async(counted, name="numbers")).is_identical


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"settings": "agent"}, "settings must be a mapping, got 'agent'"),
        ({"settings": [1]}, r"settings must be a mapping, got \[1\]"),
        ({"redact": "text"}, "redact must hold 'text', 'audio' or both, got 'text'"),
        ({"redact": None}, "redact must hold 'text', 'audio' or both, got None"),
    ],
)
def test_how_to_record(tmp_path: Path, given: dict[str, Any], message: str) -> None:
    async def main() -> None:
        async with Session() as session:
            with pytest.raises((TypeError, ValueError), match=message):
                record(session, tmp_path / "call.rxv", **given)
            assert session.scheduler.tape is None

    run_virtual(main())
    assert not list(tmp_path.iterdir())


def maker() -> Any:
    """Make an agent."""
    return agent_of(LLM)


def forgotten(source: Any) -> Any:
    """Return nothing."""


AGENTS: dict[str, Any] = {
    "agent must be a function of the caller's stream, got 3": 3,
    "agent must be a function of the caller's stream, got 'agent'": "agent",
    r"agent must be a function of .*, got <function maker.*; is maker\(\) meant\?": maker,
    "agent must return a stream, got None": forgotten,
}


@pytest.mark.parametrize("again", [replay, fork])
@pytest.mark.parametrize("message", AGENTS)
def test_who_lives_through_it(path: Path, again: Callable[..., Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        again(path, AGENTS[message])


@pytest.mark.parametrize("seconds", [-1.0, math.nan])
def test_times(path: Path, seconds: float) -> None:
    with pytest.raises(ValueError, match="until must not be negative"):
        replay(path, agent_of(LLM), until=seconds)
    with pytest.raises(ValueError, match="at and linger must not be negative"):
        fork(path, agent_of(LLM), at=seconds)
    with pytest.raises(ValueError, match="at and linger must not be negative"):
        fork(path, agent_of(LLM), linger=seconds)
    with pytest.raises(ValueError, match="within must not be negative"):
        diff(path, path, within=seconds)


def test_names_of_edges_are_more_than_one_text(path: Path) -> None:
    with pytest.raises(TypeError, match="live must hold names of edges, got 'caller'"):
        fork(path, agent_of(LLM), live="caller")


def test_a_tape_under_another_name_is_not_redacted_away(path: Path) -> None:
    before = path.read_bytes()
    other = path.with_name("other.rxv")
    os.link(path, other)
    with pytest.raises(ValueError, match="own place"):
        redact(path, other)
    with pytest.raises(ValueError, match="what must hold 'text', 'audio' or both, got nothing"):
        redact(path, path.with_name("copy.rxv"), [])
    assert path.read_bytes() == before
    assert not path.with_name("copy.rxv").exists()


def test_a_tape_that_is_being_recorded_is_read_and_not_replaced(path: Path) -> None:
    live = path.with_name("live.rxv")

    async def main() -> list[int]:
        lengths: list[int] = []
        async with Session() as session:
            record(session, live)
            session.subscribe(from_async(counted, name="numbers"))
            for _ in range(5):
                await asyncio.sleep(0.3)
                with pytest.raises(TapeError, match=r"live\.rxv is a tape that is being recorded"):
                    redact(path, live)
                tape = await asyncio.to_thread(read_tape, live)
                assert not tape.is_complete
                lengths.append(len(tape.events))
        return lengths

    lengths = run_virtual(main(), real_io=True)
    assert lengths == sorted(lengths)
    tape = read_tape(live)
    assert tape.is_complete
    assert [event.item for event in tape.events] == [0, 1, 2, 3, 4]


def test_what_is_printed_of_a_replay_is_what_one_wants_to_know(path: Path) -> None:
    tape = read_tape(path)
    assert repr(tape) == "Tape(name='call.rxv', is_complete=True)"
    again = replay(tape, agent_of(["Another."]))
    assert len(repr(again)) < 2_000
    assert "Another." in repr(again)


def test_a_divergence_tells_that_the_tape_does_not_say_what_was_said(path: Path) -> None:
    copy = path.with_name("copy.rxv")
    redact(path, copy)
    for again in (replay(copy, agent_of(["No."])), fork(copy, agent_of(["No."]))):
        assert "before: audio and text was taken out of the tape" in str(again.divergence)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_what_cannot_be_written_does_not_hold_up_the_call(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    places = [pipe, *(path for path in [Path("/dev/full")] if path.exists())]

    async def main() -> None:
        async with Session() as session:
            for path in places:
                with pytest.raises(OSError, match=str(path)):
                    record(session, path)
            assert session.scheduler.tape is None
            record(session, tmp_path / "call.rxv")
            session.subscribe(rx.never())

    run_virtual(main())
    assert read_tape(tmp_path / "call.rxv").is_complete
