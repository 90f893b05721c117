"""Write docs/providers.md: which vendors of speech there are, and what of each is tested.

All that it says is read from the catalogue, from the vendors' dialects and docstrings, and from the
tests that import them. Run it from anywhere::

    python tools/providers.py            writes the page
    python tools/providers.py --check    fails when the page is stale, or a provider has no test
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from behaviours import Problem
from provider_facts import fills, interruption, languages, made, what
from provider_tests import (
    AREAS,
    Tests,
    files_of,
    matrix,
    proofs_of_speech,
    sections,
    table,
    tests_of_providers,
)

from rxvoice.providers._catalogue import Entry, catalogue

HEAD = """\
# Providers of speech

Which recognisers and voices there are, what they can do, and which test shows it. Written by
`python tools/providers.py` from the modules in `rxvoice/providers`, from their docstrings and from
their tests; not to be edited. How they are chosen and used is told in [speech.md](speech.md),
language models are in [llms.md](llms.md), and a provider of your own is described in
[own-provider.md](own-provider.md).

`rxvoice providers` lists them with the keys that are set here, and `rxvoice check deepgram` asks
one of them.
"""

EARS = """\
*p99* is the time from the end of speech to the final transcript that is kept 99 times of 100;
turns wait for that long. *Asked* means that the vendor is asked for the rest when the user stops,
and *turns* that it may judge by itself where they begin and end.
"""

VOICES = """\
*Words* are told with their times by the vendor; elsewhere they are spread over the audio. *Cut off*
is what an interruption does: cancel one of several contexts, clear the only one, connect anew, or
drop the request.
"""

ROWS = """\
How many tests of a vendor name a behaviour. The ids are those of the project's specification. What
holds for all providers is proved by the tests of what they share: see
[behaviours.md](behaviours.md).
"""


def main() -> int:
    """Write or check the page."""
    parser = argparse.ArgumentParser(description="Write docs/providers.md from code and tests.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail when the page is stale"
    )
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    args = parser.parse_args()
    try:
        run(args.root, check=args.check)
    except Problem as problem:
        sys.stderr.write(f"providers: {problem}\n")
        return 1
    return 0


def run(root: Path, *, check: bool) -> None:
    """Write or check the page of one project.

    Raises:
        Problem: When the page is stale, or a provider has no test.
    """
    entries = [entry for entry in catalogue() if entry.kind in AREAS]
    tests = tests_of_providers(root)
    untested = [entry.name for entry in entries if not files_of(entry, tests)]
    page = root / "docs" / "providers.md"
    text = render(entries, tests, proofs_of_speech(root))
    if not check:
        page.write_text(text, encoding="utf-8", newline="\n")
    elif not page.exists() or page.read_text(encoding="utf-8") != text:
        raise Problem(f"{page.relative_to(root)} is stale; run `python tools/providers.py`")
    if untested:
        raise Problem(f"no test imports {', '.join(dict.fromkeys(untested))}")


def render(entries: Sequence[Entry], tests: Sequence[Tests], proofs: Mapping[str, set[str]]) -> str:
    """Return the page."""
    ears = [entry for entry in entries if entry.kind == "stt"]
    voices = [entry for entry in entries if entry.kind == "tts"]
    parts = [
        HEAD,
        f"## Recognisers\n\n{EARS}\n{table(map(ear, ears), EAR)}",
        f"## Voices\n\n{VOICES}\n{table(map(voice, voices), VOICE)}",
        f"## What is tested\n\n{ROWS}\n{matrix(entries, tests, proofs)}",
    ]
    return "\n".join([*parts, *sections(entries, tests, proofs)])


EAR = ("made by", "what it is", "over", "needs", "p99", "asked", "gives", "languages")


def ear(entry: Entry) -> Sequence[str]:
    """Return a recogniser's line."""
    provider = made(entry)
    dialect = getattr(provider, "dialect", None)
    given = fills(provider, entry)
    latency = getattr(provider, "latency", None)
    asked = "yes" if dialect is not None and tuple(dialect.finalize()) else ""
    gives = {
        "words": "words" in given,
        "speakers": "speaker" in given,
        "turns": "UserStopped" in given,
        "early turns": "UserStopping" in given,
        "translations": "Translation" in given,
    }
    return (
        f"`{entry.call}`",
        what(entry),
        entry.transport,
        needs(entry),
        "" if latency is None else f"{latency:g} s",
        asked if dialect is not None else "whole utterances",
        ", ".join(name for name, there in gives.items() if there),
        languages(entry),
    )


VOICE = (
    "made by",
    "what it is",
    "over",
    "needs",
    "words",
    "cut off",
    "replies at once",
    "languages",
)


def voice(entry: Entry) -> Sequence[str]:
    """Return a voice's line."""
    provider = made(entry)
    given = fills(provider, entry)
    contexts = getattr(getattr(provider, "dialect", None), "contexts", None)
    return (
        f"`{entry.call}`",
        what(entry),
        entry.transport,
        needs(entry),
        "yes" if ("Words" if entry.transport != "process" else "Word") in given else "",
        interruption(provider),
        "" if contexts is None else f"{contexts} on a websocket",
        languages(entry),
    )


def needs(entry: Entry) -> str:
    """Return what has to be there."""
    found = [f"`{key}`" for key in entry.keys]
    found += [f"`rxvoice[{entry.extra}]`"] if entry.extra else []
    found += [f"the program `{entry.program}`"] if entry.program else []
    found += ["your server"] if entry.local and entry.transport != "process" else []
    return ", ".join(found)


if __name__ == "__main__":
    sys.exit(main())
