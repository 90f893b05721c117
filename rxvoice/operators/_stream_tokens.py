"""`stream_tokens`."""

from __future__ import annotations

from typing import TypeVar

from reactivex import Observable, abc

from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.items import ResponseEnded, Sentence, Token

T = TypeVar("T")


def stream_tokens() -> Operator[T, T | Sentence]:
    """Give the voice text as it comes, for one that finds the sentences by itself.

    It takes the place of `sentences`: ``synthesize(tts, split=stream_tokens())``. Each `Token` is
    followed by a `Sentence` that is a ``piece``, with all its blanks, for they tell where words
    end. Only the blanks before the first visible sign of a response are dropped, for voices read
    them as a pause or refuse them; tokens of nothing but blanks pass after that. What is not spoken
    has no part in this. All items pass at once and in order.

    Marbles (one column is 20 ms)::

        tokens  -a-b-a-d--e-|
        stream_tokens()
        out     -a-(b s)-(a t)-d--(e u)-|

        a: Token(" ")  b: Token(" Hi")  d: ResponseEnded(1)  e: Token("ho")
        s: Sentence("Hi", piece=True)  t: Sentence(" ", piece=True)  u: Sentence("ho", piece=True)

    Returns:
        The operator. It completes when the source does.
    """

    def streamed(source: Observable[T]) -> Observable[T | Sentence]:
        def subscribe(
            observer: abc.ObserverBase[T | Sentence], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            begun = False

            def on_next(item: T) -> None:
                nonlocal begun
                observer.on_next(item)
                if isinstance(item, ResponseEnded):
                    begun = False
                elif isinstance(item, Token):
                    text = item.text if begun or not item.spoken else item.text.lstrip()
                    if text:
                        begun = begun or item.spoken
                        observer.on_next(
                            Sentence(text, item.spoken, item.remembered, piece=item.spoken)
                        )

            return source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=scheduler
            )

        return Stream(subscribe)

    return streamed
