"""What Speechmatics' realtime websocket says."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from rxvoice.errors import ProviderRejected
from rxvoice.items import Fault, Transcript, Translation, Word
from rxvoice.providers._ear import EarEvent, Finalized, Ready
from rxvoice.providers._loose import fields, text
from rxvoice.providers._websocket import Received

NAME: Final = "speechmatics"

_PASSING: Final = (
    "idle_timeout",
    "internal_error",
    "job_error",
    "quota_exceeded",
    "session_timeout",
    "unknown_error",
)
"""Errors after which the same may go well."""

Result = Mapping[str, Any]


class ResultReader:
    """Reads what the realtime websocket says.

    Args:
        language: The one that was asked for.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._blank = " "

    def read(self, message: Received, /) -> Iterator[EarEvent]:
        """Return what a message means."""
        told = fields(message)
        match told.get("message"):
            case "RecognitionStarted":
                pack = fields(told.get("language_pack_info"))
                self._blank = str(pack.get("word_delimiter", " "))
                yield Ready()
            case "AddPartialTranscript":
                yield from self._heard(told, final=False)
            case "AddTranscript":
                yield from self._heard(told, final=True)
            case "AddTranslation" | "AddPartialTranslation":
                yield from self._translated(told)
            case "Warning":
                yield Fault(NAME, f"the server warns ({text(told.get('type')) or 'unknown'})")
            case "Error":
                code = told.get("code")
                raise error_of(told["type"], code if isinstance(code, int) else 0)
            case _:
                pass

    def _heard(self, told: Mapping[str, Any], *, final: bool) -> Iterator[EarEvent]:
        """Segments of one speaker each; the last one that was forced is finalised."""
        forced = final and told.get("forced") is True
        segments = [list(parts) for _, parts in groupby(told["results"], _speaker)]
        for number, results in enumerate(segments, 1):
            words = self._words(results)
            blank = "" if words and words[0].verbatim else " "
            content = blank.join(word.text for word in words)
            if content:
                yield Transcript(
                    content,
                    is_final=final,
                    is_finalized=forced and number == len(segments),
                    language=_language(results) or self._language,
                    words=words,
                    speaker=_speaker(results[0]),
                    pts=words[0].pts,
                    end=words[-1].end,
                    raw=told,
                )
        if forced and not segments:
            yield Finalized()

    def _words(self, results: Sequence[Result]) -> tuple[Word, ...]:
        """Words, with the marks that stand at them."""
        words: list[Word] = []
        glued = False
        for result in results:
            content = result["alternatives"][0]["content"]
            start, end = result["start_time"], result["end_time"]
            side = result.get("attaches_to")
            if words and (glued or side in ("previous", "both")):
                last = words.pop()
                content, start, end = last.text + content, last.pts, max(last.end, end)
            words.append(Word(content, start, end, verbatim=not self._blank))
            glued = side in ("next", "both")
        return tuple(words)

    def _translated(self, told: Mapping[str, Any]) -> Iterator[Translation]:
        for result in told["results"]:
            content = result["content"].strip()
            if content:
                yield Translation(
                    content,
                    told["language"],
                    source_language=self._language,
                    is_final=told["message"] == "AddTranslation",
                    pts=result["start_time"],
                    end=result["end_time"],
                    speaker=_known(result.get("speaker")),
                )


def error_of(kind: str, code: int) -> ProviderRejected:
    """Return the error of a type, or of a close code."""
    denied = kind == "not_authorised" or code == 4001
    return ProviderRejected(
        f"the server tells of an error: {kind or code}",
        provider=NAME,
        status=code or 500,
        code="unauthorized" if denied else kind,
        retryable=None if denied else kind in _PASSING or code in (1011, 4005, 4013),
    )


def _speaker(result: Result) -> str | None:
    return _known(fields((result.get("alternatives") or [None])[0]).get("speaker"))


def _known(speaker: object) -> str | None:
    """Return a speaker; ``UU`` is one that nobody knows."""
    return None if speaker == "UU" else text(speaker) or None


def _language(results: Sequence[Result]) -> str | None:
    spoken = [text(result["alternatives"][0].get("language")) for result in results]
    return max(filter(None, spoken), key=spoken.count, default=None)


__all__ = ["NAME", "ResultReader", "error_of"]
