"""What became of a call."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from rxvoice.contracts import Chat, Synthesizer
from rxvoice.items import Event, Fault, Stamped
from rxvoice.testing._failure import MarbleFailure
from rxvoice.testing._notation import Mark
from rxvoice.testing.calls._lanes import (
    Lane,
    aligned,
    bot_lane,
    history_of,
    in_columns,
    spoken_lines,
    turn_lane,
    wordless,
)
from rxvoice.testing.calls._verdict import verdict
from rxvoice.viz import Probes, conversation_svg

T = TypeVar("T")

_LABEL = 9
_WIDTH = 110
"""Signs in a printed row."""

_MANY = 10
"""Faults that are told."""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call that was held in virtual time; printing it shows its diagrams.

    What is printed can be put into a test as it is; a long call is printed in several rows, which
    follow each other in the same string there.

    Attributes:
        events: All that the agent gave, and when.
        acted: What the user did, and when.
        tick: Seconds that one column of a diagram takes.
        duration: Seconds from its begin to the end of the stream.
        error: What the agent's stream failed with.
        llm: The language model that the agent was given.
        tts: The voice that the agent was given.
        probes: What the probes in the agent told.
    """

    events: tuple[Stamped, ...]
    acted: tuple[tuple[float, Mark], ...]
    tick: float
    duration: float
    llm: Chat
    tts: Synthesizer
    error: Exception | None = None
    probes: Probes = field(default_factory=Probes)

    @property
    def history(self) -> list[str]:
        """What is remembered, a line each; see `conversation`.

        ``—`` ends what was cut off.
        """
        return history_of(self.events)

    @property
    def bot(self) -> str:
        """What the bot did, as a diagram without its words."""
        return self._text("bot", self._bot(words=False))

    @property
    def spoken(self) -> str:
        """What the bot did, as a diagram with its words."""
        return self._text("bot", self._bot())

    @property
    def turns(self) -> str:
        """How the agent took the user's turns, as a diagram."""
        return self._text("turns", turn_lane(self.events, self.tick))

    @property
    def user(self) -> str:
        """What the user did, as a diagram."""
        return self._text("user", self._user())

    def only(self, kind: type[T]) -> list[T]:
        """Return the items of a type, in order."""
        return [event.item for event in self.events if isinstance(event.item, kind)]

    def times(self, kind: type[Event]) -> list[float]:
        """Return when the items of a type came, in seconds."""
        return [event.at for event in self.events if isinstance(event.item, kind)]

    def expect(
        self,
        *,
        bot: str | None = None,
        turns: str | None = None,
        history: Sequence[str] | None = None,
        within: float = 0.0,
    ) -> None:
        """Check what the agent did; arguments as for `conversation`.

        Raises:
            MarbleFailure: With the diagrams of the whole call, the first difference marked.
            ValueError: When a diagram cannot be read.
        """
        wanted = {"turns": turns, "bot": bot}
        actual: dict[str, Lane] = {
            "user": self._user(),
            "turns": turn_lane(self.events, self.tick),
            "bot": self._bot(),
        }
        wrong = verdict(wanted, actual, self.tick, within, self.columns)
        if isinstance(history, str):
            raise TypeError(f"history must be a list of lines, got {history!r}")
        if history is not None and (unlike := self._unlike(list(history))):
            wrong += [unlike, *([] if wrong else [self._rows()])]
        if wrong:
            raise MarbleFailure("\n\n".join([*wrong, *self._faults()]), self.svg)

    def _unlike(self, history: list[str]) -> str | None:
        """Tell how the history differs; tools count where some are mentioned."""
        only_spoken = spoken_lines(history) == history
        actual = spoken_lines(self.history) if only_spoken else self.history
        return None if history == actual else _unlike(history, actual)

    def svg(self, *, title: str = "Conversation") -> str:
        """Draw the call, see `rxvoice.viz.conversation_svg`, with what probes told."""
        return conversation_svg(self.events, title=title, probes=self.probes)

    @property
    def columns(self) -> int:
        """How many columns its diagrams have."""
        return int((self.duration + 1e-6) // self.tick) + 1

    def __str__(self) -> str:
        lines = [self._rows()]
        for index, said in enumerate(self.history):
            lines.append(f"{'' if index else 'history':{_LABEL}}{said}")
        return "\n".join([*lines, *self._faults()])

    def _rows(self) -> str:
        """Return what everybody did, one below the other."""
        lanes: dict[str, Lane] = {
            "user": self._user(),
            "turns": turn_lane(self.events, self.tick),
            "bot": self._bot(words=False),
        }
        rows, places = aligned(lanes, self.columns, self.tick)
        return "\n".join(wrapped(rows, places))

    def _repr_svg_(self) -> str:
        return self.svg()

    def _bot(self, *, words: bool = True) -> list[tuple[int, Mark]]:
        lane = bot_lane(self.events, self.tick)
        if not words:
            lane = wordless(lane)
        if self.error is not None:
            lane += in_columns([(self.duration, Mark("#"))], self.tick)
        return lane

    def _user(self) -> list[tuple[int, Mark]]:
        marks = [
            (at, Mark("value", " ".join(mark.key.split()), quoted=True) if mark.quoted else mark)
            for at, mark in self.acted
        ]
        return in_columns(marks, self.tick)

    def _faults(self) -> list[str]:
        """Return a line for each fault."""
        told = [
            f"{event.item.source}: {event.item.message}, at {event.at:g} s"
            for event in self.events
            if isinstance(event.item, Fault)
        ]
        return [
            f"{'' if index else 'faults':{_LABEL}}{line}" for index, line in enumerate(told[:_MANY])
        ] + ([f"{'':{_LABEL}}and {len(told) - _MANY} more"] if len(told) > _MANY else [])

    def _text(self, name: str, lane: Lane) -> str:
        rows, _ = aligned({name: lane}, self.columns, self.tick)
        return rows[name]


def wrapped(rows: Mapping[str, str], places: Sequence[int]) -> Iterator[str]:
    """Yield rows, one below the other, and begin anew where they get too wide."""
    ends = [*places[1:], max(map(len, rows.values()))]
    start = 0
    while start < ends[-1]:
        stop = max((end for end in ends if start < end <= start + _WIDTH), default=None)
        if stop is None:  # a single column that is wider
            stop = min(end for end in ends if end > start)
        if start:
            yield ""
        for name, row in rows.items():
            yield f"{name:{_LABEL}}{row[start:stop]}".rstrip()
        start = stop


def _unlike(wanted: list[str], actual: list[str]) -> str:
    lines = ["the history is not what it should be"]
    for index in range(max(len(wanted), len(actual))):
        mine = wanted[index] if index < len(wanted) else None
        other = actual[index] if index < len(actual) else None
        if mine == other:
            lines.append(f"            {mine}")
        else:
            lines.append(f"> expected  {'nothing' if mine is None else mine}")
            lines.append(f"> actual    {'nothing' if other is None else other}")
    return "\n".join(lines)
