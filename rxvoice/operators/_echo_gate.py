"""`echo_gate`."""

import math

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SingleAssignmentDisposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.audio._echo_filter import BLOCK
from rxvoice.clock import loop_scheduler
from rxvoice.items import AudioFrame, ClearAudio, Event
from rxvoice.operators._echo_gating import EchoGating

ROOM = 0.14


def echo_gate(
    feedback: Observable[Event], /, *, max_delay: float = 0.4, loudest: float = -3.0
) -> Operator[Event, Event]:
    """Take what the bot says out of what the microphone hears, so that it does not interrupt itself.

    Put it before `vad_gate`. ``feedback`` is what is played: `AudioFrame` items whose ``pts`` are
    the times at which they are heard, as they leave `rxvoice.operators.pace`, and `ClearAudio`,
    which takes back what is not heard yet. While nothing is played, and until its last echo has
    died away, the user's frames pass untouched, the same objects at the same time. While something
    is, they come 20 ms late, cut into pieces of 20 ms, with the same ``pts``: first without the
    echo that an adaptive filter predicts, then dampened at the frequencies where more of it may be
    left. What is no audio passes at once.

    How far the loudspeaker is and how it sounds is learnt from the first second of what it plays
    and followed from then on. Before that, only what is louder than an echo can be passes; so one
    who cuts in right at the beginning of the first reply may be heard some tenths of a second late.
    With headphones there is nothing to learn but that, and soon all passes as it is.

    Marbles (one column is 20 ms)::

        played ssss----------
        mic    -qqqqssssqqqqq|
        echo_gate(played)
        out    --qqqqqqqqqqqq(q|)

    Args:
        feedback: What the pipe gives, from `rxvoice.operators.with_feedback`. What it holds besides
            does not matter, and it need not end.
        max_delay: Seconds that may lie between the time at which something is heard by its ``pts``
            and its echo in the user's audio, buffers and networks included. What is later is not
            recognised as echo; the cost grows with it.
        loudest: How loud an echo may be that is not known yet, in dB compared with what is played.

    Returns:
        The operator. It ends as the source does, and fails, too, when ``feedback`` does.

    Raises:
        ValueError: When ``max_delay`` is not from 0 to 2 s or ``loudest`` is not finite.

    Where the numbers come from: rooms made of seeded noise and labelled recordings, see
    ``docs/echo.md``. A frame of 20 ms takes 0.1 ms at 16 kHz while something is played.
    """
    if not 0.0 <= max_delay <= 2.0:
        raise ValueError(f"max_delay must be from 0 to 2 s, got {max_delay}")
    if not math.isfinite(loudest):
        raise ValueError(f"loudest must be finite, got {loudest}")
    parts = math.ceil((max_delay + ROOM) / BLOCK - 1e-9)
    gain = 10.0 ** (loudest / 10.0)

    def gated(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            gating = EchoGating(parts=parts, loudest=gain)
            playing, hearing = SingleAssignmentDisposable(), SingleAssignmentDisposable()

            def on_played(item: Event) -> None:
                if isinstance(item, AudioFrame):
                    gating.speaker.play(item)
                elif isinstance(item, ClearAudio):
                    gating.speaker.clear(clock.now_seconds)

            def on_next(item: Event) -> None:
                if isinstance(item, AudioFrame):
                    for frame in gating.hear(item, clock.now_seconds):
                        observer.on_next(frame)
                else:
                    observer.on_next(item)

            def flush() -> None:
                for frame in gating.flush():
                    observer.on_next(frame)

            def on_error(error: Exception) -> None:
                flush()
                observer.on_error(error)

            def on_completed() -> None:
                flush()
                observer.on_completed()

            both = CompositeDisposable(playing, hearing)
            with begun(both):
                playing.disposable = feedback.subscribe(
                    on_played, observer.on_error, scheduler=clock
                )
                hearing.disposable = source.subscribe(
                    on_next, on_error, on_completed, scheduler=clock
                )
            return both

        return Observable(subscribe)

    return gated
