"""`Tuning`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from rxvoice.tuning._picture import as_svg
from rxvoice.tuning._score import Score
from rxvoice.tuning._table import as_html, as_text


@dataclass(frozen=True, slots=True)
class Tuning:
    """What policies did in recordings; printing it shows a table, a notebook the picture, too.

    Attributes:
        scores: One for each policy, silence first.
        seconds: How much audio there was.
        notes: What to know about how it was done.
        problems: What could not be used, or went wrong, one line each.
    """

    scores: tuple[Score, ...]
    seconds: float
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Score]:
        return iter(self.scores)

    def __getitem__(self, policy: str) -> Score:
        """Return the score of a policy by its name with its settings, as in the table.

        Raises:
            KeyError: When there is none.
        """
        for score in self.scores:
            if str(score.policy) == policy:
                return score
        raise KeyError(policy)

    def best(self, cut_offs: float = 0.05) -> Score | None:
        """Return the fastest policy that cuts off at most this share of the turns.

        Args:
            cut_offs: From 0 to 1.

        Returns:
            Its score, the first one among equals; `None` when there is none.
        """
        fit = [
            (delay, index)
            for index, score in enumerate(self.scores)
            if score.cut_off_rate <= cut_offs + 1e-9 and (delay := score.delay(50)) is not None
        ]
        return self.scores[min(fit)[1]] if fit else None

    def to_json(self) -> str:
        """Write all numbers, those of each recording, too; times in seconds."""
        content = {
            "recordings": len(self.scores[0].outcomes),
            "seconds": round(self.seconds, 3),
            "notes": self.notes,
            "problems": self.problems,
            "policies": [score.as_dict() for score in self.scores],
        }
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"

    def svg(self, *, title: str = "Cut-offs against delay", width: float = 720.0) -> str:
        """Draw the share of turns that are cut off against the median delay, a line a policy.

        Args:
            title: Name of the picture.
            width: In pixels, at least 360.

        Returns:
            An SVG document that stands alone.

        Raises:
            ValueError: When ``width`` is too small.
        """
        return as_svg(self.scores, title, width)

    def __str__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)

    def _repr_svg_(self) -> str:
        return self.svg()


__all__ = ["Tuning"]
