"""The shapes of Gladia's messages."""

from typing import Any

from ._exchange import Json
from ._said import Moment


def stamped(
    kind: str, session: str, at: str, data: Json | None, fields: dict[str, Any]
) -> dict[str, Any]:
    """Return a message of a session."""
    told = {"type": kind, "session_id": session, "created_at": at, **fields}
    return told if data is None else {**told, "data": data}


def utterance(moment: Moment) -> dict[str, Any]:
    """Return what was said until a moment; every word but the first has its blank."""
    said, words = moment.said, moment.said.words[: moment.count]
    told: dict[str, Any] = {
        "text": " ".join(word.text for word in words),
        "start": words[0].pts,
        "end": words[-1].end,
        "language": said.language,
        "confidence": said.confidence,
        "channel": 0,
        "words": [
            {
                "word": f" {word.text}" if index else word.text,
                "start": word.pts,
                "end": word.end,
                "confidence": said.confidence,
            }
            for index, word in enumerate(words)
        ],
    }
    return told if said.speaker is None else {**told, "speaker": said.speaker}


def translated(moment: Moment, name: str, language: str) -> dict[str, Any]:
    """Return a translation: the words with their letters turned round."""
    original = utterance(moment)
    words = [
        {**word, "word": (" " if index else "") + word["word"].strip()[::-1]}
        for index, word in enumerate(original["words"])
    ]
    text = "".join(word["word"] for word in words)
    return {
        "utterance_id": name,
        "utterance": original,
        "original_language": original["language"],
        "target_language": language,
        "translated_utterance": {**original, "text": text, "language": language, "words": words},
    }


__all__ = ["stamped", "translated", "utterance"]
