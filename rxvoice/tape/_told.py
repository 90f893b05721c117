"""What a client of the protocol is told, as a tape keeps it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from rxvoice.items import SendMessage

OF_APPLICATION = frozenset(
    {
        "bot-ready",
        "error",
        "error-response",
        "server-message",
        "server-response",
        "ui-command",
        "ui-job-group",
    }
)
"""Messages that do not only report what happens in the conversation."""


@dataclass(frozen=True, slots=True)
class Told:
    """Stands for a `rxvoice.rtvi.Outgoing`.

    Attributes:
        name: Of its class.
        kind: Its type.
        values: Of its fields.
    """

    name: str
    kind: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)


def as_kept(item: Any) -> Any:
    """Return what a tape keeps of an item that goes out: `Told` for messages of the protocol."""
    keep = getattr(item, "__taped__", None)
    return item if keep is None else keep()


def is_report(item: Any) -> bool:
    """Tell whether an item only tells a client what happens in the conversation."""
    match item:
        case Told(kind=kind):
            return kind not in OF_APPLICATION
        case SendMessage(data=str() as text) if text.startswith("{"):
            try:
                found: object = json.loads(text)
            except ValueError:
                return False
            message = cast("dict[str, object]", found) if isinstance(found, dict) else {}
            kind = message.get("type")
            return message.get("label") == "rtvi-ai" and kind not in OF_APPLICATION
        case _:
            return False


__all__ = ["OF_APPLICATION", "Told", "as_kept", "is_report"]
