"""`detect_dtmf`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.audio._dtmf_detector import RATE, STEP, DtmfDetector
from rxvoice.items import AudioFrame, Dtmf, Event
from rxvoice.operators._windows import Windows


def detect_dtmf() -> Operator[Event, Event]:
    """Hear which keys of the telephone are pressed, for lines that send them as tones.

    Everything passes unchanged; a `Dtmf` follows the frame in which a key was recognised, one for
    each press, however long. Put it before the voice detection, on the audio as it comes.

    A key counts when its two frequencies have at least 70 % of the energy for 40 ms, at most 1.5 %
    off, the higher one at most 8 dB louder and 10 dB weaker, and -40 dBFS or more in all. It counts
    again after 40 ms of something else (ITU-T Q.24 for all but the margins). In 27 minutes of
    speech, music and noise it heard no key; white noise may be as loud as 10 dB below the tones.

    Marbles (one column is 20 ms)::

        audio  -a----b-----|
        detect_dtmf()
        out    -(a 5)----(b x)-----|

        a: pressed("5", 0.0)  b: pressed("#", 0.1)  5: Dtmf("5")  x: Dtmf("#")

    Returns:
        The operator.
    """

    def detected(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            windows = Windows(RATE, STEP)
            detector = DtmfDetector()

            def on_next(item: Event) -> None:
                observer.on_next(item)
                if not isinstance(item, AudioFrame) or not len(item.samples):
                    return
                pushed = windows.push(item)
                if windows.step:
                    detector.reset()
                for _, samples in pushed:
                    key = detector.push(samples)
                    if key is not None:
                        observer.on_next(Dtmf(key))

            return source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=scheduler
            )

        return Stream(subscribe)

    return detected
