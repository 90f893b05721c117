"""A pipeline of Pipecat that calls a server, says a tone, and writes down what it hears."""
# pyright: basic, reportMissingImports=false

import asyncio
import sys
import wave

import numpy as np
from pipecat.frames.frames import InputAudioRawFrame, OutputAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.transports.websocket.client import WebsocketClientParams, WebsocketClientTransport
from pipecat.workers.runner import WorkerRunner

RATE = 16_000


class Ear(FrameProcessor):
    """Keeps the audio that comes, and tells when there is enough."""

    def __init__(self, enough: float) -> None:
        super().__init__()
        self.heard = b""
        self.rate = 0
        self.satisfied = asyncio.Event()
        self._enough = enough

    async def process_frame(self, frame, direction) -> None:
        """Take a frame."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, InputAudioRawFrame):
            await self.push_frame(frame, direction)
            return
        self.heard += frame.audio
        self.rate = frame.sample_rate
        if len(self.heard) >= 2 * self._enough * self.rate:
            self.satisfied.set()


async def call(url: str, path: str, enough: float) -> None:
    """Call, with everything as it is by default."""
    params = WebsocketClientParams(audio_in_enabled=True, audio_out_enabled=True)
    transport = WebsocketClientTransport(url, params)
    ear = Ear(enough)
    worker = PipelineWorker(
        Pipeline([transport.input(), ear, transport.output()]),
        params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE),
    )
    running = asyncio.ensure_future(WorkerRunner(handle_sigint=False).run(worker))
    times = np.arange(RATE * 2 // 5) / RATE
    tone = np.sin(2 * np.pi * 1000.0 * times) * 16_000
    said = np.concatenate([np.zeros(RATE // 5), tone, np.zeros(RATE * 10)]).astype(np.int16)
    await worker.queue_frame(OutputAudioRawFrame(said.tobytes(), RATE, 1))
    await asyncio.wait_for(ear.satisfied.wait(), 15.0)
    await worker.cancel()
    await running
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, ear.rate, 0, "NONE", ""))
        file.writeframes(ear.heard)


asyncio.run(call(sys.argv[1], sys.argv[2], float(sys.argv[3])))
