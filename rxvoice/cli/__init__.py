"""The command line: ``rxvoice demo``, ``talk``, ``simulate``, ``tune``, ``providers`` …."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from importlib.metadata import version

from rxvoice.cli import (
    _check,
    _demo,
    _diff,
    _models,
    _providers,
    _redact,
    _replay,
    _serve,
    _simulate,
    _talk,
    _top,
    _tune,
)
from rxvoice.errors import ModelUnavailable, RxvoiceError
from rxvoice.telemetry import quiet_libraries

COMMANDS = (
    _demo,
    _talk,
    _serve,
    _top,
    _simulate,
    _tune,
    _replay,
    _diff,
    _redact,
    _models,
    _providers,
    _check,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: The arguments; those of the process unless given.

    Returns:
        The exit code: 0 when all went well, 1 after an error (which is one line on the standard
        error stream; 2 where 1 is an answer, as for `rxvoice diff`), 130 after Ctrl-C.
    """
    parser = argparse.ArgumentParser(
        prog="rxvoice",
        description="Reactive streams for real-time voice agents.",
        epilog="`rxvoice COMMAND --help` says more. Everything runs on this machine, without keys; "
        "only `rxvoice check` asks a vendor.",
    )
    parser.add_argument("--version", action="version", version=f"rxvoice {version('rxvoice')}")
    parser.add_argument("--debug", action="store_true", help="show logs and whole tracebacks")
    parser.add_argument(
        "--loud",
        action="append",
        default=[],
        metavar="LIBRARY",
        help="show with --debug what this library logs, too, such as httpx or aiortc",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_arguments(commands)
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.DEBUG if args.debug else logging.CRITICAL)
    quiet_libraries(loud=args.loud)
    try:
        return args.run(args)
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("rxvoice: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except (RxvoiceError, OSError, ValueError, ImportError) as error:
        if args.debug:
            raise
        text = str(error) or type(error).__name__
        if not isinstance(error, ModelUnavailable):  # that one lists the places it tried
            text = " ".join(text.split())
        print(f"rxvoice: error: {text}", file=sys.stderr)
        return getattr(args, "trouble", 1)


__all__ = ["main"]
