"""resample: another sample rate."""

from __future__ import annotations

from typing import TypeVar

from reactivex import Observable, abc

from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.audio import StreamResampler
from rxvoice.items import AudioFrame

T = TypeVar("T")


def resample(rate: int, /, *, clear_after: float = 0.2, low_delay: bool = False) -> Operator[T, T]:
    """Bring all audio to one sample rate.

    `AudioFrame` items are resampled in very high quality (soxr) as one continuous signal; all other
    items pass unchanged. Frames that have the rate already pass untouched. The filter needs to look
    ahead, so that frames come out in other sizes than they went in and somewhat later: in bursts,
    75 to 150 ms late at most, or with ``low_delay`` evenly, 10 to 30 ms late. Their ``pts`` are
    those of the same sound in the input. On completion what was held back is emitted; so put it
    where a reply completes, not behind the switch between replies. When the input's ``pts`` show
    more than ``clear_after`` without data, what was held back is dropped instead, so that an old
    tail does not click into new speech.

    Each subscription serves one pair of rates: when the input's rate changes, the stream fails.

    Marbles (one column is 20 ms)::

        audio  ssssssssssss|
        resample(16000)
        out    ---b---b--b-(b|)

        s: speech(0.02, rate=48000)  b: speech(rate=16000)

    Args:
        rate: The rate wanted, in Hz.
        clear_after: Gap in seconds, measured on ``pts``; ``math.inf`` for never.
        low_delay: Trade some quality (noise below -105 dB, still below that of 16 bits) and
            processor time for less delay.

    Returns:
        The operator. Its stream fails with `rxvoice.errors.AudioFormatError` when a frame's rate
        is not that of the first frame.

    Raises:
        ValueError: When ``rate`` or ``clear_after`` makes no sense.
    """
    StreamResampler(rate, clear_after=clear_after, low_delay=low_delay)

    def resampled(source: Observable[T]) -> Observable[T]:
        def subscribe(
            observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            resampler = StreamResampler(rate, clear_after=clear_after, low_delay=low_delay)

            def on_next(item: T) -> None:
                if not isinstance(item, AudioFrame):
                    observer.on_next(item)
                    return
                try:
                    frames = resampler.push(item)
                except Exception as error:
                    observer.on_error(error)
                    return
                for frame in frames:
                    observer.on_next(frame)  # pyright: ignore[reportArgumentType]

            def on_completed() -> None:
                for frame in resampler.flush():
                    observer.on_next(frame)  # pyright: ignore[reportArgumentType]
                observer.on_completed()

            return source.subscribe(on_next, observer.on_error, on_completed, scheduler=scheduler)

        return Stream(subscribe)

    return resampled


__all__ = ["resample"]
