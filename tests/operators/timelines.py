"""Sessions whose users, language model and voice follow a script of times."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import (
    AudioFrame,
    Context,
    Event,
    Memory,
    Operator,
    ReplyEnded,
    Sentence,
    Session,
    SpeechStarted,
    SpeechStopped,
    Stamped,
    Token,
    Transcript,
    Turn,
    Word,
)
from rxvoice.contracts import InterruptionPolicy, StopStrategy
from rxvoice.operators import (
    aggregate_turn,
    interruptible,
    pace,
    respond,
    speculate,
    stop_after_silence,
    synthesize,
)
from rxvoice.operators._speculate import Speculation
from rxvoice.reports import heard_audio
from rxvoice.testing import run_virtual, tone
from tests.operators.calls import log, timed

T = TypeVar("T")


def after(delay: float, item: T) -> Observable[T]:
    """Emit an item after some seconds."""
    return rx.timer(delay).pipe(ops.map(lambda _: item)) if delay else rx.just(item)


def heard(case: Mapping[str, Any]) -> list[tuple[float, Event]]:
    """Return what voice detection and recognition make of the users, and when."""
    items: list[tuple[float, Event]] = []
    onset: float = case["defaults"]["vad_min_speech"]
    silence: float = case["defaults"]["vad_min_silence"]
    for user in case["users"]:
        items.append((user["t0"] + onset, SpeechStarted(user["t0"] + onset, onset)))
        items.append((user["t1"] + silence, SpeechStopped(user["t1"] + silence, silence)))
        if user["stt_final_at"] is not None:
            said = Transcript(user["text"], True, True, pts=user["t0"], end=user["t1"])
            items.append((user["stt_final_at"], said))
    return items


class Timeline:
    """One session of a case, held in virtual time.

    Args:
        case: As in the list of cases.
        policy: What interrupts.
        typed: What comes besides speech, and when.
        ahead: What begins before the turn has ended.
        stop: Further stop strategies.

    Attributes:
        events: All that came out.
        memory: The conversation.
    """

    def __init__(
        self,
        case: Mapping[str, Any],
        policy: InterruptionPolicy,
        typed: Iterable[tuple[float, Event]] = (),
        *,
        ahead: str = "off",
        stop: Sequence[StopStrategy] = (),
    ) -> None:
        self.events: list[Stamped] = []
        self.memory = Memory()
        self._case = case
        self._stops = [stop_after_silence(min_delay=0.0), *stop]
        project = self.ahead(ahead) if ahead != "off" else self.reply
        self._answering = interruptible(project, policy=policy)
        items = sorted([*heard(case), *typed], key=lambda pair: pair[0])
        run_virtual(self._run(items))

    async def _run(self, items: list[tuple[float, Event]]) -> None:
        user = rx.merge(timed(items), rx.timer(40.0).pipe(ops.ignore_elements()))
        turns = aggregate_turn(stop=self._stops)
        async with Session() as session:
            pipe = user.pipe(turns, self._answering, self.memory.record())
            await session.run(pipe, log(self.events))

    def reply(self, turn: Turn) -> Observable[Event]:
        """Answer as the script says."""
        asked: Observable[Event] = after(
            self._case["options"].get("turn_completed_hook_delay", 0.0), turn
        )
        return asked.pipe(self.think(), self.voice(), pace())

    def ahead(self, how: str) -> Speculation:
        """Answer as the script says, but begin with the model, or with the voice, too, ahead."""
        with_voice = how == "preemptive_tts"

        def think(turn: Turn) -> Observable[Event]:
            thought: Observable[Event] = rx.just(turn).pipe(self.think())
            return thought.pipe(self.voice()) if with_voice else thought

        act = pace() if with_voice else rx.compose(self.voice(), pace())
        return speculate(think, act=act)

    def think(self) -> Operator[Event, Event]:
        """Write what the script has for the last turn: a word early, the rest at the end."""

        def write(context: Context) -> Observable[Token]:
            asked = context.messages[-1].text
            script = next(each for each in self._case["llm"] if each["input"] == asked)
            head, _, rest = script["text"].partition(" ")
            return rx.merge(
                after(script["ttft"], Token(head)), after(script["duration"], Token(f" {rest}"))
            )

        return respond(write, self.memory)

    def voice(self) -> Operator[Event, Event]:
        """Speak as long as the script says, once the whole text is there."""

        def spoken(sentences: list[Sentence]) -> Observable[AudioFrame | Word]:
            text = " ".join(sentence.text for sentence in sentences)
            script = next(each for each in self._case["tts"] if each["input"] == text)
            words = text.split()
            each = script["audio_s"] / len(words)
            sound: list[AudioFrame | Word] = []
            for index, word in enumerate(words):
                sound.append(Word(word, index * each, (index + 1) * each))
                sound.append(tone(each, 24_000, index * each))
            return after(script["ttfb"], sound).pipe(ops.flat_map(rx.from_iterable))

        return synthesize(lambda texts: texts.pipe(ops.to_list(), ops.flat_map(spoken)))

    def only(self, kind: type[T]) -> list[T]:
        """Return the items of a type."""
        return [event.item for event in self.events if isinstance(event.item, kind)]

    def times(self, kind: type) -> list[float]:
        """Return when items of a type came."""
        return [event.at for event in self.events if isinstance(event.item, kind)]

    def bot_audio(self) -> list[tuple[float, float]]:
        """Return from when to when the bot was heard without a break."""
        spans: list[tuple[float, float]] = []
        for frame in heard_audio(self.events):
            if spans and frame.start - spans[-1][1] < 1e-3:
                spans[-1] = (spans[-1][0], frame.end)
            elif frame.end > frame.start:
                spans.append((frame.start, frame.end))
        return spans

    def ended(self) -> list[bool]:
        """Return of each reply whether it was interrupted."""
        return [reply.interrupted for reply in self.only(ReplyEnded)]

    def history(self) -> list[str]:
        """Return the conversation, a line each."""
        return [f"{message.role}: {message.text}" for message in self.memory.context.messages]
