"""Time that a token takes on its way from a model to the voice."""

import re
import time
from collections.abc import Callable

import reactivex as rx
from measured import Measured
from reactivex import Observable

from rxvoice import Event, Memory, Pair, ResponseEnded, Token
from rxvoice.operators import pattern_pairs, sentences, skip_speaking, strip_markdown

ROUNDS = 5
ANSWERS = 60
PROSE = (
    "Sure, I can help you with that! It costs $3.50 per day, e.g. for Dr. Smith, and there is no "
    "deposit. We are open from 9 a.m. to 5 p.m. on week-days, at https://example.com/opening_hours."
)
MARKED = (
    "<think>They want a list.</think>## What you need\n\n- **Flour**: 500 g of it\n- *Fresh* eggs\n"
    "- `yeast`, see [this page](https://example.com/a_b)\n\nCall <spell>AB-12</spell> now! Then:\n"
    "```sh\nls -l *.py\n```\nThat is *all* of it. Any questions?"
)
PAIRS = (Pair("<think>", "</think>", "thought"), Pair.of_tag("spell", "keep"))


def text() -> list[Measured]:
    """Measure."""
    lines: list[Measured] = []
    for name, answer in (
        ("token from the model to the voice, prose", PROSE),
        ("the same, Markdown and tags", MARKED),
    ):
        tokens = pieces(answer)
        spent = best(tokens, chain)
        bare = best(tokens, lambda source: source)
        lines.append(Measured(name, spent, "µs", 20.0, bare))
    return lines


def chain(source: Observable[Event]) -> Observable[Event]:
    """Return all that stands between a model and its voice."""
    memory = Memory()
    return source.pipe(pattern_pairs(*PAIRS), strip_markdown(), skip_speaking(memory), sentences())


def pieces(answer: str) -> list[Event]:
    """Return answers in pieces as models make them: a word with the blank before it."""
    tokens = [Token(piece) for piece in re.findall(r"\s*\w+|\s*[^\w\s]+|\s+", answer)]
    return [*tokens, ResponseEnded(1, answer)] * ANSWERS


def best(tokens: list[Event], pipe: Callable[[Observable[Event]], Observable[Event]]) -> float:
    """Return microseconds for a token in the best of some rounds."""
    times: list[float] = []
    for _ in range(ROUNDS):
        began = time.process_time()
        pipe(rx.from_iterable(tokens)).subscribe(lambda _: None)
        times.append((time.process_time() - began) / len(tokens) * 1e6)
    return min(times)


__all__ = ["text"]
