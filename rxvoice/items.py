"""The items that move through a voice agent.

All are frozen, slotted dataclasses compared by value. Times and durations are seconds (``float``)
on the clock of the stream that carries the item (``pts``), never the time of arrival. Audio is
mono ``int16``.

Two clocks exist. What the user says carries the *source's* clock, which starts at 0 with its first
sample. What the bot says carries, until `rxvoice.operators.pace`, the clock of its own *reply*
(0 is the first sample of the reply), and from there on the *session's* clock: the time at which
it is heard.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rxvoice.errors import AudioFormatError

MAX_RATE = 768_000


@dataclass(frozen=True, slots=True, eq=False)
class AudioFrame:
    """A piece of mono audio.

    Attributes:
        samples: Shape ``(n,)``, ``int16``, read-only; ``n`` may be 0.
        rate: Samples a second.
        pts: Time of the first sample, in seconds on the stream's clock.

    Raises:
        AudioFormatError: When the samples are not one-dimensional ``int16`` or the rate is not
            a positive integer of at most 768 000.
    """

    samples: NDArray[np.int16]
    rate: int
    pts: float = 0.0

    def __post_init__(self) -> None:
        samples = self.samples
        if getattr(samples, "dtype", None) != np.int16 or samples.ndim != 1:
            kind = getattr(samples, "dtype", type(samples).__name__)
            shape = getattr(samples, "shape", "?")
            raise AudioFormatError(f"samples must be int16 of shape (n,), got {kind} {shape}")
        if not 0 < self.rate <= MAX_RATE:
            raise AudioFormatError(f"rate must be in 1…{MAX_RATE} Hz, got {self.rate}")
        if not math.isfinite(self.pts):
            raise AudioFormatError(f"pts must be finite, got {self.pts}")
        if samples.flags.writeable:
            view = samples.view()
            view.flags.writeable = False
            object.__setattr__(self, "samples", view)

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate

    @property
    def end(self) -> float:
        """Time just after the last sample, in seconds on the stream's clock."""
        return self.pts + len(self.samples) / self.rate

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AudioFrame):
            return NotImplemented
        return (
            self.rate == other.rate
            and self.pts == other.pts
            and np.array_equal(self.samples, other.samples)
        )

    def __hash__(self) -> int:
        return hash((self.rate, self.pts, len(self.samples)))

    def __repr__(self) -> str:
        return f"AudioFrame({len(self.samples)} samples, {self.rate} Hz, pts={self.pts:.3f})"


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The user began to speak.

    Attributes:
        pts: When it was declared.
        delay: How long speech had lasted by then; the speech began at ``pts - delay``.
    """

    pts: float
    delay: float = 0.0

    @property
    def speech_pts(self) -> float:
        """When the speech really began."""
        return self.pts - self.delay


@dataclass(frozen=True, slots=True)
class SpeechOngoing:
    """The user is still speaking; sent periodically.

    Attributes:
        pts: Time on the source's clock.
    """

    pts: float


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """The user ceased to speak.

    Attributes:
        pts: When it was declared.
        delay: How long it had been silent by then; the speech ended at ``pts - delay``.
    """

    pts: float
    delay: float = 0.0

    @property
    def speech_pts(self) -> float:
        """When the speech really ended."""
        return self.pts - self.delay


@dataclass(frozen=True, slots=True)
class Word:
    """One word with its place in time, heard from the user or spoken by the bot.

    Attributes:
        text: The word with its punctuation.
        pts: Start.
        end: End; equal to ``pts`` when it is not known.
        verbatim: Whether ``text`` carries its own blanks, so that none is added between words.
    """

    text: str
    pts: float
    end: float = 0.0
    verbatim: bool = False

    def __post_init__(self) -> None:
        if self.end < self.pts:
            object.__setattr__(self, "end", self.pts)


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard.

    Attributes:
        text: Without surrounding blanks.
        is_final: Whether the recogniser will not revise it.
        is_finalized: Whether, besides, nothing more will come for the speech so far.
        language: BCP 47 tag, when known.
        words: The words with their times, where the recogniser has them.
        speaker: Who spoke, where the recogniser knows.
        pts: Start of the speech.
        end: End of the speech.
        raw: The recogniser's own answer; not part of the comparison.
    """

    text: str
    is_final: bool
    is_finalized: bool = False
    language: str | None = None
    words: tuple[Word, ...] = ()
    speaker: str | None = None
    pts: float = 0.0
    end: float = 0.0
    raw: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """The user took the floor; this interrupts the bot.

    Attributes:
        number: Counts the turns of a session from 1.
        pts: Time on the source's clock.
        reason: What decided it, such as ``"speech"`` or ``"transcript"``.
    """

    number: int
    pts: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StartTurn:
    """A start strategy's decision that the user takes the floor.

    Attributes:
        reason: Told in `TurnStarted`.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class StopTurn:
    """A stop strategy's decision that the user gives the floor back.

    Attributes:
        reason: Told in `Turn`.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What the user said from taking the floor to giving it back.

    Attributes:
        text: All final transcripts of the turn, joined by blanks; never empty.
        number: The number of its `TurnStarted`.
        pts: When the turn was decided to have ended, on the source's clock.
        speech_end: When the user ceased to speak, on the source's clock.
        reason: What decided it, such as ``"silence"``, ``"end_of_turn"`` or ``"flush"``.
        transcripts: The final transcripts it was made from.
    """

    text: str
    number: int = 1
    pts: float = 0.0
    speech_end: float = 0.0
    reason: str = ""
    transcripts: tuple[Transcript, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnDropped:
    """A turn that was started came to nothing, for instance a cough.

    Attributes:
        number: The number of its `TurnStarted`.
        reason: Why, such as ``"no text"``.
    """

    number: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text from the language model.

    Attributes:
        text: As it came, blanks included.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of a language model's reasoning; never spoken.

    Attributes:
        text: As it came.
    """

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The language model asks for a tool to be run.

    Attributes:
        id: The model's name for this call.
        name: The tool.
        arguments: Its arguments by name.
    """

    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered.

    Attributes:
        id: The id of its `ToolCall`.
        name: The tool.
        result: JSON-compatible value.
    """

    id: str
    name: str
    result: Any = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a provider says it used.

    Attributes:
        source: The provider.
        input_tokens: Tokens read.
        output_tokens: Tokens written.
        characters: Characters spoken.
        audio: Seconds of audio heard or spoken.
    """

    source: str
    input_tokens: int = 0
    output_tokens: int = 0
    characters: int = 0
    audio: float = 0.0


@dataclass(frozen=True, slots=True)
class ResponseStarted:
    """The language model was asked.

    Attributes:
        turn: Number of the turn that it answers.
    """

    turn: int


@dataclass(frozen=True, slots=True)
class ResponseEnded:
    """The language model will say no more in this response, for whatever reason.

    Attributes:
        turn: Number of the turn that it answers.
        text: All that it wrote.
        failed: Whether a fault, or the failure of the stream that asked, ended it.
    """

    turn: int
    text: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """Text that is ready to be spoken.

    Attributes:
        text: One sentence, or the rest of a response, without surrounding blanks.
    """

    text: str


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    """The bot began to work on its answer; it has not spoken yet.

    Attributes:
        number: Number of the turn that it answers.
    """

    number: int


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """The bot's answer is over: spoken to its end, interrupted or failed.

    Attributes:
        number: Number of the turn that it answered.
        spoken: The words that were really played.
        interrupted: Whether it was cut off.
    """

    number: int
    spoken: str = ""
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class ClearAudio:
    """Whoever holds audio of the bot that was not played yet must drop it now.

    Attributes:
        number: Number of the turn whose reply is dropped.
    """

    number: int = 0


@dataclass(frozen=True, slots=True)
class Dtmf:
    """A key of the telephone keypad.

    Attributes:
        key: One of ``0123456789*#``.
    """

    key: str

    def __post_init__(self) -> None:
        if len(self.key) != 1 or self.key not in "0123456789*#":
            raise ValueError(f"key must be one of 0123456789*#, got {self.key!r}")


@dataclass(frozen=True, slots=True)
class ImageFrame:
    """A picture.

    Attributes:
        data: The encoded picture.
        mime: Its media type, such as ``"image/jpeg"``.
        pts: Time on the stream's clock.
    """

    data: bytes = field(repr=False)
    mime: str = "image/jpeg"
    pts: float = 0.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something went wrong and the conversation goes on, unless it is fatal.

    Attributes:
        source: The stage or provider that failed, such as ``"llm"``.
        message: One line for people. It holds neither secrets nor speech.
        fatal: Whether no retry can help, for instance with bad credentials.
        cause: The exception behind it; not part of the comparison.
    """

    source: str
    message: str
    fatal: bool = False
    cause: BaseException | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Metric:
    """A measurement.

    Attributes:
        source: The stage or provider, such as ``"tts"``.
        name: What was measured, such as ``"ttfb"``.
        value: Seconds unless the name says otherwise.
    """

    source: str
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Stamped:
    """An item and when it came by.

    Attributes:
        at: Seconds on the session's clock.
        item: The item.
    """

    at: float
    item: "Event"


