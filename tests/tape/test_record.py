"""What goes on a tape, and what is told when it does not."""

import asyncio
import logging
from collections.abc import AsyncIterator
from io import FileIO
from pathlib import Path
from typing import Any

import pytest
import reactivex as rx
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.aio import ThreadIngress, from_async, lift, map_in_thread
from rxvoice.aio._pull import Pulled
from rxvoice.clock import LoopScheduler
from rxvoice.errors import RxvoiceError
from rxvoice.session import Session
from rxvoice.sources import from_wav
from rxvoice.tape import TapeError, read_tape, record, replay, taped
from rxvoice.tape._kinds import Kind
from rxvoice.tape._varint import put
from rxvoice.tape._writer import packed
from rxvoice.testing import run_virtual


async def counted() -> AsyncIterator[int]:
    """Yield five numbers."""
    for number in range(5):
        await asyncio.sleep(0.1)
        yield number


def hold(path: Path, stream: "rx.Observable[object]", *, seconds: float = 2.0) -> list[object]:
    """Record a stream, and return what came out."""

    async def main() -> list[object]:
        got: list[object] = []
        async with Session() as session:
            record(session, path, settings={"agent": "a test"})
            session.subscribe(stream, got.append, got.append, lambda: got.append("end"))
            await asyncio.sleep(seconds)
        return got

    return run_virtual(main())


def edges(path: Path) -> list[str]:
    return [name for name, _ in read_tape(path).edges]


