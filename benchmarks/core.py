"""Costs of the core of rxvoice: see README.md beside this file.

It prints a table, and never fails because something is slow.
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from context import context
from filtering import filtering
from importing import importing
from interrupting import interrupting
from judging import judging
from kernels import kernels
from listening import listening
from measured import Measured, keep, machine, table
from memory import memory
from replying import replying
from simulating import simulating
from soaking import soaking
from taping import taping
from text import text
from thinking import thinking
from tracing import tracing


def main() -> None:
    """Measure, print and keep."""
    parts: dict[str, Callable[[], list[Measured]]] = {
        "listening": listening,
        "vad": judging,
        "kernels": kernels,
        "filtering": filtering,
        "replying": replying,
        "text": text,
        "thinking": thinking,
        "interrupting": interrupting,
        "context": context,
        "memory": memory,
        "simulating": simulating,
        "soaking": soaking,
        "taping": taping,
        "tracing": tracing,
        "import": importing,
    }
    parser = argparse.ArgumentParser(description="Measure what the core of rxvoice costs.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the results, too")
    parser.add_argument(
        "--only", choices=parts, action="append", help="measure only this; may be repeated"
    )
    parser.add_argument(
        "--all-models",
        action="store_true",
        help="measure memory with the language model and the voice, too (takes a minute)",
    )
    args = parser.parse_args()
    if args.all_models:
        parts["memory"] = partial(memory, ("vad", "listening", "all"))
    lines: list[Measured] = []
    for name in args.only or parts:
        sys.stderr.write(f"measuring: {name} …\n")
        lines += parts[name]()
    print("\n".join(f"{name}: {value}" for name, value in machine().items()))
    print()
    print(table(lines))
    if args.json is not None:
        keep(args.json, lines)


if __name__ == "__main__":
    main()
