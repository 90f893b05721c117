"""False cut-offs against delay: silence alone, the end-of-turn model, and the model with the words.

Each way to end a turn has one knob, which makes it slower and more careful. Each setting of it is
tried on all scenes of a manifest (see ``scenes``) in which it is known when nobody may take a turn
for ended, and when it has to be; the table says how often the user was cut off, how long they
waited, and how often a turn ended too late or not at all::

    uv run --all-extras python tools/turn_curve.py manifest.json --svg docs/end-of-turn.svg
"""

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scene_ears import Ears
from scene_files import Scene, read_scenes
from scene_policies import DELAYS, graph
from scene_stage import Entry, play

from rxvoice.contracts import EndOfText, StopStrategy
from rxvoice.operators import stop_after_silence, stop_at_end_of_turn
from rxvoice.providers.last_words import last_words

HEARD: Final = 0.2
"""Seconds of silence that voice detection wants to hear; part of each delay."""

SILENCES: Final = (0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.5)
LONGEST: Final = (0.6, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0)
FACTORS: Final = (0.6, 0.8, 1.0, 1.2, 1.4, 1.7, 2.0)
COLOURS: Final = ("#888888", "#d95f02", "#7570b3", "#1b9e77")
WIDTH, HEIGHT, MARGIN = 640, 400, 56


@dataclass(frozen=True, slots=True)
class Point:
    """One setting of one way.

    Attributes:
        way: Its name.
        knob: What was set.
        cut_off: Share of the pauses within turns, in scenes made for that, that ended the turn.
        spoiled: Share of all turns in which one was taken for ended; also by a turn before that
            ended so late that it fell into this one.
        median: Seconds from the end of the speech to the end of the turn, infinite without one.
        slowest: The ninth decile of it.
        late: Share of the turns that did not end in time.
    """

    way: str
    knob: str
    cut_off: float
    spoiled: float
    median: float
    slowest: float
    late: float


def ways(ears: Ears) -> Mapping[str, Mapping[str, StopStrategy]]:
    """Return all strategies by the name of the way and what the knob says."""

    def with_words(text: EndOfText) -> Mapping[str, StopStrategy]:
        return {
            f"delays × {factor:g}": stop_at_end_of_turn(
                ears.end_of_turn,
                text=text,
                delays=[(least, max(0.3, factor * wait)) for least, wait in DELAYS],
            )
            for factor in FACTORS
        }

    return {
        "silence": {
            f"{silence:g} s": stop_after_silence(min_delay=silence - HEARD) for silence in SILENCES
        },
        "model": {
            f"at most {longest:g} s": stop_at_end_of_turn(ears.end_of_turn, max_delay=longest)
            for longest in LONGEST
        },
        "model + last words": with_words(last_words()),
        "model + language model": with_words(ears.end_of_text),
    }


def measured(scenes: Sequence[Scene], ears: Ears, way: str, knob: str, stop: StopStrategy) -> Point:
    """Let one setting hear all scenes."""
    pauses: list[bool] = []
    spoiled: list[bool] = []
    late: list[bool] = []
    waits: list[float] = []
    for scene in scenes:
        ends = [
            entry["t"] for entry in play(scene, graph(ears, stop, min_speech=0.1)) if _ends(entry)
        ]
        slack = scene.about["label_tolerance_s"]
        for rule in scene.about["expect"]:
            if rule["rule"] == "no_turn_end":
                early = any(rule["frm"] + 0.05 < end < rule["to"] - slack for end in ends)
                spoiled.append(early)
                if scene.kind == "pause":
                    pauses.append(early)
            elif rule["rule"] == "turn_end":
                end = next((end for end in ends if end >= rule["frm"] - slack), math.inf)
                late.append(end > rule["by"] + slack)
                waits.append(end - rule["frm"])
    waits.sort()
    median, slowest = (waits[int(part * len(waits))] if waits else math.inf for part in (0.5, 0.9))
    return Point(way, knob, _share(pauses), _share(spoiled), median, slowest, _share(late))


def table(points: Sequence[Point]) -> str:
    """Return the points as a table in Markdown."""
    rows = [
        "| way | knob | pauses that end a turn | turns cut off | median delay | 90 % | too late |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    rows += [
        f"| {p.way} | {p.knob} | {p.cut_off:.0%} | {p.spoiled:.1%} | {p.median:.2f} s | "
        f"{p.slowest:.2f} s | {p.late:.1%} |"
        for p in points
    ]
    return "\n".join(rows)


def picture(points: Sequence[Point]) -> str:
    """Return the points as a picture: pauses that end the turn over the median delay."""
    points = [point for point in points if math.isfinite(point.median)]
    most = max([1.5, *(point.median for point in points)])

    def place(point: Point) -> tuple[float, float]:
        across = MARGIN + (WIDTH - 2 * MARGIN) * point.median / most
        return round(across, 1), round(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * point.cut_off, 1)

    parts: list[str] = []
    for tenth in range(0, int(most * 10) + 1, 2):
        x = MARGIN + (WIDTH - 2 * MARGIN) * tenth / 10 / most
        parts.append(_label(x, HEIGHT - MARGIN + 18, f"{tenth / 10:g}", "middle"))
    for percent in range(0, 101, 20):
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * percent / 100
        parts.append(
            f'<line x1="{MARGIN}" y1="{y:.1f}" x2="{WIDTH - MARGIN}" y2="{y:.1f}" stroke="#ddd"/>'
        )
        parts.append(_label(MARGIN - 8, y + 4, f"{percent} %", "end"))
    parts.append(_label(WIDTH / 2, HEIGHT - 14, "median delay of the end of a turn, s", "middle"))
    parts.append(_label(MARGIN - 40, 24, "pauses within a turn that end it", "start"))
    for number, way in enumerate(dict.fromkeys(point.way for point in points)):
        colour = COLOURS[number % len(COLOURS)]
        places = [place(point) for point in points if point.way == way]
        line = " ".join(f"{x},{y}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>' for x, y in places]
        y = 48 + 18 * number
        parts.append(
            f'<rect x="{WIDTH - 210}" y="{y - 9}" width="12" height="10" fill="{colour}"/>'
        )
        parts.append(_label(WIDTH - 192, y, way, "start"))
    inner = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n{inner}\n</svg>\n'
    )


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="False cut-offs of turns against their delay.")
    parser.add_argument("manifest", type=Path, help="lists the scenes")
    parser.add_argument("--split", help="only the scenes of this part of the data")
    parser.add_argument("--svg", type=Path, help="where the picture goes")
    args = parser.parse_args()
    scenes = [
        scene
        for scene in read_scenes(args.manifest, split=args.split)
        if any(rule["rule"] == "no_turn_end" for rule in scene.about["expect"])
    ]
    ears = Ears()
    points: list[Point] = []
    for way, settings in ways(ears).items():
        for knob, stop in settings.items():
            points.append(measured(scenes, ears, way, knob, stop))
            print(points[-1], file=sys.stderr)
    print(table(points))
    if args.svg is not None:
        args.svg.write_text(picture(points), encoding="utf-8")
    return 0


def _ends(entry: Entry) -> bool:
    return entry["ev"] == "turn_end"


def _share(claims: Sequence[bool]) -> float:
    return sum(claims) / len(claims) if claims else 0.0


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#333">{text}</text>'


if __name__ == "__main__":
    sys.exit(main())
