"""`mix_background`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.audio import convert_rate
from rxvoice.clock import loop_scheduler
from rxvoice.items import MAX_RATE, AudioFrame, Event, Fault
from rxvoice.operators._background import Background
from rxvoice.operators._fault_of import fault_of
from rxvoice.operators._mixer import Mixer

T = TypeVar("T")


def mix_background(
    sound: AudioFrame | Observable[AudioFrame],
    /,
    *,
    rate: int,
    volume: float | Observable[float] = 0.4,
    loop: bool | Observable[bool] = True,
    on: bool | Observable[bool] = True,
    chunk: float = 0.02,
    lead: float = 0.02,
) -> Operator[Event, Event]:
    """Let a background sound be heard under the bot's voice and while it is silent.

    From the subscription on there is audio all the time, mono, on the session's clock, and what is
    too loud is clipped. Put it behind `interruptible`. The bot's audio keeps its times as far as it
    can: a word that begins while the background alone was sent is heard later by ``chunk + lead``
    at most, until the next pause. All other items pass at once.

    `ClearAudio` takes what was sent early from the sink; the background then goes on at the sample
    that was heard last, without a gap and without the bot.

    What may change while it runs is given as a stream. Every change takes 20 ms, so that nothing
    clicks: another sound begins while the one before fades away; one that is off keeps its place.
    A value that makes no sense, or a stream that fails, gives a `Fault` and changes nothing. It
    ends as the source does.

    Marbles (one column is 20 ms: "b" is the background, "s" the bot with it)::

        bot  -r----C--|
        mix_background(office, rate=16000, chunk=0.04, lead=0.0)
        out  bs---b(C b)-b|

        r: speech(0.06, pts=0.04)  s: speech(0.06, pts=0.04)  b: speech(0.04)  C: ClearAudio(1)

    Args:
        sound: What is heard, mono, for instance ``AudioFrame(WavReader(path).read(n), rate)``. It
            is converted to ``rate`` when it is given at once; those of a stream must have it.
        rate: Samples a second, as the bot's audio has; give `pace` the same.
        volume: 0 to 1 of the sound's own.
        loop: Whether it begins anew behind its end; else there is silence then.
        on: Whether it is to be heard.
        chunk: Seconds of background that are sent at a time.
        lead: Seconds by which it is sent early; less than `pace` has, whose audio goes first.

    Returns:
        The operator. Its stream fails with `rxvoice.errors.AudioFormatError` when the bot's audio
        has another rate.

    Raises:
        ValueError: When an argument is out of range.
    """
    if not 0 < rate <= MAX_RATE:
        raise ValueError(f"rate must be in 1…{MAX_RATE} Hz, got {rate}")
    if not 0.01 <= chunk <= 1.0:
        raise ValueError(f"chunk must be in 0.01…1 s, got {chunk}")
    if not 0.0 <= lead <= 1.0:
        raise ValueError(f"lead must be in 0…1 s, got {lead}")
    if not isinstance(volume, Observable):
        Background(rate).set_volume(volume)
    if isinstance(sound, AudioFrame):
        sound = AudioFrame(convert_rate(sound.samples, sound.rate, rate), rate)

    def mixed(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            background = Background(rate)
            mixer = Mixer(observer, clock, background, rate=rate, chunk=chunk, lead=lead)
            own = CompositeDisposable(Disposable(mixer.dispose))

            def play(sound: AudioFrame) -> None:
                if sound.rate != rate:
                    raise ValueError(f"a sound must have {rate} Hz, got {sound.rate} Hz")
                background.play(sound.samples)

            def follow(given: T | Observable[T], use: Callable[[T], None]) -> None:
                def on_next(value: T) -> None:
                    try:
                        use(value)
                    except ValueError as error:
                        observer.on_next(Fault("background", str(error), cause=error))
                    mixer.turn()

                def on_error(error: Exception) -> None:
                    observer.on_next(fault_of("background", error))

                if isinstance(given, Observable):
                    values = cast("Observable[T]", given)
                    own.add(values.subscribe(on_next, on_error, scheduler=clock))
                else:
                    use(given)

            background.set_volume(0.4)
            with begun(own):
                follow(volume, background.set_volume)
                follow(loop, background.set_loop)
                follow(on, background.set_on)
                follow(sound, play)
                mixer.turn()
                own.add(
                    source.subscribe(
                        mixer.on_next, mixer.on_error, mixer.on_completed, scheduler=clock
                    )
                )
            return own

        return Stream(subscribe)

    return mixed
