"""From the diagrams of RxJS to those of the kit.

Both write one character a tick. They differ in three ways: a group of RxJS takes as many ticks as
it has characters, both parentheses counted, and one in the kit takes one; RxJS lets text stand
after the end of a stream, where it means nothing; and RxJS may leave out the ``^`` of a window
that begins at once.
"""

import re

_GROUP = re.compile(r"\(([^()]*)\)")
_END = re.compile(r"[|#]")
_PAUSE = re.compile(r"(?<!\S)\d+(?:\.\d+)?(?:ms|s|m)(?!\S)")


def translate(diagram: str) -> str:
    """Translate what a stream does.

    Raises:
        ValueError: When it has a pause in words, such as ``10ms``, or a bad group.
    """
    if _PAUSE.search(diagram):
        raise ValueError(f"pauses in words are not translated, got {diagram!r}")
    bare = re.sub(r"\s", "", diagram)
    end = _END.search(bare)
    if end:
        rest = bare[end.end() :]
        grouped = bare.count("(", 0, end.start()) > bare.count(")", 0, end.start())
        bare = bare[: end.end()] + (")" if grouped and ")" in rest else "")
    translated = _GROUP.sub(_widened, bare)
    if end:
        translated = translated.rstrip("-")
    if _GROUP.sub("", translated).count("(") or _GROUP.sub("", translated).count(")"):
        raise ValueError(f"parentheses must come in pairs, got {diagram!r}")
    return translated


def translate_window(diagram: str) -> str | None:
    """Translate when a stream is subscribed; None for never."""
    window = translate(diagram)
    return window if "^" in window else None


def translate_unsubscription(diagram: str) -> str:
    """Translate when a result is subscribed, at once unless ``^`` says otherwise, and left."""
    window = translate(diagram)
    if "^" in window:
        return window
    return "(^!)" if window.startswith("!") else "^" + window[1:]


def columns(diagram: str) -> list[str]:
    """Return what happens in each tick of a diagram of the kit; blanks and words excluded."""
    return re.findall(r"\([^()]*\)|[^\s()]", diagram)


def _widened(group: "re.Match[str]") -> str:
    inside = group[1].replace("-", "")
    return f"({inside})" + "-" * (len(group[1]) + 1) if inside else "-" * len(group[0])


__all__ = ["columns", "translate", "translate_unsubscription", "translate_window"]
