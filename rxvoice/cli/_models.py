"""``rxvoice models``: list, fetch and verify the files of local models."""

import argparse
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from rxvoice import models
from rxvoice.errors import ModelUnavailable

_EPILOG = "KEY is a key of the list, the part of one before its slash, or 'all'."


def add_arguments(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to a parser's commands."""
    parser = subparsers.add_parser(
        "models",
        help="list, fetch and verify the files of local models",
        description="The files of local models: what is known, what is here, where it is.",
        epilog=_EPILOG,
    )
    parser.set_defaults(run=run, action="list", keys=[])
    actions = parser.add_subparsers(title="actions", metavar="ACTION")

    def action(name: str, help: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=help, description=help, epilog=_EPILOG)
        added.set_defaults(action=name)
        return added

    action("list", "list the files that rxvoice knows (this is the default)")
    fetch = action("fetch", "fetch files that are not here")
    fetch.add_argument(
        "keys", nargs="*", metavar="KEY", help="or 'default': what the default agent needs"
    )
    verify = action("verify", "hash the files again and say what is wrong")
    verify.add_argument("keys", nargs="*", metavar="KEY", help="all that are here, if none")
    path = action("path", "print where a file is; fetch it when it is not here")
    path.add_argument("keys", nargs=1, metavar="KEY")


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; the exit status.

    Raises:
        ValueError: When there is no such key.
    """
    actions = {"list": _list, "fetch": _fetch, "verify": _verify, "path": _path}
    keys: list[str] = args.keys
    return actions[args.action](keys)


def _list(_: Sequence[str]) -> int:
    store = models.Store()
    rows = [
        (file.key, size_text(file.size), file.licence, _present(store, file.key), file.purpose)
        for file in store.table.values()
    ]
    rows.insert(0, ("key", "size", "licence", "here", "for"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for key, size, licence, here, purpose in rows:
        print(
            f"{key:{widths[0]}}  {size:>{widths[1]}}  {licence:{widths[2]}}"
            f"  {here:{widths[3]}}  {purpose}"
        )
    print(f"\nThey are kept in {store.cache}; 'rxvoice models fetch' brings the default ones.")
    return 0


def _present(store: models.Store, key: str) -> str:
    return "yes" if store.have(key) else "no"


def _fetch(keys: Sequence[str]) -> int:
    store = models.Store()
    failed = 0
    wanted = [(key,) for key in models.DEFAULT] + [models.LANGUAGE_MODELS]
    if chosen := [key for key in keys if key != "default"]:
        wanted = (wanted if "default" in keys else []) + [(key,) for key in _keys(store, chosen)]
    meter = Meter(sys.stderr)
    with models.watch(meter):
        for choice in wanted:
            try:
                key, path = store.first(choice)
            except ModelUnavailable as error:
                failed += 1
                meter.end()
                print(error, file=sys.stderr)
            else:
                print(f"{key}: {path}")
    return 1 if failed else 0


def _verify(keys: Sequence[str]) -> int:
    store = models.Store()
    wrong: list[str] = []
    for key in _keys(store, keys) if keys else store.table:
        verdict = store.verify(key)
        if not keys and not verdict.present:
            continue
        print(f"{key}: {verdict.problem or 'right'}")
        if verdict.problem:
            wrong.append(f"{key} ({verdict.path}): {verdict.problem}")
    if wrong:
        print("; ".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


def _path(keys: Sequence[str]) -> int:
    meter = Meter(sys.stderr)
    try:
        with models.watch(meter):
            print(models.path(keys[0]))
    except ModelUnavailable as error:
        meter.end()
        print(error, file=sys.stderr)
        return 1
    return 0


def _keys(store: models.Store, keys: Iterable[str]) -> list[str]:
    """The keys meant, with groups spelled out."""
    found: list[str] = []
    for key in keys:
        if key == "all":
            found += store.table
        elif group := [known for known in store.table if known.startswith(f"{key}/")]:
            found += group
        else:
            found.append(store.find(key).key)
    return list(dict.fromkeys(found))


def size_text(size: int) -> str:
    """Bytes for people, such as ``"8.7 MB"``."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            amount = size / scale
            return f"{amount:.2f} {unit}" if unit == "GB" else f"{amount:.{amount < 10:d}f} {unit}"
    return f"{size} B"


class Meter:
    """Shows how fetching goes: a bar on a terminal, else a line at every tenth.

    It can be given to `rxvoice.models.watch`.

    Args:
        stream: Where to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        utf8 = (stream.encoding or "").lower().replace("-", "") == "utf8"
        self._full, self._empty = "█░" if utf8 else "#-"
        self._shown: tuple[str, str, int] | None = None
        self._open = False

    def __call__(self, key: str, done: int, total: int, place: str) -> None:
        """Take a report."""
        shown = (key, place, done * (100 if self._live else 10) // total)
        if shown == self._shown:
            return
        if self._shown and self._shown[:2] != shown[:2]:
            self.end()
        self._shown = shown
        percent = 100 * done // total
        rest = f"{percent:3} % of {size_text(total)} from {place}"
        if not self._live:
            print(f"{key} {rest}", file=self._stream, flush=True)
            return
        width = max(shutil.get_terminal_size().columns - 1, 20)
        bar = self._full * (percent // 5) + self._empty * (20 - percent // 5)
        text = f"{key} {bar} {rest}"[:width]
        print(f"\r{text:{width}}", end="", file=self._stream, flush=True)
        self._open = True
        if done == total:
            self.end()

    def end(self) -> None:
        """Leave the line of the bar, so that something else can be printed."""
        if self._open:
            print(file=self._stream, flush=True)
        self._open = False
