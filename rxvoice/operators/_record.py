"""`record`."""

from __future__ import annotations

from typing import Literal

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.items import MAX_RATE, Event, Recording
from rxvoice.operators._recorder import Recorder


def record(
    user: Observable[Event] | None = None,
    /,
    *,
    layout: Literal["stereo", "mono"] = "stereo",
    by: Literal["session", "turn"] = "session",
    every: float | None = None,
    padding: float = 1.0,
    rate: int | None = None,
) -> Operator[Event, Recording]:
    """Record both sides of a call in memory.

    The stream's audio is what the bot says; ``user`` is what the user says. Both lie on the
    session's clock as in `rxvoice.sinks.to_wav`: what is missing is silence, but none gets between
    frames that follow each other, and `ClearAudio` removes what would have been heard from now on.

    - By session there is one recording at the end, or one for every so many seconds, numbered from
      1 on, which together are the whole call.
    - By turn there is one for each turn, with its number: from ``padding`` before `TurnStarted`, or
      from a `ReplyStarted` that no turn comes before, to the `ReplyEnded` of its answer, or when
      there is none, to the `TurnDropped` or the next turn.

    What is complete comes half a second later, for the user's audio may be late; when the stream
    completes, or fails, the rest comes at once; there is no recording without a sample. An hour may
    need 230 MB a channel at 16 kHz: give ``every``, or take `to_wav`, for long calls.

    Marbles (one column is 100 ms)::

        bot   ---b-C-------|
        user  -sssss-------|
        record(user, every=0.5)
        out   ----------r--|

        b: speech(0.4, pts=0.3)  C: ClearAudio(1)
        r: like(Recording, number=1, pts=0.0, duration=0.5)

    Args:
        user: What the user says, for instance a shared microphone; without it only the bot is
            recorded. When it ends, or fails, the recording goes on.
        layout: Stereo, the user left and the bot right, or both mixed. Without a user it is mono.
        by: What a recording holds.
        every: Seconds of a recording by session.
        padding: Seconds before a turn was declared that belong to it; the speech began then.
        rate: Samples a second; the first frame's unless given. Frames of other rates are resampled.

    Returns:
        The operator; it emits `Recording` and nothing else.

    Raises:
        ValueError: When an argument is out of range.
    """
    if layout not in ("stereo", "mono"):
        raise ValueError(f"layout must be 'stereo' or 'mono', got {layout!r}")
    if by not in ("session", "turn"):
        raise ValueError(f"by must be 'session' or 'turn', got {by!r}")
    if every is not None and not (0.1 <= every <= 86_400.0 and by == "session"):
        raise ValueError(f"every must be in 0.1…86400 s, and not be given by turn, got {every}")
    if not 0.0 <= padding <= 60.0:
        raise ValueError(f"padding must be in 0…60 s, got {padding}")
    if rate is not None and not 0 < rate <= MAX_RATE:
        raise ValueError(f"rate must be in 1…{MAX_RATE} Hz, got {rate}")

    def recorded(source: Observable[Event]) -> Observable[Recording]:
        def subscribe(
            observer: abc.ObserverBase[Recording], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            channels = 1 if user is None else 2
            recorder = Recorder(
                observer,
                clock,
                channels=channels,
                mono=layout == "mono",
                by_turn=by == "turn",
                every=every,
                padding=padding,
                rate=rate,
            )
            own = CompositeDisposable(Disposable(recorder.dispose))
            with begun(own):
                if user is not None:
                    own.add(user.subscribe(recorder.hear, recorder.user_failed, scheduler=clock))
                own.add(
                    source.subscribe(
                        recorder.say, recorder.on_error, recorder.on_completed, scheduler=clock
                    )
                )
            return own

        return Stream(subscribe)

    return recorded
