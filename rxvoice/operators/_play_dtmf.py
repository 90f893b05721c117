"""`play_dtmf`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.audio import dtmf_tone
from rxvoice.clock import loop_scheduler
from rxvoice.items import KEYS, MAX_RATE, Event
from rxvoice.operators._dialler import Dialler


def play_dtmf(
    *,
    native: bool = False,
    rate: int | None = None,
    duration: float = 0.1,
    gap: float = 0.1,
    lead: float = 0.04,
) -> Operator[Event, Event]:
    """Press the keys that the bot wants pressed, for the sink behind it.

    Each `DtmfOut` becomes the tones of its keys, one after the other, each followed by ``gap``;
    for a sink that presses keys itself (``native``) the item passes instead when its turn has come.

    - An ordered one that comes within a reply waits until that has been heard to its end, and is
      dropped when the reply is interrupted. Outside of a reply it follows the audio under way.
    - An urgent one goes first: it follows only what was sent already, some hundredths of a second.

    What is being dialled goes on when the user speaks. Bot audio that comes meanwhile waits, and
    is heard later by as much until its next pause; all other items pass at once. After
    `ClearAudio`, which also reaches tones that were sent early, these go on where they were.

    Put it last, behind `interruptible`: ``pts`` are on the session's clock. When the source
    completes, what waits is played first; when it fails, the stream fails at once.

    Marbles (one column is 40 ms: "s" is a tone, "q" a gap)::

        events  -Ra---K-F------u-----|
        play_dtmf(duration=0.08, gap=0.04, lead=0.0)
        out     -Ra-----(F s)sqssq-ssq---|

        R: ReplyStarted(1)  a: speech(0.2, pts=0.08)  F: ReplyEnded(1)
        K: DtmfOut("1#")  u: DtmfOut("2", urgent=True)

    Args:
        native: Whether the sink presses keys itself.
        rate: Sample rate of the tones in Hz; the bot's audio's unless given, and 8000 before any.
        duration: Seconds that a key sounds, at least 0.04.
        gap: Seconds of silence behind each key, at least 0.04 (both: ITU-T Q.24).
        lead: Seconds by which audio may leave early, as for `pace`.

    Returns:
        The operator.

    Raises:
        ValueError: When an argument is out of range.
    """
    dtmf_tone(KEYS[0], rate=MAX_RATE if rate is None else rate, duration=duration)
    if not 0.04 <= gap <= 10.0:
        raise ValueError(f"gap must be in 0.04…10 s, got {gap}")
    if not 0.0 <= lead <= 10.0:
        raise ValueError(f"lead must be in 0…10 s, got {lead}")

    def played(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            dialler = Dialler(
                observer, clock, native=native, rate=rate, duration=duration, gap=gap, lead=lead
            )
            own = Disposable(dialler.dispose)
            with begun(own):
                subscription = source.subscribe(
                    dialler.on_next, dialler.on_error, dialler.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, own)

        return Stream(subscribe)

    return played
