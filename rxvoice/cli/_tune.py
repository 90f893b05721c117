"""``rxvoice tune``: try turn policies on recordings with labels."""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rxvoice import models
from rxvoice.cli import _outputs, _python_file
from rxvoice.cli._agent import say
from rxvoice.cli._models import Meter
from rxvoice.errors import ModelUnavailable

if TYPE_CHECKING:
    from rxvoice.providers.moonshine import Moonshine
    from rxvoice.tuning import Policy

PICTURE = "rxvoice-tune.svg"
USUAL = "end_of_turn(threshold=0.3,0.5,0.7)"
USUAL_WITH_WORDS = "end_of_turn+text(threshold=0.3,0.5,0.7)"
AT_MOST = 0.05


def add_arguments(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "tune",
        help="try turn policies on recordings with labels",
        description="Play recordings with labels to policies for the end of a turn, in virtual "
        "time, and print how often each takes the turn before the user has finished, and how long "
        "it waits otherwise. Silence alone is always among them. docs/tuning.md describes the "
        "labels: NAME.json or NAME.rttm beside each recording, or a manifest.json.",
        epilog="Examples of sweeps: 'silence(min_delay=0.2..1.4/0.2)', "
        "'end_of_turn(threshold=0.3,0.5,0.7, vad.min_silence=0.2)', 'mine.py:stop(wait=0.3,0.6)'.",
    )
    parser.add_argument("recordings", help="a folder with recordings, one of them, or a manifest")
    parser.add_argument(
        "--sweep",
        action="append",
        metavar="POLICY(SETTING=VALUES)",
        help="policies to try: silence, end_of_turn, or FILE.PY:NAME, a function that makes a stop "
        "strategy from its settings; may be repeated (default: silence and end_of_turn)",
    )
    parser.add_argument(
        "--vad",
        default="auto",
        metavar="NAME",
        help="silero, energy, or FILE.PY:NAME, a function that makes a detector (default: silero, "
        "or energy where that cannot be had)",
    )
    parser.add_argument(
        "--stt",
        default="labels",
        metavar="NAME",
        help="where the text comes from: labels, moonshine, or FILE.PY:NAME, a function that makes "
        "a transcriber (default: %(default)s)",
    )
    parser.add_argument(
        "--latency",
        type=float,
        default=0.1,
        metavar="SECONDS",
        help="from the detected end of the speech to its text, with --stt labels "
        "(default: %(default)g)",
    )
    parser.add_argument(
        "--tolerance",
        type=float,
        default=0.05,
        metavar="SECONDS",
        help="by which labels may be wrong (default: %(default)g)",
    )
    parser.add_argument("--only", default="*", metavar="PATTERN", help="such as 'call-*'")
    parser.add_argument(
        "--kind",
        action="append",
        metavar="KIND",
        help="of a manifest, the kind of entries to use; may be repeated (default: scene)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers, too")
    parser.add_argument(
        "--svg",
        default=PICTURE,
        metavar="FILE",
        help="where to write the picture, '-' for nowhere (default: %(default)s)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from rxvoice.providers.energy import energy
    from rxvoice.providers.silero import silero
    from rxvoice.tuning import PolicyError, read_recordings, tune

    _outputs.file("--svg", None if args.svg == "-" else Path(args.svg))
    _outputs.file("--json", args.json)
    found = read_recordings(args.recordings, only=args.only, kinds=args.kind or ["scene"])
    vad = _made("vad", args.vad, {"auto": _nothing, "silero": silero, "energy": energy})
    stt = _made("stt", args.stt, {"labels": _nothing, "moonshine": _moonshine})
    meter = Meter(sys.stderr)
    began = time.perf_counter()
    try:
        with models.watch(meter):
            sweeps = args.sweep or _usual(words=stt is not None)
            policies = [policy for text in sweeps for policy in _policies(text)]
            tuning = tune(
                found,
                policies,
                vad=vad,
                stt=stt,
                latency=args.latency,
                tolerance=args.tolerance,
                progress=_progress,
            )
    except PolicyError as error:
        raise _clearly(error, args.sweep or ()) from error
    finally:
        meter.end()
        _progress(0, 0, "")
    took = time.perf_counter() - began
    print(tuning)
    best = tuning.best(AT_MOST)
    which = "none" if best is None else f"{best.policy}"
    print(f"fastest with at most {100.0 * AT_MOST:g} % cut off: {which}")
    if args.svg != "-":
        Path(args.svg).write_text(tuning.svg(), encoding="utf-8")
        say(f"the picture is {args.svg}")
    if args.json is not None:
        args.json.write_text(tuning.to_json(), encoding="utf-8")
    for problem in tuning.problems:
        say(f"rxvoice: {problem}")
    say(f"{took:.1f} s")
    return 0


def _usual(*, words: bool) -> list[str]:
    """Return what is tried beside silence when nothing is asked for.

    Args:
        words: Whether words are recognised; those of labels know where a sentence ends.
    """
    from rxvoice.providers.smart_turn import smart_turn
    from rxvoice.testing import run_virtual
    from rxvoice.tuning._strategies import STRATEGIES

    try:
        run_virtual(smart_turn().prepare())
    except ModelUnavailable:
        say("the end-of-turn model cannot be had: only silence is tried")
        return []
    return [USUAL, USUAL_WITH_WORDS] if words and "end_of_turn+text" in STRATEGIES else [USUAL]


def _policies(text: str) -> "list[Policy]":
    from rxvoice.tuning import sweep

    name = text.partition("(")[0].strip()
    return sweep(text, **({name: _python_file.load(name, "stop")} if ".py" in name else {}))


def _made(what: str, choice: str, known: Mapping[str, Callable[[], Any]]) -> Any:
    make = _python_file.choose(what, choice, known)
    if not callable(make):
        raise ValueError(f"{choice} is no function that makes a {what}, but {make!r}")
    try:
        return make()
    except Exception as error:
        raise _python_file.clearly(error, choice) from error


def _nothing() -> None:
    """Leave the choice to `tune`."""


def _clearly(error: Exception, sweeps: "list[str] | tuple[()]") -> Exception:
    """Lead to the line of the user's file in which a strategy failed."""
    for text in sweeps:
        name = text.partition("(")[0].strip()
        if ".py" in name and str(error).startswith(name) and isinstance(error.__cause__, Exception):
            told = _python_file.clearly(error.__cause__, name)
            return ValueError(f"{error} ({told})")
    return error


def _moonshine() -> "Moonshine":
    """Recognise whole utterances only: what comes before decides about no end of a turn."""
    from rxvoice.providers.moonshine import moonshine

    return moonshine(interim_every=None)


def _progress(index: int, count: int, name: str) -> None:
    """Show where it is, on a line that is written over, where somebody may look."""
    if sys.stderr.isatty():
        line = f"{index + 1} of {count}: {name}" if count else ""
        sys.stderr.write(f"\r{line[:78]:<78}\r")
        sys.stderr.flush()
