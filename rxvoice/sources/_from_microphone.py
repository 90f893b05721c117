"""from_microphone: what the user says."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice.aio import ThreadIngress, from_async, in_thread
from rxvoice.audio import StreamResampler
from rxvoice.audio._device import Opening, OpenInput
from rxvoice.audio._portaudio import open_microphone
from rxvoice.clock import loop_scheduler
from rxvoice.errors import DeviceError
from rxvoice.items import MAX_RATE, AudioFrame

Block: TypeAlias = tuple[int, NDArray[np.int16], int]
"""Index of the first sample, samples, and their rate."""


def from_microphone(
    *,
    rate: int = 16_000,
    device: int | str | None = None,
    frame: float = 0.02,
    capacity: float = 2.0,
    open_stream: OpenInput = open_microphone,
) -> Observable[AudioFrame]:
    """Listen to a microphone of this machine.

    Each subscription opens the device, in a thread, and unsubscribing closes it; many devices
    cannot be opened twice, so share the stream. ``pts`` counts the samples that the device gave,
    from 0; it is free of drift against the audio, not against the session's clock. The device's
    thread never waits: when the loop is busy for more than ``capacity`` the oldest frames are
    dropped, and ``pts`` shows the gap. The stream never completes.

    Needs the extra ``audio`` and the PortAudio library.

    Args:
        rate: Samples a second. A device that cannot have it runs at its own rate and is resampled.
        device: Number or part of the name of a device, as ``python -m sounddevice`` lists them;
            the system's default unless given.
        frame: Length of a frame in seconds.
        capacity: Seconds of audio that may wait for the loop.
        open_stream: Opens the device, for other drivers than PortAudio.

    Returns:
        The stream. It fails with `rxvoice.errors.DeviceError` when a package, a library or the
        device is missing, or when the device stops.

    Raises:
        ValueError: When an argument makes no sense.
    """
    if not 0 < rate <= MAX_RATE:
        raise ValueError(f"rate must be in 1…{MAX_RATE} Hz, got {rate}")
    if not 0.001 <= frame <= 1.0:
        raise ValueError(f"frame must be in 0.001…1 s, got {frame}")
    if not frame <= capacity <= 60.0:
        raise ValueError(f"capacity must be from one frame to 60 s, got {capacity}")

    def subscribe(
        observer: abc.ObserverBase[AudioFrame], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        loop = loop_scheduler(scheduler)
        ingress: ThreadIngress[Block] = ThreadIngress(
            round(capacity / frame), "drop_oldest", loop=loop.loop, name="from_microphone"
        )
        resampler = StreamResampler(rate, low_delay=True)
        heard = 0

        def receive(samples: NDArray[np.int16], own_rate: int) -> None:
            nonlocal heard
            ingress.put((heard, samples, own_rate))
            heard += len(samples)

        def stopped() -> None:
            ingress.end(DeviceError("the microphone stopped; was it unplugged?"))

        def listened(block: Block) -> None:
            index, samples, own_rate = block
            for ready in resampler.push(AudioFrame(samples, own_rate, index / own_rate)):
                observer.on_next(ready)

        async def hold() -> AsyncIterator[None]:
            opening = Opening(
                lambda: open_stream(
                    rate=rate, device=device, frame=frame, receive=receive, ended=stopped
                )
            )
            try:
                await in_thread(opening.open, name="open the microphone")
                await asyncio.get_running_loop().create_future()
                yield
            finally:
                await in_thread(opening.close, name="close the microphone")

        return CompositeDisposable(
            ingress.stream.subscribe(
                listened, observer.on_error, observer.on_completed, scheduler=loop
            ),
            from_async(hold, name="from_microphone").subscribe(
                on_error=observer.on_error, scheduler=loop
            ),
        )

    return Stream(subscribe)


__all__ = ["from_microphone"]
