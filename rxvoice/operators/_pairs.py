"""Text between pairs of delimiters."""

import re
from collections.abc import Sequence
from typing import Final

from rxvoice.items import Fault, Pair, Tagged, Thought, Token

Found = str | Token | Thought | Tagged | Fault

_OPENING: Final = 500
"""Characters that an opening tag may have."""

_ATTRIBUTE: Final = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>/]+))""")


class Pairs:
    """Finds pairs in a text, whatever the pieces it comes in, and does what is wanted of them."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._pairs = {pair.start: pair for pair in pairs}
        longest_first = sorted(self._pairs, key=len, reverse=True)
        self._starts = re.compile("|".join(map(re.escape, longest_first)))
        self._longest = len(longest_first[0])
        self._firsts = re.compile(f"[{re.escape(''.join(start[0] for start in longest_first))}]")
        self._begin_anew()

    def feed(self, text: str) -> list[Found]:
        """Take a piece and return what is certain."""
        if text and not (self._held or self._pair or self._firsts.search(text)):
            return [text]
        self._held += text
        return self._read(final=False)

    def flush(self) -> list[Found]:
        """Return what is left, and begin anew."""
        found = self._read(final=True)
        self._begin_anew()
        return found

    def _begin_anew(self) -> None:
        self._held = ""
        self._pair: Pair | None = None
        self._opening = ""
        self._searched = 0
        self._out: list[Found] = []

    def _read(self, *, final: bool) -> list[Found]:
        while self._held or (final and self._pair is not None):
            if self._pair is None:
                more = self._outside(final=final)
            elif self._pair.then in ("unspoken", "thought"):
                more = self._passing(self._pair, final=final)
            else:
                more = self._collecting(self._pair, final=final)
            if not more:
                break
        out, self._out = self._out, []
        return out

    def _say(self, count: int) -> None:
        """Pass on the beginning of what is held."""
        if count:
            self._out.append(self._held[:count])
            self._held = self._held[count:]

    def _outside(self, *, final: bool) -> bool:
        found = self._starts.search(self._held)
        begun = len(self._held) if final else self._begun()
        if found is None or begun <= found.start():
            self._say(begun)
            return False
        self._say(found.start())
        pair = self._pairs[found[0]]
        end = self._tag_end(len(found[0]), final=final) if pair.tag else len(found[0])
        if end is None:
            return False
        if not end:
            self._say(1)
            return True
        self._opening, self._held = self._held[:end], self._held[end:]
        self._pair, self._searched = pair, 0
        if pair.then == "unspoken":
            self._out.append(Token(self._opening, spoken=False))
        if pair.tag and self._opening.endswith("/>"):
            self._close(pair, "", "")
        return True

    def _begun(self) -> int:
        """Return where at the end a longer delimiter may have begun."""
        held = self._held
        for at in range(max(0, len(held) - self._longest + 1), len(held)):
            rest = held[at:]
            if any(len(start) > len(rest) and start.startswith(rest) for start in self._pairs):
                return at
        return len(held)

    def _tag_end(self, name: int, *, final: bool) -> int | None:
        """Return where an opening tag ends; 0 when it is none, ``None`` when that is open."""
        follows = self._held[name : name + 1]
        if follows and follows not in ">/" and not follows.isspace():
            return 0
        end = self._held.find(">", name, _OPENING) + 1
        nested = self._held.find("<", name, end or _OPENING)
        if nested >= 0 or (not end and (final or len(self._held) >= _OPENING)):
            return 0
        return end or None

    def _passing(self, pair: Pair, *, final: bool) -> bool:
        """Pass on what is within, as it comes."""
        at = self._held.find(pair.end)
        if at >= 0:
            content, self._held = self._held[:at], self._held[at + len(pair.end) :]
            self._close(pair, content, pair.end)
            return True
        certain = len(self._held) - (0 if final else _begins(self._held, pair.end))
        self._pass(pair, self._held[:certain])
        self._held = self._held[certain:]
        return False

    def _pass(self, pair: Pair, text: str) -> None:
        if text:
            self._out.append(Thought(text) if pair.then == "thought" else Token(text, spoken=False))

    def _collecting(self, pair: Pair, *, final: bool) -> bool:
        at = self._held.find(pair.end, self._searched, pair.limit)
        if at >= 0:
            content, self._held = self._held[:at], self._held[at + len(pair.end) :]
            self._close(pair, content, pair.end)
            return True
        if not final and len(self._held) < pair.limit:
            self._searched = max(0, len(self._held) - len(pair.end) + 1)
            return False
        self._pair, opening = None, self._opening
        self._out.append(opening)
        return True

    def _close(self, pair: Pair, content: str, end: str) -> None:
        self._pair = None
        tagged = Tagged(pair.name, content, _attributes(self._opening) if pair.tag else {})
        match pair.then:
            case "remove":
                self._out.append(tagged)
            case "keep":
                self._out.append(Token(self._opening + content + end, whole=True))
            case "thought":
                self._pass(pair, content)
            case "unspoken":
                self._pass(pair, content + end)
            case function:
                try:
                    text = function(tagged)
                    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                        raise TypeError(f"a text is wanted, got {type(text).__name__}")
                except Exception as error:
                    message = f"the function of {pair.name!r} failed: {type(error).__name__}"
                    self._out.append(Fault("pattern_pairs", message, cause=error))
                    text = content
                if text:
                    self._out.append(Token(text, whole=True))


def _begins(text: str, delimiter: str) -> int:
    """Return how many characters at the end of a text could begin a delimiter."""
    for length in range(min(len(delimiter) - 1, len(text)), 0, -1):
        if text.endswith(delimiter[:length]):
            return length
    return 0


def _attributes(tag: str) -> dict[str, str]:
    found = _ATTRIBUTE.finditer(tag)
    return {each[1]: next(filter(None, each.groups()[1:]), "") for each in found}


__all__ = ["Pairs"]
