"""Which tools run."""

from rxvoice.items import ReplyEnded, ToolCall, ToolResult


class RunningCalls:
    """Counts calls of tools by their ids.

    A call ends with its result, which one for a tool that does not exist gets as well, and at the
    latest with the reply that made it. Results of unknown calls change nothing.
    """

    def __init__(self) -> None:
        self._ids: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._ids)

    def take(self, item: object) -> bool:
        """Take an item and tell whether a tool runs now."""
        match item:
            case ToolCall(id=id_):
                self._ids.add(id_)
            case ToolResult(id=id_):
                self._ids.discard(id_)
            case ReplyEnded():
                self._ids.clear()
            case _:
                pass
        return bool(self._ids)
