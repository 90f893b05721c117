"""Expected values that describe more than one actual value."""

from typing import Any

from ._explain import explain
from ._near import near
from ._same import Matcher, same, same_error

anything: Any = Matcher(lambda _: True, "anything")
"""Fits every value and every error."""


def approx(expected: Any, /, abs: float = 1e-6) -> Any:
    """Fit numbers that are near the expected ones.

    Args:
        expected: A number, an array, or a sequence, mapping or dataclass (such as an item) that
            holds numbers; all else in it must be equal. NaN is near NaN.
        abs: The largest difference that is allowed.

    Returns:
        A `Matcher` to be put into ``values`` or into an item.
    """
    return Matcher(
        lambda value: near(expected, value, abs),
        f"approx({expected!r}, abs={abs:g})",
        lambda value: explain(expected, value, abs),
    )


def like(kind: type, /, **attributes: Any) -> Any:
    """Fit objects of a type whose named attributes fit; the others may be anything.

    Args:
        kind: The type.
        attributes: Expected values, or matchers, of some attributes.

    Returns:
        A `Matcher` to be put into ``values`` or into an item.
    """
    shown = ", ".join(f"{name}={value!r}" for name, value in attributes.items())

    def fits(value: object) -> bool:
        return isinstance(value, kind) and all(
            hasattr(value, name) and same(wanted, getattr(value, name))
            for name, wanted in attributes.items()
        )

    def why_not(value: object) -> list[str]:
        if not isinstance(value, kind):
            return [f"{type(value).__name__} instead of {kind.__name__}"]
        found = {name: getattr(value, name, None) for name in attributes}
        return explain(attributes, found)

    return Matcher(fits, f"like({kind.__name__}{', ' if shown else ''}{shown})", why_not)


__all__ = ["Matcher", "anything", "approx", "like", "same", "same_error"]
