"""Joins what `versus` has kept with what was measured anew, maybe on another machine."""

from collections.abc import Mapping, Sequence
from typing import Any

Found = Mapping[str, Any]


def merged(kept: Found, results: Found, order: Sequence[str]) -> dict[str, Any]:
    """Return what was kept with what was measured anew.

    Args:
        kept: All that was measured before.
        results: What was measured now.
        order: Names of the stacks, as the tables have them.
    """
    stacks: Found = {
        name: kept["stacks"].get(name, {}) | results["stacks"].get(name, {})
        for name in order
        if name in kept["stacks"] or name in results["stacks"]
    }
    return {**kept, **results, "stacks": stacks, "places": _places(kept) | _places(results)}


def elsewhere(results: Found) -> str:
    """Tell what was measured on other machines than the page's; nothing when it was all there."""
    places = _places(results)
    lines: list[str] = []
    for place in sorted(set(places.values()) - {results["machine"]["machine"]}):
        names = "; ".join(name for name in places if places[name] == place)
        lines.append(f"**Not to be compared** with the others, for it was on {place}: {names}.\n")
    return "\n".join(lines)


def _places(results: Found) -> dict[str, str]:
    """Return on which machine each part of each stack was measured."""
    names = [f"{stack}, {part}" for stack, found in results["stacks"].items() for part in found]
    names += ["section 7"] if results.get("alone") else []
    return dict.fromkeys(names, results["machine"]["machine"]) | results.get("places", {})


__all__ = ["elsewhere", "merged"]
