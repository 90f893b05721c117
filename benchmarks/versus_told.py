"""Tells what `versus` has found: the text of RESULTS.md."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

Found = Mapping[str, Any]

OWN: Final = "rxvoice"

WORDS: Final = """\
# rxvoice next to its peers

    uv run --all-extras python benchmarks/versus.py        # sets up the peers, measures: {minutes}
    uv run --with matplotlib python benchmarks/charts.py   # draws the charts

{machine}. {versions}.

All stacks do the same work, each in a process and an environment of its own, on one core, by turns,
with asyncio's own loop: [`versus_work.py`](versus_work.py) has the work, `versus_calls.py`,
`versus_load.py` and [`versus_measure.py`](versus_measure.py) the measures, `versus_rxvoice.py`,
`versus_pipecat.py`, `versus_livekit.py` and `versus_bare.py` the agents. The same detector looks at
the same frames of 20 ms; the recogniser, the model and the voice are generators that answer at once
unless a line says otherwise; audio has 16 kHz both ways. Nobody has to wait: what the peers wait by
default before they take a turn as ended is set to nothing.

**Lean** is Pipecat without what it can do without: RTVI, turn tracking, the idle timeout and the
search for tasks that were left. LiveKit Agents has the output of its rooms with the native source
of audio behind it, and no room. **By hand** is what remains when an agent is written for this one
purpose: no errors are handled, nothing can be exchanged, nothing is told. *The best peer* does not
count it.
"""

CHARTS: Final = """\
![First audio, interruption, and calls on one core](results.svg)
"""

NOT_COMPARED: Final = """\
## What is not comparable

- **Pace**. rxvoice sends packets of 20 ms, each when the one before it has been heard. Pipecat's
  websocket transport sends 40 ms at a time and one such packet ahead; LiveKit Agents hands 50 ms at
  a time to native code that plays them from a queue of 200 ms. To be ahead means fewer wake-ups and
  negative lateness in the table, and more to forget in an interruption. What LiveKit's native
  code does on other threads runs on the same core here.
- **Detection**. The detector is scripted. It runs inline in rxvoice and LiveKit Agents and in a
  thread in Pipecat, because that is how these libraries call one. LiveKit's own detector is native
  code and faster than ours; a real model costs each session some 2 ms more a second.
- **Turns that were written** come in by `LLMMessagesAppendFrame`, by `generate_reply`, and as items
  of the type `Turn`.
- **Frames through stages** are asynchronous generators in LiveKit Agents, as its nodes are, and
  cost what they cost by hand: no more than an operator. Nothing is claimed there, and nothing for
  resampling, which all do with soxr.
- **Virtual time** has no counterpart: the peers read the wall clock, so that they can neither talk
  for an hour in seconds nor hold many calls a second in a test.
- Providers, networks and codecs are not in it. `benchmarks/serving.py` compares whole servers over
  sockets.
