"""LiveKit Agents: its session, with the audio output of its rooms, which no room is behind."""

# Its packages are not there where types are checked.
# pyright: basic, reportMissingImports=false

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
from livekit import rtc
from livekit.agents import Agent, AgentSession
from livekit.agents.voice import io
from livekit.agents.voice.room_io._output import _ParticipantAudioOutput
from numpy.typing import NDArray
from versus_common import through_generators
from versus_livekit_parts import Detector, Hears, Speaks, Thinks
from versus_work import FRAME, RATE, TICK, Plan, Watch

logging.getLogger("livekit").setLevel(logging.CRITICAL)


class Ear(io.AudioInput):
    """The user."""

    def __init__(self) -> None:
        super().__init__(label="user")
        self.queue: asyncio.Queue[rtc.AudioFrame | None] = asyncio.Queue()

    def __aiter__(self) -> AsyncIterator[rtc.AudioFrame]:
        return self

    async def __anext__(self) -> rtc.AudioFrame:
        frame = await self.queue.get()
        if frame is None:
            raise StopAsyncIteration
        return frame


class Heard:
    """A native source of audio, for a track, that tells what it is given."""

    def __init__(self, watch: Watch) -> None:
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=200)
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        """Take a frame; wait while 200 ms are queued."""
        self._watch.sound(bytes(frame.data))
        await self._source.capture_frame(frame)

    def clear_queue(self) -> None:
        """Forget what is queued."""
        self._watch.note("cleared")
        self._source.clear_queue()


class Mouth(_ParticipantAudioOutput):
    """The output of its rooms, without a track."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(
            None, sample_rate=RATE, num_channels=1, track_publish_options=rtc.TrackPublishOptions()
        )
        self._audio_source = Heard(watch)
        self._subscribed_fut.set_result(None)
        self._forwarding_task = asyncio.create_task(self._forward_audio())


class LiveKitLine:
    """A call."""

    def __init__(self, plan: Plan, watch: Watch) -> None:
        self._plan = plan
        self._ear = Ear()
        self._mouth = Mouth(watch)
        self.session = AgentSession(
            vad=Detector(plan, watch),
            stt=Hears(plan, watch),
            llm=Thinks(plan, watch),
            tts=Speaks(plan, watch),
            turn_handling={
                "turn_detection": "vad",
                "endpointing": {"min_delay": 0.0, "max_delay": 0.0},
                "interruption": {
                    "mode": "vad",
                    "min_duration": plan.start - TICK / 2,  # times are sums of floats
                    "resume_false_interruption": False,
                    "false_interruption_timeout": None,
                },
                "preemptive_generation": {"enabled": False},
            },
            aec_warmup_duration=None,
            user_away_timeout=None,
        )
        self.session.input.audio = self._ear
        self.session.output.audio = self._mouth

    async def start(self) -> None:
        """Begin."""
        await self.session.start(Agent(instructions="You answer."), record=False)

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take a frame of the user's audio."""
        self._ear.queue.put_nowait(rtc.AudioFrame(samples.tobytes(), RATE, 1, FRAME))

    def write(self, text: str) -> None:
        """Take a turn of the user."""
        self.session.generate_reply(user_input=text)

    async def close(self) -> None:
        """End the call."""
        await self.session.aclose()
        await self._mouth.aclose()


class LiveKit:
    """The library."""

    lean = False

    async def prepare(self) -> None:
        """Do nothing."""

    async def open(self, plan: Plan, watch: Watch) -> LiveKitLine:
        """Begin a call."""
        line = LiveKitLine(plan, watch)
        await line.start()
        return line

    async def stages(self, count: int, frames: int) -> float:
        """Put frames through so many async generators, which its nodes are."""
        frame = rtc.AudioFrame(np.zeros(FRAME, np.int16).tobytes(), RATE, 1, FRAME)
        return await through_generators(frame, count, frames)


STACK = LiveKit()
MINIMAL = ("livekit.agents",)

__all__ = ["MINIMAL", "STACK"]
