"""The current context of one conversation."""

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.context._advance import advance
from rxvoice.items import Context, Event, ReplyEnded, ReplyStarted, Word, spoken_text


class Memory:
    """Holds the context of one conversation and keeps it in step with its events.

    Put ``memory.record()`` at the end of the pipe, where everything that was heard and played
    comes by, and give ``memory`` to `rxvoice.operators.respond`. Nothing else writes to it.

    Args:
        context: What the conversation starts from, or the model's instruction.

    Attributes:
        context: The conversation so far.
    """

    def __init__(self, context: Context | str = "") -> None:
        self.context: Context = Context(context) if isinstance(context, str) else context

    def record(self) -> Operator[Event, Event]:
        """Return an operator that passes events on unchanged and folds them into the context.

        When it is unsubscribed, or the stream fails, in the midst of a reply, the words that had
        been played by then are kept as those of an interrupted reply.
        """

        def recorded(source: Observable[Event]) -> Observable[Event]:
            def subscribe(
                observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
            ) -> abc.DisposableBase:
                fold = _Fold(self)

                def on_next(event: Event) -> None:
                    fold.take(event)
                    observer.on_next(event)

                ending = Disposable(fold.end)
                with begun(ending):
                    subscription = source.subscribe(
                        on_next, observer.on_error, observer.on_completed, scheduler=scheduler
                    )
                return CompositeDisposable(subscription, ending)

            return Observable(subscribe)

        return recorded


class _Fold:
    """One subscription: the reply that is being played, if any."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._reply: int | None = None
        self._words: list[Word] = []

    def take(self, event: Event) -> None:
        match event:
            case ReplyStarted(number=number):
                self._reply, self._words = number, []
            case ReplyEnded():
                self._reply = None
            case Word() if self._reply is not None:
                self._words.append(event)
            case _:
                pass
        self._memory.context = advance(self._memory.context, event)

    def end(self) -> None:
        """Take that nothing more will come, for whatever reason."""
        if self._reply is not None:
            self.take(ReplyEnded(self._reply, spoken_text(self._words), interrupted=True))
