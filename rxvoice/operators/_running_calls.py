"""Which tools run."""

from rxvoice.items import ReplyEnded, ToolCall, ToolResult, ToolsCancelled


class RunningCalls:
    """Knows the calls of tools that have not ended; without those that run in the background.

    A call ends with its result, which one for a tool that does not exist gets as well, when it is
    cancelled, and at the latest with the reply that made it. Results of unknown calls change
    nothing.

    Attributes:
        calls: By their ids, oldest first.
    """

    def __init__(self) -> None:
        self.calls: dict[str, ToolCall] = {}

    def __bool__(self) -> bool:
        return bool(self.calls)

    def take(self, item: object) -> bool:
        """Take an item and tell whether a tool runs now."""
        match item:
            case ToolCall(id=id_, background=False):
                self.calls[id_] = item
            case ToolResult(id=id_):
                self.calls.pop(id_, None)
            case ToolsCancelled(calls=calls):
                for call in calls:
                    self.calls.pop(call.id, None)
            case ReplyEnded():
                self.calls.clear()
            case _:
                pass
        return bool(self.calls)
