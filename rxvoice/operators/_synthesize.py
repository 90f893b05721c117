"""`synthesize`."""

from __future__ import annotations

from collections.abc import Callable

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Synthesizer
from rxvoice.items import Event, Sentence
from rxvoice.operators._provider import check_provider
from rxvoice.operators._sentences import sentences
from rxvoice.operators._until_heard import UntilHeard
from rxvoice.operators._voice import Voice


def synthesize(
    tts: Synthesizer,
    /,
    *,
    timeout: float = 15.0,
    first_clause: int = 0,
    split: Operator[Event, Event | Sentence] | None = None,
    say: Callable[[str], str] | None = None,
    wait_until_heard: bool = False,
    name: str = "tts",
) -> Operator[Event, Event]:
    """Speak what a language model writes.

    Tokens are grouped into sentences, each of which goes to the voice as soon as it is complete.
    What the voice gives is merged in: `Word` items, each before the audio that it starts in, and
    `AudioFrame` items, with times that count from the first sample of the reply. The first audio
    is preceded by a `Metric` ``ttfb``, counted from the first sentence. All other items pass
    unchanged and at once, tokens included, so that text may be shown before it is heard.

    A voice that gives no `Word` at all has them spread over its audio by their share of the
    characters; while it is not known how long that will be, at 15 characters a second.

    Text that is not spoken is not given to the voice. It becomes a `Word` of no length that is not
    spoken either, right after the last word of what was before it, and so is remembered once that
    has been heard. Words of text that is not remembered are not remembered either. To which
    sentence a word belongs is told by its letters, even where numbers are spelled out.

    A voice that fails, ends before the text does, or owes an answer and gives nothing for
    ``timeout`` seconds, gives one `Fault` and is silent from then on; the text still passes.

    Marbles (one column is 100 ms)::

        text  -ab-c|
        tts   -----vx-wx-yx|
        synthesize(tts)
        out   -ab-cv(m x)-wx-yx|

        a: Token("Good")  b: Token(" day.")  c: Token(" Bye!")  m: Metric("tts", "ttfb", 0.2)
        v: Word("Good", 0.0)  w: Word("day.", 0.1)  y: Word("Bye!", 0.2)  x: speech(0.1)

    Args:
        tts: The voice.
        timeout: Seconds without anything from the voice, after a sentence or after the last one,
            after which it is given up; 0 for never.
        first_clause: Characters after which the first sentence may end at a comma, to be heard
            sooner; 0 for never. See `sentences`.
        split: How text is grouped for the voice: `sentences` unless given; `stream_tokens` for one
            that takes text as it comes.
        say: Returns what the voice is to say for a sentence, such as one with numbers written out;
            empty for nothing. Where the voice tells no words of its own, those that are remembered
            are the sentence's. When it fails, that is a `Fault`, and the sentence is said as it is.
        wait_until_heard: Whether what follows a `ResponseEnded` is held back until that response
            has been heard, or has given no audio for three seconds.
        name: Source of faults and metrics.

    Returns:
        The operator. It completes when the source has and the voice has spoken its last sentence.
        It fails as soon as the source does.

    Raises:
        TypeError: When ``tts`` is no function of a stream.
        ValueError: When ``timeout`` or ``first_clause`` is negative.
    """
    check_provider("tts", tts, "a stream of sentences")
    if timeout < 0.0:
        raise ValueError(f"timeout must not be negative, got {timeout}")
    group = sentences(first_clause=first_clause) if split is None else split

    def synthesized(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            held = UntilHeard(observer, clock) if wait_until_heard else None
            told = observer if held is None else held.observer
            voice = Voice(told, clock, timeout, say, name)
            voice.start(tts)
            own = (voice.subscription, voice.timer, voice.words)
            with begun(*own):
                if held is None:
                    subscription = source.pipe(group).subscribe(
                        voice.on_next, observer.on_error, voice.on_completed, scheduler=clock
                    )
                else:
                    text = held.grouped(group).subscribe(
                        voice.on_next, observer.on_error, voice.on_completed, scheduler=clock
                    )
                    own = (*own, held.timer, text)
                    subscription = source.subscribe(
                        held.on_next, observer.on_error, held.on_completed, scheduler=clock
                    )
            return CompositeDisposable(*own, subscription)  # the voice first: it is heard

        return Stream(subscribe)

    return synthesized
