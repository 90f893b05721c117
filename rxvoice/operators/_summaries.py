"""The inside of `summarise`: one subscription."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from reactivex import abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable, SingleAssignmentDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.context import Context, Memory, infer
from rxvoice.context._advance import preamble
from rxvoice.context._summary import estimated_tokens, summary_range, written_out
from rxvoice.contracts import Chat
from rxvoice.items import (
    ApplySummary,
    Event,
    Message,
    ReplyEnded,
    ResponseStarted,
    Summarise,
)
from rxvoice.operators._fault_of import fault_of
from rxvoice.operators._provider import check_provider

SOURCE = "summary"
NOTHING = "the model has written no summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """When is summarised, and how; the attributes are the arguments of `summarise`."""

    llm: Chat
    max_tokens: int | None
    max_messages: int | None
    keep: int
    prompt: str
    form: str
    max_length: int
    timeout: float

    def __post_init__(self) -> None:
        check_provider("llm", self.llm, "a conversation")
        for name in ("max_tokens", "max_messages", "max_length"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        if self.keep < 0:
            raise ValueError(f"keep must not be negative, got {self.keep}")
        if "{summary}" not in self.form:
            raise ValueError(f"form must say where the {{summary}} stands, got {self.form!r}")
        if not self.timeout > 0.0:
            raise ValueError(f"timeout must be positive, got {self.timeout}")

    def ask_for_less(self, context: Context) -> bool:
        """Tell whether a conversation is so long that it is to be summarised."""
        messages = context.messages[preamble(context.messages) :]
        if self.max_messages is not None and len(messages) >= self.max_messages:
            return True
        return self.max_tokens is not None and estimated_tokens(messages) >= self.max_tokens


class Summaries:
    """Asks for one summary at a time.

    Args:
        observer: Gets what comes by, and the summaries.
        clock: The session's.
        memory: Where the conversation is.
        wishes: When, and how.

    Attributes:
        subscription: Stops the model.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        memory: Memory,
        wishes: Wishes,
    ) -> None:
        self._request = SerialDisposable()
        self.subscription: abc.DisposableBase = self._request
        self._observer = observer
        self._clock = clock
        self._memory = memory
        self._wishes = wishes
        self._number = 0
        self._busy = False

    def on_next(self, item: Event) -> None:
        """Let an item pass and see what it leads to."""
        self._observer.on_next(item)
        match item:
            case ResponseStarted() if not self._busy:
                if self._wishes.ask_for_less(self._memory.context):
                    self.begin(Summarise())
            case Summarise():
                self.begin(item)
            case ReplyEnded(interrupted=True):
                self._busy = False  # what is under way still counts until another one is asked for
            case _:
                pass

    def begin(self, wanted: Summarise) -> None:
        """Ask for a summary, unless one is under way or there is nothing to be summarised."""
        if self._busy:
            return
        context = self._memory.context
        keep = self._wishes.keep if wanted.keep is None else wanted.keep
        place = summary_range(context, keep)
        messages = () if place is None else context.messages[place]
        if told := written_out(messages):
            self._busy = True
            self._number += 1
            self._ask(wanted, told, messages)

    def requests_failed(self, error: Exception) -> None:
        """Tell that nobody can ask for a summary any more."""
        self._failed(error)

    def _ask(self, wanted: Summarise, told: str, messages: tuple[Message, ...]) -> None:
        wishes, number = self._wishes, self._number
        answer = infer(
            wanted.llm or wishes.llm,
            told,
            instruction=wishes.prompt if wanted.prompt is None else wanted.prompt,
            max_tokens=wishes.max_length if wanted.max_length is None else wanted.max_length,
        )
        model = SingleAssignmentDisposable()
        timer = SingleAssignmentDisposable()
        over = CompositeDisposable(model, timer)

        def done(act: Callable[[], None]) -> None:
            if self._request.disposable is over:
                self._busy = False
                self._request.disposable = None
                act()

        def answered(text: str) -> None:
            done(lambda: self._answered(text, messages, number))

        def failed(error: Exception) -> None:
            done(lambda: self._failed(error))

        def expire() -> None:
            message = f"{NOTHING} for {wishes.timeout:g} s"
            done(lambda: self._failed(TimeoutError(message), message))

        self._request.disposable = over
        timer.disposable = self._clock.call_later(wishes.timeout, expire)
        model.disposable = answer.subscribe(answered, failed, scheduler=self._clock)

    def _answered(self, text: str, messages: tuple[Message, ...], number: int) -> None:
        if not text:
            self._failed(ValueError(NOTHING), NOTHING)
            return
        text = self._wishes.form.replace("{summary}", text)
        self._observer.on_next(ApplySummary(text, messages, number))

    def _failed(self, error: Exception, message: str | None = None) -> None:
        self._observer.on_next(replace(fault_of(SOURCE, error, message), fatal=False))


__all__ = ["Summaries", "Wishes"]
