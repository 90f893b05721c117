"""Deepgram's ``/v2/listen`` websocket, whose model tells turns."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ._call import Call
from ._deepgram_ids import request_id
from ._exchange import Exchange, Json, Message
from ._outbox import Outbox
from ._said import HeardOnce, Listening, Moment

_MULTILINGUAL = "flux-general-multi"

_RANGES = {
    "eager_eot_threshold": (0.3, 0.9),
    "eot_threshold": (0.5, 1.0),
    "eot_timeout_ms": (500, 60_000),
}


@dataclass(frozen=True, slots=True)
class FluxTimes:
    """When the fake of Flux says that a turn ends.

    Attributes:
        eager: Seconds of quiet until EagerEndOfTurn, for clients that set ``eager_eot_threshold``;
            speech after it is a TurnResumed.
        end: Seconds of quiet until EndOfTurn.
    """

    eager: float = 0.2
    end: float = 0.6

    def __post_init__(self) -> None:
        if not 0.0 < self.eager < self.end:
            raise ValueError(f"eager must lie between 0 and end, got {self.eager} and {self.end}")


async def flux(call: Call, heard: HeardOnce, times: FluxTimes, latency: float) -> None:
    """Serve one connection."""
    async with call.socket() as socket:
        session = _Turns(call, heard, times)
        outbox = Outbox(call, socket, latency)
        await socket.send(session.message("Connected"))
        async for message in socket:
            if isinstance(message, Mapping) and message.get("type") == "CloseStream":
                await outbox.drained()
                return  # the turn that is under way gets no EndOfTurn
            await outbox.put(session.take(message))


class _Turns:
    """The turns of one connection."""

    def __init__(self, call: Call, heard: HeardOnce, times: FluxTimes) -> None:
        query = call.exchange.query
        self._id = request_id(call.exchange.number)
        self._times = times
        self._listening = Listening(
            heard, [times.eager, times.end], query.get("encoding", "linear16")
        )
        self._rate = float(query.get("sample_rate", 16_000))
        self._rate *= 1 if query.get("encoding") in ("mulaw", "alaw") else 2
        self._multilingual = query["model"] == _MULTILINGUAL
        self._thresholds = _thresholds_of(query)
        self._keyterms: list[Any] = query.getall("keyterm", [])
        self._hints: list[Any] = query.getall("language_hint", [])
        self._sequence = -1
        self._turn = 0
        self._began = 0.0
        self._words: list[dict[str, Any]] = []
        self._languages: list[str] = []
        self._eager = False

    def message(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Return a message with the next number."""
        self._sequence += 1
        return {"type": kind, "request_id": self._id, "sequence_id": self._sequence, **fields}

    def take(self, message: Message) -> Iterator[Json]:
        """Answer a message."""
        if isinstance(message, bytes):
            for moment in self._listening.advance(len(message) / self._rate, message):
                yield from self._at(moment)
            return
        kind = message.get("type") if isinstance(message, Mapping) else None
        if kind == "ForceEndTurn":
            if self._words:
                yield self._end(self._listening.position, "manual")
        elif kind == "Configure" and isinstance(message, Mapping):
            yield self._configure(message)
        else:
            yield self.message(
                "Warning", code="UNPARSABLE_CLIENT_MESSAGE", description="Unknown message."
            )

    def _configure(self, message: Mapping[str, Any]) -> Json:
        changed: dict[str, Any] = message.get("thresholds") or {}
        thresholds: dict[str, Any] = {**self._thresholds, **changed}
        hints = message.get("language_hints", self._hints)
        if wrong := _wrong(thresholds, hints, multilingual=self._multilingual):
            return self.message("ConfigureFailure", description=wrong)
        self._thresholds, self._hints = thresholds, hints
        self._keyterms = message.get("keyterms", self._keyterms)
        told = {"language_hints": self._hints} if self._multilingual else {}
        return self.message(
            "ConfigureSuccess", thresholds=dict(thresholds), keyterms=self._keyterms, **told
        )

    def _at(self, moment: Moment) -> Iterator[Json]:
        if moment.kind == "raw" and moment.raw is not None:
            yield moment.raw
        elif moment.kind == "word":
            word = moment.said.words[moment.count - 1]
            begins = not self._words
            self._languages.append(moment.said.language)
            self._words.append(
                {
                    "word": word.text,
                    "confidence": moment.said.confidence,
                    "start": word.pts,
                    "end": word.end,
                }
            )
            if self._eager:
                self._eager = False
                yield self._info("TurnResumed", moment.at, 0.1)
            else:
                yield self._info("StartOfTurn" if begins else "Update", moment.at, 0.1)
        elif moment.kind == "quiet" and self._words:
            if moment.quiet == self._times.end:
                yield self._end(moment.at, "model")
            elif self._thresholds.get("eager_eot_threshold") is not None:
                self._eager = True
                yield self._info("EagerEndOfTurn", moment.at, 0.5)

    def _end(self, at: float, trigger: str) -> Json:
        info = {**self._info("EndOfTurn", at, 0.9), "trigger": trigger}
        self._turn, self._began, self._eager = self._turn + 1, at, False
        self._words, self._languages = [], []
        return info

    def _info(self, event: str, at: float, confidence: float) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if self._multilingual:
            told["languages"] = [one for one, _ in Counter(self._languages).most_common()]
        if self._hints:
            told["languages_hinted"] = list(self._hints)
        return self.message(
            "TurnInfo",
            event=event,
            turn_index=self._turn,
            audio_window_start=round(self._began, 6),
            audio_window_end=round(at, 6),
            transcript=" ".join(word["word"] for word in self._words),
            words=list(self._words),
            end_of_turn_confidence=confidence,
            **told,
        )


def wrong_flux(exchange: Exchange) -> str | None:
    """What is wrong with a request for turns."""
    hints = exchange.query.getall("language_hint", [])
    multilingual = exchange.query.get("model") == _MULTILINGUAL
    try:
        return _wrong(_thresholds_of(exchange.query), hints, multilingual=multilingual)
    except ValueError:
        return "Bad Request: a threshold is no number."


def _thresholds_of(query: Mapping[str, str]) -> dict[str, Any]:
    return {name: json.loads(query[name]) for name in _RANGES if name in query}


def _wrong(thresholds: Mapping[str, Any], hints: object, *, multilingual: bool) -> str | None:
    for name, value in thresholds.items():
        least, most = _RANGES.get(name, (1, 0))
        if not isinstance(value, int | float) or not least <= value <= most:
            return f"Bad Request: {name} must lie between {least} and {most}."
    if thresholds.get("eager_eot_threshold", 0.0) > thresholds.get("eot_threshold", 0.7):
        return "Bad Request: eager_eot_threshold must not be greater than eot_threshold."
    if hints and not multilingual:
        return f"Bad Request: language_hint is only valid with {_MULTILINGUAL}."
    return None


__all__ = ["FluxTimes", "flux", "wrong_flux"]
