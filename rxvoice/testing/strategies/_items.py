"""Single items that are not audio."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from rxvoice.items import (
    Dtmf,
    Fault,
    Metric,
    Sentence,
    Thought,
    Token,
    ToolCall,
    Transcript,
    Usage,
    Word,
)

WORDS = ("yes", "Hello", "there.", "Well,", "no!", "3.14", "と。", "ok")


def texts(*, blank: bool = False, max_words: int = 4) -> SearchStrategy[str]:
    """A few words, with and without marks that end sentences.

    Args:
        blank: Whether there may be none.
        max_words: The most words.
    """
    words = st.lists(st.sampled_from(WORDS), min_size=0 if blank else 1, max_size=max_words)
    return words.map(" ".join)


def tokens() -> SearchStrategy[Token]:
    """Pieces of text, of which words may consist of several; sometimes empty or blank."""
    pieces = (*(f" {word}" for word in WORDS), "He", "llo", ".", " ", "", "\n")
    return st.sampled_from([Token(piece) for piece in pieces])


def thoughts() -> SearchStrategy[Thought]:
    """Pieces of a language model's reasoning."""
    return st.just(Thought("hm"))


@st.composite
def tool_calls(draw: st.DrawFn) -> ToolCall:
    """A language model's wishes to have a tool run."""
    number, name = draw(st.integers(1, 3)), draw(st.sampled_from(("weather", "book")))
    given: list[dict[str, Any]] = [{}, {"city": "Ulm"}, {"n": 1, "unit": "°C"}]
    return ToolCall(f"call-{number}", name, draw(st.sampled_from(given)))


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    """What a provider says that it used."""
    count = draw(st.integers(0, 9))
    return Usage("llm", count, count)


def faults() -> SearchStrategy[Fault]:
    """Things that went wrong."""
    return st.builds(
        Fault, st.sampled_from(("stt", "llm", "tts")), st.just("broken"), st.booleans()
    )


def metrics() -> SearchStrategy[Metric]:
    """Measurements."""
    return st.builds(
        Metric, st.sampled_from(("stt", "llm", "tts")), st.just("ttfb"), st.sampled_from((0.1, 0.5))
    )


def keys() -> SearchStrategy[Dtmf]:
    """Keys of a telephone."""
    return st.sampled_from("0123456789*#").map(Dtmf)


def sentences() -> SearchStrategy[Sentence]:
    """Texts that are ready to be spoken."""
    return texts().map(Sentence)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Single transcripts of all kinds: interim, final, finalised, blank."""
    kind = draw(st.integers(0, 2))
    return Transcript(draw(texts(blank=True)), kind > 0, kind > 1)


@st.composite
def words(draw: st.DrawFn, *, spoken: float = 0.2) -> Word:
    """Single words with times.

    Args:
        draw: Given by Hypothesis.
        spoken: Seconds that a word takes.
    """
    pts = round(draw(st.integers(0, 4)) * spoken, 6)
    return Word(draw(st.sampled_from(WORDS)), pts, round(pts + spoken, 6))


__all__ = [
    "faults",
    "keys",
    "metrics",
    "sentences",
    "texts",
    "thoughts",
    "tokens",
    "tool_calls",
    "transcripts",
    "usages",
    "words",
]
