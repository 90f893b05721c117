"""What Deepgram's ``/v2/listen`` says."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from rxvoice.errors import ProviderError
from rxvoice.items import (
    Fault,
    Transcript,
    UserResumed,
    UserStarted,
    UserStopped,
    UserStopping,
    Word,
)
from rxvoice.providers._deepgram_listen import NAME
from rxvoice.providers._ear import EarEvent, Settled
from rxvoice.providers._loose import entries, fields, text
from rxvoice.providers._websocket import Received

SOURCE: Final = "flux"
"""Who says that turns begin and end."""


class FluxReader:
    """Reads what ``/v2/listen`` says.

    Args:
        language: What the model hears; None for a model that tells.
    """

    def __init__(self, language: str | None) -> None:
        self._language = language
        self._open = False
        self._heard: Transcript | None = None

    def read(self, message: Received, /) -> Iterator[EarEvent]:
        """Return what a message means."""
        told = fields(message)
        match told.get("type"):
            case "TurnInfo":
                yield from self._turn(told)
            case "Warning" | "ConfigureFailure":
                code = text(told.get("code")) or "unknown"
                yield Fault(NAME, f"the server tells of {told['type']} {code}")
            case "Error":
                code = text(told.get("code")) or "unknown"
                raise ProviderError(f"the server tells of the error {code}", provider=NAME)
            case _:
                pass

    def rest(self) -> Iterator[EarEvent]:
        """End the turn that is under way with what was heard last, for the server does not."""
        if self._open:
            heard = self._heard
            if heard is not None:
                yield replace(heard, is_final=True, is_finalized=True)
            yield from self._ended(heard.end if heard else 0.0)

    def _turn(self, told: Mapping[str, Any]) -> Iterator[EarEvent]:
        event, words = told["event"], tuple(map(_word, told["words"]))
        timed = bool(words) and words[-1].end > 0.0
        begin = words[0].pts if timed else told["audio_window_start"]
        end = words[-1].end if timed else told["audio_window_end"]
        final, content = event == "EndOfTurn", told["transcript"].strip()
        if not self._open and (content or event == "StartOfTurn"):
            self._open = True
            yield UserStarted(SOURCE, begin if timed else end)
        elif event == "TurnResumed":
            yield UserResumed(SOURCE, end)
        if content or final:
            self._heard = Transcript(
                content,
                is_final=final,
                is_finalized=final,
                language=self._spoken(told),
                words=words if timed else (),
                pts=begin,
                end=end,
                raw=told,
            )
            yield self._heard
        if event == "EagerEndOfTurn":
            yield UserStopping(SOURCE, end)
        if final:
            yield from self._ended(end)
            yield Settled(told["audio_window_end"])

    def _ended(self, end: float) -> Iterator[EarEvent]:
        self._open, self._heard = False, None
        yield UserStopped(SOURCE, end)

    def _spoken(self, told: Mapping[str, Any]) -> str | None:
        return next(map(text, entries(told.get("languages"))), "") or self._language


def _word(told: Mapping[str, Any]) -> Word:
    return Word(told["word"], told.get("start") or 0.0, told.get("end") or 0.0)


__all__ = ["SOURCE", "FluxReader"]
