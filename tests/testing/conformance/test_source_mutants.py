"""Sources that do not give audio as sources do, each caught by the point that says so."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.aio import from_async
from rxvoice.errors import DeviceError
from rxvoice.items import AudioFrame, Fault
from rxvoice.operators import share
from rxvoice.testing import pause, tone
from rxvoice.testing.conformance import check_source
from rxvoice.testing.conformance._examination import STREAM_POINTS
from rxvoice.testing.conformance._source import POINTS

from .mutants import failed


class Device:
    """Gives eight frames of a tone.

    Attributes:
        open: How many are listening.
    """

    open = 0

    def stream(self) -> Observable[Any]:
        return from_async(self.frames, name="device")

    async def frames(self) -> AsyncIterator[Any]:
        type(self).open += 1
        try:
            for number in range(8):
                await pause(0.02)
                yield self.frame(number)
        finally:
            await self.close()

    def frame(self, number: int) -> Any:
        return tone(0.02, pts=number * 0.02, frequency=100.0 * (number + 1))

    async def close(self) -> None:
        type(self).open -= 1


def missing() -> Observable[Any]:
    async def fail() -> AsyncIterator[Any]:
        raise DeviceError("there is no such device")
        yield

    return from_async(fail)


def check(device: type[Device], **options: Any) -> Any:
    device.open = 0
    given: dict[str, Any] = {"duration": 0.16, "failing": missing, **options}
    return check_source(
        lambda: device().stream(), opened=lambda: device.open, real_io=False, **given
    )


def test_a_source() -> None:
    assert not check(Device).skipped


def test_a_source_without_end() -> None:
    class Endless(Device):
        async def frames(self) -> AsyncIterator[Any]:
            async for frame in super().frames():
                yield frame
            await asyncio.get_running_loop().create_future()

    report = check(Endless, duration=None, completes=False, several=False, repeatable=False)
    assert set(report.skipped) == {"completes", "duration", "cold", "independent"}
    assert "completes" in failed(lambda: check(Endless)).points


class Gaps(Device):
    def frame(self, number: int) -> AudioFrame:
        return tone(0.02, pts=number * 0.021)


class BeginsLate(Device):
    def frame(self, number: int) -> AudioFrame:
        return tone(0.02, pts=5.0 + number * 0.02)


class EmptyFrames(Device):
    def frame(self, number: int) -> AudioFrame:
        return tone(0.02 if number else 0.0, pts=max(0, number - 1) * 0.02)


class ChangesItsRate(Device):
    def frame(self, number: int) -> AudioFrame:
        return tone(0.02, 16_000 if number < 4 else 8_000, pts=number * 0.02)


class TooShort(Device):
    async def frames(self) -> AsyncIterator[Any]:
        async for frame in super().frames():
            if frame.pts < 0.13:
                yield frame


class Faulty(Device):
    async def frames(self) -> AsyncIterator[Any]:
        async for frame in super().frames():
            yield frame
        yield Fault("device", "it stopped")


class StaysOpen(Device):
    async def close(self) -> None:
        await asyncio.Event().wait()


class StaysOpenWhenCancelled(Device):
    async def frames(self) -> AsyncIterator[Any]:
        type(self).open += 1
        for number in range(8):
            await pause(0.02)
            yield self.frame(number)
        type(self).open -= 1


class OnlyOnce(Device):
    def stream(self) -> Observable[Any]:
        left = iter(range(8))

        async def rest() -> AsyncIterator[Any]:
            for number in left:
                await pause(0.02)
                yield self.frame(number)

        return from_async(rest)


class SharedByAll(Device):
    def stream(self) -> Observable[Any]:
        return super().stream().pipe(share())


class OpensEagerly(Device):
    def stream(self) -> Observable[Any]:
        type(self).open += 1
        stream = super().stream()

        def close() -> None:
            type(self).open = 0

        return stream.pipe(ops.finally_action(close))


MUTANTS: list[tuple[type[Device], str]] = [
    (Gaps, "times"),
    (BeginsLate, "times"),
    (EmptyFrames, "frames"),
    (ChangesItsRate, "frames"),
    (TooShort, "duration"),
    (Faulty, "gives audio"),
    (StaysOpen, "completes"),
    (StaysOpenWhenCancelled, "closes"),
    (OnlyOnce, "cold"),
    (OnlyOnce, "independent"),
    (OpensEagerly, "lazy"),
]


@pytest.mark.parametrize(
    ("mutant", "point"), MUTANTS, ids=[f"{m.__name__}-{point}" for m, point in MUTANTS]
)
def test_a_source_that_breaks_a_rule_is_told_which(mutant: type[Device], point: str) -> None:
    assert point in failed(lambda: check(mutant)).points


def test_a_shared_source_serves_listeners_that_come_together() -> None:
    assert not check(SharedByAll).skipped


def test_every_point_of_its_own_can_fail() -> None:
    own = set(POINTS) - set(STREAM_POINTS) - {"usable", "failure"}
    assert own <= {point for _, point in MUTANTS}


def hanging() -> Observable[Any]:
    async def hang() -> AsyncIterator[Any]:
        await asyncio.get_running_loop().create_future()
        yield

    return from_async(hang)


def unclear() -> Observable[Any]:
    async def fail() -> AsyncIterator[Any]:
        raise AssertionError
        yield

    return from_async(fail)


@pytest.mark.parametrize("failing", [hanging, unclear, Device().stream])
def test_a_source_that_does_not_say_why_it_fails(failing: Callable[[], Any]) -> None:
    assert failed(lambda: check(Device, failing=failing)).points == ("failure",)
