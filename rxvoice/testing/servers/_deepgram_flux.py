"""Deepgram's ``/v2/listen`` websocket, whose model tells turns."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ._call import Call
from ._deepgram_ids import request_id
from ._exchange import Json, Message
from ._outbox import Outbox
from ._said import HeardOnce, Listening, Moment


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
                return
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
        self._thresholds: dict[str, Any] = {
            name: json.loads(query[name])
            for name in ("eager_eot_threshold", "eot_threshold", "eot_timeout_ms")
            if name in query
        }
        self._sequence = -1
        self._turn = 0
        self._began = 0.0
        self._words: list[dict[str, Any]] = []
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
            self._thresholds |= message.get("thresholds") or {}
            yield self.message(
                "ConfigureSuccess",
                thresholds=dict(self._thresholds),
                keyterms=message.get("keyterms") or [],
            )
        else:
            yield self.message(
                "Warning", code="UNPARSABLE_CLIENT_MESSAGE", description="Unknown message."
            )

    def _at(self, moment: Moment) -> Iterator[Json]:
        if moment.kind == "raw" and moment.raw is not None:
            yield moment.raw
        elif moment.kind == "word":
            word = moment.said.words[moment.count - 1]
            begins = not self._words
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
        self._turn, self._began, self._words, self._eager = self._turn + 1, at, [], False
        return info

    def _info(self, event: str, at: float, confidence: float) -> dict[str, Any]:
        return self.message(
            "TurnInfo",
            event=event,
            turn_index=self._turn,
            audio_window_start=round(self._began, 6),
            audio_window_end=round(at, 6),
            transcript=" ".join(word["word"] for word in self._words),
            words=list(self._words),
            end_of_turn_confidence=confidence,
        )


__all__ = ["FluxTimes", "flux"]
