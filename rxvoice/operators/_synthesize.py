"""`synthesize`."""

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SingleAssignmentDisposable
from reactivex.subject import Subject

from rxvoice._types import Operator
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Synthesizer
from rxvoice.errors import ProviderError
from rxvoice.items import AudioFrame, Event, Fault, Metric, Sentence, Word
from rxvoice.operators._sentences import sentences


def synthesize(tts: Synthesizer, /, *, name: str = "tts") -> Operator[Event, Event]:
    """Speak what a language model writes.

    Tokens are grouped into sentences, each of which goes to the voice as soon as it is complete.
    What the voice gives is merged in: `Word` items, each before the audio that it starts in, and
    `AudioFrame` items, with times that count from the first sample of the reply. The first audio
    is preceded by a `Metric` ``ttfb``, counted from the first sentence. All other items pass
    unchanged and at once, tokens included, so that text may be shown before it is heard.

    A voice that fails gives a `Fault`; the text still passes.

    Args:
        tts: The voice.
        name: Source of faults and metrics.

    Returns:
        The operator. It completes when the source has and the voice has spoken its last sentence.
    """
    split = sentences()

    def synthesized(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            text: Subject[Sentence] = Subject()
            voice = SingleAssignmentDisposable()
            asked: float | None = None
            sounded = voiceless = ended = False

            def on_voice(item: AudioFrame | Word | Fault | Metric) -> None:
                nonlocal sounded
                if isinstance(item, AudioFrame) and not sounded:
                    sounded = True
                    since = clock.now_seconds if asked is None else asked
                    observer.on_next(Metric(name, "ttfb", clock.now_seconds - since))
                observer.on_next(item)

            def voice_failed(error: Exception) -> None:
                fatal = isinstance(error, ProviderError) and not error.retryable
                message = f"{type(error).__name__}: {error}"
                observer.on_next(Fault(name, message, fatal=fatal, cause=error))
                voice_done()

            def voice_done() -> None:
                nonlocal voiceless
                voiceless = True
                if ended:
                    observer.on_completed()

            def on_next(item: Event | Sentence) -> None:
                nonlocal asked
                if isinstance(item, Sentence):
                    if asked is None:
                        asked = clock.now_seconds
                    text.on_next(item)
                else:
                    observer.on_next(item)

            def on_completed() -> None:
                nonlocal ended
                ended = True
                if voiceless:
                    observer.on_completed()
                else:
                    text.on_completed()

            voice.disposable = tts(text).subscribe(
                on_voice, voice_failed, voice_done, scheduler=clock
            )
            subscription = source.pipe(split).subscribe(
                on_next, observer.on_error, on_completed, scheduler=clock
            )
            return CompositeDisposable(subscription, voice)

        return Observable(subscribe)

    return synthesized