def test_generators_threads_and_operators_of_coroutines_are_edges(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"

    async def doubled(items: Pulled[int]) -> AsyncIterator[int]:
        async for item in items:
            yield 2 * item

    def stream() -> "rx.Observable[object]":
        numbers = from_async(counted, name="numbers")
        return numbers.pipe(
            lift(doubled, name="doubled"), map_in_thread(str, name="texts"), ops.delay(0.05)
        )

    assert hold(path, stream()) == ["0", "2", "4", "6", "8", "end"]
    assert sorted(edges(path)) == ["doubled", "numbers", "texts"]
    assert read_tape(path).header["settings"] == {"agent": "a test"}
    again = replay(path, stream()).check()
    assert [event.item for event in again.events] == ["0", "2", "4", "6", "8"]


def test_what_a_generator_asks_inside_is_not_recorded_twice(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"

    async def outer() -> AsyncIterator[int]:
        async for item in counted():
            yield item
        asked = from_async(counted, name="inner").pipe(ops.last())
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        asked.subscribe(done.set_result, scheduler=LoopScheduler())
        yield await done

    assert hold(path, from_async(outer, name="outer")) == [0, 1, 2, 3, 4, 4, "end"]
    assert edges(path) == ["outer"]


def test_items_of_a_thread_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"

    async def main() -> None:
        async with Session() as session:
            record(session, path)
            ingress: ThreadIngress[int] = ThreadIngress(name="thread")
            session.subscribe(ingress.stream)
            for number in range(3):
                await asyncio.to_thread(ingress.put, number)
            await asyncio.sleep(0.1)

    run_virtual(main(), real_io=True)
    assert [event.item for event in read_tape(path).events] == [0, 1, 2]
    assert replay(path, from_async(counted, name="thread")).is_identical


def test_what_is_pushed_into_a_subject_is_kept_when_it_is_said_to_come_from_outside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    subject: Subject[int] = Subject()

    def record_pushes(path: Path, stream: "rx.Observable[int]") -> None:
        async def main() -> None:
            async with Session() as session:
                record(session, path)
                session.subscribe(stream)
                for number in range(3):
                    subject.on_next(number)
                    await asyncio.sleep(0.5)

        run_virtual(main())

    record_pushes(tmp_path / "a.rxv", subject.pipe(taped("numbers")))
    assert not caplog.records
    again = replay(tmp_path / "a.rxv", Subject[int]().pipe(taped("numbers"))).check()
    assert [(event.at, event.item) for event in again.events] == [(0.0, 0), (0.5, 1), (1.0, 2)]
    with caplog.at_level(logging.WARNING):
        record_pushes(tmp_path / "b.rxv", subject)
    assert len(caplog.records) == 1
    assert "wrap its stream with `taped`" in caplog.text
    tape = read_tape(tmp_path / "b.rxv")
    assert [event.item for event in tape.events] == [0, 1, 2]
    assert not replay(tape, subject).is_identical


def test_what_the_graph_pushes_into_its_own_subject_comes_in_the_next_turn(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"

    def stream() -> "rx.Observable[object]":
        subject: Subject[str] = Subject()
        numbers = from_async(counted, name="numbers").pipe(
            ops.do_action(lambda number: subject.on_next(f"saw {number}"))
        )
        return rx.merge(subject.pipe(taped("said")), numbers)

    got = hold(path, stream())
    assert got[:4] == [0, "saw 0", 1, "saw 1"]
    assert [event.item for event in replay(path, stream()).check().events] == got


def test_a_file_that_is_not_there_fails_again_in_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    missing = from_wav(tmp_path / "missing.wav")
    assert isinstance(hold(path, missing)[0], FileNotFoundError)
    again = replay(path, from_wav(tmp_path / "another.wav")).check()
    assert isinstance(again.error, FileNotFoundError)


def test_a_failure_and_a_subscriber_that_leaves_are_replayed(tmp_path: Path) -> None:
    async def failing() -> AsyncIterator[int]:
        yield 1
        raise RxvoiceError("no more")

    first = tmp_path / "a.rxv"
    hold(first, from_async(failing, name="failing"))
    error = replay(first, from_async(failing, name="failing")).check().error
    assert (type(error), str(error)) == (RxvoiceError, "no more")

    second = tmp_path / "b.rxv"

    async def main() -> None:
        async with Session() as session:
            record(session, second)
            numbers = from_async(counted, name="numbers")
            subscription = session.subscribe(
                numbers, lambda number: number == 2 and subscription.dispose()
            )
            await asyncio.sleep(1.0)

    run_virtual(main())
    again = replay(second, from_async(counted, name="numbers")).check()
    assert [event.item for event in again.events] == [0, 1, 2]


def test_another_agent_is_told_apart_and_the_reason_is_named(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    hold(path, from_async(counted, name="numbers").pipe(ops.map(lambda number: number + 1)))
    other = from_async(counted, name="numbers").pipe(ops.map(lambda number: number + (number < 3)))
    divergence = replay(path, other).divergence
    assert divergence is not None
    assert (divergence.recorded, divergence.replayed) == ("4", "3")
    renamed = replay(path, from_async(counted, name="others")).divergence
    assert renamed is not None
    assert "others is asked, and not on the tape" in str(renamed)
    with pytest.raises(AssertionError, match="the replay is another one"):
        replay(path, other).check()
    assert [event.item for event in replay(path, other, until=0.25).events] == [1, 2]


def test_records_of_a_later_version_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    hold(path, from_async(counted, name="numbers"))
    before = read_tape(path)
    unknown = bytearray([200])
    put(unknown, 3)
    path.write_bytes(path.read_bytes() + packed(bytes(unknown + b"abc")))
    assert read_tape(path).records == before.records
    assert before.records[-1].kind == Kind.END


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    hold(path, from_async(counted, name="numbers"))
    with pytest.raises(TapeError, match="holds 1 streams, and 0 are given"):
        replay(path)
    with pytest.raises(TapeError, match="has no edge 'caller'"):
        replay(path, lambda source: source, caller="caller")
    no_tape = tmp_path / "no.rxv"
    no_tape.write_bytes(b"RIFF")
    with pytest.raises(TapeError, match=r"no.rxv is not a tape"):
        read_tape(no_tape)
    with pytest.raises(ValueError, match="name must not be empty"):
        taped("")

    async def twice() -> None:
        async with Session() as session:
            record(session, path)
            with pytest.raises(RuntimeError, match="on a tape already"):
                record(session, path)

    run_virtual(twice())


def test_a_disk_that_is_full_ends_the_tape_and_not_the_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(block: bytes) -> bytes:
        raise OSError("no space left")

    monkeypatch.setattr("rxvoice.tape._writer.packed", full)
    with caplog.at_level(logging.ERROR):
        got = hold(tmp_path / "call.rxv", from_async(counted, name="numbers"))
    assert got == [0, 1, 2, 3, 4, "end"]
    assert "the tape ends here" in caplog.text
    with pytest.raises(TapeError, match="holds nothing"):
        read_tape(tmp_path / "call.rxv")


def test_a_file_that_cannot_be_opened_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        hold(tmp_path / "no" / "call.rxv", from_async(counted, name="numbers"))


def test_a_file_is_the_tape_of_one_session_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    path.write_bytes(b"something longer, and older, than a tape is when it begins")

    async def main() -> None:
        async with Session() as one, Session() as other:
            record(one, path)
            one.subscribe(from_async(counted, name="numbers"))
            with pytest.raises(TapeError, match=r"call.rxv is a tape that is being recorded"):
                record(other, path)
            await asyncio.sleep(1.0)

    for _ in range(2):  # another one may, when that is over
        run_virtual(main())
        tape = read_tape(path)
        assert tape.is_complete
        assert [event.item for event in tape.events] == [0, 1, 2, 3, 4]


class Slow(FileIO):
    """A file on a disk that takes seven bytes at a time."""

    def write(self, data: Any, /) -> int:
        return super().write(bytes(data)[:7])


def test_a_disk_that_takes_a_part_of_what_it_is_given_gets_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rxvoice.tape._writer.FileIO", Slow)
    path = tmp_path / "call.rxv"
    hold(path, from_async(counted, name="numbers"))
    assert read_tape(path).is_complete
