"""Cost of a 20 ms frame in what stands before voice detection."""

import time
from collections.abc import Callable, Sequence

import numpy as np
from measured import Measured

from rxvoice import AudioFrame
from rxvoice.audio._echo_canceller import EchoCanceller
from rxvoice.audio._gain import GainControl
from rxvoice.contracts import OpenFilter
from rxvoice.errors import ModelError
from rxvoice.operators._echo_gating import EchoGating, EchoRemover

RATE = 16_000
FRAME = 320
FRAMES = 300
ROUNDS = 7
PARTS = 27
AIM = 150.0


def filtering() -> list[Measured]:
    """Measure echo, gain and noise."""
    lines = [
        Measured("20 ms through echo_gate, the bot speaks", _gate(played=True), "µs", AIM),
        Measured("the same, the bot is silent", _gate(played=False), "µs", 10.0),
        Measured("20 ms through gain_control", _gain(), "µs", 30.0),
    ]
    try:
        from rxvoice.providers.rnnoise import rnnoise
        from rxvoice.providers.webrtc_audio import suppress_noise

        lines.append(Measured("20 ms through rnnoise", _filter(rnnoise()), "µs"))
        lines.append(Measured("20 ms through WebRTC's noise", _filter(suppress_noise()), "µs"))
    except ModelError as error:
        lines.append(
            Measured("20 ms through filters of extras", float("nan"), "µs", note=f"{error}")
        )
    return lines


def _noise(seed: int) -> list[AudioFrame]:
    values = np.random.default_rng(seed).normal(0.0, 900.0, FRAME * FRAMES).astype(np.int16)
    return [
        AudioFrame(values[at : at + FRAME], RATE, at / RATE) for at in range(0, len(values), FRAME)
    ]


def _best(
    prepare: Callable[[], Callable[[AudioFrame], object]], mic: Sequence[AudioFrame]
) -> float:
    """Return the processor time of a frame in the best round, in microseconds."""
    best = float("inf")
    for _ in range(ROUNDS):
        take = prepare()
        begin = time.thread_time()
        for frame in mic:
            take(frame)
        best = min(best, (time.thread_time() - begin) / len(mic) * 1e6)
    return best


def _gate(*, played: bool) -> float:
    def make(rate: int) -> EchoRemover:
        return EchoCanceller(rate, parts=PARTS, loudest=0.5)

    def prepare() -> Callable[[AudioFrame], object]:
        gating = EchoGating(make, reach=0.54)
        bot = iter(_noise(1))

        def take(frame: AudioFrame) -> None:
            if played:
                gating.speaker.play(next(bot))
            gating.hear(frame, frame.end)

        return take

    return _best(prepare, _noise(2))


def _gain() -> float:
    def prepare() -> Callable[[AudioFrame], object]:
        control = GainControl(RATE, max_noise=0.0)
        return lambda frame: control.apply(frame.samples)

    return _best(prepare, _noise(3))


def _filter(opens: OpenFilter) -> float:
    def prepare() -> Callable[[AudioFrame], object]:
        opened = opens()
        opened.start(RATE)
        return lambda frame: opened(frame.samples)

    return _best(prepare, _noise(4))
