"""Somebody in a room who uses LiveKit's SDK as its documentation shows."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from typing import Any

import numpy as np
from livekit import rtc
from numpy.typing import NDArray

from tests.livekit.room_server import token

RATE = 48_000
LOW = 500.0
"""Hz at which a sweep begins …"""

SLOPE = 1500.0
"""… and by how many its pitch rises in a second."""


class Guest:
    """A participant.

    Attributes:
        room: The SDK's.
        packets: Data packets that came: content, topic and sender.
        texts: Text streams that came, the same.
        keys: That were pressed.
        heard: Samples at 16 kHz of each track, by its name.
    """

    def __init__(self) -> None:
        self.room: rtc.Room = rtc.Room()
        self.packets: list[tuple[bytes, str, str]] = []
        self.texts: list[tuple[str, str, str]] = []
        self.keys: list[str] = []
        self.heard: dict[str, list[NDArray[np.int16]]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def wire(self) -> None:
        """Take note of what happens."""
        room: Any = self.room
        room.on("data_received", self._packet)
        room.on("sip_dtmf_received", self._key)
        room.on("track_subscribed", self._track)
        room.register_text_stream_handler("lk.chat", self._text)

    async def publish(self, name: str = "microphone") -> rtc.AudioSource:
        """Publish a microphone and, when it is heard, return what it takes audio by."""
        source = rtc.AudioSource(RATE, 1, 200)
        track = rtc.LocalAudioTrack.create_audio_track(name, source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        publication = await self.room.local_participant.publish_track(track, options)
        await publication.wait_for_subscription()
        return source

    async def say(self, source: rtc.AudioSource, pitch: float, seconds: float) -> None:
        """Play a tone."""
        time = np.arange(round(RATE * seconds)) / RATE
        samples = (8000 * np.sin(2 * np.pi * pitch * time)).astype(np.int16)
        for start in range(0, len(samples), 960):
            piece = samples[start : start + 960]
            await source.capture_frame(rtc.AudioFrame(piece.tobytes(), RATE, 1, len(piece)))

    async def aclose(self) -> None:
        """Leave."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.room.disconnect()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.ensure_future(work))

    def _packet(self, packet: rtc.DataPacket) -> None:
        who = "" if packet.participant is None else packet.participant.identity
        self.packets.append((packet.data, packet.topic or "", who))

    def _key(self, tone: Any) -> None:
        self.keys.append(tone.digit)

    def _track(self, track: Any, publication: Any, participant: Any) -> None:
        self._start(self._hear(track))

    def _text(self, reader: Any, who: str) -> None:
        self._start(self._read(reader, who))

    async def _read(self, reader: Any, who: str) -> None:
        self.texts.append((await reader.read_all(), reader.info.topic, who))

    async def _hear(self, track: Any) -> None:
        if track.kind != rtc.TrackKind.KIND_AUDIO:
            return
        heard = self.heard.setdefault(track.name, [])
        stream = rtc.AudioStream.from_track(track=track, sample_rate=16_000, frame_size_ms=10)
        try:
            async for event in stream:
                heard.append(np.frombuffer(event.frame.data, np.int16))
        finally:
            await stream.aclose()


@contextlib.asynccontextmanager
async def guest(url: str, identity: str, **options: Any) -> AsyncGenerator[Guest]:
    """Be in a room."""
    one = Guest()
    one.wire()
    await one.room.connect(url, token(identity, **options))
    try:
        yield one
    finally:
        await one.aclose()


def in_real_time(work: Callable[[], Awaitable[None]], limit: float = 40.0) -> None:
    """Run a test on a real loop."""

    async def main() -> None:
        async with asyncio.timeout(limit):
            await work()

    asyncio.run(main())


async def until(condition: Callable[[], object], limit: float = 10.0) -> None:
    """Wait for something that others do, which are no part of this library.

    Raises:
        TimeoutError: When they do not.
    """
    async with asyncio.timeout(limit):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def pitch_of(samples: NDArray[np.int16]) -> float:
    """Return the frequency of the loudest tone at 16 kHz, in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 16_000 * 4))
    return float(np.argmax(spectrum)) / 4


def sweep(seconds: float, rate: int) -> NDArray[np.int16]:
    """Return a tone whose pitch tells the time, so that one can hear how far it was played."""
    time = np.arange(round(rate * seconds)) / rate
    return (8000 * np.sin(2 * np.pi * (LOW * time + SLOPE / 2 * time**2))).astype(np.int16)


def furthest(samples: NDArray[np.int16]) -> float:
    """Return the latest time of a `sweep` that is heard at 16 kHz, in seconds."""
    size, step = 320, 40
    windows = np.lib.stride_tricks.sliding_window_view(samples.astype(float), size)[::step]
    loudness = np.sqrt((windows.reshape(len(windows), 4, -1) ** 2).mean(2)).min(1)
    whole = windows[loudness > 4000]  # nothing that fades, which the decoder makes up
    pitches = _pure(np.abs(np.fft.rfft(whole * np.hanning(size), 16_000)) ** 2)
    return (max(pitches) - LOW) / SLOPE + size / 16_000 / 2


def _pure(spectra: Any) -> list[float]:
    """Return the pitch, in Hz, of each spectrum that is a tone and no seam between two packets."""
    found: list[float] = []
    for spectrum in spectra:
        pitch = int(spectrum.argmax())
        near = spectrum[max(pitch - 120, 0) : pitch + 121]
        if near.sum() > 0.98 * spectrum.sum():
            found.append(float(pitch))
    return found


def loud(samples: NDArray[np.int16], threshold: int = 500) -> NDArray[np.int16]:
    """Return the samples of all hundredths of a second at 16 kHz that are no silence."""
    whole = samples[: len(samples) // 160 * 160].reshape(-1, 160).astype(float)
    return samples[: whole.size].reshape(-1, 160)[np.sqrt((whole**2).mean(1)) > threshold].ravel()
