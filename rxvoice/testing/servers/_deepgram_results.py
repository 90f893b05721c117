"""The Results of ``/v1/listen``."""

from collections.abc import Mapping
from typing import Any

from rxvoice.items import Word

from ._exchange import Json
from ._said import Said, bare


class Results:
    """The words of the segment that is not final yet, and the messages that tell of them.

    Args:
        query: The connection's options.
        metadata: What every result carries.
    """

    def __init__(self, query: Mapping[str, Any], metadata: Json) -> None:
        self._metadata = metadata
        self._punctuated = "true" in (query.get("punctuate"), query.get("smart_format"))
        self._multilingual = query.get("language") == "multi"
        self._diarized = query.get("diarize") == "true" or "diarize_model" in query
        self._channels = int(query.get("channels", "1"))
        self._start = 0.0
        self._words: list[tuple[Said, Word]] = []

    @property
    def pending(self) -> bool:
        """Whether words were heard that are not final."""
        return bool(self._words)

    def hear(self, said: Said, count: int) -> None:
        """Hear one more word of an utterance: so many are heard now."""
        self._words.append((said, said.words[count - 1]))

    def interim(self, position: float) -> Json:
        """Return what is heard so far, when the audio has come to a position."""
        return self._result(position, is_final=False, speech_final=False)

    def final(
        self, position: float, *, speech_final: bool = False, finalized: bool = False
    ) -> Json:
        """Return what is heard, for good; the next segment begins."""
        result = self._result(position, is_final=True, speech_final=speech_final or finalized)
        self._start, self._words = position, []
        return {**result, "from_finalize": finalized}

    def _result(self, position: float, *, is_final: bool, speech_final: bool) -> dict[str, Any]:
        words = [self._word(said, word) for said, word in self._words]
        key = "punctuated_word" if self._punctuated else "word"
        confidence = min((said.confidence for said, _ in self._words), default=0.0)
        alternative: dict[str, Any] = {
            "transcript": " ".join(word[key] for word in words),
            "confidence": confidence,
            "words": words,
        }
        if self._multilingual:
            alternative["languages"] = list({said.language: None for said, _ in self._words})
        return {
            "type": "Results",
            "channel_index": [0, self._channels],
            "duration": round(position - self._start, 6),
            "start": round(self._start, 6),
            "is_final": is_final,
            "speech_final": speech_final,
            "channel": {"alternatives": [alternative]},
            "metadata": dict(self._metadata),
            "from_finalize": False,
        }

    def _word(self, said: Said, word: Word) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "word": bare(word.text),
            "start": word.pts,
            "end": word.end,
            "confidence": said.confidence,
        }
        if self._punctuated:
            entry["punctuated_word"] = word.text
        if self._multilingual:
            entry["language"] = said.language
        if self._diarized:
            entry["speaker"] = said.speaker or 0
        return entry


__all__ = ["Results"]
