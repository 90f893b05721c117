"""The spans of a call, as a fold over its events."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from rxvoice.items import (
    BotSpeechStarted,
    BotSpeechStopped,
    Fault,
    InterruptionRejected,
    Metric,
    ProviderSwitched,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseLatency,
    ResponseStarted,
    SpeechStarted,
    ToolCall,
    ToolResult,
    ToolsCancelled,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Usage,
)
from rxvoice.operators._hold_turns import REASON as HELD

from ._conventions import CONVERSATION_ID, OTHER
from ._hearing import Hearing
from ._ledger import Ledger
from ._open_turns import OpenTurns
from ._span import CONVERSATION, Attribute, SpanEvent
from ._tool_spans import ToolSpans
from ._tracing import Tracing

_NO_NEWS: Final[list[SpanEvent]] = []


class Trace:
    """Makes the spans of one call: conversation, turns, and the services that worked for them.

    It is a fold and reads no clock: the same events at the same times give the same spans, in a
    call, in a test and from a tape. Nothing in it is shared with another call.

    Args:
        tracing: What is told.
        attributes: Of the conversation.
    """

    def __init__(
        self,
        tracing: Tracing | None = None,
        attributes: Mapping[str, Attribute] | None = None,
    ) -> None:
        self._tracing = tracing or Tracing()
        self._attributes = dict(attributes or {})
        conversation = {
            name: value for name, value in self._attributes.items() if name == CONVERSATION_ID
        }
        self._ledger = Ledger(conversation)
        self._tools = ToolSpans(self._ledger, content=self._tracing.content)
        self._providers: dict[str, str] = {}
        self._turns = OpenTurns(self._ledger, self._tracing, self._providers)
        self._hearing = Hearing()
        self._interrupted = 0
        self._handlers: dict[type[Any], Callable[[Any, float], None]] = {
            SpeechStarted: self._hearing.speech_started,
            Transcript: self._hearing.transcript,
            TurnStarted: self._turn_started,
            TurnDropped: self._turn_dropped,
            InterruptionRejected: self._turn_dropped,
            Turn: self._turn,
            ReplyStarted: self._reply_started,
            ReplyEnded: self._reply_ended,
            ResponseStarted: self._response_started,
            ResponseEnded: self._response_ended,
            Metric: self._metric,
            Usage: self._usage,
            ResponseLatency: self._waited,
            ToolCall: self._tool_called,
            ToolResult: self._tools.answered,
            ToolsCancelled: self._tools.cancelled,
            BotSpeechStarted: self._bot_started,
            BotSpeechStopped: self._bot_stopped,
            Fault: self._fault,
            ProviderSwitched: self._switched,
        }

    def begin(self, at: float) -> list[SpanEvent]:
        """Begin the conversation."""
        told = {"gen_ai.operation.name": "invoke_agent", **self._attributes}
        self._ledger.start("conversation", "conversation", at, None, told)
        return self._ledger.tell()

    def take(self, item: object, at: float) -> list[SpanEvent]:
        """Take an item and return what it means for the spans.

        Args:
            item: Any; those that mean nothing, such as audio, cost next to nothing.
            at: Seconds on the session's clock.
        """
        handler = self._handlers.get(type(item))
        if handler is None:
            return _NO_NEWS
        handler(item, at)
        return self._ledger.tell() if self._ledger.has_news else _NO_NEWS

    def knows(self, item: object) -> bool:
        """Return whether an item may mean something for the spans."""
        return type(item) in self._handlers

    def end(self, at: float, *, error: str = "", cancelled: bool = False) -> list[SpanEvent]:
        """End the conversation and all that is open in it.

        Args:
            at: Seconds on the session's clock.
            error: Why the stream failed, in one line without speech; empty when it did not.
            cancelled: Whether it was unsubscribed before its end.
        """
        for turn in self._turns.all():
            self._turns.close(turn, at, {"rxvoice.cancelled": True} if turn.replying else None)
        self._ledger.note(
            CONVERSATION,
            {
                "rxvoice.turns": self._turns.count,
                "rxvoice.interruptions": self._interrupted,
                **({"rxvoice.cancelled": True} if cancelled else {}),
            },
        )
        if error:
            self._ledger.fail(CONVERSATION, error, error)
        self._ledger.end_all(at)
        return self._ledger.tell()

    def _turn_started(self, item: TurnStarted, at: float) -> None:
        self._hearing.talking = True
        start = self._hearing.start(at)
        self._turns.open(item.number, start, {"rxvoice.turn.reason": item.reason})

    def _turn_dropped(self, item: TurnDropped | InterruptionRejected, at: float) -> None:
        if item.reason == HELD:
            return  # what was said becomes a part of the turn that passes
        self._hearing.forget()
        if (turn := self._turns.get(item.number)) is not None and not turn.replying:
            self._turns.close(turn, at, {"rxvoice.turn.dropped": item.reason or "dropped"})

    def _turn(self, item: Turn, at: float) -> None:
        start = self._hearing.start(at) if item.transcripts else at
        turn = self._turns.get(item.number) or self._turns.open(item.number, start)
        turn.heard(item, start, self._hearing.heard or at, self._hearing.latency)
        self._hearing.forget()

    def _reply_started(self, item: ReplyStarted, at: float) -> None:
        turn = self._turns.get(item.number) or self._turns.open(item.number, at)
        turn.replying = True
        self._turns.current = turn

    def _reply_ended(self, item: ReplyEnded, at: float) -> None:
        if (turn := self._turns.get(item.number)) is not None:
            self._interrupted += item.interrupted
            turn.reply_ended(item)
            self._turns.close(turn, at)

    def _response_started(self, item: ResponseStarted, at: float) -> None:
        turn = self._turns.get(item.turn) or self._turns.current or self._turns.open(item.turn, at)
        turn.response_started(at)
        self._turns.current = turn

    def _response_ended(self, item: ResponseEnded, at: float) -> None:
        turn = self._turns.get(item.turn) or self._turns.current
        if turn is not None:
            turn.response_ended(item, at)

    def _metric(self, item: Metric, at: float) -> None:
        if item.name == "ttfb":
            if self._turns.current is not None:
                self._turns.current.first(item.source, item.value, at)
        elif item.name == "latency":
            self._hearing.latency = item.value

    def _usage(self, item: Usage, at: float) -> None:
        add = self._ledger.add
        add(CONVERSATION, "gen_ai.usage.input_tokens", item.input_tokens)
        add(CONVERSATION, "gen_ai.usage.output_tokens", item.output_tokens)
        add(CONVERSATION, "rxvoice.usage.characters", item.characters)
        add(CONVERSATION, "rxvoice.usage.audio", item.audio)
        service = self._tracing.service(item.source)
        if self._turns.current is not None and (service is None or service.role != "stt"):
            self._turns.current.used(item)

    def _waited(self, item: ResponseLatency, at: float) -> None:
        if self._turns.current is not None:
            self._turns.current.waited(item)

    def _tool_called(self, item: ToolCall, at: float) -> None:
        parent = CONVERSATION if self._turns.current is None else self._turns.current.span
        self._tools.called(item, at, parent)
        if self._turns.current is not None:
            self._turns.current.tool_called()

    def _bot_started(self, item: BotSpeechStarted, at: float) -> None:
        if item.number == 0 and not self._turns.get(0) and not self._turns.replying:
            self._turns.current = self._turns.open(0, self._hearing.start(at))
            self._turns.current.is_raw = True
            self._hearing.forget()

    def _bot_stopped(self, item: BotSpeechStopped, at: float) -> None:
        if (turn := self._turns.get(0)) is not None and turn.is_raw:
            self._turns.close(turn, max(at, item.pts))

    def _fault(self, item: Fault, at: float) -> None:
        turn = self._turns.current
        span = CONVERSATION if turn is None else turn.failed(item.source)
        told: dict[str, Attribute] = {
            "rxvoice.source": item.source,
            "rxvoice.fatal": item.fatal,
            "exception.message": item.message,
        }
        kind = OTHER
        if item.cause is not None:
            kind = told["exception.type"] = type(item.cause).__qualname__
        self._ledger.mark(span, "exception", at, told)
        if item.source == "tools":
            self._tools.blame(item)
        if span != CONVERSATION and (turn is None or span != turn.span):
            self._ledger.fail(span, item.message, kind)
        if item.fatal:
            self._ledger.fail(CONVERSATION, item.message, kind)

    def _switched(self, item: ProviderSwitched, at: float) -> None:
        self._providers[item.source] = item.provider


__all__ = ["Trace"]
