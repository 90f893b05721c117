"""Pipecat: its pipeline, behind a transport that paces as its websocket transport does."""

# Its packages are not there where types are checked.
# pyright: basic, reportMissingImports=false

import asyncio
import time

import numpy as np
from loguru import logger
from numpy.typing import NDArray
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    LLMMessagesAppendFrame,
    OutputAudioRawFrame,
    StartFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner
from versus_pipecat_parts import Detector, Hears, Speaks, Thinks
from versus_work import FRAME, RATE, Plan, Watch

logger.remove()


class Input(BaseInputTransport):
    """The user."""

    async def start(self, frame: StartFrame) -> None:
        """Begin."""
        await super().start(frame)
        await self.set_transport_ready(frame)


class Output(BaseOutputTransport):
    """The bot's way out; the pace is that of Pipecat's websocket transport."""

    def __init__(self, params: TransportParams, watch: Watch) -> None:
        super().__init__(params)
        self._watch = watch
        self._due = 0.0

    async def start(self, frame: StartFrame) -> None:
        """Begin."""
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        """Send a packet, and wait for half of its length."""
        self._watch.sound(frame.audio)
        interval = self.audio_chunk_size / self.sample_rate / 2
        now = time.monotonic()
        wait = max(0.0, self._due - now)
        await asyncio.sleep(wait)
        self._due = self._due + interval if wait else time.monotonic() + interval
        return True


class PipecatLine:
    """A call."""

    def __init__(self, plan: Plan, watch: Watch) -> None:
        params = TransportParams(audio_in_enabled=True, audio_out_enabled=True)
        self._input = Input(params)
        context = LLMContext([{"role": "system", "content": "You answer."}])
        stop = SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.0)
        user, assistant = LLMContextAggregatorPair(
            context,
            user_params=LLMUserAggregatorParams(
                vad_analyzer=Detector(plan, watch),
                user_turn_strategies=UserTurnStrategies(stop=[stop]),
            ),
        )
        pipeline = Pipeline(
            [
                self._input,
                Hears(watch),
                user,
                Thinks(plan, watch),
                Speaks(plan, watch),
                Output(params, watch),
                assistant,
            ]
        )
        rates = PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE)
        if plan.lean:
            self._worker = PipelineWorker(
                pipeline,
                params=rates,
                enable_rtvi=False,
                enable_turn_tracking=False,
                idle_timeout_secs=None,
                check_dangling_tasks=False,
            )
        else:
            self._worker = PipelineWorker(pipeline, params=rates)
        self._running = asyncio.create_task(self._run())
        self._pending: set[asyncio.Task[None]] = set()

    async def _run(self) -> None:
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self._worker)
        await runner.run()

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take a frame of the user's audio."""
        frame = InputAudioRawFrame(samples.tobytes(), RATE, 1)
        # what `push_audio_frame` does, without a task for each frame
        self._input._audio_in_queue.put_nowait(frame)

    def write(self, text: str) -> None:
        """Take a turn of the user."""
        message = {"role": "user", "content": text}
        pushing = asyncio.create_task(
            self._worker.queue_frame(LLMMessagesAppendFrame([message], run_llm=True))
        )
        self._pending.add(pushing)
        pushing.add_done_callback(self._pending.discard)

    async def ready(self) -> None:
        """Wait until audio is taken."""
        while not hasattr(self._input, "_audio_in_queue"):  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        """End the call."""
        await self._worker.cancel()
        await self._running


class Nothing(FrameProcessor):
    """A stage that does nothing."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass a frame on."""
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)


class Counts(FrameProcessor):
    """The last stage, which tells when all has come."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 0
        self.done = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Count a frame."""
        await super().process_frame(frame, direction)
        if isinstance(frame, OutputAudioRawFrame):
            self.left -= 1
            if not self.left:
                self.done.set()
        else:
            await self.push_frame(frame, direction)


class Pipecat:
    """The library."""

    lean = False

    async def prepare(self) -> None:
        """Do nothing."""

    async def open(self, plan: Plan, watch: Watch) -> PipecatLine:
        """Begin a call."""
        line = PipecatLine(plan, watch)
        await line.ready()
        return line

    async def stages(self, count: int, frames: int) -> float:
        """Put frames through so many processors."""
        last = Counts()
        last.left = frames
        pipeline = Pipeline([*(Nothing() for _ in range(count)), last])
        lean = {"enable_rtvi": False, "enable_turn_tracking": False, "idle_timeout_secs": None}
        worker = PipelineWorker(pipeline, **(lean if self.lean else {}))
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        running = asyncio.create_task(runner.run())
        await asyncio.sleep(0.5)
        frame = np.zeros(FRAME, np.int16).tobytes()
        began = time.process_time()
        for number in range(frames):
            if number % 50 == 0:
                await asyncio.sleep(0)
            await worker.queue_frame(OutputAudioRawFrame(frame, RATE, 1))
        await last.done.wait()
        used = time.process_time() - began
        await worker.cancel()
        await running
        return used


STACK = Pipecat()
MINIMAL = (
    "pipecat.pipeline.worker",
    "pipecat.workers.runner",
    "pipecat.processors.aggregators.llm_response_universal",
    "pipecat.services.llm_service",
    "pipecat.services.stt_service",
    "pipecat.services.tts_service",
    "pipecat.transports.base_output",
    "pipecat.audio.vad.vad_analyzer",
)

__all__ = ["MINIMAL", "STACK"]