"""


def told(results: Found) -> str:
    """Return the page."""
    stacks: Found = results["stacks"]
    about = {name: found["about"] for name, found in stacks.items()}
    versions = ", ".join(
        f"{name} {about[stack]['packages'].get(package, '?')}"
        for name, stack, package in (
            ("rxvoice", "rxvoice", "rxvoice"),
            ("reactivex", "rxvoice", "reactivex"),
            ("Pipecat", "Pipecat", "pipecat-ai"),
            ("LiveKit Agents", "LiveKit Agents", "livekit-agents"),
        )
    )
    machine: Found = results["machine"]
    what = f"{machine['machine']}, {machine['system']}, {machine['python']}; {results['date']}"
    parts = [
        WORDS.format(machine=what, versions=versions, minutes="50 min"),
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
        NOT_COMPARED,
    ]
    return "\n".join(parts)


Row = tuple[str, Callable[[Found], float | None], str, float | None]
"""Name, how it is found, its unit with decimals, and rxvoice's aim."""


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
        values = {stack: _try(find, found) for stack, found in stacks.items()}
        own = values[OWN]
        peers = [
            value
            for stack, value in values.items()
            if value is not None and stack not in (OWN, "asyncio by hand")
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


def value_of(rows: Sequence[Row], name: str, found: Found) -> float | None:
    """Return what a row of a table tells of a stack; None when it was not measured."""
    return next(_try(find, found) for own, find, _, _ in rows if own == name)


def _try(find: Callable[[Found], float | None], found: Found) -> float | None:
    try:
        return find(found)
    except (KeyError, TypeError, IndexError, statistics.StatisticsError):
        return None


def _told(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "":
        return f"{value:.0f}"
    digits = f"{value:.3g}" if abs(value) < 1_000 else f"{value:.0f}"
    return f"{digits} {unit}"


def _of(measure: str, *path: str) -> Callable[[Found], float | None]:
    """Return the median over all rounds of one number of a measure."""

    def find(found: Found) -> float | None:
        values: list[float] = []
        for each in found[measure]:
            value: Any = each
            for name in path:
                value = value[name] if value is not None else None
            if value is not None:
                values.append(float(value))
        return statistics.median(values) if values else None

    return find


def _at_most(measure: str, *path: str) -> Callable[[Found], float | None]:
    def find(found: Found) -> float | None:
        values: list[float] = []
        for each in found[measure]:
            value: Any = each
            for name in path:
                value = value[name] if value is not None else None
            if value is not None:
                values.append(float(value))
        return max(values) if values else None

    return find


def _carried(*path: str) -> Callable[[Found], float | None]:
    """Return a number of the greatest load that was carried."""

    def find(found: Found) -> float | None:
        good = [each for each in found["sessions"] if _is_carried(each)]
        if not good:
            return None
        value: Any = max(good, key=lambda each: each["sessions"])
        for name in path:
            value = value[name]
        return float(value)

    return find


def _is_carried(found: Found) -> bool:
    late = found["late"]
    return (
        late is not None
        and late["p99"] <= 20.0
        and found["lag"]["p99"] <= 20.0
        and found["answers"] >= 0.9
    )


IMPORTS: Final[list[Row]] = [
    ("packages, with what they need", lambda found: found["about"]["count"], "", None),
    ("space on the disk", lambda found: found["about"]["size"], "MB", None),
    ("time to import", lambda found: found["about"]["import"], "s", None),
    ("memory after it", lambda found: found["about"]["memory"], "MB", None),
]

STAGES: Final[list[Row]] = [
    ("1 stage", _of("stages", "1", "median"), "µs", None),
    ("8 stages", _of("stages", "8", "median"), "µs", None),
    ("32 stages", _of("stages", "32", "median"), "µs", None),
    ("each further one", _of("stages", "each"), "µs", 0.2),
]

REPLY: Final[list[Row]] = [
    ("first audio, median", _of("reply", "delay", "median"), "ms", 1.0),
    ("first audio, p95", _of("reply", "delay", "p95"), "ms", None),
    ("first audio, most", _at_most("reply", "delay", "most"), "ms", None),
    ("processor time of a turn, median", _of("reply", "turn", "median"), "ms", 4.0),
    ("of a silent window, median", _of("reply", "quiet", "median"), "ms", None),
    ("longest collection of garbage", _at_most("reply", "collection"), "ms", None),
]

INTERRUPT: Final[list[Row]] = [
    ("last old packet, median", _of("interrupt", "last", "median"), "ms", None),
    ("last old packet, most", _at_most("interrupt", "last", "most"), "ms", None),
    ("old packets of 20 ms, most", _at_most("interrupt", "stale", "most"), "", 0.0),
    ("model cancelled, median", _of("interrupt", "model", "median"), "ms", None),
    ("voice cancelled, median", _of("interrupt", "voice", "median"), "ms", 0.5),
    ("voice cancelled, p95", _of("interrupt", "voice", "p95"), "ms", None),
    ("a flood: last old packet, most", _at_most("flood", "last", "most"), "ms", None),
    ("a flood: old packets, most", _at_most("flood", "stale", "most"), "", 0.0),
    ("a flood: voice cancelled, median", _of("flood", "voice", "median"), "ms", None),
    ("a flood: voice cancelled, p95", _of("flood", "voice", "p95"), "ms", 3.0),
]

SESSIONS: Final[list[Row]] = [
    ("calls that were carried", _carried("sessions"), "", 200.0),
    ("packets late, p99", _carried("late", "p99"), "ms", None),
    ("the loop late, p99", _carried("lag", "p99"), "ms", None),
    ("processor time for 1 s of a call", _carried("processor"), "ms", None),
    ("set-up of a call", _carried("set_up"), "ms", 1.2),
    ("memory of a call that begins", _carried("memory_idle"), "MB", None),
    ("memory of a call that goes on", _carried("memory_busy"), "MB", 0.15),
    ("longest collection of garbage", _carried("collection"), "ms", None),
]

TEXTS: Final = {
    "1": "An environment with nothing but the library; the parts of the agent are the user's own.",
    "2": "Processor time a frame.",
    "3": """\
Turns in windows of 1.5 s, in real time: the user speaks for 0.4 s, the bot for 0.4 s. It counts
from the moment at which the detector's stop and the final transcript are both there. A turn costs
what its window does, less what one with a silent user does: 75 frames, and the clock.""",
    "4": """\
The bot speaks, 25 % faster than it is heard, and the user says something. It counts from the window
of audio that makes the detector's start, which is the same window for all. In the *flood* the voice
gives a millisecond of audio at a time, as fast as the loop lets it.""",
    "5": """\
The number of calls is doubled, then halved in, until a packet in a hundred, or a wake-up of the
loop in a hundred, is more than 20 ms late, or answers are missing, twice in a row. The numbers are
of the greatest load that was carried.""",
}


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
        "processor time of a turn, and memory more than at the beginning, at so many turns.",
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


__all__ = ["INTERRUPT", "REPLY", "SESSIONS", "Row", "told", "value_of"]
