"""What a server tells a client about the bot's voice and text."""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from ._messages import Outgoing, Text


class BotStartedSpeaking(Outgoing):
    """The bot begins to be heard."""

    type: ClassVar[str] = "bot-started-speaking"


class BotStoppedSpeaking(Outgoing):
    """The bot is not heard any more."""

    type: ClassVar[str] = "bot-stopped-speaking"


class BotInterrupted(Outgoing):
    """The bot was cut off: what it was about to say will not come."""

    type: ClassVar[str] = "bot-interrupted"


class BotLlmStarted(Outgoing):
    """The language model was asked."""

    type: ClassVar[str] = "bot-llm-started"


class BotLlmStopped(Outgoing):
    """The language model will say no more."""

    type: ClassVar[str] = "bot-llm-stopped"


class BotTtsStarted(Outgoing):
    """The voice begins."""

    type: ClassVar[str] = "bot-tts-started"


class BotTtsStopped(Outgoing):
    """The voice has ended."""

    type: ClassVar[str] = "bot-tts-stopped"


class _Said(Outgoing):
    text: Text


class BotLlmText(_Said):
    """A piece of text from the language model.

    Attributes:
        text: As it came.
    """

    type: ClassVar[str] = "bot-llm-text"


class LlmRawText(_Said):
    """The same, by the name that will replace it."""

    type: ClassVar[str] = "llm-raw-text"


class BotTtsText(_Said):
    """A word that has been heard.

    Attributes:
        text: The word.
    """

    type: ClassVar[str] = "bot-tts-text"


class TtsRawText(_Said):
    """The same, by the name that will replace it."""

    type: ClassVar[str] = "tts-raw-text"


class BotTranscription(_Said):
    """A sentence of the bot; the name of `BotOutput` before 1.1.

    Attributes:
        text: The sentence.
    """

    type: ClassVar[str] = "bot-transcription"


class Progress(BaseModel):
    """How much of a sentence has been heard.

    Attributes:
        accumulated_text: What has.
        remaining_text: What has not.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True)

    accumulated_text: Text
    remaining_text: Text


class BotOutput(Outgoing):
    """A sentence that the bot says or writes, and how much of it has been heard.

    Attributes:
        text: The sentence; for clients of 1.x also a single word.
        output_type: What kind of text it is.
        text_type: The same, for clients of early 2.x.
        aggregated_by: The same, for clients before those.
        segment_id: Number of the sentence.
        spoken: Whether it has been heard; only for clients of 1.x.
        will_be_spoken: Whether it goes to the voice.
        spoken_status: ``"new"`` at first; then, while it is heard, ``"in-progress"``; at last
            ``"completed"``.
        spoken_progress: How much has been heard; missing where nothing will be.
    """

    type: ClassVar[str] = "bot-output"
    text: Text
    output_type: str
    text_type: str
    aggregated_by: str
    segment_id: int | None = None
    spoken: bool | None = None
    will_be_spoken: bool | None = None
    spoken_status: Literal["new", "in-progress", "completed"] | None = None
    spoken_progress: Progress | None = None


class BotAudioLevel(Outgoing):
    """How loud the bot is.

    Attributes:
        value: 0 to 1, linear in decibels.
    """

    type: ClassVar[str] = "bot-audio-level"
    value: float


class BotLlmMarker(Outgoing):
    """The language model's judgement of whether the user had finished.

    Attributes:
        text: The sign with which its answer began.
        kind: ``"complete"``, ``"short"`` or ``"long"``.
        raw: The whole answer, where it is known.
        markers: All signs that there are, where they are known.
    """

    type: ClassVar[str] = "bot-llm-marker"
    text: Text
    kind: str | None = None
    raw: Text = ""
    markers: tuple[str, ...] = ()


class BotLlmSearchResponse(Outgoing):
    """What the language model searched for and found.

    Attributes:
        search_result: The words that it is the source of.
        origins: Where it stands: ``site_uri``, ``site_title`` and ``results``.
    """

    type: ClassVar[str] = "bot-llm-search-response"
    search_result: Text | None = None
    origins: tuple[dict[str, Any], ...] = ()


__all__ = [
    "BotAudioLevel",
    "BotInterrupted",
    "BotLlmMarker",
    "BotLlmSearchResponse",
    "BotLlmStarted",
    "BotLlmStopped",
    "BotLlmText",
    "BotOutput",
    "BotStartedSpeaking",
    "BotStoppedSpeaking",
    "BotTranscription",
    "BotTtsStarted",
    "BotTtsStopped",
    "BotTtsText",
    "LlmRawText",
    "Progress",
    "TtsRawText",
]
