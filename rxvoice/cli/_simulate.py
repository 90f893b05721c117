"""``rxvoice simulate``: let simulated callers call an agent, and count what goes wrong."""

import argparse
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rxvoice.cli import _outputs, _python_file
from rxvoice.cli._agent import say

if TYPE_CHECKING:
    from rxvoice.testing.calls import Call
    from rxvoice.testing.simulation import Conditions, Persona


def add_arguments(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "simulate",
        help="let simulated callers call an agent, and count what goes wrong",
        description="Hold many calls with an agent in virtual time, without models or keys: who "
        "calls, the language model, the voice and the recogniser are made up. Print how often it "
        "was interrupted, spoke too soon or not at all, and how fast it was. The same arguments "
        "give the same table.",
        epilog="The exit status is 1 when a call failed or a limit was exceeded.",
    )
    parser.add_argument(
        "agent",
        nargs="?",
        metavar="AGENT.PY[:NAME]",
        help="a Python file with a function that makes the agent from its parts: vad, stt, llm, "
        f"tts, session, those that it names; NAME is '{_python_file.USUAL}' unless given "
        "(default: `rxvoice.operators.converse`)",
    )
    parser.add_argument(
        "--persona",
        default="mixed",
        metavar="NAME",
        help="who calls: a name, 'list' for all names, or FILE.PY:NAME (default: %(default)s)",
    )
    parser.add_argument(
        "--conditions",
        default="usual",
        metavar="NAME",
        help="how the made-up services behave: likewise (default: %(default)s)",
    )
    parser.add_argument("--calls", type=int, default=100, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="where chance begins (default: %(default)s)",
    )
    parser.add_argument(
        "--audio", action="store_true", help="give the agent audio, 20 ms a frame; takes longer"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers, too")
    parser.add_argument(
        "--show", type=int, metavar="N", help="hold only call N, and print it as a diagram"
    )
    parser.add_argument(
        "--svg", type=Path, metavar="FILE", help="write the picture of the call that is shown"
    )
    parser.add_argument(
        "--fail-if",
        action="append",
        default=[],
        metavar="LIMIT",
        help="such as 'cut_offs>5%%' or 'latency.p95>1.5'; may be repeated",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from rxvoice.operators import converse
    from rxvoice.testing.simulation import CONDITIONS, PERSONAS, Conditions, Limit, simulate

    for choice, known in ((args.persona, PERSONAS), (args.conditions, CONDITIONS)):
        if choice == "list":
            print("\n".join(f"{name}: {_told(value)}" for name, value in known.items()))
            return 0
    if args.svg is not None and args.show is None:
        raise ValueError("--svg needs --show: it is the picture of one call")
    _outputs.file("--svg", args.svg)
    _outputs.file("--json", args.json)
    limits = [Limit.parse(text) for text in args.fail_if]
    persona = _python_file.choose("persona", args.persona, PERSONAS)
    conditions = _python_file.choose("conditions", args.conditions, CONDITIONS)
    if not isinstance(conditions, Conditions):
        raise ValueError(f"{args.conditions} is no Conditions, but {conditions!r}")
    agent = converse if args.agent is None else _python_file.load(args.agent)
    began = time.perf_counter()
    try:
        report = simulate(
            agent,
            persona,
            calls=args.calls,
            seed=args.seed,
            only=args.show,
            conditions=conditions,
            audio=args.audio,
        )
    except Exception as error:
        raise _python_file.clearly(error, args.agent or "converse") from error
    took = time.perf_counter() - began
    breaches = [breach for limit in limits if (breach := limit.breach(report.figures))]
    if args.show is not None:
        call = _readable(report.call(args.show))
        print(f"{call}\n")
        if args.svg is not None:
            args.svg.write_text(call.svg(title=f"Call {args.show}"), encoding="utf-8")
    print(report)
    if args.json is not None:
        args.json.write_text(report.to_json(), encoding="utf-8")
    say(f"{took:.1f} s, {len(report.calls) / took:.3g} calls a second")
    for breach in breaches:
        print(f"rxvoice: {breach}", file=sys.stderr)
    if args.show is None and report.kept:
        worth = next(iter(report.kept))
        say(f"--show {worth} shows the call that is worth looking at most")
    if not report.figures["turns"]:
        say("no turn was taken at all: does the agent name the parts vad and stt?")
    return 1 if breaches or report.failed else 0


def _readable(call: "Call") -> "Call":
    """Leave out what the recogniser revised anyway, which fills the diagram."""
    acted = tuple((at, mark) for at, mark in call.acted if not mark.key.endswith("…"))
    return replace(call, acted=acted)


def _told(value: "Persona | Conditions") -> str:
    """Tell what a persona or conditions have that the default does not."""
    usual = asdict(type(value)())
    unlike = {
        name: setting
        for name, setting in asdict(value).items()
        if name not in ("name", "lines") and setting != usual[name]
    }
    return ", ".join(f"{name} {setting}" for name, setting in unlike.items()) or "the default"
