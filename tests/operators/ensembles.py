"""Stand-ins for providers of which several stand in one place."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import reactivex as rx
from reactivex import Observable, abc
from reactivex.disposable import Disposable

from rxvoice import AudioFrame, Context, Sentence, Token, Usage, Word
from rxvoice.errors import ProviderRejected, ProviderTimeout
from rxvoice.testing import Notification, OnNext, tone

SAID: dict[str, Any] = {
    "a": Token("a"),
    "b": Token("b"),
    "c": Token("c"),
    "e": Token(""),
    "u": Usage("x", 3),
}
LOST = ConnectionError("lost")
BAD_KEY = ProviderRejected("no such key", provider="vendor", status=401)
SLOW = ProviderTimeout("slow", provider="vendor")
WORD = 0.1
"""Seconds that a word takes to speak."""


def chat(*answers: Observable[Any]) -> Callable[[Context], Observable[Any]]:
    """Return a model that gives one answer after another, the last one for ever."""
    asked = 0

    def ask(_: Context) -> Observable[Any]:
        nonlocal asked
        asked += 1
        return answers[min(asked, len(answers)) - 1]

    return ask


def always(stream: Observable[Any]) -> Callable[[Observable[Any]], Observable[Any]]:
    """Return an operator that does not listen and says what a stream says."""
    return lambda _: stream


def asking(llm: Callable[[Context], Observable[Any]]) -> Observable[Any]:
    """Ask a model at each subscription."""
    return rx.defer(lambda _: llm(Context()))


def values(log: Sequence[tuple[float, Notification]]) -> list[Any]:
    """Return the items of a recording."""
    return [note.value for _, note in log if isinstance(note, OnNext)]


def of(kind: type, items: Iterable[Any]) -> list[Any]:
    """Return the items of one kind."""
    return [item for item in items if isinstance(item, kind)]


class Voice:
    """A voice that speaks at once, a tenth of a second a word, and may fail.

    Args:
        fails_after: Items after which it fails; never unless given.
        error: What it fails with; an item is emitted instead.
        wordless: Whether it gives audio only.
        ahead: Whether all words of a sentence come before its audio.

    Attributes:
        given: What it was given, in each subscription.
    """

    def __init__(
        self,
        fails_after: int | None = None,
        error: object = LOST,
        *,
        wordless: bool = False,
        ahead: bool = False,
    ) -> None:
        self.given: list[list[Sentence]] = []
        self._left = fails_after
        self._error = error
        self._wordless = wordless
        self._ahead = ahead

    def __call__(self, source: Observable[Any]) -> Observable[Any]:
        """Speak sentences."""

        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            given: list[Sentence] = []
            self.given.append(given)
            at = 0.0
            over = False

            def emit(item: Any) -> None:
                nonlocal over
                if self._left == 0 and not over:
                    self._left = None
                    if isinstance(self._error, Exception):
                        over = True
                        observer.on_error(self._error)
                    else:
                        observer.on_next(self._error)
                if self._left:
                    self._left -= 1
                if not over:
                    observer.on_next(item)

            def on_next(item: Any) -> None:
                nonlocal at
                if not isinstance(item, Sentence):
                    emit(item)
                    return
                given.append(item)
                texts = item.text.split()
                words = [Word(w, at + i * WORD, at + (i + 1) * WORD) for i, w in enumerate(texts)]
                frames = [tone(WORD, 8000, at + i * WORD) for i in range(len(texts))]
                at += len(texts) * WORD
                items: list[AudioFrame | Word] = []
                if self._wordless:
                    items = [*frames]
                elif self._ahead:
                    items = [*words, *frames]
                else:
                    for word, frame in zip(words, frames, strict=True):
                        items += [word, frame]
                for each in items:
                    emit(each)

            subscription = source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=scheduler
            )
            return Disposable(subscription.dispose)

        return Observable(subscribe)
