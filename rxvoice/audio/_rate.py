"""Changing the sample rate."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.errors import AudioFormatError
from rxvoice.items import MAX_RATE

_LEAST: Final = np.float32(-32768)
_MOST: Final = np.float32(32767)


def check_rate(rate: int, name: str) -> None:
    """Refuse what is no sample rate.

    Raises:
        ValueError: When it is not in 1…768 000.
    """
    if not 0 < rate <= MAX_RATE:
        raise ValueError(f"{name} must be in 1…{MAX_RATE} Hz, got {rate}")


def convert_rate(samples: NDArray[np.int16], rate: int, to_rate: int) -> NDArray[np.int16]:
    """Resample one whole clip in very high quality.

    The pieces of a stream need `SampleStream` or `rxvoice.operators.resample`: converted one by
    one they would click at every joint.

    Args:
        samples: Shape ``(n,)``, ``int16``.
        rate: Their rate in Hz.
        to_rate: The rate of the result in Hz.

    Returns:
        Shape ``(m,)``, ``int16``, with ``m`` within one sample of ``n * to_rate / rate``. Equal
        rates give ``samples`` itself.
    """
    check_rate(rate, "rate")
    check_rate(to_rate, "to_rate")
    if rate == to_rate:
        return samples
    stream = SampleStream(rate, to_rate)
    return np.concatenate([stream.push(samples), stream.flush()])


class SampleStream:
    """Resamples one continuous signal that comes in pieces.

    Without dither, so that equal input gives equal output and silence stays silent.

    Args:
        rate: Rate of the input in Hz.
        to_rate: Rate of the output in Hz.
        low_delay: Whether to use the engine that holds back a constant 10 to 30 ms instead of
            releasing bursts up to 150 ms late. Its noise is below -105 dB instead of -150 dB and
            it costs about five times as much.
        quick: Whether to use the filter that is good enough for a detector and costs a tenth. From
            a higher to a lower rate it holds back 20 ms at most and keeps aliases below -109 dB.
    """

    def __init__(
        self, rate: int, to_rate: int, *, low_delay: bool = False, quick: bool = False
    ) -> None:
        check_rate(rate, "rate")
        check_rate(to_rate, "to_rate")
        if low_delay and quick:
            raise ValueError("low_delay and quick exclude each other")
        import soxr  # pyright: ignore[reportMissingTypeStubs]

        self._stream: Any = soxr.ResampleStream(
            rate, to_rate, 1, dtype="float32", quality="LQ" if quick else "VHQ", vr=low_delay
        )

    def push(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Take samples and return what is ready."""
        return _rounded(self._stream.resample_chunk(samples.astype(np.float32)))

    def flush(self) -> NDArray[np.int16]:
        """Return what was held back, and begin anew."""
        rest = self._stream.resample_chunk(np.empty(0, np.float32), last=True)
        self._stream.clear()
        return _rounded(rest)

    def clear(self) -> None:
        """Forget what was held back, and begin anew."""
        self._stream.clear()


def _rounded(values: NDArray[np.float32]) -> NDArray[np.int16]:
    """Turn floats on the scale of samples into samples, in place; they are numbers."""
    np.rint(values, out=values)
    np.maximum(values, _LEAST, out=values)
    np.minimum(values, _MOST, out=values)
    return values.astype(np.int16)


class RatePair:
    """Remembers the one pair of rates that a resampler serves.

    Args:
        to_rate: The rate of the output in Hz.
    """

    def __init__(self, to_rate: int) -> None:
        self._to_rate = to_rate
        self._rate: int | None = None

    def check(self, rate: int) -> None:
        """Accept the first rate and its equals.

        Raises:
            AudioFormatError: When another rate comes.
        """
        if self._rate is None:
            self._rate = rate
        elif rate != self._rate:
            raise AudioFormatError(
                f"this resampler turns {self._rate} Hz into {self._to_rate} Hz and cannot take"
                f" {rate} Hz as well; use one resampler for each rate"
            )


__all__ = ["RatePair", "SampleStream", "check_rate", "convert_rate"]
