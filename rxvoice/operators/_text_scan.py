"""What operators on the text of a language model have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from reactivex import Observable, abc

from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.items import Event, ResponseEnded, Token


class Scanner(Protocol):
    """Reads the text of one response, whatever the pieces it comes in.

    What it returns is text, or items that stand in the place of text.
    """

    def feed(self, text: str) -> Sequence[str | Event]:
        """Take a piece and return what is certain."""
        ...

    def flush(self) -> Sequence[str | Event]:
        """Return what is left, and begin anew."""
        ...


def text_scan(begin: Callable[[], Scanner], *, unspoken: bool) -> Operator[Any, Any]:
    """Return an operator that lets a scanner read the tokens; all else passes.

    What it makes of a token is spoken and remembered as that is. Where this changes, at a unit, at
    a `ResponseEnded` and at completion, the text so far is at its end.

    Args:
        begin: Makes the scanner of a subscription.
        unspoken: Whether it reads what is not spoken, too.
    """

    def scanned(source: Observable[Any]) -> Observable[Any]:
        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            scanner = begin()
            spoken = remembered = True

            def tell(found: Sequence[str | Event]) -> None:
                for item in found:
                    if isinstance(item, str):
                        observer.on_next(Token(item, spoken, remembered))
                    elif isinstance(item, Token):
                        flags = item.spoken and spoken, item.remembered and remembered
                        observer.on_next(replace(item, spoken=flags[0], remembered=flags[1]))
                    else:
                        observer.on_next(item)

            def on_next(item: Any) -> None:
                nonlocal spoken, remembered
                if isinstance(item, Token):
                    if item.spoken is not spoken or item.remembered is not remembered:
                        tell(scanner.flush())
                        spoken, remembered = item.spoken, item.remembered
                    if not item.whole and (spoken or unspoken):
                        found = scanner.feed(item.text)
                        if found == [item.text]:
                            observer.on_next(item)
                        else:
                            tell(found)
                        return
                    tell(scanner.flush())
                elif isinstance(item, ResponseEnded):
                    tell(scanner.flush())
                    spoken = remembered = True
                observer.on_next(item)

            def on_completed() -> None:
                tell(scanner.flush())
                observer.on_completed()

            return source.subscribe(on_next, observer.on_error, on_completed, scheduler=scheduler)

        return Stream(subscribe)

    return scanned


__all__ = ["Scanner", "text_scan"]
