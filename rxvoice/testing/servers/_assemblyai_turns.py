"""AssemblyAI's turns."""

from collections.abc import Iterator, Mapping
from typing import Any

from rxvoice.items import Word

from ._clock import now
from ._exchange import Exchange, Json, Message
from ._said import HeardOnce, Listening, Moment, Said, bare

_EARLY = 0.75
"""Seconds of speech after which the Universal-3 models tell a first partial turn."""

_ENDS = (".", "?", "!")


class Turns:
    """The turns of one connection.

    Args:
        exchange: The connection's record; its query has the options.
        heard: What is in the audio.

    Attributes:
        bytes_a_second: Of the audio.
    """

    def __init__(self, exchange: Exchange, heard: HeardOnce) -> None:
        query = exchange.query
        self._exchange = exchange
        self._new = query["speech_model"].startswith(("u3", "universal-3"))
        self._format = self._new or query.get("format_turns") == "true"
        self._detects = query.get("language_detection") == "true"
        self._labels = query.get("speaker_labels") == "true"
        narrow = query.get("encoding") == "pcm_mulaw"
        self.bytes_a_second = int(query["sample_rate"]) * (1 if narrow else 2)
        least, most = (100, 1000) if self._new else (400, 1280)
        self._least = float(query.get("min_turn_silence", least)) / 1000.0
        self._most = float(query.get("max_turn_silence", most)) / 1000.0
        quiets = sorted({self._least, self._most})
        self._listening = Listening(heard, quiets, "mulaw" if narrow else "linear16")
        self._order = 0
        self._words: list[tuple[Said, Word]] = []
        self._early = False

    def begin(self) -> Json:
        """Return what is sent first."""
        return {
            "type": "Begin",
            "id": f"fake{self._exchange.number}",
            "expires_at": 1_800_000_000,
            "configuration": {"model": self._exchange.query["speech_model"]},
        }

    def take(self, message: Message) -> Iterator[Json]:
        """Answer a message."""
        if isinstance(message, bytes):
            for moment in self._listening.advance(len(message) / self.bytes_a_second, message):
                yield from self._at(moment)
            return
        kind = message["type"] if isinstance(message, Mapping) else None
        if kind in ("ForceEndpoint", "Terminate"):
            yield from self._end()
        if kind == "Terminate":
            yield {
                "type": "Termination",
                "audio_duration_seconds": round(self._listening.position),
                "session_duration_seconds": round(now() - self._exchange.began),
            }

    def _at(self, moment: Moment) -> Iterator[Json]:
        match moment.kind:
            case "raw" if moment.raw is not None:
                yield moment.raw
            case "start" if self._new:
                yield {
                    "type": "SpeechStarted",
                    "timestamp": _milliseconds(moment.at),
                    "confidence": 0.9,
                }
            case "word":
                self._words.append((moment.said, moment.said.words[moment.count - 1]))
                if not self._new:
                    yield self._turn(fixed=len(self._words) - 1)
                elif not self._early and moment.at - self._words[0][1].pts >= _EARLY:
                    self._early = True
                    yield self._turn(fixed=len(self._words))
            case "quiet" if self._words:
                certain = not self._new or self._words[-1][1].text.endswith(_ENDS)
                if moment.quiet == self._most or certain:
                    yield from self._end()
                else:
                    yield self._turn(fixed=len(self._words))
            case _:
                pass

    def _end(self) -> Iterator[Json]:
        """The turn's end, once or twice."""
        if not self._words:
            return
        if not self._new:
            yield self._turn(fixed=len(self._words), ended=True)
        if self._format:
            yield self._turn(fixed=len(self._words), ended=True, formatted=True)
        self._order, self._words, self._early = self._order + 1, [], False

    def _turn(self, *, fixed: int, ended: bool = False, formatted: bool = False) -> Json:
        """A Turn, of whose words the first so many stand fast."""
        written = formatted or self._new
        words = [
            {
                "start": _milliseconds(word.pts),
                "end": _milliseconds(word.end),
                "text": word.text if written else bare(word.text),
                "confidence": said.confidence,
                "word_is_final": index < fixed,
                **({"speaker": _label(said)} if self._labels and index < fixed else {}),
            }
            for index, (said, word) in enumerate(self._words)
        ]
        text = " ".join(str(word["text"]) for word in words[:fixed])
        turn: dict[str, Any] = {
            "turn_order": self._order,
            "turn_is_formatted": formatted,
            "end_of_turn": ended,
            "transcript": text,
            "end_of_turn_confidence": 0.9 if ended else 0.01,
            "words": words,
            "utterance": text if ended else "",
            "type": "Turn",
        }
        if self._detects and ended:
            turn |= {"language_code": self._words[0][0].language, "language_confidence": 0.99}
        if self._labels:
            turn["speaker_label"] = _label(self._words[0][0])
        return turn


def _label(said: Said) -> str:
    """The vendor's letter for a speaker."""
    return chr(ord("A") + (said.speaker or 0))


def _milliseconds(seconds: float) -> int:
    return round(1000.0 * seconds)


__all__ = ["Turns"]
