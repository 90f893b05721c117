"""Tells what `versus` has found: the text of RESULTS.md."""

from collections.abc import Sequence
from typing import Final

from versus_kept import elsewhere
from versus_tables import (
    BY_HAND,
    BY_RXPY,
    IMPORTS,
    INTERRUPT,
    OWN,
    REPLY,
    SESSIONS,
    STAGES,
    TEXTS,
    Found,
    Row,
    value_in,
)
from versus_words import CHARTS, MISSED, NOT_COMPARED, RXPY, WORDS

VERSIONS: Final = (
    ("rxvoice", "rxvoice", "rxvoice"),
    ("reactivex", "rxvoice", "reactivex"),
    ("Pipecat", "Pipecat", "pipecat-ai"),
    ("LiveKit Agents", "LiveKit Agents", "livekit-agents"),
)


def told(results: Found) -> str:
    """Return the page."""
    stacks: Found = results["stacks"]
    versions = ", ".join(
        f"{name} {stacks[stack]['about']['packages'].get(package, '?')}"
        for name, stack, package in VERSIONS
        if stack in stacks
    )
    machine: Found = results["machine"]
    what = f"{machine['machine']}, {machine['system']}, {machine['python']}; {results['date']}"
    parts = [
        WORDS.format(machine=what, versions=versions, minutes="an hour"),
        *([RXPY] if BY_RXPY in stacks else []),
        *([others] if (others := elsewhere(results)) else []),
        CHARTS,
        _section("1 What a minimal agent needs", IMPORTS, stacks),
        _section("2 A frame of 20 ms through stages that do nothing", STAGES, stacks),
        _section(
            "3 From the end of a turn to the first audio, and what a turn costs", REPLY, stacks
        ),
        _section("4 Interruption by speech", INTERRUPT, stacks),
        _section("5 Calls in real time on one core", SESSIONS, stacks),
        _growth(stacks),
        _alone(results.get("alone") or []),
        MISSED,
        NOT_COMPARED,
    ]
    return "\n".join(parts)


def _section(title: str, rows: Sequence[Row], stacks: Found) -> str:
    names = list(stacks)
    lines = [
        f"## {title}",
        "",
        *([TEXTS[title[0]], ""] if title[0] in TEXTS else []),
        f"| | {' | '.join(names)} | the best peer | aim |",
        f"| --- {'| ---: ' * (len(names) + 1)}| --- |",
    ]
    for name, find, unit, aim in rows:
        values = {stack: value_in(find, found) for stack, found in stacks.items()}
        own = values.get(OWN)
        peers = [
            value
            for stack, value in values.items()
            if value is not None and stack not in (OWN, *BY_HAND)
        ]
        cells = [_told(values[stack], unit) for stack in names]
        ratio = ""
        more = name.startswith("calls")
        if own is not None and peers:
            best = max(peers) if more else min(peers)
            if own > 0 and best > 0:
                ratio = f"× {own / best:.2g}" if more else f"÷ {best / own:.2g}"
        goal = ""
        if aim is not None and own is not None:
            met = own >= aim if more else own <= aim
            goal = f"{'≥' if more else '≤'} {aim:g} {'met' if met else '**missed**'}"
        lines.append(f"| {name} | {' | '.join(cells)} | {ratio} | {goal} |")
    return "\n".join([*lines, ""])


def _told(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "":
        return f"{value:.0f}"
    digits = f"{value:.3g}" if abs(value) < 1_000 else f"{value:.0f}"
    return f"{digits} {unit}"


def _points(found: Found) -> dict[int, Found]:
    """Return what growth has found, by the number of turns."""
    rounds: list[Found | None] = found.get("growth") or []
    points: list[Found] = [point for each in rounds if each for point in each["points"]]
    return {int(point["turns"]): point for point in points}


def _growth(stacks: Found) -> str:
    by_stack = [_points(found) for found in stacks.values()]
    turns = sorted({turn for points in by_stack for turn in points})
    lines = [
        "## 6 As the conversation grows",
        "",
        "Turns that were written, each as soon as the first audio of the one before has come:",
        "processor time of a turn, and memory more than at the beginning, at so many turns, as far",
        "as each came in seven minutes.",
        "",
        f"| turns | {' | '.join(stacks)} |",
        f"| ---: {'| ---: ' * len(stacks)}|",
    ]
    for turn in turns:
        cells = [
            f"{points[turn]['processor']:.2f} ms, {points[turn]['memory']:.1f} MB"
            if turn in points
            else "–"
            for points in by_stack
        ]
        lines.append(f"| {turn} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _alone(lines: Sequence[Found]) -> str:
    shown = [
        "## 7 Kernels, virtual time, a long call",
        "",
        "What the peers have no counterpart of, or is a call of a library: *bare* is that alone.",
        "",
        "| | rxvoice | bare | ratio | aim |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for line in lines:
        bare = f"{line['bare']:.3g} {line['unit']}" if line.get("bare") else ""
        ratio = f"{line['ratio']:.2f}" if line.get("ratio") else ""
        aim = ""
        if line.get("aim") is not None:
            met = line["value"] < line["aim"]
            aim = f"< {line['aim']:.3g} {line['unit']} {'met' if met else '**missed**'}"
        value = f"{line['value']:.3g} {line['unit']}".strip()
        shown.append(f"| {line['name']} | {value} | {bare} | {ratio} | {aim} |")
    return "\n".join([*shown, ""])


__all__ = ["told"]
