"""The server of `serving` that is Pipecat's. It runs in an environment of its own."""

# Its packages are not there where types are checked.
# pyright: basic, reportMissingImports=false

import asyncio
import gc
import sys
from collections.abc import AsyncGenerator

import numpy as np
import uvicorn
from fastapi import FastAPI, WebSocket
from loguru import logger
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
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.serializers.protobuf import ProtobufFrameSerializer
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings, STTSettings, TTSSettings
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.utils.time import time_now_iso8601
from pipecat.workers.runner import WorkerRunner
from serving_script import (
    ANSWER,
    CHUNK,
    EVERY,
    FIRST_SOUND,
    FIRST_TOKEN,
    FRAME,
    HEARD,
    HEARD_RATE,
    LOUD,
    PATIENCE,
    SPOKEN_RATE,
    START,
    STOP,
    TOKEN,
    WORD,
)


class Loud(VADAnalyzer):
    """Takes for speech what is loud."""

    def num_frames_required(self) -> int:
        """Return the samples of a window."""
        return HEARD_RATE // 50

    def voice_confidence(self, buffer: bytes) -> float:
        """Return 1 or 0."""
        samples = np.frombuffer(buffer, np.int16)
        return float(max(samples[::EVERY].tolist()) > LOUD)


class Hears(STTService):
    """Understands the same at each end of speech."""

    def __init__(self) -> None:
        settings = STTSettings(model=None, language=None)
        super().__init__(sample_rate=HEARD_RATE, ttfs_p99_latency=1.0, settings=settings)

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Listen."""
        yield None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take a frame."""
        await super().process_frame(frame, direction)
        if isinstance(frame, VADUserStoppedSpeakingFrame):
            await self.push_frame(TranscriptionFrame(HEARD, "", time_now_iso8601(), finalized=True))


class Thinks(LLMService):
    """Answers always the same."""

    def __init__(self) -> None:
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

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take a frame."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        await self.push_frame(LLMFullResponseStartFrame())
        await asyncio.sleep(FIRST_TOKEN)
        for number, word in enumerate(ANSWER.split()):
            if number:
                await asyncio.sleep(TOKEN)
            await self.push_frame(LLMTextFrame(f" {word}" if number else word))
        await self.push_frame(LLMFullResponseEndFrame())


class Speaks(TTSService):
    """Hums."""

    def __init__(self) -> None:
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            sample_rate=SPOKEN_RATE,
            settings=TTSSettings(model=None, voice=None, language=None),
        )
        at = np.arange(round(CHUNK * SPOKEN_RATE)) / SPOKEN_RATE
        self._chunk = (8000 * np.sin(2 * np.pi * 200 * at)).astype(np.int16).tobytes()

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Hum for as long as the text takes."""
        await asyncio.sleep(FIRST_SOUND)
        for _ in range(round(len(text.split()) * WORD / CHUNK)):
            yield TTSAudioRawFrame(self._chunk, SPOKEN_RATE, 1, context_id=context_id)


app = FastAPI()


@app.websocket("/ws")
async def session(websocket: WebSocket) -> None:
    """Hold the conversation of `serving_script`."""
    await websocket.accept()
    transport = FastAPIWebsocketTransport(
        websocket,
        FastAPIWebsocketParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            audio_out_10ms_chunks=round(FRAME / 0.01),
            serializer=ProtobufFrameSerializer(),
        ),
    )
    context = LLMContext([{"role": "system", "content": "You answer."}])
    stop = SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=PATIENCE)
    user, assistant = LLMContextAggregatorPair(
        context,
        user_params=LLMUserAggregatorParams(
            vad_analyzer=Loud(params=VADParams(start_secs=START, stop_secs=STOP)),
            user_turn_strategies=UserTurnStrategies(stop=[stop]),
        ),
    )
    pipeline = Pipeline(
        [transport.input(), Hears(), user, Thinks(), Speaks(), transport.output(), assistant]
    )
    worker = PipelineWorker(
        pipeline,
        params=PipelineParams(audio_in_sample_rate=HEARD_RATE, audio_out_sample_rate=SPOKEN_RATE),
    )
    runner = WorkerRunner(handle_sigint=False)

    @transport.event_handler("on_client_disconnected")
    async def left(transport: FastAPIWebsocketTransport, websocket: WebSocket) -> None:
        await worker.cancel()

    await runner.add_workers(worker)
    await runner.run()


async def serve() -> None:
    """Serve on a free port, and tell which."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event for that
        await asyncio.sleep(0.05)
    gc.collect()  # as rxvoice's server does; it makes no difference to this one
    gc.freeze()
    gc.set_threshold(10_000, *gc.get_threshold()[1:])
    sys.stdout.write(f"{server.servers[0].sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await serving


if __name__ == "__main__":
    logger.remove()
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve())
    else:
        uvloop.run(serve())
