"""`echo`."""

import math
from typing import Any, TypeVar, cast

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SingleAssignmentDisposable

from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Operator
from rxvoice.items import AudioFrame, ClearAudio
from rxvoice.testing.chaos._echo_path import EchoPath

A = TypeVar("A")


def echo(
    of: Observable[Any], *, gain_db: float = -20.0, delay: float = 0.1, offset: float = 0.0
) -> Operator[A, A]:
    """Let the microphone hear the loudspeaker, as without echo cancellation.

    Each sample that is played is mixed, quieter, into the user's audio ``delay`` seconds after it
    is heard: its ``pts`` and the user's decide, to the sample, and not when frames arrive or how
    long they are. Sums saturate. ``of`` is what `rxvoice.operators.pace` lets through, so that its
    ``pts`` are times on the session's clock; for a reply that is not paced they count from its own
    beginning. A `ClearAudio` in it takes back what is not played yet. What is played so late that
    the user's audio has passed its place is not heard; what is early waits, 60 s of audio at most.

    Items that are not audio pass. It ends as the source does; when ``of`` fails it fails, and when
    ``of`` ends there is no further echo. Both are unsubscribed at the end.

    Marbles (one column is 20 ms)::

        played s-------
        mic    qqqqqqqq|
        echo(played, gain_db=-6.0, delay=0.06)
        out    qqqsqqqq|

    Args:
        of: What is played; items other than `AudioFrame` and `ClearAudio` do not count.
        gain_db: How much louder the echo is than what is played, in dB.
        delay: Seconds from the loudspeaker to the microphone, the user's frames included.
        offset: Time on the clock of ``of`` at which the user's ``pts`` were 0, for a source that
            began later than the session.

    Returns:
        The operator. Its stream fails with `rxvoice.errors.AudioFormatError` when the sample rates
        are not all the same.

    Raises:
        ValueError: When ``delay`` is negative or a number is not finite.
    """
    if not math.isfinite(gain_db):
        raise ValueError(f"gain_db must be finite, got {gain_db}")
    if not (delay >= 0.0 and math.isfinite(delay)):
        raise ValueError(f"delay must not be negative, got {delay}")
    if not math.isfinite(offset):
        raise ValueError(f"offset must be finite, got {offset}")
    gain = 10.0 ** (gain_db / 20.0)

    def echoing(source: Observable[A]) -> Observable[A]:
        def subscribe(
            observer: abc.ObserverBase[A], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            path = EchoPath(gain, delay - offset)
            playing, hearing = SingleAssignmentDisposable(), SingleAssignmentDisposable()

            def on_played(item: Any) -> None:
                try:
                    if isinstance(item, AudioFrame):
                        path.play(item)
                    elif isinstance(item, ClearAudio):
                        path.cut(clock.now_seconds)
                except Exception as error:
                    observer.on_error(error)

            def on_next(item: A) -> None:
                heard: object = item
                if isinstance(item, AudioFrame):
                    try:
                        heard = path.hear(item)
                    except Exception as error:
                        observer.on_error(error)
                        return
                observer.on_next(cast(A, heard))

            playing.disposable = of.subscribe(on_played, observer.on_error, scheduler=clock)
            hearing.disposable = source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=clock
            )
            return CompositeDisposable(playing, hearing)

        return Observable(subscribe)

    return echoing


__all__ = ["echo"]
