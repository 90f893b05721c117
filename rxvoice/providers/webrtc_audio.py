"""Echo and noise suppression by WebRTC's audio processing, local; no server takes part."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from reactivex import Observable

from rxvoice._types import Operator
from rxvoice.audio import pcm_from_float, pcm_to_float
from rxvoice.contracts import OpenFilter
from rxvoice.errors import AudioFormatError, ModelError
from rxvoice.items import Event
from rxvoice.operators._without_echo import without_echo
from rxvoice.providers._framed import FramedFilter, Samples

_REACH: Final = 0.6
_RATES: Final = (8_000, 16_000, 32_000, 48_000)

Floats = NDArray[np.float32]


def suppress_echo(
    feedback: Observable[Event],
    /,
    *,
    suppress_noise: bool = True,
    high_pass: bool = True,
    auto_gain: bool = False,
) -> Operator[Event, Event]:
    """Take the bot's voice out of the user's audio, as browsers do.

    It takes the place of `rxvoice.operators.echo_gate`, before `vad_gate`, and is given the same
    ``feedback``. All audio goes through it, also while nothing is played, in pieces of 10 ms that
    come 6 ms late by their ``pts``. What is no audio passes at once. When the source ends or its
    ``pts`` jump, what is shorter than a piece passes as it is.

    Needs the extra ``livekit``, of which the audio processing is used and nothing else.

    Args:
        feedback: What the pipe gives, from `rxvoice.operators.with_feedback`: `AudioFrame` items by
            the time at which they are heard, and `rxvoice.ClearAudio`.
        suppress_noise: Whether to take away steady noise, too.
        high_pass: Whether to take away what is lower than voices.
        auto_gain: Whether to bring speech to one level.

    Returns:
        The operator. It ends as the source does, and fails, too, when ``feedback`` does, and with
        `rxvoice.errors.AudioFormatError` when the sample rate has no whole number of samples in
        10 ms.

    Raises:
        ModelError: When the extra is not installed.
    """
    make = _opener(
        echo_cancellation=True,
        noise_suppression=suppress_noise,
        high_pass_filter=high_pass,
        auto_gain_control=auto_gain,
    )
    return without_echo(
        feedback, lambda rate: _EchoRemover(make(), rate), reach=_REACH, always=True
    )


def suppress_noise(*, high_pass: bool = True, auto_gain: bool = False) -> OpenFilter:
    """Return a filter that takes steady noise away, for `rxvoice.operators.filter_audio`.

    What comes out is 6 ms late by its ``pts``, and 10 ms more while a piece fills up; audio of
    other rates than 8000, 16 000, 32 000 and 48 000 Hz is resampled to 48 000 and back. There is
    nothing to tune.

    Needs the extra ``livekit``, of which the audio processing is used and nothing else.

    Args:
        high_pass: Whether to take away what is lower than voices.
        auto_gain: Whether to bring speech to one level.

    Raises:
        ModelError: When the extra is not installed.
    """
    make = _opener(noise_suppression=True, high_pass_filter=high_pass, auto_gain_control=auto_gain)
    return lambda: FramedFilter(lambda rate: _Frames(make(), rate))


class _Module:
    """WebRTC's audio processing; frames are 10 ms."""

    def __init__(self, runtime: Any, options: Mapping[str, bool]) -> None:
        self._frame: Any = runtime.AudioFrame
        self._apm: Any = runtime.AudioProcessingModule(**options)
        if options.get("echo_cancellation"):
            self._apm.set_stream_delay_ms(0)

    def play(self, samples: Samples, rate: int) -> None:
        """Take what the loudspeaker plays."""
        frame = self._frame(bytearray(samples.tobytes()), rate, 1, len(samples))
        self._apm.process_reverse_stream(frame)

    def hear(self, samples: Samples, rate: int) -> Samples:
        """Take what the microphone hears and return it processed."""
        data = bytearray(samples.tobytes())
        frame = self._frame(data, rate, 1, len(samples))
        self._apm.process_stream(frame)
        return np.frombuffer(frame.data, np.int16).copy()


class _EchoRemover:
    def __init__(self, module: _Module, rate: int) -> None:
        if rate % 100:
            raise AudioFormatError(f"{rate} Hz has no whole number of samples in 10 ms; resample")
        self.size: Final = rate // 100
        self.late: Final = 0
        self._module = module
        self._rate = rate

    def step(self, heard: Floats, played: Floats) -> Floats:
        self.recall(played)
        return pcm_to_float(self._module.hear(pcm_from_float(heard), self._rate))

    def flush(self) -> Floats:
        return np.empty(0, np.float32)

    def restart(self, moved: int) -> None:
        pass

    def recall(self, played: Floats) -> None:
        self._module.play(pcm_from_float(played), self._rate)


class _Frames:
    def __init__(self, module: _Module, rate: int) -> None:
        self.late: Final = 0
        self.rate: Final = rate if rate in _RATES else _RATES[-1]
        self._module: _Module | None = module

    def __call__(self, frame: Samples, /) -> Samples:
        if self._module is None:
            raise RuntimeError("the filter is closed")
        return self._module.hear(frame, self.rate)

    def tune(self, settings: Mapping[str, float], /) -> None:
        if settings:
            raise ValueError(f"suppress_noise has no settings, got {sorted(settings)}")

    def close(self) -> None:
        self._module = None


def _opener(**options: bool) -> Callable[[], _Module]:
    try:
        runtime: Any = import_module("livekit.rtc")
    except ImportError as error:
        message = "livekit is missing; install it with `pip install 'rxvoice[livekit]'`"
        raise ModelError(message) from error
    return lambda: _Module(runtime, options)


__all__ = ["suppress_echo", "suppress_noise"]
