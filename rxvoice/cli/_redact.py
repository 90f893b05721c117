"""``rxvoice redact``: a recorded call without what was said."""

import argparse
from pathlib import Path

from rxvoice.tape import redact


def add_arguments(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "redact",
        help="copy a recorded call without what was said",
        description="Copy a tape: of texts the length, the blanks and the punctuation are left, of "
        "audio the length, and the names and times of what happened. The settings in its header "
        "stay, such as the instruction of the model.",
        epilog="The exit status is 2 when the tape cannot be read or the copy not be written.",
    )
    parser.add_argument("tape", type=Path, metavar="CALL.RXV")
    parser.add_argument("copy", type=Path, metavar="COPY.RXV")
    parser.add_argument("--keep-text", action="store_true", help="take out the audio only")
    parser.add_argument("--keep-audio", action="store_true", help="take out the texts only")
    parser.set_defaults(run=run, trouble=2)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if args.keep_text and args.keep_audio:
        raise ValueError("--keep-text and --keep-audio together leave nothing to do")
    if args.keep_text:
        redact(args.tape, args.copy, ["audio"])
    elif args.keep_audio:
        redact(args.tape, args.copy, ["text"])
    else:
        redact(args.tape, args.copy)
    return 0
