"""What was heard in a turn."""

from dataclasses import replace

from rxvoice.contracts import Told, TurnInput
from rxvoice.items import (
    EagerStop,
    SpeechStarted,
    SpeechStopped,
    StartTurn,
    StopTurn,
    Transcript,
    Turn,
    UserResumed,
    UserStarted,
)
from rxvoice.items._speech import joined
from rxvoice.operators._panel import Panel
from rxvoice.operators._watchdog import Watchdog


class OpenTurn:
    """A turn from its start to its stop.

    Args:
        number: Its number.
        decision: What started it.

    Attributes:
        stopping: Its stop strategies.
        watchdog: Ends it when nothing happens any more.
        guessed: What it was guessed to be, while the guess stands.
    """

    stopping: Panel[StopTurn | EagerStop | Told]
    watchdog: Watchdog

    def __init__(self, number: int, decision: StartTurn) -> None:
        self.number = number
        self.announced = decision.announce
        self.guessed: Turn | None = None
        self._text = decision.text
        self._finals: list[Transcript] = []
        self._interim: Transcript | None = None
        self._mark: SpeechStarted | SpeechStopped | None = None
        self._speech_end: float | None = None

    def beginning(self, item: TurnInput) -> TurnInput:
        """Return the item that started it, without what does not belong to the turn."""
        if self._text is None or not isinstance(item, Transcript):
            return item
        kept = len(self._text.split())
        words = item.words[-kept:] if 0 < kept <= len(item.words) else item.words
        return replace(item, text=self._text, words=words)

    def collect(self, item: TurnInput) -> None:
        """Take what was said."""
        match item:
            case Transcript(is_final=True):
                self._interim = None
                if item.text:
                    self._finals.append(item)
            case Transcript():
                self._interim = item if item.text else None
            case SpeechStopped():
                self._mark, self._speech_end = item, item.speech_pts
            case SpeechStarted():
                self._mark = item
            case _:
                pass

    def goes_on(self, item: TurnInput) -> bool:
        """Tell whether an item, which was collected, makes the guess wrong."""
        if self.guessed is None:
            return False
        if isinstance(item, Transcript):
            return _joined(self._said(pending=True)) != self.guessed.text
        return isinstance(item, SpeechStarted | UserStarted | UserResumed)

    def history(self) -> list[TurnInput]:
        """Return what a strategy must know that comes late."""
        return [*([] if self._mark is None else [self._mark]), *self._finals]

    def turn(self, now: float, reason: str, *, pending: bool = False) -> Turn | None:
        """Return what was said, unless that is nothing.

        Args:
            now: Time on the source's clock.
            reason: Why it is asked for.
            pending: Whether the last interim transcript counts, too.
        """
        said = self._said(pending=pending)
        if not said:
            return None
        end = self._speech_end
        if end is None:
            end = said[-1].end or now
        return Turn(_joined(said), self.number, now, end, reason, said)

    def dispose(self) -> None:
        """Unsubscribe from its strategies."""
        self.watchdog.dispose()
        self.stopping.dispose()

    def _said(self, *, pending: bool) -> tuple[Transcript, ...]:
        interim = self._interim if pending else None
        return (*self._finals, *(() if interim is None else (interim,)))


def _joined(said: tuple[Transcript, ...]) -> str:
    return joined((each.text, False) for each in said)
