"""What a provider has to be.

There is no base class and no registry: a provider is a function of one of these shapes. Operators
depend on this module, provider modules implement it, and users may write their own.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from reactivex import Observable

from rxvoice._types import Operator
from rxvoice.context import Context
from rxvoice.items import (
    AudioFrame,
    BotSpeechOngoing,
    BotSpeechStarted,
    BotSpeechStopped,
    Dtmf,
    EagerStop,
    EndRound,
    Fault,
    Interrupt,
    Metric,
    Pause,
    Reject,
    Resume,
    Sentence,
    Sources,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    StartTurn,
    StopTurn,
    Thought,
    Token,
    ToolCall,
    Transcript,
    Translation,
    Turn,
    TurnDropped,
    TurnStarted,
    Usage,
    UserResumed,
    UserStarted,
    UserStopped,
    UserStopping,
    WakePhraseHeard,
    WakePhraseTimedOut,
    Word,
)


class VoiceDetector(Protocol):
    """Judges fixed windows of one stream, in order, and may keep state between them."""

    @property
    def rate(self) -> int:
        """Samples a second that it wants."""
        ...

    @property
    def window(self) -> int:
        """Samples a call that it wants."""
        ...

    def __call__(self, samples: NDArray[np.int16], /) -> float:
        """Return the probability, 0 to 1, that this window holds speech.

        Args:
            samples: Shape ``(window,)``.
        """
        ...

    def reset(self) -> None:
        """Forget what was heard so far."""
        ...

    def close(self) -> None:
        """Release what it holds; called once when the stream ends or is unsubscribed."""
        ...


Vad: TypeAlias = Callable[[], VoiceDetector | Awaitable[VoiceDetector]]
"""Opens a detector for one stream. It answers with an awaitable while a model is still loading."""


class AudioFilter(Protocol):
    """Changes one stream of audio, for instance by taking noise out of it.

    It gives the same sound at the same place, but may be late: what it holds back comes with the
    samples that follow, or by `flush`.
    """

    def start(self, rate: int) -> None:
        """Begin; called before the first samples, and again when the sample rate changes.

        Args:
            rate: Samples a second that are really coming.
        """
        ...

    def __call__(self, samples: NDArray[np.int16], /) -> NDArray[np.int16]:
        """Take samples and return what is ready, which may be none.

        Args:
            samples: Shape ``(n,)``.
        """
        ...

    def tune(self, settings: Mapping[str, float], /) -> None:
        """Change its settings while it runs.

        Raises:
            ValueError: When it has no such setting, or the value makes no sense.
        """
        ...

    def flush(self) -> NDArray[np.int16]:
        """Return what is held back, and begin anew: audio that follows does not continue it."""
        ...

    def close(self) -> None:
        """Release what it holds; called once when the stream ends or is unsubscribed."""
        ...


OpenFilter: TypeAlias = Callable[[], AudioFilter]
"""Opens a filter for one stream."""

EndOfTurn: TypeAlias = Callable[[AudioFrame], Awaitable[float]]
"""Probability, 0 to 1, that a turn is complete, from its audio (mono 16 kHz, at most 8 s)."""

EndOfText: TypeAlias = Callable[[str], Awaitable[float]]
"""Probability, 0 to 1, that a turn is complete, from its text so far: never blank, perhaps interim.

Half of the texts that get 0.5 should be complete where as many are as are not.
"""

Heard: TypeAlias = AudioFrame | SpeechStarted | SpeechStopped
"""What a transcriber is given."""

Recognised: TypeAlias = (
    Transcript
    | Translation
    | UserStarted
    | UserStopping
    | UserResumed
    | UserStopped
    | Fault
    | Metric
    | Usage
)
"""What a transcriber gives: what was said, turns where it knows them, what it tells beside them."""

Transcriber: TypeAlias = Operator[Heard, Recognised]
"""Speech recognition: an operator on the user's audio and its speech marks."""

Recognise: TypeAlias = Callable[[AudioFrame], Awaitable[Transcript]]
"""Recognises one whole utterance (mono 16 kHz). Blank text means that nothing was said."""

