"""The page's resampler against what a tone should become."""

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from .chromium import Scratch, needs_chromium

pytestmark = needs_chromium

RESAMPLE = """async ([from, to, samples, sizes]) => {
  const { Resampler } = await import("/page/resampler.js");
  const resampler = new Resampler(from, to);
  const input = Float32Array.from(samples);
  const output = [];
  let at = 0;
  for (const size of sizes) {
    output.push(...resampler.push(input.subarray(at, at + size)));
    at += size;
  }
  output.push(...resampler.flush());
  output.push(...resampler.push(new Float32Array(0)), ...resampler.flush());
  return output;
}"""

RATES = [
    (48_000, 16_000),
    (44_100, 16_000),
    (24_000, 48_000),
    (24_000, 44_100),
    (8_000, 48_000),
    (22_050, 44_100),
    (16_000, 16_000),
]


def tone(frequency: float, rate: int, count: int) -> NDArray[Any]:
    return 0.5 * np.sin(2 * np.pi * frequency * np.arange(count) / rate)


def resampled(
    scratch: Scratch, rates: tuple[int, int], samples: NDArray[Any], sizes: list[int]
) -> NDArray[Any]:
    return np.array(scratch.evaluate(RESAMPLE, [*rates, samples.tolist(), sizes]))


@pytest.mark.parametrize("rates", RATES)
def test_a_tone_stays_the_same_tone_in_whatever_pieces_it_comes(
    scratch: Scratch, rates: tuple[int, int]
) -> None:
    count = 6000
    samples = tone(1000.0, rates[0], count)
    sizes = [128] * 10 + [1, 2, 3, 0, 500] + [441] * 9 + [count]
    given = resampled(scratch, rates, samples, sizes)
    assert given.tolist() == resampled(scratch, rates, samples, [count]).tolist()
    assert len(given) == math.ceil(count * rates[1] / rates[0])
    wanted = tone(1000.0, rates[1], len(given))
    middle = slice(300, -300)
    error = given[middle] - wanted[middle]
    assert 20 * np.log10(np.abs(error).max() / 0.5) < -70.0


def test_what_the_lower_rate_cannot_hold_is_not_heard(scratch: Scratch) -> None:
    given = resampled(scratch, (48_000, 16_000), tone(10_000.0, 48_000, 6000), [6000])
    assert 20 * np.log10(np.abs(given[200:-200]).max() / 0.5) < -70.0
