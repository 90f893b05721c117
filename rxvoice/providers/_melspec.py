"""The log-mel picture of sound that Whisper, and what is built on its encoder, looks at."""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
LENGTH = 8 * RATE
"""Samples of one picture: 8 s."""

BANDS = 80
HOP = 160
FRAMES = LENGTH // HOP
_WINDOW = 400
_HALF = _WINDOW // 2
_BREAK = 1000.0 / (200.0 / 3.0)  # mels at 1 kHz: the scale is linear below, logarithmic above
_STEP = math.log(6.4) / 27.0


def log_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the picture of the last 8 s.

    Shorter audio gets zeros in front. The waveform is brought to mean 0 and variance 1, zeros
    included, cut into windows of 25 ms every 10 ms that are centred and mirrored at the ends, and
    measured in 80 bands of Slaney's mel scale. The logarithms span 8 decades below the loudest.

    The silence in front looks the same in every window, so that it is measured only once.

    Args:
        samples: Mono 16 kHz, shape ``(n,)``.

    Returns:
        Shape ``(80, 800)``.

    Where the numbers come from: they are the settings of OpenAI's Whisper with pieces of 8 s. Over
    the clips of the project's data the result differs from the reference implementation's by at
    most 3e-5.
    """
    heard = samples[-LENGTH:]
    padding = LENGTH - len(heard)
    wave = np.zeros(LENGTH + _WINDOW, np.float64)
    body = wave[_HALF : _HALF + LENGTH]
    body[padding:] = heard
    body -= body.mean()
    body /= np.sqrt(body.var() + 1e-7)
    wave[:_HALF] = body[_HALF:0:-1]
    wave[-_HALF:] = body[-2 : -_HALF - 2 : -1]
    # Window i covers wave[160 i : 160 i + 400]; it holds padding only while that ends before it.
    same = max(0, (padding - _HALF) // HOP)
    windows = np.lib.stride_tricks.sliding_window_view(wave, _WINDOW)[::HOP][same:FRAMES]
    spectrum = np.fft.rfft(windows * _hann(), axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    logs = np.log10(np.maximum(power @ _bands(), 1e-10))
    np.maximum(logs, logs.max() - 8.0, out=logs)
    picture = np.empty((BANDS, FRAMES), np.float32)
    picture[:, same:] = (logs.T + 4.0) / 4.0
    picture[:, :same] = picture[:, same : same + 1]
    return picture


@cache
def _hann() -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(_WINDOW) / _WINDOW)


@cache
def _bands() -> NDArray[np.float64]:
    """Return triangles of equal area, one a column, over the lines of the spectrum."""
    lines = np.arange(_HALF + 1) * (RATE / _WINDOW)
    top = _BREAK + math.log(RATE / 2 / 1000.0) / _STEP
    mels = np.arange(BANDS + 2) * (top / (BANDS + 1))
    corners = np.where(
        mels < _BREAK, mels * (200.0 / 3.0), 1000.0 * np.exp(_STEP * (mels - _BREAK))
    )
    low, centre, high = corners[:-2], corners[1:-1], corners[2:]
    rising = (lines[:, None] - low) / (centre - low)
    falling = (high - lines[:, None]) / (high - centre)
    return np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (high - low))
