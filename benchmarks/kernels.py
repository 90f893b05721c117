"""The pieces that touch samples, next to the bare call of the library below them."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import soxr  # pyright: ignore[reportMissingTypeStubs]
from measured import Measured

from rxvoice import AudioFrame
from rxvoice.audio import SampleStream, StreamResampler, decode_mulaw, encode_mulaw
from rxvoice.telephony import Twilio
from rxvoice.transports import PcmCodec

ROUNDS = 9
TIMES = 2_000
AIM = 1.2
"""Times the bare call."""

START = json.dumps(
    {
        "event": "start",
        "streamSid": "MZ1",
        "start": {
            "streamSid": "MZ1",
            "callSid": "CA1",
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        },
    }
)


def kernels() -> list[Measured]:
    """Measure, each by turns with the bare call."""
    return [*_resampling(), *_mulaw(), *_codecs()]


def _resampling() -> list[Measured]:
    samples = _noise(480)
    frame = AudioFrame(samples, 24_000)
    bare: Any = soxr.ResampleStream(24_000, 16_000, 1, dtype="int16", quality="VHQ")
    stream, frames = SampleStream(24_000, 16_000), StreamResampler(16_000)

    def push() -> None:
        nonlocal frame
        frames.push(frame)
        frame = AudioFrame(samples, 24_000, frame.end)

    return [
        _compared(
            "20 ms from 24 to 16 kHz, samples",
            lambda: stream.push(samples),
            lambda: bare.resample_chunk(samples),
        ),
        _compared("the same, frames", push, lambda: bare.resample_chunk(samples)),
    ]


def _mulaw() -> list[Measured]:
    samples, data = _noise(160), encode_mulaw(_noise(160))
    codes, levels = _tables()
    return [
        _compared(
            "20 ms to μ-law",
            lambda: encode_mulaw(samples),
            lambda: codes[samples.view(np.uint16)].tobytes(),
        ),
        _compared(
            "20 ms from μ-law",
            lambda: decode_mulaw(data),
            lambda: levels[np.frombuffer(data, np.uint8)],
        ),
    ]


def _codecs() -> list[Measured]:
    samples = _noise(160)
    data = encode_mulaw(samples)
    codes, levels = _tables()
    payload = base64.b64encode(data).decode()
    media = json.dumps({"event": "media", "streamSid": "MZ1", "media": {"payload": payload}})
    line = Twilio(hang_up=False, marks=False).codec()
    line.decode(START)
    frame = AudioFrame(samples, 8_000)

    def bare_encode() -> None:
        mulaw = codes[samples.view(np.uint16)].tobytes()
        told = {"payload": base64.b64encode(mulaw).decode("ascii")}
        json.dumps({"event": "media", "streamSid": "MZ1", "media": told})

    def bare_decode() -> None:
        told = json.loads(media)
        _ = levels[np.frombuffer(base64.b64decode(told["media"]["payload"]), np.uint8)]

    pcm, wide = PcmCodec(16_000), AudioFrame(_noise(320), 16_000)
    message = wide.samples.tobytes()
    return [
        _compared("20 ms to a message of Twilio's", lambda: line.encode(frame), bare_encode),
        _compared("20 ms from a message of Twilio's", lambda: line.decode(media), bare_decode),
        _compared("20 ms to a binary message", lambda: pcm.encode(wide), wide.samples.tobytes),
        _compared(
            "20 ms from a binary message",
            lambda: pcm.decode(message),
            lambda: np.frombuffer(message, np.int16),
        ),
    ]


def _tables() -> tuple[Any, Any]:
    """Return the codes of all samples, and the samples of all codes."""
    samples = np.arange(65_536, dtype=np.uint16).view(np.int16)
    return np.frombuffer(encode_mulaw(samples), np.uint8), decode_mulaw(bytes(range(256)))


def _compared(name: str, ours: Callable[[], object], bare: Callable[[], object]) -> Measured:
    """Return the best rounds of both, by turns."""
    best, base = float("inf"), float("inf")
    for _ in range(ROUNDS):
        best, base = min(best, _timed(ours)), min(base, _timed(bare))
    return Measured(name, 1e6 * best, "µs", AIM * 1e6 * base, 1e6 * base)


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(TIMES):
        call()
    return (time.perf_counter() - began) / TIMES


def _noise(count: int) -> Any:
    return np.random.default_rng(3).normal(0.0, 3_000.0, count).astype(np.int16)


__all__ = ["kernels"]
