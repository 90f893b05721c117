"""The parts of LiveKit's agent: a detector, a recogniser, a model, a voice."""

# Its packages are not there where types are checked.
# pyright: basic, reportMissingImports=false

import asyncio
import time
from typing import Any

import numpy as np
from livekit import rtc
from livekit.agents import llm, stt, tts, vad
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from versus_work import HEARD, RATE, TICK, Loudness, Plan, Watch


class Detector(vad.VAD):
    """Wraps the detector that all stacks have."""

    def __init__(self, plan: Plan, watch: Watch) -> None:
        super().__init__(capabilities=vad.VADCapabilities(update_interval=TICK))
        self.given = plan, watch

    def stream(self) -> "DetectorStream":
        """Begin."""
        return DetectorStream(self)


class DetectorStream(vad.VADStream):
    """Tells where speech begins and ends."""

    async def _main_task(self) -> None:
        plan, watch = self._vad.given
        ear = Loudness(plan, watch)
        speech = silence = 0.0
        samples = 0
        speaking = False
        async for frame in self._input_ch:
            if not isinstance(frame, rtc.AudioFrame):
                continue
            loud = ear.hear(np.frombuffer(frame.data, np.int16)) > 0.5
            samples += frame.samples_per_channel
            speech = speech + TICK if loud else 0.0
            silence = 0.0 if loud else silence + TICK
            kinds = [vad.VADEventType.INFERENCE_DONE]
            if ear.speaking != speaking:
                speaking = ear.speaking
                edges = vad.VADEventType.START_OF_SPEECH, vad.VADEventType.END_OF_SPEECH
                kinds.append(edges[not speaking])
            for kind in kinds:
                self._event_ch.send_nowait(
                    vad.VADEvent(
                        type=kind,
                        samples_index=samples,
                        timestamp=time.time(),
                        speech_duration=speech,
                        silence_duration=silence,
                        frames=[frame],
                        probability=float(loud),
                        speaking=speaking,
                        raw_accumulated_silence=silence,
                        raw_accumulated_speech=speech,
                    )
                )


class Hears(stt.STT):
    """Understands the same at each end of speech."""

    def __init__(self, plan: Plan, watch: Watch) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=False))
        self.given = plan, watch

    async def _recognize_impl(self, *args: Any, **options: Any) -> stt.SpeechEvent:
        raise NotImplementedError

    def stream(self, **options: Any) -> "HearsStream":
        """Begin."""
        return HearsStream(stt=self, conn_options=DEFAULT_API_CONNECT_OPTIONS)


class HearsStream(stt.RecognizeStream):
    """Listens."""

    async def _run(self) -> None:
        plan, watch = self._stt.given
        ear = Loudness(plan, Watch())
        speaking = False
        async for frame in self._input_ch:
            if not isinstance(frame, rtc.AudioFrame):
                continue
            ear.hear(np.frombuffer(frame.data, np.int16))
            if speaking and not ear.speaking:
                watch.note("understood")
                heard = stt.SpeechData(language="en", text=HEARD)
                kind = stt.SpeechEventType.FINAL_TRANSCRIPT
                self._event_ch.send_nowait(stt.SpeechEvent(type=kind, alternatives=[heard]))
            speaking = ear.speaking


class Thinks(llm.LLM):
    """Answers always the same."""

    def __init__(self, plan: Plan, watch: Watch) -> None:
        super().__init__()
        self.given = plan, watch

    def chat(self, *, chat_ctx: Any, tools: Any = None, **options: Any) -> "ThinksStream":
        """Answer."""
        return ThinksStream(
            self, chat_ctx=chat_ctx, tools=tools or [], conn_options=DEFAULT_API_CONNECT_OPTIONS
        )


class ThinksStream(llm.LLMStream):
    """An answer."""

    async def _run(self) -> None:
        plan, watch = self._llm.given
        watch.reply += 1
        try:
            for number, word in enumerate(plan.answer):
                await asyncio.sleep(plan.token if number else plan.first_token)
                delta = llm.ChoiceDelta(role="assistant", content=word)
                self._event_ch.send_nowait(llm.ChatChunk(id="answer", delta=delta))
        finally:
            watch.note("model closed")


class Speaks(tts.TTS):
    """Hums."""

    def __init__(self, plan: Plan, watch: Watch) -> None:
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=False), sample_rate=RATE, num_channels=1
        )
        self.given = plan, watch

    def synthesize(self, text: str, **options: Any) -> "SpeaksStream":
        """Speak a sentence."""
        return SpeaksStream(tts=self, input_text=text, conn_options=DEFAULT_API_CONNECT_OPTIONS)


class SpeaksStream(tts.ChunkedStream):
    """A sentence that is spoken."""

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        plan, watch = self._tts.given
        output_emitter.initialize(
            request_id="spoken", sample_rate=RATE, num_channels=1, mime_type="audio/pcm"
        )
        try:
            await asyncio.sleep(plan.first_sound)
            for chunk in plan.chunks(self._input_text, watch.reply):
                output_emitter.push(chunk)
                await asyncio.sleep(plan.pace * plan.chunk)
            output_emitter.flush()
        finally:
            watch.note("voice closed")


__all__ = ["Detector", "Hears", "Speaks", "Thinks"]
