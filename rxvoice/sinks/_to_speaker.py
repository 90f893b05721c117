"""to_speaker: what the bot says, aloud."""

import asyncio
import logging
import math
from collections.abc import Awaitable
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from reactivex import Observable, abc

from rxvoice._disposables import Disposable, SerialDisposable
from rxvoice.aio import in_thread
from rxvoice.aio._playout_queue import PlayoutQueue
from rxvoice.audio import PlayedTime, SampleStream
from rxvoice.audio._device import Opening, OpenOutput, OutputStream
from rxvoice.audio._playback import Playback
from rxvoice.audio._portaudio import open_loudspeaker
from rxvoice.errors import DeviceError
from rxvoice.items import MAX_RATE, AudioFrame, ClearAudio, Played
from rxvoice.session import Session, Sink

logger = logging.getLogger(__name__)

TAIL = 0.03
"""Seconds without a frame after which the resampler may give out what it holds back."""

MARGIN = 0.01
"""Seconds before the queue runs dry at which it does so."""

REPORT = 0.02
"""Seconds between two reports of what was heard."""

PATIENCE = 5.0
"""Seconds that a device may take longer than the audio lasts."""


def to_speaker(
    *,
    device: int | str | None = None,
    rate: int | None = None,
    end_silence: float = 2.0,
    capacity: float = 60.0,
    played: abc.ObserverBase[Played] | None = None,
    open_stream: OpenOutput = open_loudspeaker,
) -> Sink[object]:
    """Play the stream's `AudioFrame` items on a loudspeaker of this machine.

    Frames are played one after the other as they come; without any, there is silence. `ClearAudio`
    drops what was not played yet. Other items are ignored. The device's thread never waits, and
    the stream is never held up: what exceeds ``capacity`` is dropped and logged, so that bot audio
    should pass `rxvoice.operators.pace` before. On completion what is left is played, then
    ``end_silence``, so that the last word is not cut off by the device; then the device is closed
    and the awaitable is done. Cancelling that stops at once. It fails as the stream does, at once,
    and with `rxvoice.errors.DeviceError` when a package, a library or the device is missing, or
    when the device stops.

    Needs the extra ``audio`` and the PortAudio library.

    Args:
        device: Number or part of the name of a device, as ``python -m sounddevice`` lists them;
            the system's default unless given.
        rate: Samples a second of the device; its own unless given. Frames are resampled.
        end_silence: Seconds of silence after the end.
        capacity: Seconds of audio that may wait to be played.
        played: Is told, every 20 ms while there is sound, up to what time of the frames it has
            been heard, the device's own delay included; for `rxvoice.operators.interruptible`.
        open_stream: Opens the device, for other drivers than PortAudio.

    Returns:
        The sink.

    Raises:
        ValueError: When an argument makes no sense.
    """
    if rate is not None and not 0 < rate <= MAX_RATE:
        raise ValueError(f"rate must be in 1…{MAX_RATE} Hz, got {rate}")
    if not 0.0 <= end_silence <= 60.0:
        raise ValueError(f"end_silence must be in 0…60 s, got {end_silence}")
    if not 0.0 < capacity <= 3600.0:
        raise ValueError(f"capacity must be positive and at most 3600 s, got {capacity}")

    def sink(stream: Observable[object], session: Session) -> Awaitable[None]:
        speaker = _Speaker(session, capacity, end_silence, played)
        opening = Opening(
            lambda: open_stream(
                rate=rate, device=device, fill=speaker.fill, ended=speaker.device_ended
            )
        )
        speaker.start(stream, opening)
        return speaker.done

    return sink


