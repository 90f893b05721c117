"""How an item looks in a lane."""

from dataclasses import dataclass
from typing import Any, Final

from rxvoice import items
from rxvoice.reports import plain

_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Look:
    """How an item looks.

    Attributes:
        family: What it is about; mixed streams are drawn with a lane for each family.
        colour: Role of the colour.
        label: Stands beside it, when there is room.
        kind: ``"dot"``, ``"ring"`` for what may still change, ``"tick"`` for what is many,
            ``"word"`` for what makes a text together, ``"alarm"``, ``"sound"``; or ``"open"`` and
            ``"close"`` for the ends of a bar.
        bar: Which bar it opens or closes.
        back: By how much earlier it happened than it was told, in seconds.
    """

    family: str
    colour: str
    label: str
    kind: str = "dot"
    bar: str = ""
    back: float = 0.0


_OPENS: Final[dict[type, tuple[str, str, str]]] = {
    items.SpeechStarted: ("user speaks", "user", "speech"),
    items.UserStarted: ("user speaks", "user", "user"),
    items.TurnStarted: ("turns", "text", "turn"),
    items.BotSpeechStarted: ("bot speaks", "bot", "bot"),
    items.ReplyStarted: ("replies", "bot", "reply"),
    items.ReplyPaused: ("replies", "amber", "paused"),
    items.ResponseStarted: ("language model", "model", "response"),
    items.ThoughtStarted: ("language model", "model", "thought"),
    items.ExchangeStarted: ("exchanges", "soft", "exchange"),
    items.CallPaused: ("call", "amber", "on hold"),
}
_CLOSES: Final[dict[type, tuple[type, ...]]] = {
    items.SpeechStopped: (items.SpeechStarted,),
    items.UserStopped: (items.UserStarted,),
    items.TurnDropped: (items.TurnStarted,),
    items.BotSpeechStopped: (items.BotSpeechStarted,),
    items.ReplyEnded: (items.ReplyStarted, items.ReplyPaused),
    items.ReplyResumed: (items.ReplyPaused,),
    items.ResponseEnded: (items.ResponseStarted,),
    items.ThoughtEnded: (items.ThoughtStarted,),
    items.ExchangeEnded: (items.ExchangeStarted,),
    items.CallResumed: (items.CallPaused,),
}
_MANY: Final[dict[type, tuple[str, str]]] = {
    items.SpeechOngoing: ("user speaks", "user"),
    items.BotSpeechOngoing: ("bot speaks", "bot"),
    items.Played: ("bot speaks", "soft"),
}
CLOSED: Final = {kind: tuple(_OPENS[first][2] for first in of) for kind, of in _CLOSES.items()}
"""Which bars an item closes, by its class."""
LASTING: Final[frozenset[type]] = frozenset(
    {*_OPENS, *_CLOSES, items.Turn, items.UserMuted, items.Uninterruptible, bool}
)
"""Classes of the items that begin or end what is drawn as a bar."""


def look(item: Any) -> Look:
    """Say how an item looks."""
    kind: type = item.__class__
    if kind in _OPENS:
        family, colour, bar = _OPENS[kind]
        number = getattr(item, "number", None) or getattr(item, "turn", None)
        label = f"{bar} {number}" if number else bar
        return Look(family, colour, label, "open", bar, getattr(item, "delay", 0.0))
    if kind in _CLOSES:
        family, colour, bar = _OPENS[_CLOSES[kind][0]]
        return Look(family, colour, _told(item), "close", bar, getattr(item, "delay", 0.0))
    if kind in _MANY:
        family, colour = _MANY[kind]
        return Look(family, colour, "", "tick")
    return _look(item)


def _look(item: Any) -> Look:
    match item:
        case items.AudioFrame():
            return Look("audio", "bot", "", "sound")
        case bool():
            return Look("conditions", "amber", "true", "open" if item else "close", "true")
        case items.Transcript(text=text, is_final=final):
            return Look("transcripts", "user", text, "dot" if final else "ring")
        case items.Dtmf(key=key):
            return Look("keys", "user", key)
        case items.Turn(text=text):
            return Look("turns", "text", text, "close", "turn")
        case items.Token(text=text):
            return Look("language model", "model", text, "word")
        case items.Sentence(text=text) | items.Thought(text=text):
            return Look("language model", "model", text)
        case items.ToolCall(name=name) | items.ToolProgress(name=name):
            return Look("tools", "model", f"{name}(…)", "ring")
        case items.ToolResult(name=name):
            return Look("tools", "model", f"{name} done")
        case items.Word(text=text):
            return Look("words", "bot", text, "word")
        case items.Utterance(role=role, text=text):
            return Look("transcript", "user" if role == "user" else "bot", text)
        case items.Fault(source=source, message=message):
            return Look("faults", "alarm", f"{source}: {message}", "alarm")
        case items.Metric(source=source, name=name, value=value):
            return Look("measures", "amber", f"{source} {name} {value:.3g}")
        case items.Usage(source=source):
            return Look("measures", "amber", f"{source} used {_used(item)}")
        case items.ResponseLatency(value=value):
            return Look("measures", "amber", f"latency {value * 1000:.0f} ms")
        case items.UserMuted(muted=on):
            return Look("user speaks", "amber", "muted", "open" if on else "close", "muted")
        case items.Uninterruptible(active=on):
            label = "uninterruptible"
            return Look("replies", "amber", label, "open" if on else "close", label)
        case _:
            return _other(item)


def _other(item: Any) -> Look:
    kind: type = item.__class__
    if kind.__name__ == "Sound" and hasattr(item, "digest"):  # a tape's; it stands for audio
        return Look("audio", "bot", "", "sound")
    if isinstance(item, BaseException):
        return Look("faults", "alarm", kind.__name__, "alarm")
    if isinstance(item, str | int | float) or item is None:
        return Look("values", "user", f"{item}" if isinstance(item, str) else f"{item!r:.40}")
    text = getattr(item, "text", None)
    label = f"{kind.__name__}: {text}" if isinstance(text, str) and text else kind.__name__
    return Look("others", "soft", label)


def _used(usage: items.Usage) -> str:
    if usage.total_tokens:
        return f"{usage.total_tokens} tokens"
    return f"{usage.characters} characters" if usage.characters else f"{usage.audio:.1f} s"


def _told(item: Any) -> str:
    for name in ("text", "spoken", "reason"):
        if text := getattr(item, name, ""):
            return str(text)
    return ""


def tooltip(item: Any) -> str:
    """Say all about an item, shortened."""
    try:
        text = plain(repr(item)[: 4 * _LONGEST])
    except Exception:  # whatever an item of the application does
        text = type(item).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


__all__ = ["CLOSED", "LASTING", "Look", "look", "tooltip"]
