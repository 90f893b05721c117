"""What AssemblyAI's ``/v3/ws`` says."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from rxvoice.errors import ProviderRejected
from rxvoice.items import Fault, Transcript, UserStarted, UserStopped, Word
from rxvoice.providers._ear import EarEvent, Finalized
from rxvoice.providers._loose import fields, text
from rxvoice.providers._websocket import Received

NAME: Final = "assemblyai"

_MEANINGS: Final = {
    1008: "unauthorized",
    3005: "server error",
    3006: "invalid message or option",
    3007: "audio of a wrong duration, or too fast",
    3008: "session expired",
    3009: "too many sessions",
    4001: "unauthorized",
}
DENIED: Final = (1008, 4001)
"""Codes that speak of the key."""

_PASSING: Final = (3005, 3008, 3009, 4008, 4029, 4031, 4102)
"""Codes after which the same may go well: expired sessions, too many of them, the server's own."""


class TurnReader:
    """Reads what ``/v3/ws`` says.

    Args:
        formatted: Whether a turn's end is told once more, when it is formatted.
        turns: Whether turns are told of, too.
    """

    def __init__(self, *, formatted: bool, turns: bool) -> None:
        self._formatted = formatted
        self._turns = turns
        self._speaking = False
        self._order: object = None
        self._plain: Transcript | None = None

    def read(self, message: Received, /) -> Iterator[EarEvent]:
        """Return what a message means."""
        told = fields(message)
        match told.get("type"):
            case "Turn":
                yield from self._turn(told)
            case "Warning":
                yield Fault(NAME, f"the server warns ({told['warning_code']})")
            case "Error":
                code = told.get("error_code")
                raise error_of(code if isinstance(code, int) else 3005)
            case _:
                pass

    def rest(self) -> Iterator[EarEvent]:
        """End a turn whose formatted text did not come, by what was told before."""
        plain, self._plain = self._plain, None
        if plain is not None:
            yield replace(plain, is_final=True, is_finalized=True)
            yield from self._stopped(plain.words)

    def _turn(self, told: Mapping[str, Any]) -> Iterator[EarEvent]:
        if told.get("turn_order") != self._order:
            yield from self.rest()
        ended, self._order = told["end_of_turn"] is True, told.get("turn_order")
        final = ended and (told["turn_is_formatted"] is True or not self._formatted)
        words = tuple(map(_word, told["words"]))
        content = told["transcript"].strip()
        if not ended:  # words that do not stand fast yet are not in it
            content = " ".join(word.text for word in words) or content
        self._plain = None
        if content:
            yield from self._started(words)
            transcript = Transcript(
                content,
                is_final=final,
                is_finalized=final,
                language=text(told.get("language_code")) or None,
                words=words,
                speaker=text(told.get("speaker_label")) or None,
                pts=words[0].pts if words else 0.0,
                end=words[-1].end if words else 0.0,
                raw=told,
            )
            self._plain = transcript if ended and not final else None
            yield transcript
        elif final:
            yield Finalized()
        if final:
            yield from self._stopped(words)

    def _stopped(self, words: tuple[Word, ...]) -> Iterator[EarEvent]:
        if self._speaking:
            self._speaking = False
            yield UserStopped(NAME, words[-1].end if words else 0.0)

    def _started(self, words: tuple[Word, ...]) -> Iterator[EarEvent]:
        if self._turns and not self._speaking:
            self._speaking = True
            yield UserStarted(NAME, words[0].pts if words else 0.0)


def error_of(code: int) -> ProviderRejected:
    """Return what an error or a close code means."""
    denied = code in DENIED
    return ProviderRejected(
        f"the server tells of an error: {_MEANINGS.get(code, 'code')} ({code})",
        provider=NAME,
        status=code,
        code="unauthorized" if denied else "",
        retryable=None if denied else code in _PASSING or code < 3000,
    )


def _word(told: Mapping[str, Any]) -> Word:
    return Word(told["text"], told["start"] / 1000.0, told["end"] / 1000.0)


__all__ = ["DENIED", "NAME", "TurnReader", "error_of"]