Event: TypeAlias = (
    AudioFrame
    | ClearAudio
    | Dtmf
    | Fault
    | ImageFrame
    | Metric
    | ReplyEnded
    | ReplyStarted
    | ResponseEnded
    | ResponseStarted
    | SpeechOngoing
    | SpeechStarted
    | SpeechStopped
    | Thought
    | Token
    | ToolCall
    | ToolResult
    | Transcript
    | Turn
    | TurnDropped
    | TurnStarted
    | Usage
    | Word
)
"""Everything that may leave `rxvoice.operators.converse`."""


def spoken_text(words: "list[Word] | tuple[Word, ...]") -> str:
    """Join words as they were spoken: with blanks, except around those that carry their own."""
    text = ""
    for word in words:
        if text and not word.verbatim and not text[-1].isspace():
            text += " "
        text += word.text
    return text.strip()


__all__ = [
    "AudioFrame",
    "ClearAudio",
    "Dtmf",
    "Event",
    "Fault",
    "ImageFrame",
    "Metric",
    "ReplyEnded",
    "ReplyStarted",
    "ResponseEnded",
    "ResponseStarted",
    "Sentence",
    "SpeechOngoing",
    "SpeechStarted",
    "SpeechStopped",
    "Stamped",
    "StartTurn",
    "StopTurn",
    "Thought",
    "Token",
    "ToolCall",
    "ToolResult",
    "Transcript",
    "Turn",
    "TurnDropped",
    "TurnStarted",
    "Usage",
    "Word",
    "spoken_text",
]
