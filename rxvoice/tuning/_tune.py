"""`tune`."""

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias, TypeVar

from rxvoice.contracts import EndOfTurn, Transcriber, Vad
from rxvoice.errors import AudioFormatError, ModelUnavailable
from rxvoice.providers._shared import Preparable
from rxvoice.providers.energy import energy
from rxvoice.providers.silero import silero
from rxvoice.providers.smart_turn import smart_turn
from rxvoice.testing import run_virtual
from rxvoice.tuning._bench import Bench, guarded
from rxvoice.tuning._measure import Outcome
from rxvoice.tuning._policy import SOUND, WORDS, EndOfText, Judges, Policy
from rxvoice.tuning._recordings import Recording, Recordings, read_recordings
from rxvoice.tuning._remembered import Remembered, fingerprint
from rxvoice.tuning._score import marked
from rxvoice.tuning._strategies import BASELINE, is_baseline, usual_end_of_text
from rxvoice.tuning._sweep import sweep
from rxvoice.tuning._tuning import Tuning

BASELINE_SWEEP = f"{BASELINE}(min_delay=0.1,0.2,0.3,0.4,0.6,0.8,1.0,1.3)"
T = TypeVar("T")
Source: TypeAlias = "str | os.PathLike[str] | Recordings | Iterable[Recording]"


def tune(
    recordings: Source,
    policies: Iterable[str | Policy] = (),
    /,
    *,
    vad: Vad | None = None,
    stt: Transcriber | None = None,
    end_of_turn: EndOfTurn | None = None,
    end_of_text: EndOfText | None = None,
    latency: float = 0.1,
    tolerance: float = 0.05,
    progress: Callable[[int, int, str], object] | None = None,
) -> Tuning:
    """Try policies for the end of a turn on recordings, and count cut-offs and delay.

        tune("calls/", ["silence(min_delay=0.2..1.4/0.2)", "end_of_turn(threshold=0.3,0.5,0.7)"])

    Each recording is played in virtual time through `vad_gate`, `transcribe` and, for each policy,
    `aggregate_turn`. Detection and recognition run once for each recording and setting of the gate,
    the end-of-turn model once for each place where it is asked. The same arguments give the same
    numbers. It also runs where an event loop runs, such as in a notebook, which stands still
    meanwhile.

    Silence alone is always among the policies, so that all others are compared with it.

    Args:
        recordings: What `read_recordings` takes or has returned, or recordings of your own.
        policies: Policies, and sweeps as for `sweep`.
        vad: The detector; Silero, and where that cannot be had, `energy`, unless given.
        stt: The recogniser; unless given, the labelled text comes ``latency`` after the speech.
        end_of_turn: The model for the strategies that ask one; Smart Turn unless given.
        end_of_text: The judge of words for those that ask one; ``last_words`` unless given.
        latency: Seconds from `SpeechStopped` to the text, without a recogniser.
        tolerance: Seconds by which labels may be wrong.
        progress: Called before each recording with its index, how many there are, and its name.

    Returns:
        The scores.

    Raises:
        ValueError: When an argument is out of range, a sweep cannot be read, or no recording can be
            used.
        PolicyError: When a strategy fails.
        ModelUnavailable: When a model that is needed cannot be had.
    """
    if not latency >= 0.0:
        raise ValueError(f"latency must not be negative, got {latency}")
    if not tolerance >= 0.0:
        raise ValueError(f"tolerance must not be negative, got {tolerance}")
    chosen = _policies(policies)
    found = _recordings(recordings)
    notes: list[str] = []
    if vad is None:
        vad, told = _usual_vad()
        notes += [told] if told else []
    judges = _judges(chosen, end_of_turn, end_of_text)
    for policy in chosen:
        guarded(policy, lambda policy=policy: policy.takes(judges))
    bench = Bench(_ready(vad), None if stt is None else _ready(stt), latency, tolerance)
    outcomes: list[list[Outcome]] = [[] for _ in chosen]
    problems = list(found.problems)
    seconds = 0.0
    for index, recording in enumerate(found.items):
        if progress is not None:
            progress(index, len(found.items), recording.name)
        try:
            audio, told = recording.load()
        except (AudioFormatError, OSError) as error:
            problems.append(" ".join(str(error).split()))
            continue
        problems += [told] if told else []
        seconds += audio.duration
        for mine, outcome in zip(
            outcomes, bench.run(recording, audio, chosen, judges, problems), strict=True
        ):
            mine.append(outcome)
    if not outcomes[0]:
        raise ValueError(f"no recording can be used: {'; '.join(problems[:3])}")
    scores = marked([(one, tuple(all_)) for one, all_ in zip(chosen, outcomes, strict=True)])
    return Tuning(scores, seconds, tuple(notes), tuple(dict.fromkeys(problems)))


def _recordings(source: Source) -> Recordings:
    if isinstance(source, Recordings):
        return source
    if isinstance(source, str | os.PathLike):
        return read_recordings(source)
    found = Recordings(tuple(source))
    if not found.items:
        raise ValueError("recordings must not be empty")
    return found


def _policies(given: Iterable[str | Policy]) -> list[Policy]:
    """Return all policies once, silence first."""
    if isinstance(given, str):
        given = [given]
    chosen: dict[str, Policy] = {}
    for one in given:
        for policy in sweep(one) if isinstance(one, str) else [one]:
            policy.check()
            chosen.setdefault(str(policy), policy)
    baseline = [policy for policy in chosen.values() if is_baseline(policy)]
    others = [policy for policy in chosen.values() if not is_baseline(policy)]
    return [*(baseline or sweep(BASELINE_SWEEP)), *others]


def _judges(
    policies: Sequence[Policy], end_of_turn: EndOfTurn | None, end_of_text: EndOfText | None
) -> Judges:
    """Load the judges that somebody asks."""
    sound: EndOfTurn | None = None
    words: EndOfText | None = None
    if any(policy.asks(SOUND) for policy in policies):
        sound = Remembered(_ready(end_of_turn or smart_turn()), fingerprint)
    if any(policy.asks(WORDS) for policy in policies):
        words = Remembered(_ready(end_of_text or usual_end_of_text()), str)
    return Judges(sound, words)


def _usual_vad() -> tuple[Vad, str]:
    vad = silero()
    try:
        return _ready(vad), ""
    except ModelUnavailable:
        return energy(), "Silero cannot be had: speech is detected by loudness alone"


def _ready(provider: T) -> T:
    """Load a provider's model before the time of the recordings runs."""
    if isinstance(provider, Preparable):
        run_virtual(provider.prepare())
    return provider


__all__ = ["BASELINE_SWEEP", "tune"]
