"""The lines that say what is going on right now."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from rxvoice.items import AudioFrame, Word, spoken_text
from rxvoice.reports import minutes, plain
from rxvoice.viz import loudness

from ._cells import cells, head, tail
from ._screen import Signs, Styled

USER: Final = "36"
BOT: Final = "32"
SOFT: Final = "90"
_METER: Final = 5  # cells
_WAVE: Final = (1, 2, 4, 6, 4, 2)


@dataclass(slots=True)
class User:
    """The user's side.

    Attributes:
        is_speaking: Whether speech goes on.
        start: When the speech of this turn began.
        finals: What was recognised for good in this turn.
        interim: What may still be revised.
    """

    is_speaking: bool = False
    start: float | None = None
    finals: list[str] = field(default_factory=list[str])
    interim: str = ""

    def line(self, now: float, width: int, signs: Signs) -> list[Styled]:
        """Say whether the user speaks and what was recognised so far."""
        step = int(now * 10)
        moving = [_WAVE[(step - index) % len(_WAVE)] for index in range(_METER)]
        meter = "".join(signs.levels[level] for level in (moving if self.is_speaking else ()))
        front = _front("user", self.is_speaking, meter, USER, signs)
        settled = " ".join(self.finals)
        text = f"{settled} {self.interim}".strip()
        shown = tail(text, width - _width(front), signs.ellipsis)
        soft = min(len(self.interim), len(shown))
        return [*front, (shown[: len(shown) - soft], ""), (shown[len(shown) - soft :], SOFT)]


@dataclass(slots=True)
class Bot:
    """The bot's side.

    Attributes:
        turn: Number of the turn that it answers.
        is_thinking: Whether it has begun a reply of which nothing was heard yet.
        words: What it spoke of this reply.
        start: When this reply was first heard.
        end: When the audio that came so far will have been heard.
    """

    turn: int = 0
    is_thinking: bool = False
    words: list[Word] = field(default_factory=list[Word])
    start: float | None = None
    end: float = -math.inf
    _peak: float = 0.0
    _levels: deque[float] = field(default_factory=lambda: deque([0.0] * _METER, _METER))

    @property
    def text(self) -> str:
        """What it spoke of this reply."""
        return plain(spoken_text(self.words))

    def hear(self, frame: AudioFrame, at: float) -> None:
        """Take in audio that will be heard at its `pts`, or at `at` if that is later."""
        begin = max(at, frame.pts)
        self.start = begin if self.start is None else self.start
        self.end = max(self.end, begin + frame.duration)
        self._peak = max(self._peak, loudness(frame.samples))
        self.is_thinking = False

    def line(self, now: float, width: int, signs: Signs) -> list[Styled]:
        """Say whether the bot speaks, how loud, and what it has spoken of this reply."""
        is_speaking = now < self.end
        self._levels.append(self._peak if is_speaking else 0.0)
        self._peak = 0.0
        top = len(signs.levels) - 1
        meter = "".join(signs.levels[round(level * top)] for level in self._levels)
        front = _front("bot", is_speaking, meter, BOT, signs)
        if self.is_thinking and not self.words:
            return [*front, (head(f"thinking {signs.ellipsis}", width - _width(front), ""), SOFT)]
        return [*front, (tail(self.text, width - _width(front), signs.ellipsis), "")]


def progress(now: float, total: float | None, width: int, signs: Signs) -> list[Styled]:
    """Say what time it is, with a bar over the recording when its length is known."""
    if not total:
        return [(head(f" {minutes(now)}", width), SOFT)]
    times = f" {minutes(min(now, total))} / {minutes(total)}"
    room = width - cells(times) - 1
    if room < 4:
        return [(head(times, width), SOFT)]
    done = min(room, int(room * now / total))
    return [(" ", ""), (signs.done * done, BOT), (signs.left * (room - done), SOFT), (times, SOFT)]


def _front(name: str, is_speaking: bool, meter: str, colour: str, signs: Signs) -> list[Styled]:
    sign = signs.speaking if is_speaking else signs.silent
    code = colour if is_speaking else SOFT
    return [(f" {sign} {name:<4} ", code), (f"{meter:<{_METER}} ", colour)]


def _width(line: list[Styled]) -> int:
    return sum(cells(text) for text, _ in line)
