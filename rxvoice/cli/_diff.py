"""``rxvoice diff``: two recorded calls, one over the other."""

import argparse
from pathlib import Path

from rxvoice.cli import _outputs
from rxvoice.tape import diff


def add_arguments(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "diff",
        help="compare two recorded calls",
        description="Show two recorded calls one over the other, with the differences of latency "
        "and what happened in one of them only.",
        epilog="The exit status is 1 when another thing happened, or in another order: times, "
        "audio, metrics and usage do not count. It is 2 when a tape cannot be read.",
    )
    parser.add_argument("one", type=Path, metavar="A.RXV")
    parser.add_argument("other", type=Path, metavar="B.RXV")
    parser.add_argument(
        "--within",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="by how much something may come earlier or later among other things, in calls in "
        "real time (default: %(default)g)",
    )
    parser.add_argument("--svg", type=Path, metavar="FILE", help="write the picture of both, too")
    parser.set_defaults(run=run, trouble=2)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if not args.within >= 0.0:
        raise ValueError(f"--within must not be negative, got {args.within:g}")
    _outputs.file("--svg", args.svg)
    try:
        found = diff(args.one, args.other, within=args.within)
        told = str(found)
    except (AttributeError, LookupError, TypeError) as error:  # items of made-up types
        raise ValueError(f"what these tapes hold makes no sense: {error}") from error
    print(told)
    if args.svg is not None:
        args.svg.write_text(found.svg(), encoding="utf-8")
    return 0 if found.is_same else 1
