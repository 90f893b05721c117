"""The parts of Pipecat's agent: a detector, a recogniser, a model, a voice."""

# Its packages are not there where types are checked.
# pyright: basic, reportMissingImports=false

import asyncio
from collections.abc import AsyncGenerator

import numpy as np
from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams
from pipecat.frames.frames import (
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings, STTSettings, TTSSettings
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService
from pipecat.utils.time import time_now_iso8601
from versus_work import FRAME, HEARD, RATE, Loudness, Plan, Watch


class Detector(VADAnalyzer):
    """Wraps the detector that all stacks have."""

    def __init__(self, plan: Plan, watch: Watch) -> None:
        super().__init__(
            params=VADParams(start_secs=plan.start, stop_secs=plan.stop, min_volume=0.0)
        )
        self._ear = Loudness(plan, watch)

    def num_frames_required(self) -> int:
        """Return the samples of a window."""
        return FRAME

    def voice_confidence(self, buffer: bytes) -> float:
        """Return 1 or 0."""
        return self._ear.hear(np.frombuffer(buffer, np.int16))


class Hears(STTService):
    """Understands the same at each end of speech."""

    def __init__(self, watch: Watch) -> None:
        settings = STTSettings(model=None, language=None)
        super().__init__(sample_rate=RATE, ttfs_p99_latency=1.0, settings=settings)
        self._watch = watch

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Listen."""
        yield None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take a frame."""
        await super().process_frame(frame, direction)
        if isinstance(frame, VADUserStoppedSpeakingFrame):
            self._watch.note("understood")
            await self.push_frame(TranscriptionFrame(HEARD, "", time_now_iso8601(), finalized=True))


class Thinks(LLMService):
    """Answers always the same."""

    def __init__(self, plan: Plan, watch: Watch) -> None:
        settings = LLMSettings(
            model=None,
            system_instruction=None,
            temperature=None,
            max_tokens=None,
            top_p=None,
            top_k=None,
            frequency_penalty=None,
            presence_penalty=None,
            seed=None,
            filter_incomplete_user_turns=None,
            user_turn_completion_config=None,
        )
        super().__init__(settings=settings)
        self._plan = plan
        self._watch = watch

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take a frame."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        plan = self._plan
        self._watch.reply += 1
        await self.push_frame(LLMFullResponseStartFrame())
        try:
            for number, word in enumerate(plan.answer):
                await asyncio.sleep(plan.token if number else plan.first_token)
                await self.push_frame(LLMTextFrame(word))
        finally:
            self._watch.note("model closed")
        await self.push_frame(LLMFullResponseEndFrame())


class Speaks(TTSService):
    """Hums."""

    def __init__(self, plan: Plan, watch: Watch) -> None:
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            sample_rate=RATE,
            settings=TTSSettings(model=None, voice=None, language=None),
        )
        self._plan = plan
        self._watch = watch

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Hum for as long as the text takes."""
        plan = self._plan
        try:
            await asyncio.sleep(plan.first_sound)
            for chunk in plan.chunks(text, self._watch.reply):
                yield TTSAudioRawFrame(chunk, RATE, 1, context_id=context_id)
                await asyncio.sleep(plan.pace * plan.chunk)
        finally:
            self._watch.note("voice closed")


__all__ = ["Detector", "Hears", "Speaks", "Thinks"]
