"""How well a recogniser hears over a line that loses packets, with `dejitter` and without.

    python benchmarks/losing.py

It prints the share of words that are wrong and needs the project's shared recordings and the extra
``tune``, as hearing.py does.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import reactivex as rx
from hearing import ENGINES, RATES, Engine, at_rate, chunks, recordings
from measured import Measured, machine, table

from rxvoice import AudioFrame, Operator, Session
from rxvoice.operators import dejitter
from rxvoice.reports import word_error_rate
from rxvoice.testing import run_virtual
from rxvoice.testing.chaos import lossy

RATE = RATES[1]
LINES = ((0.05, 1.1), (0.1, 2.0), (0.2, 2.0))
"""Shares of packets that are lost, and how many in a row."""

REPAIRS: dict[str, Operator[Any, Any]] = {
    "silence": lambda line: line,
    "dejitter": dejitter(delay=0.06),
}


async def over(
    frames: Sequence[AudioFrame],
    line: Operator[Any, Any],
    repair: Operator[Any, Any],
) -> AudioFrame:
    """Send a recording over a line; what is missing then is silence."""
    whole = np.zeros(round(frames[-1].end * RATE), np.int16)

    def hear(item: object) -> None:
        if isinstance(item, AudioFrame):
            start = round(item.pts * RATE)
            whole[start : start + len(item.samples)] = item.samples

    async with Session(name="losing") as session:
        session.subscribe(rx.from_iterable(frames).pipe(line, repair), hear)
    return AudioFrame(whole, RATE)


def losing(engine: Engine, seeds: int) -> list[Measured]:
    """Measure; in virtual time."""
    run_virtual(engine.prepare())
    everything = [(text, at_rate(audio, RATE)) for text, audio in recordings()]
    said = " ".join(text for text, _ in everything)
    found: list[Measured] = []
    for rate, burst in LINES:
        bare: float | None = None
        for name, repair in REPAIRS.items():
            wrong: list[float] = []
            for seed in range(seeds):
                texts: list[str] = []
                for number, (_, audio) in enumerate(everything):
                    line = lossy(rate, burst=burst, seed=1000 * seed + number)
                    came = run_virtual(over(chunks(audio, 20), line, repair))
                    texts.append(run_virtual(engine.recognise(came)).text)
                wrong.append(100.0 * word_error_rate(said, " ".join(texts)))
            title = f"{100 * rate:g} % lost, {burst:g} in a row: {name}"
            value = float(np.mean(wrong))
            found.append(Measured(title, value, "%", None, bare, f"from {wrong}"))
            sys.stderr.write(f"{title}: {value:.2f} %\n")
            bare = value
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--engine", choices=ENGINES, default="moonshine")
    parser.add_argument("--seeds", type=int, default=3, help="how often each line is tried")
    args = parser.parse_args()
    found = losing(ENGINES[args.engine](None), args.seeds)
    print("\n".join(f"{name}: {value}" for name, value in machine().items()))
    print()
    print(table(found))


if __name__ == "__main__":
    main()
