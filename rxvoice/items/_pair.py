"""What `rxvoice.operators.pattern_pairs` looks for."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from ._model import Tagged

Treatment: TypeAlias = Literal["remove", "keep", "unspoken", "thought"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two delimiters, and what becomes of what a language model writes between them.

    Attributes:
        start: The opening delimiter, as it is written.
        end: The closing one.
        then: ``"remove"`` takes it out and tells it as `Tagged`; ``"keep"`` passes it on as one
            unit, delimiters included, which the voice understands; ``"unspoken"`` passes it on as
            it comes, delimiters included, as text that is remembered but not spoken;
            ``"thought"`` makes `Thought` pieces of it. A function is given it as `Tagged` and
            returns what is said in its place, as one unit; empty for nothing.
        name: Told in `Tagged`; the opening delimiter unless given.
        limit: Characters after which a pair that is not closed is taken to be none, where it has
            to be complete first: what is removed, kept or given to a function.
        tag: Whether ``start`` is a tag without its ``>``, so that attributes may follow, and
            ``/>`` closes it at once; use `Pair.of_tag`.

    Raises:
        ValueError: When a delimiter is empty, ``then`` is none of these, or ``limit`` is below 1.
    """

    start: str
    end: str
    then: Treatment | Callable[[Tagged], str]
    name: str = ""
    limit: int = field(default=2_000, kw_only=True)
    tag: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        for name, value in (("start", self.start), ("end", self.end)):
            if not value:
                raise ValueError(f"{name} must not be empty")
        if not callable(self.then) and self.then not in get_args(Treatment):
            raise ValueError(f"then must be one of {get_args(Treatment)}, got {self.then!r}")
        if self.limit < 1:
            raise ValueError(f"limit must be at least 1, got {self.limit}")
        if not self.name:
            object.__setattr__(self, "name", self.start)

    @classmethod
    def of_tag(
        cls, name: str, then: Treatment | Callable[[Tagged], str], *, limit: int = 2_000
    ) -> "Pair":
        """Return the pair ``<name …>`` and ``</name>``.

        Args:
            name: Of the tag.
            then: As for a `Pair`.
            limit: As for a `Pair`.

        Raises:
            ValueError: When it is no name of a tag.
        """
        if not re.fullmatch(r"[A-Za-z_][\w:.-]*", name):
            raise ValueError(f"name must be the name of a tag, got {name!r}")
        return cls(f"<{name}", f"</{name}>", then, name, limit=limit, tag=True)


__all__ = ["Pair", "Treatment"]
