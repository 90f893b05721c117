"""from_wav: a recording as a stream."""

import os
from collections.abc import Iterator

from reactivex import Observable, abc

from rxvoice._disposables import Disposable
from rxvoice._stream import Stream
from rxvoice.aio._edge import edge
from rxvoice.audio import WavReader
from rxvoice.clock import loop_scheduler
from rxvoice.items import AudioFrame, Fault

from ._playing import Playing


def from_wav(
    path: str | os.PathLike[str],
    *,
    frame: float = 0.02,
    channel: int | None = None,
    realtime: bool = False,
    speed: float | None = None,
) -> Observable[AudioFrame | Fault]:
    """Play a WAV file as mono frames.

    The observable is cold: each subscription reads the file anew, lazily and in bounded memory,
    and ``pts`` counts from 0. All sample rates are played as they are; several channels are mixed
    down. RIFF, RIFX and RF64 files with integers of 8 to 64 bits, floats, A-law or mu-law are
    read.

    In real time a frame comes when its last sample would have been captured; every frame has its
    own deadline on the scheduler's clock, so that nothing drifts. Otherwise frames come as fast as
    the loop turns, a few each turn. No consumer can slow that down: one that awaits or works in
    threads fills its queue, and then needs ``speed``.

    A file that ends before its header says, or whose reading fails midway, is played as far as it
    goes, followed by a `rxvoice.Fault`; then the stream completes.

    Args:
        path: The file.
        frame: Length of a frame in seconds; the last one may be shorter.
        channel: The channel to play, counted from 0; the mean of all unless given.
        realtime: Short for ``speed=1.0``.
        speed: How many seconds of audio to play a second; ``None`` for as fast as possible.

    Returns:
        The stream. It fails with `rxvoice.errors.AudioFormatError` when there is nothing that can
        be played, and with an ``OSError`` such as ``FileNotFoundError`` when the file cannot be
        opened; both name the file.

    Raises:
        ValueError: When ``frame``, ``channel`` or ``speed`` makes no sense.
    """
    if not 0.0 < frame <= 60.0:
        raise ValueError(f"frame must be positive and at most 60 s, got {frame}")
    if channel is not None and channel < 0:
        raise ValueError(f"channel must not be negative, got {channel}")
    if speed is not None and not speed > 0.0:
        raise ValueError(f"speed must be positive, got {speed}")
    pace = 1.0 if realtime and speed is None else speed

    def subscribe(
        observer: abc.ObserverBase[AudioFrame | Fault], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        try:
            reader = WavReader(path, channel=channel)
        except Exception as error:
            observer.on_error(error)
            return Disposable()
        items = _items(reader, frame)
        return Playing(items, pace, observer, loop_scheduler(scheduler), reader.close)

    return edge(Stream(subscribe), "from_wav")


def _items(reader: WavReader, frame: float) -> Iterator[AudioFrame | Fault]:
    size = max(round(frame * reader.rate), 1)
    whole = True
    while whole:
        pts = reader.position / reader.rate
        try:
            samples = reader.read(size)
        except OSError as error:
            yield Fault("from_wav", f"{reader.name}: reading failed at {pts:.3f} s", cause=error)
            return
        whole = len(samples) == size
        if len(samples):
            yield AudioFrame(samples, reader.rate, pts)
    if reader.truncated:
        promised = (reader.announced or 0) / reader.rate
        there = reader.position / reader.rate
        yield Fault(
            "from_wav",
            f"{reader.name} ends after {there:.3f} s of the {promised:.3f} s that it announces",
        )


__all__ = ["from_wav"]
