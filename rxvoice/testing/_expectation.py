"""What a stream is expected to do."""

from collections.abc import Callable, Iterable, Mapping
from types import FrameType
from typing import Any, Self, cast

from rxvoice.viz import Marble

from ._check import Lane, Shown, marbles_of, marbles_of_tokens
from ._difference import Difference, Log, first_difference
from ._latency import Follower
from ._names import caller
from ._notation import microseconds
from ._notifications import OnNext
from ._pairs import Side
from ._picture import shown_times
from ._recording import Recordable, Recording
from ._report import place_of, report, tokens
from ._select import What, is_stream, name_of, picks
from ._wanted import Wanted, wanted_by, wanted_items


class Expectation:
    """Says what a recorded stream has to do; made by `Marbles.expect`.

    Args:
        recording: What was recorded.
        tick: Seconds a token.
        place: Where the expectation stands.
        name: What the stream is called.
        record: Records another stream, for `then`.
    """

    def __init__(
        self,
        recording: Recording,
        tick: float,
        place: str,
        name: str,
        record: Callable[[Recordable, FrameType], tuple[Recording, str]],
    ) -> None:
        self._recording = recording
        self._tick = tick
        self._place = place
        self._name = name
        self._record = record
        self._what: What = None
        self._wanted: Wanted | None = None
        self._followers: list[Follower] = []

    def where(self, what: What) -> Self:
        """Look at some of the stream's values alone; its end and its error always count.

        Args:
            what: A type, a tuple or union of types, a `Matcher`, a function that tells, or a value.
        """
        self._what = what
        return self

    def to_be(
        self,
        diagram: str,
        values: Mapping[str, Any] | None = None,
        error: object = None,
        within: float = 0.0,
        *,
        any_order: bool = False,
    ) -> None:
        """Expect what a diagram says, and nothing else.

        Args:
            diagram: What happens, from time 0.
            values: What its letters mean; a letter that is not in it means itself. Values may be
                matchers such as `anything`, or functions that tell whether a value fits.
            error: What ``#`` means: an exception (type and message count), a type, or a matcher.
            within: Seconds by which each time may differ.
            any_order: Whether what comes at one instant may come in any order, as it does when
                `search_races` runs the test.

        Raises:
            ValueError: When the diagram cannot be read.
        """
        self._set(wanted_by(diagram, self._tick, values, error), within, any_order)

    def to_be_items(
        self,
        items: Iterable[tuple[float, Any]],
        within: float = 0.0,
        *,
        any_order: bool = False,
    ) -> None:
        """Expect values at exact times.

        Args:
            items: Time in seconds and value, which may be a matcher. A stream may complete at any
                time unless the last value is `OnCompleted` or `OnError`.
            within: Seconds by which each time may differ.
            any_order: As for `to_be`.
        """
        self._set(wanted_items(items), within, any_order)

    def then(self, follower: "Recordable | What") -> Follower:
        """Expect that every value of this stream is followed by a value of another one.

        ::

            m.expect(turns).then(audio).within(0.3)
            m.expect(events).where(Turn).then(AudioFrame).within(0.3)

        A value is followed by the first one after it, or at the same instant of another stream.
        One value may follow several. ``where`` picks values on either side.

        Args:
            follower: Another stream, or a function without arguments that makes one: it is
                subscribed once, when this one is. Or which values of this stream itself, as for
                `where`; then nothing more is subscribed. A source that is not shared runs once for
                each stream that is made of it.

        Returns:
            Say ``within`` how many seconds.
        """
        cause = Side(self._recording, self._name, self._what)
        if is_stream(follower):
            recording, name = (
                (self._recording, self._name)
                if follower is self._recording.subject
                else self._record(cast(Recordable, follower), caller())
            )
            answer = Side(recording, name)
        else:
            answer = Side(self._recording, name_of(follower), follower)
        made = Follower(cause, answer, self._tick, self._place)
        self._followers.append(made)
        return made

    def check(self) -> str | None:
        """Return what is wrong, or None."""
        found = [follower.check() for follower in self._followers]
        if self._wanted is None:
            if not self._followers:
                return f"{self._place}: {self._name} was not told what to expect; call to_be"
        else:
            actual = self._actual()
            difference = first_difference(self._wanted.log, actual, self._wanted.within)
            if difference:
                name = f"{self._place}: {self._name}"
                found.insert(0, report(name, difference, self._wanted, actual, self._tick))
        return "\n\n".join(text for text in found if text) or None

    def shown(self) -> Shown:
        """Return what a picture shows of it."""
        shown = Shown()
        actual = self._actual()
        if self._wanted is not None:
            difference = first_difference(self._wanted.log, actual, self._wanted.within)
            upper, lower = self._marbles(self._wanted, actual, difference)
            if difference:
                shown.marked.append(place_of(difference, self._wanted, actual) / 1e6)
                shown.lanes.append(Lane(f"{self._name}: expected", upper))
            shown.lanes.append(Lane(f"{self._name}: actual" if difference else self._name, lower))
        elif not self._followers:
            shown.lanes.append(Lane(self._name, marbles_of(actual)))
        for follower in self._followers:
            shown.add(follower.shown())
        return shown

    def svg(self, width: float = 720.0) -> str:
        """Draw what was expected and what happened; after `Marbles.run`.

        Args:
            width: In pixels.

        Returns:
            An SVG document that stands alone.
        """
        return self.shown().svg(width, self._name)

    def _marbles(
        self, wanted: Wanted, actual: Log, difference: Difference | None
    ) -> tuple[list[Marble], list[Marble]]:
        """Return both rows, in the letters of the report when there is one."""
        if difference is None and wanted.marks is None:
            return marbles_of(wanted.log), marbles_of(actual)
        times = {at for at, _ in (*wanted.log, *actual)}
        if difference is not None:
            place = place_of(difference, wanted, actual)
            times = shown_times((wanted.log, actual), microseconds(self._tick), place)
        upper, lower, _ = tokens(wanted, actual, times)
        return marbles_of_tokens(upper), marbles_of_tokens(lower)

    def _actual(self) -> Log:
        actual: Log = self._recording.timed
        if self._what is not None:
            actual = [
                (at, note)
                for at, note in actual
                if not isinstance(note, OnNext) or picks(self._what, note)
            ]
        return actual if self._wanted is None else self._wanted.seen(actual)

    def _set(self, wanted: Wanted, within: float, any_order: bool) -> None:
        if self._wanted is not None:
            raise ValueError("this expectation was already given")
        if within < 0.0:
            raise ValueError(f"within must not be negative, got {within}")
        wanted.within, wanted.any_order = microseconds(within), any_order
        self._wanted = wanted


__all__ = ["Expectation"]
