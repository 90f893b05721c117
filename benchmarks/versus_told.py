"""Tells what `versus` has found: the text of RESULTS.md."""

from collections.abc import Sequence
from typing import Final

from versus_tables import (
    IMPORTS,
    INTERRUPT,
    REPLY,
    SESSIONS,
    STAGES,
    TEXTS,
    Found,
    Row,
    value_in,
)

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
![First audio, the cost of a turn, and calls on one core](results.svg)
"""

MISSED: Final = """\
## Where an aim is missed

- **First audio, and what a turn costs**: between two frames the loop sleeps, so that all the code
  of a turn is cold; back to back the same turn takes 0.3 ms (`core.py --only replying`). Most of it
  is subscribing: a reply is a pipe that is made anew, and RxPY subscribes some fifteen times. Each
  of the packets that follow is timed, sent, and told to be heard.
- **Voice cancelled**: a task learns of it in the next turn of the loop. Before that come
  `ClearAudio`, the end of the reply, and 0.8 s of the user's audio that the gate has held back and
  the recogniser gets in that moment.
- **Memory**: up to a third of it is what the measure itself notes, as by hand, a seventh the last
  0.8 s of the user's audio. RxPY has a lock for each of two hundred disposables.
- **Calls**: 200 were meant to be 13 times as many as Pipecat carries and 4 times as many as LiveKit
  Agents. Both carry more here than that assumed.
- **Kernels**: the bare resampler adds noise (dither); ours must not, for equal input has to give
  equal output, and goes by floats. Frames have times. Messages of the telephone are checked, and
  come as items; a view of bytes is no item.
- **The long call** has more objects at its end because it remembers what was said.
- **Simulated calls**: the aims are those of a stack that was written for this one purpose.
"""

NOT_COMPARED: Final = """\
## What is not comparable

- **Pace**. rxvoice sends packets of 20 ms, each when the one before it has been heard. Pipecat's
  websocket transport sends 40 ms at a time and one such packet ahead; LiveKit Agents hands 50 ms at
  a time to native code that plays them from a queue of 200 ms. To be ahead means fewer wake-ups and
  negative lateness in the table, and more to forget in an interruption. What LiveKit's native
  code does on other threads runs on the same core here.
- **Interruption** of a single call is parity: all stop within some milliseconds of the decision.
  What the peers wait by default before they decide, and what is on its way in networks and in
  players, is another matter.
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
