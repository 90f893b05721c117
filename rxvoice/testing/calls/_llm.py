"""A language model that says what it was told to."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice.context import Context
from rxvoice.contracts import Written
from rxvoice.items import Token
from rxvoice.testing._notation import parse
from rxvoice.testing._notifications import MarbleError
from rxvoice.testing.calls._timed import timed

_WORD = re.compile(r"\s*\S+")


class ScriptExhausted(AssertionError):
    """A scripted part was asked for more than its script has."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a model writes, as a diagram.

        Response("'Let me see. ' 200ms t", {"t": ToolCall("1", "weather", {"city": "Rome"})})

    Attributes:
        diagram: A text in quotes is a `Token`, verbatim; letters are looked up in ``values``.
            After ``|`` the response is over, ``#`` is a failure, and without either the model hangs
            after what it wrote, like a connection that is half open.
        values: What the letters mean.
        error: What ``#`` means; a `MarbleError` unless given.
        tick: Seconds that one sign of the diagram takes.

    Raises:
        TypeError: When the diagram is no text or ``values`` is no mapping.
        ValueError: When the diagram cannot be read or a letter has no meaning.
    """

    diagram: str
    values: Mapping[str, Written] | None = None
    error: Exception | None = None
    tick: float = 0.02

    def __post_init__(self) -> None:
        for name, kind, meant in (("diagram", str, "a text"), ("values", Mapping, "a mapping")):
            value: object = getattr(self, name)
            if not isinstance(value, kind) and (name, value) != ("values", None):
                raise TypeError(f"{name} must be {meant}, got {value!r}")
        self.steps()

    def steps(self) -> tuple[list[tuple[float, Written]], float | None, Exception | None]:
        """Return what is written and when, when it ends, and what it fails with."""
        written: list[tuple[float, Written]] = []
        known = self.values or {}
        for at, mark in parse(self.diagram, tick=self.tick).marks:
            if mark.kind == "|":
                return written, at / 1e6, None
            if mark.kind == "#":
                return written, at / 1e6, self.error or MarbleError()
            if not mark.quoted and mark.key not in known:
                raise ValueError(f"values has no {mark.key!r}, but diagram {self.diagram!r} has")
            written.append((at / 1e6, Token(mark.key) if mark.quoted else known[mark.key]))
        return written, None, None


Says: TypeAlias = str | Response | Exception | Callable[[Context], str | Response | Exception]
"""One response: a text, a diagram, a failure, or a function of what the model is asked."""


class ScriptedLLM:
    """A language model (`rxvoice.contracts.Chat`) that gives one response after another.

        llm = ScriptedLLM("Hello, how can I help?", TimeoutError("no answer"), "Good bye.")

    A text comes word by word. An exception fails the response. For tool calls, thoughts, or times
    of one's own there is `Response`. A response begins when the stream is subscribed and stops
    when it is unsubscribed.

    Args:
        responses: In order.
        ttft: Seconds to the first word (time to first token).
        every: Seconds from word to word.
        again: Whether to begin anew after the last one. Otherwise the stream then fails with
            `ScriptExhausted`, and `conversation` with it.

    Attributes:
        asked: The contexts that it was given, in order.
        open: How many responses are being written.
        is_exhausted: Whether it was asked for more responses than there are.
    """

    def __init__(
        self, *responses: Says, ttft: float = 0.3, every: float = 0.03, again: bool = False
    ) -> None:
        for name, value in (("ttft", ttft), ("every", every)):
            if not value >= 0.0:
                raise ValueError(f"{name} must not be negative, got {value}")
        if again and not responses:
            raise ValueError("responses must not be empty when they are to be given again")
        for says in responses:
            if not callable(says):
                _check(says)
        self.asked: list[Context] = []
        self.open: int = 0
        self.is_exhausted: bool = False
        self._responses: Sequence[Says] = responses
        self._ttft = ttft
        self._every = every
        self._again = again

    def __call__(self, context: Context, /) -> Observable[Written]:
        """Answer; each subscription counts as one question."""

        def subscribe(
            observer: abc.ObserverBase[Written], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            try:
                stream = self._respond(context)
            except Exception as error:
                observer.on_error(error)
                return Disposable()
            self.open += 1
            return CompositeDisposable(
                stream.subscribe(observer, scheduler=scheduler), Disposable(end)
            )

        def end() -> None:
            self.open -= 1

        return Observable(subscribe)

    def _respond(self, context: Context) -> Observable[Written]:
        number = len(self.asked)
        self.asked.append(context)
        if number >= len(self._responses) and not self._again:
            self.is_exhausted = True
            count = len(self._responses)
            return timed(
                [], 0.0, ScriptExhausted(f"the script has {count} responses; one more was asked")
            )
        says = self._responses[number % len(self._responses)]
        if callable(says):
            says = _check(says(context))
        if isinstance(says, Response):
            return timed(*says.steps())
        if isinstance(says, Exception):
            return timed([], self._ttft, says)
        words = [
            (self._ttft + index * self._every, word) for index, word in enumerate(_words(says))
        ]
        return timed(words, words[-1][0] if words else self._ttft)


def _check(says: object) -> str | Response | Exception:
    if not isinstance(says, str | Response | Exception):
        raise TypeError(f"a response must be a text, a Response or an exception, got {says!r}")
    return says


@lru_cache(maxsize=256)
def _words(text: str) -> list[Token]:
    return [Token(word) for word in _WORD.findall(text)]
