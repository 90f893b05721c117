"""Calls in rooms: what a microphone hears of a user and of the loudspeaker of the bot."""

import asyncio
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable

from rxvoice.audio import pcm_from_float, pcm_to_float
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Operator
from rxvoice.items import AudioFrame, ClearAudio, Event, SpeechStarted
from rxvoice.operators import vad_gate
from rxvoice.providers.silero import SileroVad, silero
from rxvoice.testing import OnError, OnNext, frames, marbles
from tests.providers.recordings import recording

RATE = 16_000
USERS = ["LJ001-0002", "cmu_arctic_us_aew_a0001", "librivox-0870", "gcp-book_a_room"]
BOTS = ["ast-vm-login", "ast-tt-allbusy", "ast-dir-first", "LJ001-0004", "librivox-0930"]
SPOKEN = -18.0
"""Level of what the bot says, in dBFS; users are at -24."""

Floats = NDArray[np.float64]


def heard(
    operator: Callable[[Observable[Any]], Operator[Event, Event]],
    mic: AudioFrame,
    played: AudioFrame,
    *,
    chunk: float = 0.02,
    lead: float = 0.04,
    cut_at: float | None = None,
    late: Callable[[], float] = lambda: 0.0,
) -> list[tuple[float, Event]]:
    """Return what comes out of an operator that is told what is played, and when.

    Args:
        operator: Makes the operator from what is fed back.
        mic: What the microphone hears; each frame comes when its last sample was captured.
        played: What the loudspeaker plays, as it leaves `rxvoice.operators.pace`.
        chunk: Seconds of a frame of the microphone.
        lead: Seconds by which a frame of the bot comes before it is heard.
        cut_at: When the rest of what is played is taken back.
        late: Seconds by which the next frame of the microphone is late.
    """
    user: list[tuple[float, Event]] = [(f.end + late(), f) for f in frames(mic, duration=chunk)]
    bot: list[tuple[float, Event]] = [
        (max(f.pts - lead, 0.0), f) for f in frames(played, duration=0.04)
    ]
    if cut_at is not None:
        bot = [each for each in bot if each[0] < cut_at] + [(cut_at, ClearAudio(1))]
    with marbles() as m:
        log = m.record(timed(user, end=mic.end + 0.2).pipe(operator(timed(bot))))
    failures = [note.error for _, note in log if isinstance(note, OnError)]
    assert not failures
    return [(at, note.value) for at, note in log if isinstance(note, OnNext)]


def timed(items: Iterable[tuple[float, Event]], end: float | None = None) -> Observable[Event]:
    """Emit items at their times."""

    def subscribe(
        observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = loop_scheduler(scheduler)
        due = [clock.call_at(at, lambda item=item: observer.on_next(item)) for at, item in items]
        if end is not None:
            due.append(clock.call_at(end, observer.on_completed))
        return CompositeDisposable(due)

    return Observable(subscribe)


def starts(items: Iterable[tuple[float, Event]]) -> list[float]:
    """When the user was said to speak."""
    return [at for at, item in items if isinstance(item, SpeechStarted)]


def audio(items: Iterable[tuple[float, Event]]) -> NDArray[np.int16]:
    """All samples that came, which must follow each other without gap or overlap."""
    came = [item for _, item in items if isinstance(item, AudioFrame)]
    for before, after in pairwise(came):
        assert abs(before.end - after.pts) < 1e-6
    return np.concatenate([frame.samples for frame in came])


def gate() -> Operator[Event, Event]:
    """The real gate, with the real model."""
    return vad_gate(_silero(), mark_only=True)


@cache
def _silero() -> SileroVad:
    vad = silero()
    asyncio.run(vad.prepare())
    return vad


class Room:
    """A loudspeaker, a microphone, and the walls between them.

    Args:
        seed: Of the walls, of the noise and of who speaks.
        level: Of the echo compared with that of the user, in dB; None for headphones.
        delay: Seconds until the echo comes.
        rate: Of the microphone.
    """

    def __init__(
        self, seed: int, *, level: float | None, delay: float = 0.1, rate: int = RATE
    ) -> None:
        self._random = np.random.default_rng(seed)
        self._level = level
        self._delay = delay
        self._rate = rate

    def bot(self, duration: float) -> Floats:
        """What the bot says, without long pauses."""
        said = np.zeros(0)
        while len(said) < duration * self._rate:
            pause = np.zeros(round(self._random.uniform(0.1, 0.3) * self._rate))
            said = np.concatenate((said, self._speech(BOTS, SPOKEN), pause))
        return said[: round(duration * self._rate)]

    def user(self) -> Floats:
        """What a user says, from its first sound."""
        return self._speech(USERS, -24.0)

    def echo(self, played: Floats, *, longer: float = 0.0) -> Floats:
        """What the microphone hears of what is played, and what it hears besides."""
        rate, count = self._rate, len(played)
        noise = self._random.normal(0.0, 10.0 ** (-60.0 / 20.0), count)
        if self._level is None:
            return noise
        walls = np.exp(-np.arange(round(0.25 * rate)) / (0.05 * rate))
        walls *= self._random.normal(size=len(walls))
        walls[0] = 4.0
        path = np.concatenate((np.zeros(round((self._delay + longer) * rate)), walls))
        size = count + len(path)
        echo = np.fft.irfft(np.fft.rfft(played, size) * np.fft.rfft(path, size), size)[:count]
        return echo * (10.0 ** ((-24.0 + self._level) / 20.0) / loudness(echo)) + noise

    def _speech(self, names: list[str], level: float) -> Floats:
        name = names[self._random.integers(len(names))]
        said = pcm_to_float(recording(f"stt/{name}", rate=self._rate).samples).astype(np.float64)
        sounding = np.flatnonzero(np.abs(said) > 0.03 * np.abs(said).max())
        said = said[sounding[0] : sounding[-1]]
        return said * (10.0 ** (level / 20.0) / loudness(said))


def loudness(samples: Floats) -> float:
    """Root mean square of what is not silent."""
    sounding = samples[np.abs(samples) > 0.01 * np.abs(samples).max()]
    return float(np.sqrt(np.mean(sounding**2)))


def frame(samples: Floats, rate: int = RATE) -> AudioFrame:
    """Samples from -1 to 1 as audio that begins at 0."""
    return AudioFrame(pcm_from_float(samples), rate)


def both(quiet: Floats, said: Floats, at: float, rate: int = RATE) -> Floats:
    """Somebody speaks from a time on."""
    mixed = quiet.copy()
    first = round(at * rate)
    said = said[: len(mixed) - first]
    mixed[first : first + len(said)] += said
    return mixed
