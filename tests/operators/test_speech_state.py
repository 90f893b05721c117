"""The state machine of voice activity."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.items import VadOptions
from rxvoice.operators._speech_state import Meter, SpeechState, SpeechStateMachine
from rxvoice.testing import silence, tone

STATES = {
    SpeechState.QUIET: "q",
    SpeechState.STARTING: "+",
    SpeechState.SPEAKING: "s",
    SpeechState.STOPPING: "-",
}


def machine(
    *, threshold: float = 0.7, min_volume: float = 0.0, start: float = 0.06, stop: float = 0.06
) -> SpeechStateMachine:
    return SpeechStateMachine(
        0.02,
        VadOptions(threshold=threshold, min_volume=min_volume, min_speech=start, min_silence=stop),
    )


def states(machine: SpeechStateMachine, windows: str) -> str:
    """Take windows, "1" for speech, and return the state after each."""
    seen = ""
    for window in windows:
        machine.step(float(window == "1"), 1.0)
        seen += STATES[machine.state]
    return seen


def test_it_goes_from_quiet_over_starting_to_speaking_over_stopping_to_quiet() -> None:
    """AU01: the four states."""
    assert states(machine(), "0111110000") == "q++sss--qq"


def test_a_silent_window_while_starting_goes_back_to_quiet() -> None:
    """AU01: start needs consecutive speech windows."""
    assert states(machine(), "1101100111") == "++q++qq++s"


def test_a_speech_window_while_stopping_goes_back_to_speaking() -> None:
    """AU01: stop needs consecutive silent windows."""
    assert states(machine(), "1110010010000") == "++s--s--s--qq"


@pytest.mark.parametrize(("start", "stop"), [(0.0, 0.0), (0.005, 0.009)])
def test_a_duration_below_a_window_is_one_window(start: float, stop: float) -> None:
    """AU01: durations are rounded to whole windows, at least one."""
    assert states(machine(start=start, stop=stop), "0101") == "qsqs"


def test_durations_are_rounded_to_the_nearest_window() -> None:
    """AU01: 0.2 s in windows of 32 ms are 6 windows, as upstream."""
    coarse = SpeechStateMachine(0.032, VadOptions(min_volume=0.0, min_speech=0.2, min_silence=0.2))
    assert states(coarse, "1" * 7 + "0" * 7) == "+++++ss-----qq"


def test_the_threshold_itself_counts_as_speech() -> None:
    """AU01: a window counts when confidence and volume reach their thresholds."""
    at, below, quiet = (machine(min_volume=0.6, start=0.0) for _ in range(3))
    assert at.step(0.7, 0.6)
    assert not below.step(0.699, 0.6)
    assert not quiet.step(1.0, 0.599)


def test_what_is_no_number_counts_as_silence() -> None:
    """AU01: a broken model is no speech."""
    assert not machine(start=0.0).step(math.nan, 1.0)


def test_the_volume_rises_at_once_and_falls_smoothly() -> None:
    """AU01: volume is smoothed, and an onset is not lost by it."""
    loud = machine(min_volume=0.6, start=0.0, stop=0.0)
    changes = [loud.step(1.0, level) for level in (0.9, 0.1, 0.1, 0.1, 0.1, 0.1)]
    assert changes == [True, False, False, True, False, False]  # 0.9 0.74 0.612 0.51 …
    assert not loud.speaking


def test_it_says_how_long_it_has_been_of_the_other_kind() -> None:
    """AU05: who forces a stop must know how long it was silent."""
    stopping = machine()
    states(stopping, "11100")
    assert stopping.leaning == pytest.approx(0.04)
    assert stopping.speaking


def test_reset_goes_back_to_quiet() -> None:
    """AU01: nothing is left of what was."""
    used = machine(min_volume=0.6)
    states(used, "111")
    used.reset()
    assert not used.speaking
    assert used.leaning == 0.0
    assert not used.step(1.0, 0.0)
    assert used.state is SpeechState.QUIET


@given(st.lists(st.booleans(), max_size=80), st.integers(1, 5), st.integers(1, 5))
def test_the_state_changes_only_after_a_run_of_the_other_kind(
    windows: list[bool], start: int, stop: int
) -> None:
    """AU01: by property."""
    judged = machine(start=start * 0.02, stop=stop * 0.02)
    run, speaking = 0, False
    for speech in windows:
        run = run + 1 if speech is not speaking else 0
        changed = run == (stop if speaking else start)
        if changed:
            speaking, run = not speaking, 0
        assert judged.step(float(speech), 1.0) is changed
        assert judged.speaking is speaking


def test_volume_is_linear_in_decibels() -> None:
    """AU01: 0.6 is −50 dBFS."""
    volume = Meter(320)
    full = np.full(320, 32_767, np.int16)
    assert volume(full) == 1.0
    assert volume(np.full(320, 104, np.int16)) == pytest.approx(0.6, abs=0.001)
    assert volume(tone(0.02, level=0.3).samples) == pytest.approx(0.965, abs=0.001)
    assert volume(silence(0.02).samples) == pytest.approx(0.1)
    assert volume(np.full(320, -32_768, np.int16)) == 1.0


def test_other_numbers_count_anew_and_leave_the_stable_state() -> None:
    """AU03: new parameters apply at once and reset the counters."""
    changing = machine(start=0.06, stop=0.06)
    assert states(changing, "11") == "++"
    changing.change(VadOptions(min_volume=0.0, min_speech=0.04, min_silence=0.04))
    assert changing.state is SpeechState.QUIET
    assert states(changing, "110") == "+s-"
    changing.change(VadOptions(min_volume=0.0, min_speech=0.06, min_silence=0.06))
    assert changing.state is SpeechState.SPEAKING
    assert states(changing, "000") == "--q"
    assert not changing.step(0.69, 1.0)
    changing.change(VadOptions(threshold=0.69, min_volume=0.0, min_speech=0.0))
    assert changing.step(0.69, 1.0)
