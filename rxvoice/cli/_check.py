"""``rxvoice check``: ask one provider once, with the user's own key."""

import argparse
import asyncio
import difflib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rxvoice import models
from rxvoice.cli._check_options import made, options
from rxvoice.cli._checking import ASK, Rows
from rxvoice.cli._models import Meter
from rxvoice.errors import ProviderRejected, RxvoiceError
from rxvoice.providers._catalogue import KINDS, Entry, Kind, catalogue
from rxvoice.session import Session


@dataclass(frozen=True, slots=True)
class Check:
    """A call that is about to be made.

    Attributes:
        entry: The provider.
        options: Its options.
        timeout: Seconds that it may take.
    """

    entry: Entry
    options: Mapping[str, Any]
    timeout: float

    async def run(self) -> Rows:
        """Make it.

        Raises:
            RxvoiceError: When it fails; it says why.
        """
        provider = made(self.entry, self.options)
        try:
            async with Session(name="check") as session:
                if self.entry.transport == "process" and hasattr(provider, "prepare"):
                    await provider.prepare()  # loading a model takes as long as it takes
                async with asyncio.timeout(self.timeout):
                    return await ASK[self.entry.kind](provider, session)
        except TimeoutError:
            raise RxvoiceError(f"there was no answer within {self.timeout:g} s") from None
        except ProviderRejected as error:
            key = " or ".join(self.entry.keys)
            hint = f"; the key is that of {key}" if key and error.status in (401, 403) else ""
            raise RxvoiceError(f"{error}{hint}") from error


def add_arguments(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check",
        help="ask a vendor once, with your key, and print how long it takes",
        description="Ask one provider once: let a recogniser hear a second of speech that is "
        "shipped, a voice say a sentence, a language model answer a question. Prints how long that "
        "took, or why it failed, and exits with 1 then. The vendor counts it as usage.",
        epilog="`rxvoice providers` lists the names. The key is read from the environment, and "
        "never printed.",
    )
    parser.add_argument("name", help="a vendor (deepgram), or a function (deepgram_tts_http)")
    kind = parser.add_mutually_exclusive_group()
    for name in ASK:
        help = f"check its {KINDS[name]}" + (" (the default, where it has any)" * (name == "stt"))
        kind.add_argument(f"--{name}", dest="kind", action="store_const", const=name, help=help)
    parser.add_argument("--model", help="instead of the usual one")
    parser.add_argument("--voice", help="instead of the usual one")
    parser.add_argument("--language", help="such as de")
    parser.add_argument("--base-url", metavar="URL", help="where the API is")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="OPTION=VALUE",
        help="any other option of the function; the value is JSON, or else a text",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=20.0,
        metavar="SECONDS",
        help="that it may take (default: %(default)g)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        RxvoiceError: When the provider cannot be asked, or fails.
        ValueError: When there is no such provider, or option.
    """
    entry = chosen(args.name, args.kind)
    if entry.extra and not entry.is_installed:
        raise RxvoiceError(f"{entry.call} needs `pip install 'rxvoice[{entry.extra}]'`")
    if not entry.has_key:
        raise RxvoiceError(f"{entry.vendor} needs a key: set {' or '.join(entry.keys)}")
    if not args.timeout > 0.0:
        raise ValueError(f"--timeout must be positive, got {args.timeout:g}")
    check = Check(entry, options(entry, args), args.timeout)
    try:
        rows = [(entry.kind, f"{entry.call}, {entry.transport}"), *perform(check)]
    except RxvoiceError as error:
        raise RxvoiceError(_without_keys(f"{entry.vendor}: {error}", entry)) from error
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(_without_keys(f"{name:{width}}  {value}", entry))
    return 0


def perform(check: Check) -> Rows:
    """Make the call, on an event loop of its own."""
    meter = Meter(sys.stderr)
    try:
        with models.watch(meter):
            return asyncio.run(check.run())
    finally:
        meter.end()


def chosen(name: str, kind: Kind | None) -> Entry:
    """Return the provider that is meant: of several, the first that recognises, speaks or thinks.

    Raises:
        ValueError: When there is none.
    """
    entries = catalogue()
    named = [entry for entry in entries if entry.vendor == name]
    named = named or [entry for entry in entries if entry.name == name and not entry.preset]
    if not named:
        known = [*dict.fromkeys(n for entry in entries for n in (entry.vendor, entry.name))]
        near = difflib.get_close_matches(name, known, 3)
        hint = f"did you mean {', '.join(near)}? " if near else ""
        raise ValueError(f"there is no provider {name!r}; {hint}`rxvoice providers` lists them")
    fitting = [entry for entry in named if entry.kind in ASK and kind in (None, entry.kind)]
    if not fitting:
        has = ", ".join(dict.fromkeys(KINDS[entry.kind] for entry in named))
        wanted = KINDS[kind] if kind else "nothing that can be asked"
        raise ValueError(
            f"{name} has {has}, not {wanted}" if kind else f"{name} has {wanted}: {has}"
        )
    return fitting[0]


def _without_keys(text: str, entry: Entry) -> str:
    """Leave out what must never be seen, whoever has put it there."""
    for key in filter(None, (os.environ.get(name, "").strip() for name in entry.keys)):
        text = text.replace(key, "…")
    return text
