"""What the websocket of a session of Gladia's says."""

from collections.abc import Iterator, Mapping
from typing import Any

from rxvoice.items import Fault, Transcript, Translation, Word
from rxvoice.providers._ear import EarEvent, Held
from rxvoice.providers._gladia_http import NAME
from rxvoice.providers._loose import fields, text
from rxvoice.providers._websocket import Received


class Progress:
    """How far a session has come.

    Attributes:
        seconds: Audio that was acknowledged.
    """

    def __init__(self) -> None:
        self.seconds: float = 0.0


class SessionReader:
    """Reads what one websocket of a session says.

    Times count from the beginning of the session; of a transcript that began on another websocket
    only what lies on this one is told.

    Args:
        bytes_a_second: Of the audio.
        progress: Of the session.
    """

    def __init__(self, bytes_a_second: int, progress: Progress) -> None:
        self._rate = bytes_a_second
        self._progress = progress
        self._offset = progress.seconds
        self._acknowledged = False

    def read(self, message: Received, /) -> Iterator[EarEvent]:
        """Return what a message means."""
        told = fields(message)
        kind = told.get("type")
        if told.get("error"):
            yield Fault(NAME, f"the server tells of an error ({text(kind) or 'unknown'})")
            return
        match kind:
            case "audio_chunk" if told["acknowledged"] is True:
                yield self._held(*told["data"]["byte_range"])
            case "transcript":
                yield from self._transcript(told)
            case "translation":
                yield from self._translation(told["data"])
            case _:
                pass

    def _held(self, begin: int, end: int) -> Held:
        if not self._acknowledged:
            self._acknowledged, self._offset = True, begin / self._rate
        self._progress.seconds = max(self._progress.seconds, end / self._rate)
        return Held(self._at(end / self._rate))

    def _transcript(self, told: Mapping[str, Any]) -> Iterator[Transcript]:
        data = told["data"]
        heard, final = data["utterance"], data["is_final"] is True
        content = heard["text"].strip()
        if content:
            pts, end = self._span(heard)
            yield Transcript(
                content,
                is_final=final,
                is_finalized=final,
                language=text(heard.get("language")) or None,
                words=tuple(map(self._word, heard["words"])) if end else (),
                speaker=str(heard["speaker"]) if heard.get("speaker") is not None else None,
                pts=pts,
                end=end,
                confidence=heard.get("confidence"),
                raw=told,
            )

    def _translation(self, data: Mapping[str, Any]) -> Iterator[Translation]:
        heard, translated = data["utterance"], data["translated_utterance"]
        content = translated["text"].strip()
        if content:
            pts, end = self._span(heard)
            yield Translation(
                content,
                data["target_language"],
                source_language=text(data.get("original_language")) or None,
                pts=pts,
                end=end,
                speaker=str(heard["speaker"]) if heard.get("speaker") is not None else None,
            )

    def _word(self, told: Mapping[str, Any]) -> Word:
        return Word(told["word"].strip(), *self._span(told))

    def _span(self, told: Mapping[str, Any]) -> tuple[float, float]:
        return self._at(told["start"]), self._at(told["end"])

    def _at(self, seconds: float) -> float:
        """Return where on this websocket a time of the session is."""
        return max(0.0, seconds - self._offset)


__all__ = ["Progress", "SessionReader"]
