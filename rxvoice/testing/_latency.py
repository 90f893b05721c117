"""How soon a value has to be followed by another one."""

from ._check import Lane, Shown, marbles_of
from ._difference import Entry
from ._notation import microseconds
from ._pairs import Pair, Side, report_pairs
from ._select import What


class Follower:
    """Says how soon one stream has to follow another; made by `Expectation.then`."""

    def __init__(self, cause: Side, answer: Side, tick: float, place: str) -> None:
        self._cause = cause
        self._answer = answer
        self._tick = tick
        self._place = place
        self._most: int | None = None
        self._least = 0
        self._times: int | None = None

    def where(self, what: What) -> "Follower":
        """Look at some of the following stream's values alone.

        Args:
            what: A type, a tuple or union of types, a `Matcher`, a function that tells, or a value.
        """
        self._answer.what = what
        return self

    def within(self, seconds: float, at_least: float = 0.0, times: int | None = None) -> None:
        """Expect every value to be followed soon enough, and not too soon.

        A test in which the first stream has no value fails, since nothing was measured.

        Args:
            seconds: The longest time, both ends included.
            at_least: The shortest time.
            times: How many values the first stream has; any number from 1 on unless given.
        """
        if self._most is not None:
            raise ValueError("this expectation was already given")
        if not 0.0 <= at_least <= seconds:
            raise ValueError(f"at_least must be in 0…{seconds}, got {at_least}")
        if times is not None and times < 0:
            raise ValueError(f"times must not be negative, got {times}")
        self._most, self._least = microseconds(seconds), microseconds(at_least)
        self._times = times

    def check(self) -> str | None:
        """Return what is wrong, or None."""
        if self._most is None:
            return f"{self._place}: {self._title()} was not told how soon; call within"
        pairs = self._pairs()
        wrong = [pair for pair in pairs if pair.wrong]
        if not wrong and (len(pairs) == self._times or (self._times is None and pairs)):
            return None
        if wrong:
            said = f"{len(wrong)} of {len(pairs)} {'was' if len(wrong) == 1 else 'were'} not"
            return report_pairs(
                f"{self._place}: {self._title()} {self._bounds()}: {said}",
                (self._cause, self._answer),
                pairs,
                microseconds(self._tick),
            )
        came = f"came {len(pairs)} times" if pairs else "never came"
        wanted = "so nothing was measured" if self._times is None else f"not {self._times} times"
        return f"{self._place}: {self._cause.title} {came}, {wanted}"

    def shown(self) -> Shown:
        """Return what a picture shows of it."""
        cause, answer = (
            Lane(side.title, marbles_of([entry for _, entry in side.entries()]))
            for side in (self._cause, self._answer)
        )
        wrong = [pair for pair in self._pairs() if pair.wrong] if self._most is not None else []
        gaps = Lane(
            "too late" if all(pair.answer for pair in wrong) else "not followed",
            [
                (pair.cause[0] / 1e6, pair.answer[0] / 1e6, f"{pair.gap:g} s")
                if pair.answer
                else (pair.cause[0] / 1e6, "missing")
                for pair in wrong
            ],
        )
        marked = [pair.cause[0] / 1e6 for pair in wrong[:1]]
        return Shown([cause, answer, *([gaps] if wrong else [])], marked)

    def _pairs(self) -> list[Pair]:
        answers = self._answer.entries()
        same = self._answer.recording is self._cause.recording
        pairs: list[Pair] = []
        first = 0
        for index, cause in self._cause.entries():
            while first < len(answers) and (
                answers[first][0] <= index if same else answers[first][1][0] < cause[0]
            ):
                first += 1
            answer = answers[first][1] if first < len(answers) else None
            pairs.append(Pair(cause, answer, self._wrong(cause, answer)))
        return pairs

    def _wrong(self, cause: Entry, answer: Entry | None) -> str:
        if answer is None:
            return "missing"
        gap = answer[0] - cause[0]
        if gap > (self._most or 0):
            return f"{(gap - (self._most or 0)) / 1e6:g} s too late"
        if gap < self._least:
            return f"{(self._least - gap) / 1e6:g} s too early"
        return ""

    def _title(self) -> str:
        return f"{self._cause.title}, then {self._answer.title}"

    def _bounds(self) -> str:
        most, least = (self._most or 0) / 1e6, self._least / 1e6
        return f"{least:g} to {most:g} s later" if least else f"within {most:g} s"


__all__ = ["Follower"]
