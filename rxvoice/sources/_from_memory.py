"""from_memory: audio that is there already."""

from collections.abc import Iterator

from reactivex import Observable, abc

from rxvoice._stream import Stream
from rxvoice.aio._edge import edge
from rxvoice.clock import loop_scheduler
from rxvoice.items import AudioFrame

from ._playing import Playing


def from_memory(
    audio: AudioFrame,
    /,
    *,
    frame: float = 0.02,
    realtime: bool = False,
    speed: float | None = None,
) -> Observable[AudioFrame]:
    """Play a piece of audio in frames, as `from_wav` plays a file.

    In real time a frame comes when its last sample would have been captured, by deadlines.
    Otherwise frames come as fast as the loop turns, a few each turn.

    Args:
        audio: What is played, of any length; ``rxvoice.audio.read_wav`` gives one.
        frame: Length of a frame in seconds; the last one may be shorter.
        realtime: Short for ``speed=1.0``.
        speed: How many seconds of audio to play a second; ``None`` for as fast as possible.

    Returns:
        The stream. Its ``pts`` count on from that of the audio. It is cold, and completes behind
        the last frame.

    Raises:
        ValueError: When ``frame`` or ``speed`` makes no sense.
    """
    if not 0.0 < frame <= 60.0:
        raise ValueError(f"frame must be positive and at most 60 s, got {frame}")
    if speed is not None and not speed > 0.0:
        raise ValueError(f"speed must be positive, got {speed}")
    pace = 1.0 if realtime and speed is None else speed
    size = max(round(frame * audio.rate), 1)

    def cut() -> Iterator[AudioFrame]:
        for start in range(0, len(audio.samples), size):
            samples = audio.samples[start : start + size]
            yield AudioFrame(samples, audio.rate, audio.pts + start / audio.rate)

    def subscribe(
        observer: abc.ObserverBase[AudioFrame], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        return Playing(cut(), pace, observer, loop_scheduler(scheduler), start=audio.pts)

    return edge(Stream(subscribe), "from_memory")


__all__ = ["from_memory"]
