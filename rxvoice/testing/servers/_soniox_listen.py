"""Soniox's websocket of recognition."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rxvoice.items import Word

from ._call import Call
from ._exchange import Json, Message
from ._outbox import Outbox
from ._said import HeardOnce, Listening, Moment, Said
from ._soniox_shapes import error, receive

_FIELDS = {
    "api_key",
    "audio_format",
    "client_reference_id",
    "context",
    "enable_endpoint_detection",
    "enable_language_identification",
    "enable_speaker_diarization",
    "endpoint_latency_adjustment_level",
    "endpoint_sensitivity",
    "language_hints",
    "language_hints_strict",
    "max_endpoint_delay_ms",
    "model",
    "num_channels",
    "sample_rate",
    "translation",
}
_WIDTHS = {"pcm_s16le": 2, "mulaw": 1, "alaw": 1}
_PIECE = 4
"""Letters of a token."""


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """How `listen` behaves; see `FakeSoniox`."""

    latency: float
    endpoint: float
    idle: float
    holds: Callable[[object], bool]


async def listen(call: Call, heard: HeardOnce, options: ListenOptions) -> None:
    """Serve one connection."""
    async with call.socket() as socket:
        config = await receive(socket, options.idle)
        if config is None:
            return
        if wrong := _wrong_config(config, options):
            await socket.send(wrong)
            return
        assert isinstance(config, Mapping)
        session = _Tokens(config, heard, options.endpoint)
        outbox = Outbox(call, socket, options.latency)
        while True:
            message = await receive(socket, options.idle)
            if message is None:
                return
            if message in ("", b""):
                await outbox.put(session.finish())
                await outbox.drained()
                return
            kind = message.get("type") if isinstance(message, Mapping) else None
            if not isinstance(message, bytes) and kind not in ("finalize", "keepalive"):
                await outbox.drained()
                await socket.send(error(400, "Control request invalid type."))
                return
            await outbox.put(session.take(message))


def _wrong_config(config: Message, options: ListenOptions) -> Json | None:
    if not isinstance(config, Mapping):
        return error(400, "Start request is malformed.")
    if not options.holds(config.get("api_key")):
        return error(401)
    if unknown := set(config) - _FIELDS:
        return error(400, f"Unknown field: {min(unknown)}")
    if not config.get("model"):
        return error(400, "Missing required field: model")
    if config.get("audio_format") not in _WIDTHS:
        return error(400, "Invalid audio_format: this fake hears pcm_s16le, mulaw and alaw only.")
    if not config.get("sample_rate") or config.get("num_channels", 1) != 1:
        return error(400, "Invalid sample_rate or num_channels: this fake needs one channel.")
    return None


class _Tokens:
    """What one connection has heard, and is not final."""

    def __init__(self, config: Json, heard: HeardOnce, endpoint: float) -> None:
        self._config = config
        form = config["audio_format"]
        self._rate = config["sample_rate"] * _WIDTHS[form]
        ends = bool(config.get("enable_endpoint_detection"))
        self._listening = Listening(
            heard, [endpoint] if ends else [], "linear16" if form == "pcm_s16le" else form
        )
        self._words: list[tuple[Said, Word]] = []
        self._fixed = 0.0

    def take(self, message: Message) -> Iterator[Json]:
        """Answer audio, or a control message."""
        if isinstance(message, bytes):
            for moment in self._listening.advance(len(message) / self._rate, message):
                yield from self._at(moment)
        elif isinstance(message, Mapping) and message["type"] == "finalize":
            yield self._final(self._listening.position, "<fin>")

    def finish(self) -> Iterator[Json]:
        """Answer the end of the audio."""
        if self._words:
            yield self._final(self._listening.position)
        yield {**self._result([], self._listening.position), "finished": True}

    def _at(self, moment: Moment) -> Iterator[Json]:
        if moment.kind == "raw" and moment.raw is not None:
            yield moment.raw
        elif moment.kind == "word":
            self._words.append((moment.said, moment.said.words[moment.count - 1]))
            yield self._result(list(_tokens(self._config, self._words, final=False)), moment.at)
        elif moment.kind == "quiet" and self._words:
            yield self._final(moment.at, "<end>")

    def _final(self, at: float, mark: str | None = None) -> Json:
        tokens = list(_tokens(self._config, self._words, final=True))
        tokens += _translated(self._config, self._words)
        if mark is not None:
            tokens.append({"text": mark, "confidence": 1.0, "is_final": True})
        self._words, self._fixed = [], at
        return self._result(tokens, at)

    def _result(self, tokens: Sequence[Json], at: float) -> dict[str, Any]:
        return {
            "tokens": tokens,
            "final_audio_proc_ms": round(1000.0 * self._fixed),
            "total_audio_proc_ms": round(1000.0 * at),
        }


def _tokens(config: Json, words: Sequence[tuple[Said, Word]], *, final: bool) -> Iterator[Json]:
    """Words, cut into a few letters each; the first piece has the blank before the word."""
    for index, (said, word) in enumerate(words):
        text = word.text if index == 0 else f" {word.text}"
        pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
        step = (word.end - word.pts) / len(pieces)
        for number, piece in enumerate(pieces):
            token: dict[str, Any] = {
                "text": piece,
                "start_ms": round(1000.0 * (word.pts + number * step)),
                "end_ms": round(1000.0 * (word.pts + (number + 1) * step)),
                "confidence": said.confidence,
                "is_final": final,
            }
            if "translation" in config:
                token["translation_status"] = "original"
            yield token | _marks(config, said)


def _translated(config: Json, words: Sequence[tuple[Said, Word]]) -> Iterator[Json]:
    """What was said, in another language: the fake turns the words' letters round."""
    goal = config.get("translation", {}).get("target_language")
    for index, (said, word) in enumerate(words if goal else ()):
        yield {
            "text": word.text[::-1] if index == 0 else f" {word.text[::-1]}",
            "confidence": said.confidence,
            "is_final": True,
            "translation_status": "translation",
            **_marks(config, said),
            "language": goal,
            "source_language": said.language,
        }


def _marks(config: Json, said: Said) -> dict[str, Any]:
    marks: dict[str, Any] = {}
    if config.get("enable_speaker_diarization"):
        marks["speaker"] = str((said.speaker or 0) + 1)
    if config.get("enable_language_identification") or "translation" in config:
        marks["language"] = said.language
    return marks


__all__ = ["ListenOptions", "listen"]