class _Speaker:
    """One playback: takes frames on the loop, hands samples to the device's thread."""

    def __init__(
        self,
        session: Session,
        capacity: float,
        end_silence: float,
        played: abc.ObserverBase[Played] | None,
    ) -> None:
        self.done: asyncio.Future[None] = session.scheduler.loop.create_future()
        self.dropped = 0.0
        self.capacity = capacity
        self._session = session
        self._waiting = PlayoutQueue("to_speaker", self)
        self._end_silence = end_silence
        self._subscription: abc.DisposableBase = Disposable()
        self._early: list[AudioFrame] = []
        self._playback: Playback | None = None
        self._rate = 0
        self._from_rate = 0
        self._resampler: SampleStream | None = None
        self._tail = SerialDisposable()
        self._played = played
        self._reported = -math.inf
        self._latency = 0.0
        self._heard = PlayedTime()
        self._lag = self._end_of_put = 0.0
        self._reports = SerialDisposable()
        self._reporting = False
        self._dry_since: float | None = None
        self._changed = asyncio.Event()
        self._stream_ended = False
        self._device_ended = False
        self._error: Exception | None = None

    @property
    def waiting(self) -> float:
        """Seconds of audio that the device has not taken."""
        playback = 0.0 if self._playback is None else self._playback.waiting / self._rate
        return playback + sum(frame.duration for frame in self._early)

    def start(self, stream: Observable[object], opening: Opening[OutputStream]) -> None:
        scope = self._session.scope
        task = scope.spawn(lambda: self._run(opening), name="to_speaker")
        self._subscription = self._session.subscribe(stream, self._take, self._end, self._end)
        self.done.add_done_callback(lambda done: done.cancelled() and scope.end(task))

    def fill(self, out: NDArray[np.int16]) -> bool:
        """Called in the device's thread."""
        playback = self._playback
        if playback is None:
            out[:] = 0
            return True
        return playback.fill(out)

    def device_ended(self) -> None:
        """Called in any thread."""

        def note() -> None:
            self._device_ended = True
            self._changed.set()

        with suppress(RuntimeError):  # the loop is closed
            self._session.scheduler.loop.call_soon_threadsafe(note)

    def _take(self, item: object) -> None:
        if isinstance(item, AudioFrame):
            if self._playback is not None:
                self._play(item, self._playback)
            elif sum(frame.duration for frame in self._early) < self.capacity:
                self._early.append(item)
            else:
                self._drop(item.duration)
        elif isinstance(item, ClearAudio):
            self._early.clear()
            self._resampler = None
            self._from_rate = 0
            if self._playback is not None:
                self._heard.clear(self._playback.taken)
                self._playback.clear()

    def _end(self, error: Exception | None = None) -> None:
        self._stream_ended = True
        self._error = error
        self._changed.set()

    def _play(self, frame: AudioFrame, playback: Playback) -> None:
        if frame.rate != self._from_rate:
            self._flush()
            same = frame.rate == self._rate
            self._from_rate = frame.rate
            self._resampler = None if same else SampleStream(frame.rate, self._rate, low_delay=True)
            self._lag = 0.0
        if self._resampler is None:
            self._put(frame.samples, playback, frame.end)
            return
        samples = self._resampler.push(frame.samples)
        self._lag += frame.duration - len(samples) / self._rate  # what the filter holds back
        self._put(samples, playback, frame.end - self._lag)
        dry = max(playback.waiting / self._rate - MARGIN, TAIL)
        self._tail.disposable = self._session.scheduler.call_later(dry, self._flush)

    def _flush(self) -> None:
        if self._resampler is not None and self._playback is not None:
            samples = self._resampler.flush()
            self._put(samples, self._playback, self._end_of_put + len(samples) / self._rate)
            self._lag = 0.0

    def _put(self, samples: NDArray[np.int16], playback: Playback, end: float) -> None:
        lost = playback.put(samples)
        if lost:
            self._drop(lost / self._rate)
        self._end_of_put = end
        self._heard.give(len(samples) - lost, end - lost / self._rate, self._rate)
        if self._played is not None and not self._reporting:
            self._report()

    def _report(self) -> None:
        """Tell how far it has been heard, and again soon, until all of it was."""
        playback, played = self._playback, self._played
        if playback is None or played is None:
            return
        now = self._session.now
        self._dry_since = None if playback.waiting else self._dry_since or now
        passed = 0.0 if self._dry_since is None else now - self._dry_since
        heard = self._heard.at(playback.taken + (passed - self._latency) * self._rate)
        if heard is not None and heard > self._reported:
            self._reported = heard
            played.on_next(Played(heard))
        self._reporting = self._heard.waiting
        if self._reporting:
            self._reports.disposable = self._session.scheduler.call_later(REPORT, self._report)

    async def _run(self, opening: Opening[OutputStream]) -> None:
        try:
            try:
                with self._session.scope.queues.showing(self._waiting):
                    await self._play_all(await in_thread(opening.open, name="open the loudspeaker"))
            finally:
                self._subscription.dispose()
                self._tail.dispose()
                self._reports.dispose()
                if self.dropped:
                    logger.warning("audio was dropped", extra={"seconds": self.dropped})
                await in_thread(opening.close, name="close the loudspeaker")
        except asyncio.CancelledError:
            self.done.cancel()
            raise
        except Exception as error:
            if not self.done.done():
                self.done.set_exception(error)
        else:
            if not self.done.done():
                self.done.set_result(None)

    async def _play_all(self, device: OutputStream) -> None:
        rate = self._rate = device.rate
        self._latency = device.latency
        playback = Playback(round(self.capacity * rate), round(self._end_silence * rate))
        self._playback = playback
        early, self._early = self._early, []
        for frame in early:
            self._play(frame, playback)
        while not self._stream_ended:
            if self._device_ended:
                raise DeviceError("the loudspeaker stopped; was it unplugged?")
            self._changed.clear()
            await self._changed.wait()
        if self._error is not None:
            raise self._error
        self._flush()
        playback.end()
        try:
            async with asyncio.timeout(playback.waiting / rate + self._end_silence + PATIENCE):
                while not self._device_ended:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise DeviceError("the loudspeaker takes no audio") from None

    def _drop(self, seconds: float) -> None:
        self.dropped += seconds
        if self.dropped == seconds:
            logger.warning("too much audio waits for the loudspeaker, dropping")


__all__ = ["to_speaker"]
