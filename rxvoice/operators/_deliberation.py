"""The inside of `pause_and_decide`: one reply."""

import inspect
from collections.abc import Awaitable, Callable, Sequence

from reactivex import abc

from rxvoice._disposables import SerialDisposable
from rxvoice.aio._from_awaitable import from_awaitable
from rxvoice.backchannels import Meaning, words_besides
from rxvoice.clock import LoopScheduler
from rxvoice.contracts import FloorInput, Verdict
from rxvoice.items import (
    BotSpeechStarted,
    Interrupt,
    Pause,
    Reject,
    Resume,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
)

FEW = 4
"""Words that a recogniser may make of a sound that is none, besides backchannels."""

LONGEST = 5.0
"""Seconds for which speech without words keeps a reply from beginning: it is a noise that stays."""


class Deliberation:
    """Knows what the user has said since their turn began, and what that means.

    Args:
        observer: Gets the verdicts.
        clock: For the time-outs.
        judge: Says what a text means.
        min_confidence: Confidence below which a few words count as no words.
        within: Seconds in which it must be decided while the bot is heard.
        patience: Seconds that the recogniser may take.
        cut: Whether speech without words interrupts in the end.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Verdict],
        clock: LoopScheduler,
        judge: Callable[[str], Meaning | Awaitable[Meaning]],
        min_confidence: float,
        within: float,
        patience: float,
        *,
        cut: bool,
    ) -> None:
        self._observer = observer
        self._clock = clock
        self._judge = judge
        self._min_confidence = min_confidence
        self._within = within
        self._patience = patience
        self._cut = cut
        self._audible = self._speaking = self._paused = self._interrupted = False
        self._turn: int | None = None
        self._finals: list[Transcript] = []
        self._interim: Transcript | None = None
        self._settled = self._worded = False
        self._meaning: Meaning | None = None
        self._due = 0.0
        self._timer = SerialDisposable()
        self._judging = SerialDisposable()

    def on_next(self, item: FloorInput) -> None:
        """Take what the user does."""
        if self._interrupted:
            return
        match item:
            case BotSpeechStarted():
                self._audible = True
            case SpeechStarted():
                self._speaking = True
                self._settled = self._worded = False
                if self._turn is None:
                    self._forget()
                self._suspect()
            case SpeechStopped():
                self._speaking = False
                self._cease()
            case TurnStarted(interrupts=True, number=number):
                self._turn = number
                decided_elsewhere = not self._speaking and not self._said
                if decided_elsewhere or self._meaning == "interruption":
                    self._interrupt()
                else:
                    self._suspect()
            case Transcript():
                self._hear(item)
            case Turn():
                self._conclude(item)
            case TurnDropped():
                self._forget()
                self._resume()
            case _:
                pass

    def dispose(self) -> None:
        """Stop deliberating."""
        self._timer.dispose()
        self._judging.dispose()

    def _suspect(self) -> None:
        if self._paused:
            return
        self._paused = True
        self._due = self._clock.now_seconds + self._within
        if self._audible or not self._cut:
            self._timer.disposable = self._clock.call_at(self._due, self._decide)
        else:
            self._timer.disposable = self._clock.call_later(LONGEST, self._resume)
        self._observer.on_next(Pause())

    def _cease(self) -> None:
        """The user is silent: words come soon, or none do."""
        if not self._paused:
            return
        if self._settled or (self._worded and self._meaning != "interruption"):
            self._resume()
        else:
            due = self._clock.now_seconds + self._patience
            if self._audible:
                due = max(due, self._due)
            self._timer.disposable = self._clock.call_at(due, self._decide)

    def _hear(self, transcript: Transcript) -> None:
        if transcript.is_final:
            self._interim = None
            if transcript.text:
                self._finals.append(transcript)
        elif transcript.text:
            self._interim = transcript
        if self._said:
            self._worded = self._worded or bool(transcript.text)
            self._ask(self._said, self._learn)
        elif transcript.is_finalized:
            self._settled = True
            if not self._speaking:
                self._resume()

    @property
    def _said(self) -> list[Transcript]:
        return [*self._finals, *([] if self._interim is None else [self._interim])]

    def _is_clear(self, transcript: Transcript) -> bool:
        """Whether a transcript says that there were words at all."""
        confidence = transcript.confidence
        if confidence is None or confidence >= self._min_confidence:
            return True
        return len(words_besides(transcript.text)) > FEW

    def _ask(self, said: Sequence[Transcript], answered: Callable[[Meaning], None]) -> None:
        """Have the words judged; a question that is still open is withdrawn."""
        self._judging.disposable = None
        text = " ".join(each.text for each in said if self._is_clear(each))
        answer = self._judge(text) if text else "backchannel"
        if not inspect.isawaitable(answer):
            answered(answer)
            return
        self._judging.disposable = from_awaitable(answer, name="interruption").subscribe(
            answered, self._observer.on_error, scheduler=self._clock
        )

    def _learn(self, meaning: Meaning) -> None:
        self._meaning = meaning = self._weighed(meaning)
        if meaning != "interruption":
            if not self._speaking and self._interim is None:
                self._resume()
        elif self._turn is not None:
            self._interrupt()

    def _decide(self) -> None:
        """Decide, for the time is over."""
        unsure = not self._worded or self._meaning == "unclear"
        if self._speaking and unsure and self._cut and self._turn is not None:
            self._interrupt()
        else:
            self._resume()

    def _conclude(self, turn: Turn) -> None:
        """A turn has come to its end: the last word on it."""
        typed = turn.number != self._turn
        self._forget()
        if typed:
            self._interrupt()
        else:
            self._ask(turn.transcripts or [Transcript(turn.text, is_final=True)], self._end)

    def _weighed(self, meaning: Meaning) -> Meaning:
        """While the bot is not heard, whatever may be words goes on with what was said before."""
        return "interruption" if meaning == "unclear" and not self._audible else meaning

    def _end(self, meaning: Meaning) -> None:
        meaning = self._weighed(meaning)
        if meaning == "interruption":
            self._interrupt()
        elif meaning == "unclear":
            self._resume()  # what it was about is answered when the reply is over
        else:
            self._paused = False
            self._timer.disposable = None
            self._observer.on_next(Reject("backchannel"))

    def _forget(self) -> None:
        self._turn = None
        self._finals.clear()
        self._interim = None
        self._settled = self._worded = False
        self._meaning = None
        self._judging.disposable = None

    def _interrupt(self) -> None:
        self._interrupted = True
        self._timer.disposable = None
        self._judging.disposable = None
        self._observer.on_next(Interrupt())

    def _resume(self) -> None:
        self._timer.disposable = None
        if self._paused:
            self._paused = False
            self._observer.on_next(Resume())


__all__ = ["Deliberation"]
