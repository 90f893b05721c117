"""What letters mean in the cases of RxJS that say so; elsewhere they mean themselves."""

from collections.abc import Mapping
from typing import Any

NUMBERS = {"x": 10, "y": 30, "z": 50}
WORDS = {
    "a": "  foo",
    "b": " FoO ",
    "c": "baR  ",
    "d": "foO ",
    "e": " Baz   ",
    "f": "  qux ",
    "g": "   bar",
    "h": " BAR  ",
    "i": "FOO ",
    "j": "baz  ",
    "k": " bAZ ",
    "l": "    fOo    ",
}
KEYS = {"w": "foo", "x": "bar", "y": "baz", "z": "qux"}
TURNED = {letter: word[::-1] for letter, word in WORDS.items()}


def meanings(id: str) -> Mapping[str, Mapping[str, Any]]:
    """Return what letters mean in a case: by source, ``expected`` or ``inners``."""
    if id.startswith("group-by"):
        return {"e1": WORDS, "inners": WORDS} | _SPECIAL.get(id, {})
    return _SPECIAL.get(id, {})


_SPECIAL: dict[str, dict[str, Mapping[str, Any]]] = {
    "exhaust-map-00": {"e2": NUMBERS, "expected": NUMBERS},
    "merge-map-00": {"x": NUMBERS, "expected": NUMBERS},
    "group-by-07": {"expected": KEYS},
    "group-by-08": {"expected": KEYS},
    "group-by-10": {"expected": KEYS},
    "group-by-12": {"expected": KEYS},
    "group-by-14": {"inners": TURNED},
    "buffer-00": {"expected": {"x": [*"abc"], "y": [*"def"], "z": [*"ghi"], "F": []}},
    "buffer-05": {"expected": {"F": [*"34567890"]}},
    "buffer-12": {"expected": {"a": []}},
    "buffer-15": {"expected": {"a": ["3"], "b": ["4", "5"]}},
    "buffer-17": {"expected": {"a": ["3"], "b": []}},
    "buffer-19": {"expected": {"a": ["3"], "b": ["4", "5"], "c": ["6"]}},
}

__all__ = ["meanings"]
