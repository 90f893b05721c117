"""Comparing what a caller meant with what the agent did."""

import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    Fault,
    ReplyEnded,
    ReplyResumed,
    ReplyStarted,
    Stamped,
    Turn,
)
from rxvoice.reports import heard_audio, interruptions, latencies
from rxvoice.testing.calls import Act
from rxvoice.testing.simulation._joined import joined
from rxvoice.testing.simulation._outcome import Outcome

OVERLAP = 1.0
"""Seconds after which a bot that still speaks has missed an interruption."""

_SAME = 1e-6  # times are sums of floats
_FADE = 0.05  # seconds in which a voice that was cut off may fall to silence
_BREAK = 1.0  # seconds of silence that part what is heard outside of replies
_TURN = ("says", "interrupts")
_NOISE = ("coughs", "backchannels")

_Span: TypeAlias = tuple[float, float]


def measure(
    number: int,
    events: Sequence[Stamped],
    acts: Sequence[Act],
    duration: float,
    patience: float,
    failure: str = "",
) -> Outcome:
    """Count; `Report` says what.

    Args:
        number: Of the call.
        events: All that the agent gave.
        acts: What the caller meant.
        duration: Seconds that the call took.
        patience: Seconds after which a caller who hears nothing is not answered.
        failure: Why the call failed.
    """
    stale = _stale(events)
    events = joined(events)
    voices = _voices(events)
    turns = [event.at for event in events if isinstance(event.item, Turn)]
    said = [act for act in acts if act.intent in _TURN]
    by_noise, cuts, stops = _cuts(events, acts)
    over = [(act, end) for act in said for begin, end in voices if begin <= act.begin < end - _SAME]
    return Outcome(
        number,
        duration,
        said=len(said),
        noises=sum(act.intent in _NOISE for act in acts),
        turns=len(turns),
        replies=len(voices),
        interruptions=cuts,
        by_noise=by_noise,
        stops=stops,
        attempts=len(over),
        missed=sum(end > act.begin + OVERLAP + _SAME for act, end in over),
        cut_offs=sum(_is_cut_off(act, turns) for act in said),
        dead_air=sum(
            _is_unanswered(act.end, until, voices, patience)
            for act, until in _until_next(said, _TURN, acts, duration)
        ),
        answered_twice=sum(
            sum(act.begin <= begin < until for begin, _ in voices) > 1
            for act, until in _until_next(said, (*_TURN, *_NOISE), acts, duration)
        ),
        stale_frames=stale,
        latencies=tuple(
            (*latency.parts, latency.total) for latency in latencies(events) if latency.is_complete
        ),
        faults=tuple(
            sorted(event.item.source for event in events if isinstance(event.item, Fault))
        ),
        failure=failure,
    )


def _voices(events: Sequence[Stamped]) -> list[_Span]:
    """Return when the replies were heard, and what was heard outside of replies."""
    voices: dict[tuple[int, int], _Span] = {}
    apart = 0
    for frame in heard_audio(events):
        if frame.end <= frame.start:
            continue
        if not frame.reply and (0, apart) in voices and frame.start > voices[0, apart][1] + _BREAK:
            apart += 1
        key = (frame.reply, 0 if frame.reply else apart)
        begin, end = voices.get(key, (frame.start, frame.end))
        voices[key] = (begin, max(end, frame.end))
    return list(voices.values())


def _cuts(events: Sequence[Stamped], acts: Sequence[Act]) -> tuple[int, int, tuple[float, ...]]:
    """Count the heard replies that were cut off by noise, and in all; tell how fast they ceased."""
    by_noise = count = 0
    stops: list[float] = []
    for cut in interruptions(events):
        if cut.voice_end is None:
            continue
        count += 1
        cause = next((act for act in reversed(acts) if act.begin <= cut.decided + _SAME), None)
        if cause is None:
            continue
        if cause.intent in _NOISE:
            by_noise += 1
        elif cause.intent in _TURN:
            spoke = max(
                (begin for begin, _ in cause.spans if begin <= cut.decided + _SAME),
                default=cause.begin,
            )
            stops.append(max(0.0, cut.voice_end - spoke))
    return by_noise, count, tuple(stops)


def _is_cut_off(act: Act, turns: Iterable[float]) -> bool:
    return any(act.begin + _SAME < at < act.end - _SAME for at in turns)


def _until_next(
    said: Sequence[Act], intents: Sequence[str], acts: Sequence[Act], duration: float
) -> list[tuple[Act, float]]:
    """Pair what was said with the begin of the next act that has one of some intents."""
    begins = [act.begin for act in acts if act.intent in intents]
    return [(act, next((begin for begin in begins if begin > act.begin), duration)) for act in said]


def _is_unanswered(end: float, until: float, voices: Sequence[_Span], patience: float) -> bool:
    if math.isinf(end) or until < end + patience - _SAME:
        return False
    return not any(begin < end + patience and ceased > end for begin, ceased in voices)


def _stale(events: Iterable[Stamped]) -> int:
    """Count the frames that came out after a reply was cut off, but for those that fade it out."""
    cut = fades = False
    count = 0
    for event in events:
        match event.item:
            case ReplyStarted() | ReplyResumed() | Turn():
                cut = False
            case ClearAudio():
                cut = fades = True
                continue
            case ReplyEnded(interrupted=True):
                cut = True
            case AudioFrame(duration=duration):
                count += cut and not (fades and duration <= _FADE)
            case _:
                pass
        fades = False
    return count
