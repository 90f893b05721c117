"""`log_events`."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeAlias

from reactivex import Observable, abc

from rxvoice._types import Operator
from rxvoice.clock import loop_scheduler
from rxvoice.items import (
    AudioFrame,
    Event,
    Fault,
    ImageFrame,
    Metric,
    ProviderSwitched,
    ResponseEnded,
    ResponseLatency,
    ResponseStarted,
    ToolCall,
    ToolResult,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Usage,
)

logger = logging.getLogger(__name__)

Topic: TypeAlias = Literal["llm", "transcription", "metrics", "faults", "debug"]
"""What is logged: all about the model, about what was recognised, numbers, faults, or each item."""


def log_events(
    *topics: Topic, logger: logging.Logger = logger, level: int = logging.INFO
) -> Operator[Event, Event]:
    """Log what happens in a call, and let everything pass.

    - ``"llm"``: responses, tools, other providers;
    - ``"transcription"``: what was recognised, and turns;
    - ``"metrics"``: `rxvoice.Metric`, `rxvoice.Usage`, `rxvoice.ResponseLatency`;
    - ``"faults"``: at WARNING, and at ERROR where they are fatal;
    - ``"debug"``: each item but audio and pictures, with all that is in it, at DEBUG.

    Nobody's words are logged above DEBUG, only how many characters they have. At DEBUG they are in
    a field of the record called ``pii.text``, never in its message. Each record has the session's
    seconds in ``at`` and the item's type in ``item``.

    Args:
        topics: All but ``"debug"`` unless given.
        logger: Where; ``rxvoice.telemetry`` has one.
        level: Of what has no level of its own.

    Returns:
        The operator.

    Raises:
        ValueError: When there is no such topic.
    """
    unknown = [topic for topic in topics if topic not in (*_TOPICS, "debug")]
    if unknown:
        raise ValueError(f"topics are {', '.join(_TOPICS)} and debug, got {unknown[0]!r}")
    chosen = topics or tuple(_TOPICS)
    known: dict[type[Any], _Describe] = {}
    for topic in chosen:
        known.update(_TOPICS.get(topic, {}))
    every = "debug" in chosen

    def log(item: Event, at: float) -> None:
        kind = type(item)
        about = {"at": round(at, 3), "item": kind.__name__}
        if (describe := known.get(kind)) is not None:
            said, text = describe(item)
            logger.log(_level_of(item, level), said, extra=about)
            if text and not every and logger.isEnabledFor(logging.DEBUG):
                logger.debug("%s, in words", kind.__name__, extra={**about, "pii.text": text})
        if every and not isinstance(item, AudioFrame | ImageFrame):
            logger.debug("%s", kind.__name__, extra={**about, "pii.text": _Words(item)})

    def logged(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)

            def on_next(item: Event) -> None:
                if every or type(item) in known:
                    log(item, clock.now_seconds)
                observer.on_next(item)

            return source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=clock
            )

        return Observable(subscribe)

    return logged


class _Words:
    """Shows an item when somebody reads the record."""

    def __init__(self, item: Event) -> None:
        self._item = item

    def __repr__(self) -> str:
        return repr(self._item)


_Describe: TypeAlias = Callable[[Any], tuple[str, str]]
"""Returns what may be logged at any level, and the words."""


def _level_of(item: Event, level: int) -> int:
    if isinstance(item, Fault):
        return logging.ERROR if item.fatal else logging.WARNING
    return level


def _transcript(item: Transcript) -> tuple[str, str]:
    kind = "final" if item.is_final else "interim"
    return f"{kind} transcript of {len(item.text)} characters", item.text


def _turn(item: Turn) -> tuple[str, str]:
    return f"turn {item.number}: {len(item.text)} characters, {item.reason}", item.text


def _ended(item: ResponseEnded) -> tuple[str, str]:
    failed = ", failed" if item.failed else ""
    return f"response to turn {item.turn}: {len(item.text)} characters{failed}", item.text


def _usage(item: Usage) -> tuple[str, str]:
    used = {
        "tokens read": item.input_tokens,
        "tokens written": item.output_tokens,
        "characters": item.characters,
        "s of audio": item.audio,
    }
    told = ", ".join(f"{amount:g} {name}" for name, amount in used.items() if amount)
    return f"{item.source} used {told or 'nothing'}", ""


def _latency(item: ResponseLatency) -> tuple[str, str]:
    parts = item.breakdown or item.parts
    told = ", ".join(f"{part.source} {part.name} {part.value:.3f}" for part in parts)
    return f"response after {item.value:.3f} s" + (f": {told}" if told else ""), ""


_TOPICS: Final[Mapping[Topic, Mapping[type[Any], _Describe]]] = {
    "llm": {
        ResponseStarted: lambda item: (f"the model answers turn {item.turn}", ""),
        ResponseEnded: _ended,
        ToolCall: lambda item: (f"the model calls {item.name}", repr(dict(item.arguments))),
        ToolResult: lambda item: (f"{item.name} has answered", repr(item.result)),
        ProviderSwitched: lambda item: (
            f"{item.source}: {item.provider} after {item.previous}, {item.reason}",
            "",
        ),
    },
    "transcription": {
        Transcript: _transcript,
        TurnStarted: lambda item: (f"turn {item.number} starts: {item.reason}", ""),
        Turn: _turn,
        TurnDropped: lambda item: (f"turn {item.number} is dropped: {item.reason}", ""),
    },
    "metrics": {
        Metric: lambda item: (f"{item.source} {item.name}: {item.value:.4g}", ""),
        Usage: _usage,
        ResponseLatency: _latency,
    },
    "faults": {Fault: lambda item: (f"{item.source}: {item.message}", "")},
}

__all__ = ["Topic", "log_events"]
