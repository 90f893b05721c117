"""Issue "Turns and interruptions", 4: the bot does not interrupt itself, and the user can.

The gate with Silero's model behind it, in rooms that are made of seeded noise.
"""

import numpy as np
import pytest
import reactivex as rx
from reactivex import Observable

from rxvoice.audio import convert_rate
from rxvoice.contracts import Operator
from rxvoice.items import AudioFrame, Event
from rxvoice.operators import echo_gate
from tests.operators.rooms import RATE, Floats, Room, audio, both, frame, gate, heard, starts
from tests.providers.recordings import needs_recordings

pytestmark = needs_recordings

SILENT = 0.5
"""Seconds before the bot begins."""


def bot_and_echo(room: Room, duration: float, **options: float) -> tuple[AudioFrame, Floats]:
    played = np.concatenate((np.zeros(round(SILENT * RATE)), room.bot(duration), np.zeros(RATE)))
    return frame(played), room.echo(played, **options)


def alone(user: Floats, at: float) -> float:
    """When the gate hears a user who speaks into silence."""
    quiet = frame(both(np.zeros(round(at * RATE) + 2 * RATE), user, at))
    return starts(heard(lambda _: gate(), quiet, frame(np.zeros(0))))[0]


def guarded(feedback: Observable[Event]) -> Operator[Event, Event]:
    return rx.compose(echo_gate(feedback), gate())


@pytest.mark.parametrize(
    ("level", "delay"), [(-10.0, 0.02), (-10.0, 0.4), (-20.0, 0.1), (-30.0, 0.25), (0.0, 0.1)]
)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_bot_alone_starts_nothing(seed: int, level: float, delay: float) -> None:
    played, mic = bot_and_echo(Room(seed, level=level, delay=delay), 6.0)
    assert starts(heard(guarded, frame(mic), played)) == []
    if level >= -20.0:
        assert starts(heard(lambda _: gate(), frame(mic), played)), "nothing to do for the gate"


@pytest.mark.parametrize("level", [None, -10.0, -20.0, -30.0, -40.0])
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_one_who_speaks_over_the_bot_is_heard(seed: int, level: float | None) -> None:
    room = Room(seed, level=level, delay=0.15)
    played, mic = bot_and_echo(room, 6.0)
    at, user = SILENT + 3.0, room.user()
    found = starts(heard(guarded, frame(both(mic, user, at)), played))
    assert found
    assert at < found[0] <= alone(user, at) + 0.06


@pytest.mark.parametrize(
    ("rate", "played_rate", "chunk"),
    [
        (16_000, 16_000, 0.1),
        (16_000, 24_000, 0.032),
        (8_000, 24_000, 0.02),
        (48_000, 24_000, 0.01),
        (16_000, 8_000, 0.02),
    ],
)
def test_any_rates_and_sizes_of_frames_will_do(rate: int, played_rate: int, chunk: float) -> None:
    room = Room(17, level=-10.0, delay=0.12)
    played, mic = bot_and_echo(room, 5.0)
    at = SILENT + 2.5
    spoken_over = frame(both(mic, room.user(), at))
    other = AudioFrame(convert_rate(played.samples, RATE, played_rate), played_rate)
    for quiet, microphone in ((True, frame(mic)), (False, spoken_over)):
        own = AudioFrame(convert_rate(microphone.samples, RATE, rate), rate)
        found = starts(heard(guarded, own, other, chunk=chunk))
        assert (found == []) == quiet
        assert quiet or at < found[0] <= at + 0.35


def test_frames_of_the_microphone_may_come_irregularly() -> None:
    room = Room(7, level=-15.0)
    played, mic = bot_and_echo(room, 6.0)
    late = np.random.default_rng(7)
    found = heard(guarded, frame(mic), played, late=lambda: float(late.uniform(0.0, 0.019)))
    assert starts(found) == []


def test_a_clock_that_runs_ahead_is_followed() -> None:
    room = Room(8, level=-15.0)
    played, mic = bot_and_echo(room, 10.0)
    fast = np.interp(np.arange(len(mic)) * (1.0 - 1e-4), np.arange(len(mic)), mic)
    assert starts(heard(guarded, frame(fast), played)) == []


def test_a_loudspeaker_that_is_moved_away_is_found_again() -> None:
    """The path is another one from the middle on."""
    room = Room(9, level=-12.0, delay=0.08)
    played, near = bot_and_echo(room, 10.0)
    far = Room(10, level=-12.0, delay=0.11).echo(played.samples / 32768.0)
    half = 5 * RATE
    moved = np.concatenate((near[:half], far[half:]))
    assert starts(heard(guarded, frame(moved), played)) == []


def test_a_reply_that_is_cut_off_leaves_no_echo_behind() -> None:
    """What is taken back is not heard, and is no reason to dampen the user."""
    room = Room(11, level=-10.0)
    played, _ = bot_and_echo(room, 6.0)
    until = SILENT + 2.0
    really = played.samples / 32768.0
    really[round(until * RATE) :] = 0.0
    at = until + 0.1
    mic = both(room.echo(really), room.user(), at)
    out = heard(guarded, frame(mic), played, cut_at=until)
    assert [round(start - at, 1) for start in starts(out)[:1]] in ([0.2], [0.3])
    calm = slice(round((at + 0.7) * RATE), round((at + 1.5) * RATE))
    assert np.array_equal(audio(out)[calm], frame(mic).samples[calm]), "passes untouched again"


def test_with_headphones_the_user_sounds_as_without_the_gate() -> None:
    room = Room(12, level=None)
    played, quiet = bot_and_echo(room, 8.0)
    at = SILENT + 4.0
    mic = frame(both(quiet, room.user(), at))
    clear = audio(heard(echo_gate, mic, played)).astype(float)
    spoken = slice(round(at * RATE), round((at + 1.5) * RATE))
    said = mic.samples[spoken].astype(float)
    wrong = clear[spoken] - said
    assert 10.0 * np.log10(np.sum(said**2) / np.sum(wrong**2)) > 10.0
    assert 10.0 * abs(np.log10(np.sum(clear[spoken] ** 2) / np.sum(said**2))) < 1.0


def test_the_echo_is_taken_out_of_what_the_user_says() -> None:
    """Both speak: what comes out is nearer to the user alone than what goes in."""
    room = Room(13, level=-6.0)
    played, echo = bot_and_echo(room, 8.0)
    at = SILENT + 4.0
    said = both(np.zeros_like(echo), room.user(), at)
    clear = audio(heard(echo_gate, frame(echo + said), played)) / 32768.0
    spoken = slice(round(at * RATE), round((at + 1.5) * RATE))
    before = np.sum((echo[spoken]) ** 2)
    after = np.sum((clear[spoken] - said[spoken]) ** 2)
    assert 10.0 * np.log10(before / after) > 3.0
