"""to_wav: a recording of a session."""

import asyncio
import logging
import os
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Sized
from contextlib import suppress
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from reactivex import Observable

from rxvoice._disposables import CompositeDisposable
from rxvoice.aio import in_thread
from rxvoice.audio import Track, WavWriter
from rxvoice.errors import BufferOverflow
from rxvoice.items import MAX_RATE, AudioFrame, ClearAudio
from rxvoice.session import Session, Sink

logger = logging.getLogger(__name__)

Step: TypeAlias = Callable[[WavWriter], object]

FLUSH = 0.5
"""Seconds after which what was recorded reaches the file."""

WAITING = 1 << 24
"""Samples that may wait for a slow disk; some minutes."""


def to_wav(
    path: str | os.PathLike[str],
    *,
    user: Observable[object] | None = None,
    rate: int | None = None,
) -> Sink[object]:
    """Record a session as a WAV file of 16 bits.

    The stream's `AudioFrame` items are what the bot says; other items are ignored, but `ClearAudio`
    removes what would have been heard from now on. With ``user`` the file is stereo, user left,
    bot right; without it is mono.

    The recording begins with the session and shares its clock. Frames are placed by their ``pts``:
    the bot's show the session's time already, the user's are brought to it by the offset of the
    first one, which ended when it came. Frames that follow each other stay together sample by
    sample; a gap is silence when it is half a frame or longer. Both channels end together.

    The file can be played at every moment, even after the process was killed: then the last
    half second is missing. It is written in a thread. Parent folders are made, an existing file is
    replaced. It ends at 4 GiB (18 hours of stereo at 16 kHz).

    The awaitable is done when the stream has completed and the file is closed; cancelling it ends
    the recording. It fails as the stream does, and with an ``OSError`` that names the file when
    that cannot be written any more, for instance when the disk is full; what was written until
    then can be played.

    Args:
        path: The file.
        user: What the user says, for instance a shared microphone stream; other items than frames
            are ignored. It ends with the stream.
        rate: Samples a second of the file; the first frame's unless given. Frames of other rates
            are resampled.

    Returns:
        The sink.

    Raises:
        ValueError: When ``rate`` makes no sense.
    """
    if rate is not None and not 0 < rate <= MAX_RATE:
        raise ValueError(f"rate must be in 1…{MAX_RATE} Hz, got {rate}")

    def sink(stream: Observable[object], session: Session) -> Awaitable[None]:
        done: asyncio.Future[None] = session.scheduler.loop.create_future()
        channels = 1 if user is None else 2
        try:
            writer = WavWriter(path, rate or 16_000, channels=channels)
        except OSError as error:
            done.set_exception(error)
            return done
        recorder = _Recorder(writer, channels, session, done)
        if rate is not None:
            recorder.set_rate(rate)
        recorder.start(stream, user)
        return done

    return sink


class _Recorder:
    """One recording: frames get their places on the loop and are written in a thread."""

    def __init__(
        self, writer: WavWriter, channels: int, session: Session, done: asyncio.Future[None]
    ) -> None:
        self._writer = writer
        self._channels = channels
        self._session = session
        self._done = done
        self._tracks: list[Track] = []
        self._offset: float | None = None
        self._steps: deque[tuple[int, Step]] = deque()
        self._given = 0  # samples; counted on the loop
        self._written = 0  # likewise in the thread
        self._some, self._due = asyncio.Event(), asyncio.Event()
        self._ended = False
        self._error: Exception | None = None
        self._subscriptions = CompositeDisposable()
        self._lock = threading.Lock()

    def start(self, stream: Observable[object], user: Observable[object] | None) -> None:
        subscribe = self._session.subscribe
        if user is not None:
            self._subscriptions.add(subscribe(user, self._hear, _user_failed))
        self._subscriptions.add(subscribe(stream, self._say, self._end, self._end))
        self._session.scope.spawn(self._run, name="to_wav")
        self._done.add_done_callback(lambda _: self._end())  # who waits may cancel it

    def set_rate(self, rate: int) -> None:
        self._tracks = [Track(rate) for _ in range(self._channels)]
        self._step(lambda writer: setattr(writer, "rate", rate))

    def _hear(self, item: object) -> None:
        if isinstance(item, AudioFrame):
            if self._offset is None:
                self._offset = self._session.now - item.end
            self._place(item, item.pts + self._offset, 0)

    def _say(self, item: object) -> None:
        if isinstance(item, AudioFrame):
            self._place(item, item.pts, self._channels - 1)
        elif isinstance(item, ClearAudio) and self._tracks:
            channel = self._channels - 1
            pieces, at = self._tracks[channel].cut(self._session.now)
            self._write(pieces, channel)
            self._step(lambda writer: writer.cut(at, channel=channel))

    def _place(self, frame: AudioFrame, start: float, channel: int) -> None:
        if not self._tracks:
            self.set_rate(frame.rate)
        self._write(self._tracks[channel].place(frame, start), channel)

    def _write(self, pieces: list[tuple[int, NDArray[np.int16]]], channel: int) -> None:
        for at, samples in pieces:
            self._step(partial(WavWriter.write, samples=samples, at=at, channel=channel), samples)

    def _step(self, step: Step, samples: Sized = ()) -> None:
        self._given += len(samples)
        self._steps.append((len(samples), step))
        self._some.set()
        waiting = self._given - self._written
        if waiting > WAITING // 16:
            self._due.set()
        if waiting > WAITING:
            self._end(BufferOverflow("to_wav: the disk is too slow"))

    def _end(self, error: Exception | None = None) -> None:
        self._ended = True
        self._error = self._error or error
        self._subscriptions.dispose()
        self._some.set()
        self._due.set()

    async def _run(self) -> None:
        try:
            try:
                await self._record()
            finally:
                self._end()
                for channel, track in enumerate(self._tracks):
                    self._write(track.flush(), channel)
                await in_thread(self._close, name="to_wav")
        except asyncio.CancelledError:
            self._done.cancel()
            raise
        except Exception as error:
            self._error = self._error or error
        if self._done.done():
            return
        if self._error is None:
            self._done.set_result(None)
        else:
            self._done.set_exception(self._error)

    async def _record(self) -> None:
        while not self._ended:
            await self._some.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH):
                    await self._due.wait()
            self._some.clear()
            self._due.clear()
            await in_thread(self._apply, name="to_wav")

    def _apply(self) -> None:
        with self._lock:
            try:
                while self._steps:
                    size, step = self._steps.popleft()
                    self._written += size
                    step(self._writer)
                self._writer.flush()
            except OSError as error:
                self._steps.clear()
                message = f"the recording ended: {error.strerror}"
                raise OSError(error.errno, message, self._writer.name) from error

    def _close(self) -> None:
        try:
            self._apply()
        finally:
            with self._lock:
                self._writer.close()


def _user_failed(error: Exception) -> None:
    logger.info("the user's stream failed, the recording goes on", exc_info=error)


__all__ = ["to_wav"]
