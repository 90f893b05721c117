"""`measure_response`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import (
    BotSpeechStarted,
    Connected,
    Event,
    Metric,
    ReplyEnded,
    ReplyStarted,
    ResponseLatency,
    SpeechStarted,
    SpeechStopped,
    Token,
    ToolCall,
    ToolResult,
    Turn,
    TurnStarted,
)
from rxvoice.operators._breakdown import breakdown


def measure_response() -> Operator[Event, Event]:
    """Tell how long the user waited for the bot, and for what.

    `ResponseLatency` follows the `BotSpeechStarted` that answers the user. It is measured on the
    session's clock, from the real end of the user's speech, which is when `SpeechStopped` came by
    less its delay, to when the bot is heard. Its parts are, in the order in which they began:

    - ``turn`` ``wait``: to the `Turn`;
    - each `Metric` called ``ttfb``, as it came;
    - the source of the voice's ``ttfb``, ``first_sentence``: from the first token to the request;
    - the name of a tool, ``tool_call``: from a `ToolCall` to its `ToolResult`.

    The parts are as they were measured, and may overlap. Its breakdown is made of them, and of
    tools that still run, so that it adds up to the whole: what went on at once counts once, for
    what began earlier, and time that nothing is known of is ``other`` ``wait``.

    The first word of the bot is measured from the subscription, or from `Connected` where the far
    end tells that, unless the user spoke before. An
    interruption throws away what was collected. A noise while the bot is still thinking does not:
    the time counts from the speech that it answers. All items pass, in order.

    It belongs behind `bot_speech`.

    Marbles (one column is 100 ms)::

        events  --S--E---T-m-t--n--B---|
        measure_response()
        out     --S--E---T-m-t--n--(B r)---|

        S: SpeechStarted(pts=1.0)  E: SpeechStopped(pts=1.3, delay=0.2)  T: Turn("Hello.", 1)
        m: Metric("llm", "ttfb", 0.2)  t: Token("Hi.")  n: Metric("tts", "ttfb", 0.1)
        B: BotSpeechStarted(1, pts=1.94)
        r: ResponseLatency(1.64, first=False)

    Returns:
        The operator.
    """

    def measured(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            stopwatch = _Stopwatch(clock)

            def on_next(item: Event) -> None:
                latency = stopwatch.take(item)
                observer.on_next(item)
                if latency is not None:
                    observer.on_next(latency)

            return source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=clock
            )

        return Stream(subscribe)

    return measured


class _Stopwatch:
    """One subscription: since when the user waits, and what for."""

    def __init__(self, clock: LoopScheduler) -> None:
        self._clock = clock
        self._since: float | None = clock.now_seconds
        self._first = True
        self._stopped: float | None = None
        self._replying = False
        self._parts: list[tuple[float, Metric]] = []
        self._calls: dict[str, tuple[float, str]] = {}
        self._token: float | None = None

    def take(self, item: Event) -> ResponseLatency | None:
        """Take an item and tell what it completes."""
        now = self._clock.now_seconds
        match item:
            case SpeechStarted():
                self._stopped = None
                if not self._replying:
                    self._forget()
            case SpeechStopped(delay=delay):
                self._stopped = now - delay
                if not self._replying:
                    self._since = self._stopped
            case TurnStarted() if self._first:
                self._forget()
            case Connected() if self._first:
                self._since = now
            case Turn():
                self._turn(item, now)
            case ReplyStarted():
                self._replying = True
            case ReplyEnded(interrupted=interrupted):
                self._replying = False
                if interrupted:
                    self._clear()
            case Metric(name="ttfb"):
                self._ttfb(item, now)
            case Token(spoken=True) if self._token is None:
                self._token = now
            case ToolCall(id=call, name=name):
                self._calls[call] = now, name
                self._token = None
            case ToolResult(id=call) if call in self._calls:
                began, name = self._calls.pop(call)
                self._add(began, Metric(name, "tool_call", now - began))
            case BotSpeechStarted(pts=pts) if self._since is not None:
                return self._heard(self._since, max(pts, now))
            case _:
                pass
        return None

    def _heard(self, since: float, heard: float) -> ResponseLatency:
        parts = sorted(self._parts, key=lambda part: round(part[0], 6))
        spans = [(began, began + part.value, part) for began, part in parts]
        for began, name in self._calls.values():
            spans.append((began, heard, Metric(name, "tool_call", heard - began)))
        first, told = self._first, tuple(part for _, part in parts)
        self._forget()
        return ResponseLatency(heard - since, told, first, breakdown(since, heard, spans))

    def _turn(self, turn: Turn, now: float) -> None:
        since, self._stopped = self._stopped, None
        if since is None and turn.transcripts:
            since = now - max(0.0, turn.pts - turn.speech_end)
        self._forget()
        self._since = since
        if since is not None:
            self._add(since, Metric("turn", "wait", now - since))

    def _ttfb(self, metric: Metric, now: float) -> None:
        began = now - metric.value
        if self._token is not None and began >= self._token - 1e-6:
            sentence = Metric(metric.source, "first_sentence", max(0.0, began - self._token))
            self._add(self._token, sentence)
        self._add(began, metric)

    def _add(self, began: float, part: Metric) -> None:
        self._parts.append((began, part))

    def _forget(self) -> None:
        """Measure nothing until the user has spoken again."""
        self._since, self._first = None, False
        self._clear()

    def _clear(self) -> None:
        self._parts = []
        self._calls = {}
        self._token = None
