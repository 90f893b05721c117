"""AU20: what a recording is."""

import numpy as np
import pytest

from rxvoice.errors import AudioFormatError
from rxvoice.items import Recording

STEREO = np.arange(8, dtype=np.int16).reshape(4, 2)


def test_au20_recordings_are_compared_by_value() -> None:
    assert Recording(STEREO, 8_000, 0.5, 2) == Recording(STEREO.copy(), 8_000, 0.5, 2)
    assert hash(Recording(STEREO, 8_000)) == hash(Recording(STEREO.copy(), 8_000))
    assert Recording(STEREO, 8_000) != Recording(STEREO + 1, 8_000)
    assert Recording(STEREO, 8_000) != Recording(STEREO, 16_000)
    assert Recording(STEREO, 8_000) != Recording(STEREO, 8_000, number=2)
    assert Recording(STEREO, 8_000) != "a recording"


def test_au20_a_recording_knows_how_long_it_is() -> None:
    recording = Recording(STEREO, 8, 1.0)
    assert (recording.duration, recording.end) == (0.5, 1.5)
    assert "4 samples, stereo, 8 Hz" in repr(recording)
    assert "mono" in repr(Recording(STEREO[:, 0], 8))


def test_au20_nobody_can_edit_it() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Recording(STEREO, 8_000).samples[0, 0] = 1


@pytest.mark.parametrize(
    "samples",
    [np.zeros(4, np.float32), np.zeros((4, 3), np.int16), np.zeros((1, 2, 3), np.int16)],
    ids=["float", "three channels", "three dimensions"],
)
def test_other_samples_are_refused(
    samples: np.ndarray[tuple[int, ...], np.dtype[np.int16]],
) -> None:
    with pytest.raises(AudioFormatError, match="samples must be int16 of shape"):
        Recording(samples, 8_000)


@pytest.mark.parametrize("rate", [0, -1, 10**9])
def test_other_rates_are_refused(rate: int) -> None:
    with pytest.raises(AudioFormatError, match="rate must be in"):
        Recording(STEREO, rate)
