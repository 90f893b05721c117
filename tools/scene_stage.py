"""Playing a scene to an agent on virtual time, and noting what the agent does.

The agent is the real graph. Only what it says is fixed: a language model that has the scene's lines
and waits until it is time for them, and a voice that plays their recordings. When the agent has not
understood by then that it is its turn, the scene makes it speak all the same, for in the recording
the user hears it.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import CompositeDisposable, Disposable
from scene_files import RATE, Line, Scene

from rxvoice import Session
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.contracts import Operator
from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    Event,
    ReplyEnded,
    ReplyPaused,
    Sentence,
    SpeechStarted,
    SpeechStopped,
    Token,
    Turn,
    TurnStarted,
    Word,
)
from rxvoice.operators import pace, respond, synthesize
from rxvoice.testing import run_virtual

FRAME = 0.02
Entry: TypeAlias = dict[str, Any]
"""One event of a log, in the form that scorers read: ``t``, ``ev``, perhaps ``text``."""


class Script:
    """What a scene says about the bot, for one subscription of an agent.

    Args:
        scene: The scene.

    Attributes:
        log: What the agent did.
    """

    def __init__(self, scene: Scene) -> None:
        self.log: list[Entry] = []
        self._scene = scene
        self._waiting: set[int] = set()
        self._begun = 0
        self._turn_began = 0.0
        self._speaking = False
        self._stopped = -1.0

    def reply(self, turn: Turn) -> Observable[Event]:
        """Return the reply to a turn: the next lines, when their time has come."""
        number = self._begun
        if number == len(self._scene.replies):
            return rx.empty()
        lines = self._scene.replies[number]
        asked: Observable[Event] = rx.just(turn)
        return asked.pipe(
            respond(lambda _: self._say(number, lines), timeout=60.0),
            synthesize(lambda sentences: _voice(sentences, lines), timeout=60.0),
            pace(),
        )

    def cue(self, source: Observable[Event]) -> Observable[Event]:
        """Note what was heard, and make the bot speak when it is time for it.

        It stands where the turns are: before `rxvoice.operators.interruptible`.
        """

        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            cues = CompositeDisposable()

            def speak(number: int) -> None:
                waited = number in self._waiting
                self._begun = number
                if not waited:
                    observer.on_next(Turn("(not understood)", number + 1, reason="script"))
                self._begun = number + 1

            def on_next(item: Event) -> None:
                self._hear(item, clock)
                if not (isinstance(item, Turn) and self._is_answered()):
                    observer.on_next(item)

            for number, lines in enumerate(self._scene.replies):
                cues.add(clock.call_at(lines[0].start, lambda number=number: speak(number)))
            cues.add(
                source.subscribe(on_next, observer.on_error, observer.on_completed, scheduler=clock)
            )
            return cues

        return Observable(subscribe)

    def watch(self, item: Event, now: float) -> None:
        """Note what comes out of the agent."""
        match item:
            case AudioFrame() if not self._speaking and len(item.samples) and now > self._stopped:
                self._speaking = True
                self._note(now, "bot_start")
            case ClearAudio() | ReplyPaused() | ReplyEnded(interrupted=True) if self._speaking:
                self._speaking, self._stopped = False, now  # what comes at this instant fades out
                self._note(now, "bot_stop")
            case ReplyEnded():
                self._speaking = False
            case _:
                pass

    def _hear(self, item: Event, clock: LoopScheduler) -> None:
        now = clock.now_seconds
        match item:
            case SpeechStarted():
                self._note(now, "speech_start")
            case SpeechStopped():
                self._note(now, "speech_stop")
            case TurnStarted():
                self._turn_began = now
            case Turn():
                self._note(now, "turn_end", text=item.text, reason=item.reason)
            case _:
                pass

    def _is_answered(self) -> bool:
        """Whether the bot began to speak in the midst of the turn that ends now."""
        if not self._begun:
            return False
        return self._turn_began < self._scene.replies[self._begun - 1][0].start

    def _say(self, number: int, lines: tuple[Line, ...]) -> Observable[Token]:
        def subscribe(
            observer: abc.ObserverBase[Token], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            self._waiting.add(number)

            def speak() -> None:
                for line in lines:
                    observer.on_next(Token(f"{line.text}\n"))
                observer.on_completed()

            timer = clock.call_at(lines[0].start, speak)
            return CompositeDisposable(timer, Disposable(lambda: self._waiting.discard(number)))

        return Observable(subscribe)

    def _note(self, now: float, event: str, **more: Any) -> None:
        self.log.append({"t": round(now, 3), "ev": event, **more})


def _voice(
    sentences: Observable[Sentence], lines: tuple[Line, ...]
) -> Observable[AudioFrame | Word]:
    """Play the lines, from the first sentence on, with the pauses between them."""
    first = lines[0].start

    def played() -> Observable[AudioFrame | Word]:
        items: list[AudioFrame | Word] = []
        heard = 0.0
        for line in lines:
            at = line.start - first
            gap = np.zeros(max(0, round((at - heard) * RATE)), np.int16)
            words = line.text.split()
            step = (line.end - line.start) / max(1, len(words))
            items += [Word(w, at + n * step, at + (n + 1) * step) for n, w in enumerate(words)]
            items.append(AudioFrame(np.concatenate([gap, line.samples]), RATE, heard))
            heard = at + line.end - line.start
        return rx.from_iterable(items)

    return sentences.pipe(ops.last_or_default(None), ops.flat_map(lambda _: played()))


Agent: TypeAlias = Callable[[Script], Operator[Event, Event]]
"""Builds an agent: it takes audio, has ``script.cue`` before and ``script.reply`` as its reply."""


def play(scene: Scene, agent: Agent) -> list[Entry]:
    """Play a scene to an agent and return the log.

    A frame comes when its last sample would have been captured; the scene is over when the
    recording is.
    """
    script = Script(scene)

    async def main() -> list[Entry]:
        async with Session(name=scene.name) as session:
            clock = session.scheduler
            stream = _microphone(scene).pipe(agent(script))
            done: list[Exception] = []
            session.subscribe(
                stream, lambda item: script.watch(item, clock.now_seconds), done.append
            )
            await _until(clock, scene.duration)
            if done:
                raise done[0]
            return script.log

    return run_virtual(main())


async def _until(clock: LoopScheduler, when: float) -> None:
    waiting = clock.loop.create_future()
    clock.call_at(when + 1e-3, lambda: waiting.set_result(None))
    await waiting


def _microphone(scene: Scene) -> Observable[Event]:
    """Play the recording in real time; it does not complete."""
    size = round(FRAME * scene.rate)

    def subscribe(
        observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = loop_scheduler(scheduler)
        next_timer = CompositeDisposable()
        at = 0

        def send() -> None:
            nonlocal at
            samples = scene.samples[at : at + size]
            frame = AudioFrame(samples, scene.rate, at / scene.rate)
            at += size
            wait()
            observer.on_next(frame)

        def wait() -> None:
            next_timer.clear()
            if at < len(scene.samples):
                next_timer.add(clock.call_at(min(at + size, len(scene.samples)) / scene.rate, send))

        wait()
        return next_timer

    return Observable(subscribe)


__all__ = ["Agent", "Entry", "Script", "play"]
