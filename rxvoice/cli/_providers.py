"""``rxvoice providers``: list what recognises, speaks and thinks, and what each needs."""

import argparse
import json
from collections.abc import Sequence
from itertools import groupby

from rxvoice.providers._catalogue import KINDS, Entry, catalogue


def add_arguments(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "providers",
        help="list the providers of speech, language and turns, and what each needs",
        description="All providers: whose they are, what makes them (in rxvoice.providers), how "
        "they are reached, and what they need: a key in an environment variable, an extra of "
        "rxvoice. No key is read, no vendor is asked; `rxvoice check VENDOR` does that.",
    )
    parser.add_argument("--kind", choices=KINDS, help="only those of one kind")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    entries = [entry for entry in catalogue() if args.kind in (None, entry.kind)]
    if args.json:
        print(json.dumps(list(map(described, entries)), indent=2))
    else:
        print("\n\n".join(_section(list(group)) for _, group in groupby(entries, _title)))
    return 0


def described(entry: Entry) -> dict[str, object]:
    """Return what JSON says of a provider."""
    return {
        "vendor": entry.vendor,
        "kind": entry.kind,
        "call": entry.call,
        "module": entry.module,
        "transport": entry.transport,
        "local": entry.local,
        "keys": list(entry.keys),
        "key_set": entry.has_key,
        "extra": entry.extra,
        "program": entry.program,
        "installed": entry.is_installed,
        "ready": is_ready(entry),
    }


def is_ready(entry: Entry) -> bool | None:
    """Return whether all is there that a provider needs; None when only its server knows."""
    if not (entry.has_key and entry.is_installed):
        return False
    return None if entry.local and entry.transport != "process" else True


def needs(entry: Entry) -> str:
    """Return what a provider needs, and what of it is missing."""
    found: list[str] = []
    if entry.keys:
        found.append(" or ".join(entry.keys) + ("" if entry.has_key else " (not set)"))
    if entry.package:
        missing = "" if entry.is_installed else " (not installed)"
        found.append(f"rxvoice[{entry.extra}]{missing}")
    if entry.program:
        found.append(f"{entry.program}{'' if entry.is_installed else ' (not found)'}")
    if entry.local and entry.transport != "process":
        found.append("a server of your own")
    return ", ".join(found)


def _title(entry: Entry) -> str:
    return f"{entry.kind}: {KINDS[entry.kind]}"


def _section(entries: Sequence[Entry]) -> str:
    rows = [
        (
            entry.vendor,
            entry.call,
            entry.transport,
            {True: "yes", False: "no", None: "?"}[is_ready(entry)],
            needs(entry),
        )
        for entry in entries
    ]
    rows.insert(0, ("vendor", "made by", "over", "ready", "needs"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join([*map(str.ljust, row, widths), row[4]]).rstrip()  # the last column has any width
        for row in rows
    ]
    return "\n".join([_title(entries[0]), *(f"  {line}" for line in lines)])
