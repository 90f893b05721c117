"""The shapes of Speechmatics' messages."""

from collections.abc import Iterator, Sequence
from typing import Any

from rxvoice.items import Word

from ._exchange import Json
from ._said import Said

_MARKS = ".,;:!?"
_ENDS = ".!?"
_FORMAT = "2.9"


def started(number: int) -> Iterator[Json]:
    """Return what answers the start of a recognition."""
    yield {
        "message": "RecognitionStarted",
        "id": f"fake{number}",
        "orchestrator_version": "2026.01.01",
        "language_pack_info": {
            "adapted": False,
            "itn": True,
            "language_description": "English",
            "word_delimiter": " ",
            "writing_direction": "left-to-right",
        },
    }
    yield {
        "message": "Info",
        "type": "recognition_quality",
        "reason": "Running recognition using a broadcast model quality.",
        "quality": "broadcast",
    }


def transcript(message: str, words: Sequence[tuple[Said, Word]], *, labels: bool) -> dict[str, Any]:
    """Return an AddTranscript or AddPartialTranscript."""
    text = "".join(f"{word.text} " for _, word in words)
    return {
        "message": message,
        "format": _FORMAT,
        "metadata": {
            "start_time": words[0][1].pts if words else 0.0,
            "end_time": words[-1][1].end if words else 0.0,
            "transcript": text,
        },
        "results": [result for one in words for result in _results(*one, labels=labels)],
    }


def translation(language: str, words: Sequence[tuple[Said, Word]], *, labels: bool) -> Json:
    """Return an AddTranslation: the words with their letters turned round."""
    said = words[0][0]
    sentence: dict[str, Any] = {
        "content": " ".join(word.text[::-1] for _, word in words),
        "start_time": words[0][1].pts,
        "end_time": words[-1][1].end,
    }
    if labels:
        sentence["speaker"] = _label(said)
    return {
        "message": "AddTranslation",
        "format": _FORMAT,
        "language": language,
        "results": [sentence],
    }


def ended(at: float) -> dict[str, Any]:
    """Return an EndOfUtterance."""
    times = {"start_time": round(at, 6), "end_time": round(at, 6)}
    return {"message": "EndOfUtterance", "format": _FORMAT, "metadata": times}


def _results(said: Said, word: Word, *, labels: bool) -> Iterator[Json]:
    """A word, and the marks behind it, which take no time."""
    bare = word.text.rstrip(_MARKS)
    if bare:
        yield _result("word", bare, word.pts, word.end, said, labels)
    for mark in word.text[len(bare) :]:
        told = _result("punctuation", mark, word.end, word.end, said, labels)
        yield {**told, "attaches_to": "previous", "is_eos": mark in _ENDS}


def _result(
    kind: str, content: str, start: float, end: float, said: Said, labels: bool
) -> dict[str, Any]:
    alternative: dict[str, Any] = {
        "content": content,
        "confidence": said.confidence,
        "language": said.language,
    }
    if labels:
        alternative["speaker"] = _label(said)
    return {"type": kind, "start_time": start, "end_time": end, "alternatives": [alternative]}


def _label(said: Said) -> str:
    """The vendor's name of a speaker: S1, S2, …, or UU for one that it does not know."""
    return "UU" if said.speaker is None else f"S{said.speaker + 1}"


__all__ = ["ended", "started", "transcript", "translation"]