TurnInput: TypeAlias = (
    AudioFrame
    | BotSpeechOngoing
    | BotSpeechStarted
    | BotSpeechStopped
    | Dtmf
    | Metric
    | SpeechOngoing
    | SpeechStarted
    | SpeechStopped
    | Transcript
    | UserResumed
    | UserStarted
    | UserStopped
    | UserStopping
)
"""What start and stop strategies see: what the user does, and, fed back, when the bot speaks.

Stop strategies are also told, by a `Metric` called ``latency_p99``, how long the recogniser takes.
"""

Told: TypeAlias = Fault | Metric | WakePhraseHeard | WakePhraseTimedOut
"""What strategies may have to tell besides their decisions; it is merged into the stream."""

StartStrategy: TypeAlias = Operator[TurnInput, StartTurn | EndRound | Told]
"""Decides when the user takes the floor. Subscribed once for the whole stream.

An item is put to the strategies in their order. `StartTurn` starts the turn; `EndRound`, emitted
while it sees the item, keeps that item from those after it. One with an attribute ``needs_audio``
that is false is given no `AudioFrame`, which saves time.
"""

StopStrategy: TypeAlias = Operator[TurnInput, StopTurn | EagerStop | Told]
"""Decides when the user gives the floor back. Subscribed anew for each turn.

One with an attribute ``needs_audio`` that is false is given no `AudioFrame`.
"""

FloorInput: TypeAlias = TurnInput | Turn | TurnDropped | TurnStarted
"""What an interruption policy sees: what the user does, their turns, and when the bot speaks."""

Verdict: TypeAlias = Pause | Resume | Interrupt | Reject
"""What becomes of the reply in progress, and of what the user says meanwhile."""

InterruptionPolicy: TypeAlias = Operator[FloorInput, Verdict | Fault | Metric]
"""Decides what interrupts a reply. Subscribed anew for each reply, with what comes from then on.

While it has decided nothing about a turn, that turn waits: until a verdict, or until the reply has
been spoken to its end. `BotSpeechStarted` tells it that the reply has begun to be heard.
"""

Condition: TypeAlias = Operator[TurnInput, bool]
"""Tells whether something holds: at once when it is subscribed, then whenever that changes."""

Written: TypeAlias = Token | Thought | ToolCall | Sources | Usage | Fault | Metric
"""What a language model gives: text, calls of tools, each whole, and what it tells beside them."""

Chat: TypeAlias = Callable[[Context], Observable[Written]]
"""A language model: a cold observable for each call, cancelled by unsubscribing."""


class OneShot(Protocol):
    """A `Chat` that can be asked beside the conversation with settings of its own."""

    def __call__(self, context: Context, /) -> Observable[Written]:
        """Answer a conversation."""
        ...

    def once(self, *, max_tokens: int | None = None, instruction: str = "") -> Chat:
        """Return the same model for one request.

        Args:
            max_tokens: Greatest length of the answer; as usual unless given.
            instruction: Wins over that of the conversation; as usual unless given.
        """
        ...


Spoken: TypeAlias = AudioFrame | Word | Fault | Metric | Usage
"""What a voice gives: sound, its words, and what it tells beside them."""

Synthesizer: TypeAlias = Operator[Sentence, Spoken]
"""A voice: an operator on sentences, in order. Times count from the first sample of the reply."""

Speak: TypeAlias = Callable[[str], AsyncIterator[AudioFrame | Word | Fault]]
"""Speaks one sentence. Times count from the first sample of the sentence."""

__all__ = [
    "AudioFilter",
    "Chat",
    "Condition",
    "EndOfText",
    "EndOfTurn",
    "FloorInput",
    "Heard",
    "InterruptionPolicy",
    "OneShot",
    "OpenFilter",
    "Operator",
    "Recognise",
    "Recognised",
    "Speak",
    "Spoken",
    "StartStrategy",
    "StopStrategy",
    "Synthesizer",
    "Told",
    "Transcriber",
    "TurnInput",
    "Vad",
    "Verdict",
    "VoiceDetector",
    "Written",
]
