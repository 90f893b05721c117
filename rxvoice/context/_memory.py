"""The current context of one conversation."""

from reactivex import Observable
from reactivex import operators as ops

from rxvoice._types import Operator
from rxvoice.context._context import Context, advance
from rxvoice.items import Event


class Memory:
    """Holds the context of one conversation and keeps it in step with its events.

    Put ``memory.record()`` at the end of the pipe, where everything that was heard and played
    comes by, and give ``memory`` to `rxvoice.operators.respond`. Nothing else writes to it.

    Args:
        context: What the conversation starts from.

    Attributes:
        context: The conversation so far.
    """

    def __init__(self, context: Context | str = "") -> None:
        self.context = Context(context) if isinstance(context, str) else context

    def record(self) -> Operator[Event, Event]:
        """Return an operator that passes events on unchanged and folds them into the context."""

        def remember(event: Event) -> None:
            self.context = advance(self.context, event)

        def recorded(source: Observable[Event]) -> Observable[Event]:
            return source.pipe(ops.do_action(remember))

        return recorded
