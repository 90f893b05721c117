"""What stands for LiveKit's SDK where the real one cannot show it: in virtual time."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
from livekit import rtc


class Room(rtc.EventEmitter[Any]):
    """A room whose events the test emits.

    Attributes:
        sdk: What made it.
        remote_participants: By identity.
        local_participant: This side.
        left: Whether it was left.
        deaf: Whether what is asked of it is lost, as while the connection is broken.
    """

    def __init__(self, sdk: "StandIn") -> None:
        super().__init__()
        self.sdk = sdk
        self.remote_participants: dict[str, Participant] = {}
        self.local_participant = Me(sdk)
        self.connected = False
        self.left = False
        self.deaf = False
        self.handlers: dict[str, Callable[[Any, str], None]] = {}

    async def connect(self, url: str, token: str, options: Any) -> None:
        await self.sdk.connecting()
        self.connected = True

    async def disconnect(self) -> None:
        self.left = self.connected
        self.connected = False

    def isconnected(self) -> bool:
        return self.connected

    def register_text_stream_handler(self, topic: str, handler: Any) -> None:
        self.handlers[topic] = handler

    def unregister_text_stream_handler(self, topic: str) -> None:
        del self.handlers[topic]

    def come(self, who: str, **options: Any) -> "Participant":
        """Let somebody come."""
        participant = self.remote_participants[who] = Participant(who, **options)
        self.emit("participant_connected", participant)
        return participant

    def go(self, who: str) -> None:
        """Let somebody leave."""
        self.emit("participant_disconnected", self.remote_participants.pop(who))

    def publish(self, who: str, sid: str, source: int = rtc.TrackSource.SOURCE_MICROPHONE) -> Any:
        """Let somebody publish a track, to which one can subscribe."""
        participant = self.remote_participants[who]
        publication = Publication(self, participant, sid, source)
        participant.track_publications[sid] = publication
        self.emit("track_published", publication, participant)
        return publication


class Participant:
    """Somebody else."""

    def __init__(self, identity: str, *, kind: int = 0, name: str = "") -> None:
        self.identity = identity
        self.name = name
        self.kind = kind
        self.attributes = {"colour": "red"}
        self.disconnect_reason: int | None = rtc.DisconnectReason.CLIENT_INITIATED
        self.track_publications: dict[str, Publication] = {}


class Publication:
    """A track of somebody else."""

    def __init__(self, room: Room, participant: Participant, sid: str, source: int) -> None:
        self.room = room
        self.participant = participant
        self.sid = sid
        self.source = source
        self.kind = rtc.TrackKind.KIND_AUDIO
        self.track: Any = None
        self.wanted: list[bool] = []

    def set_subscribed(self, subscribed: bool) -> None:
        self.wanted.append(subscribed)
        if self.room.deaf:
            return
        if subscribed:
            self.track = SimpleNamespace(sid=self.sid, frames=asyncio.Queue[Any]())
            asyncio.get_running_loop().call_soon(self._tell, "track_subscribed")
        else:
            self._tell("track_unsubscribed")
            self.track = None

    def _tell(self, event: str) -> None:
        self.room.emit(event, self.track, self, self.participant)


class Me:
    """This side.

    Attributes:
        sent: What was sent: when, how and what.
        tracks: Names of the tracks that were published.
    """

    def __init__(self, sdk: "StandIn") -> None:
        self.sdk = sdk
        self.sent: list[tuple[float, str, Any]] = []
        self.tracks: list[str] = []
        self.failure: Exception | None = None

    async def publish_track(self, track: Any, options: Any) -> Any:
        self.tracks.append(track.name)
        return SimpleNamespace(sid=track.name)

    async def publish_data(self, data: bytes, **options: Any) -> None:
        self._send("data", data)

    async def send_text(self, text: str, **options: Any) -> None:
        self._send("text", text)

    async def publish_dtmf(self, *, code: int, digit: str) -> None:
        self._send("key", (code, digit))

    def register_rpc_method(self, name: str, handler: Any) -> None:
        pass

    def _send(self, how: str, what: Any) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append((asyncio.get_running_loop().time(), how, what))


class AudioSource:
    """Plays at the speed of the loop's clock, and holds a bounded reserve.

    Attributes:
        played: Samples that have left, exactly as many as time has passed for.
        closed: Whether it was closed.
    """

    def __init__(self, rate: int, channels: int, queue_size_ms: int) -> None:
        self.rate = rate
        self.reserve = queue_size_ms / 1000
        self.closed = False
        self.clears: list[float] = []
        self.late: float = 0.0
        self._loop = asyncio.get_running_loop()
        self._held: list[np.ndarray[Any, Any]] = []
        self._ends = 0.0
        self._out: list[np.ndarray[Any, Any]] = []

    @property
    def queued_duration(self) -> float:
        return max(self._ends - self._loop.time(), 0.0)

    @property
    def played(self) -> "np.ndarray[Any, Any]":
        self._advance()
        return np.concatenate([np.empty(0, np.int16), *self._out])

    async def capture_frame(self, frame: Any) -> None:
        if self.late:
            await asyncio.sleep(self.late)
        self._advance()
        self._ends = max(self._ends, self._loop.time()) + frame.samples_per_channel / self.rate
        self._held.append(np.frombuffer(frame.data, np.int16))
        await asyncio.sleep(max(self.queued_duration - self.reserve, 0.0))

    def clear_queue(self) -> None:
        self._advance()
        self.clears.append(self._loop.time())
        self._held.clear()
        self._ends = 0.0

    async def aclose(self) -> None:
        self.closed = True

    def _advance(self) -> None:
        held = np.concatenate([np.empty(0, np.int16), *self._held])
        left = round(self.queued_duration * self.rate)
        self._out.append(held[: len(held) - left])
        self._held = [held[len(held) - left :]]


class AudioStream:
    """Gives what a test puts into a track."""

    def __init__(self, track: Any) -> None:
        self.track = track

    @classmethod
    def from_track(cls, *, track: Any, **options: Any) -> "AudioStream":
        return cls(track)

    def __aiter__(self) -> "AudioStream":
        return self

    async def __anext__(self) -> Any:
        samples = await self.track.frames.get()
        if samples is None:
            raise StopAsyncIteration
        return SimpleNamespace(frame=SimpleNamespace(data=samples.tobytes()))

    async def aclose(self) -> None:
        self.track.frames = None


class LocalAudioTrack:
    """A track of this side."""

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def create_audio_track(cls, name: str, source: AudioSource) -> "LocalAudioTrack":
        return cls(name)


class StandIn:
    """The module.

    Attributes:
        rooms: All that were made.
        sources: All that were made, in order.
        join: Seconds that joining takes.
        refusal: What joining fails with.
    """

    def __init__(self) -> None:
        self.rooms: list[Room] = []
        self.sources: list[AudioSource] = []
        self.join: float = 0.1
        self.refusal: Exception | None = None
        self.AudioStream = AudioStream
        self.LocalAudioTrack = LocalAudioTrack

    def __getattr__(self, name: str) -> Any:
        return getattr(rtc, name)

    def Room(self) -> Room:
        self.rooms.append(Room(self))
        return self.rooms[-1]

    def AudioSource(self, rate: int, channels: int, queue_size_ms: int) -> AudioSource:
        self.sources.append(AudioSource(rate, channels, queue_size_ms))
        return self.sources[-1]

    async def connecting(self) -> None:
        await asyncio.sleep(self.join)
        if self.refusal is not None:
            raise self.refusal
