"""AssemblyAI: recognition."""

from collections.abc import Mapping, Sequence
from typing import Any

from reactivex import Observable

from rxvoice.providers._address import Parameter
from rxvoice.providers._assemblyai_listen import URL, AssemblyAIListen
from rxvoice.providers._ear_stt import StreamingStt


def assemblyai_stt(
    *,
    speech_model: str = "u3-rt-pro",
    api_key: str | None = None,
    base_url: str = URL,
    turns: bool = False,
    sample_rate: int = 16_000,
    format_turns: bool = True,
    language_codes: Sequence[str] = (),
    language_detection: bool | None = None,
    keyterms_prompt: Sequence[str] = (),
    prompt: str | None = None,
    end_of_turn_confidence_threshold: float | None = None,
    min_turn_silence: int | None = None,
    max_turn_silence: int | None = None,
    vad_threshold: float | None = None,
    speaker_labels: bool | None = None,
    latency: float = 0.42,
    extra: Mapping[str, Parameter] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
) -> StreamingStt:
    """Return a streaming recogniser by AssemblyAI.

    It gives interim and final transcripts with words and their times. Either a voice detector ends
    utterances: then AssemblyAI is asked for the rest at the end of speech, and waits long itself.
    Or, with ``turns``, AssemblyAI does: then `rxvoice.UserStarted` comes before the first
    transcript of a turn, and `rxvoice.UserStopped` after its last. See `StreamingStt` for what
    happens when a connection is lost.

    It speaks the vendor's streaming interface v3 as documented in August 2026.

    Args:
        speech_model: Its name.
        api_key: By default what ``ASSEMBLYAI_API_KEY`` holds when a connection is opened.
        base_url: Where the API is; ``"streaming.eu.assemblyai.com"`` in Europe.
        turns: Whether AssemblyAI judges where the user's turns begin and end.
        sample_rate: Samples a second that are sent; other audio is resampled.
        format_turns: Whether final transcripts have punctuation and case. Of the
            Universal-Streaming models these come a little after the words.
        language_codes: BCP 47 tags of what is spoken, for models that know more than one.
        language_detection: Whether each transcript tells its language.
        keyterms_prompt: Words to expect.
        prompt: As for the API; so are the next ones. What is None is as usual there.
        end_of_turn_confidence_threshold: 0 to 1.
        min_turn_silence: Milliseconds of silence after which a turn may end; without ``turns`` by
            default 1200, so that the voice detector comes first.
        max_turn_silence: Milliseconds of silence after which it does; without ``turns`` by default
            2400.
        vad_threshold: 0 to 1.
        speaker_labels: Whether speakers are told apart; they are ``"A"``, ``"B"``, ….
        latency: Seconds from the end of speech in which 99 % of final transcripts come (Pipecat's
            measurement).
        extra: Further parameters.
        changes: Options that are others from now on, by their names. Hints of languages and words,
            silences and thresholds change at once; the others by another connection, when the
            user's turn is over.
        connect_timeout: Seconds until a connection stands.

    Returns:
        An `rxvoice.contracts.Transcriber`.

    Raises:
        TypeError: When an argument is of a wrong type.
        ValueError: When a number is out of range.
    """
    dialect = AssemblyAIListen(
        speech_model=speech_model,
        api_key=api_key,
        base_url=base_url,
        turns=turns,
        sample_rate=sample_rate,
        format_turns=format_turns,
        language_codes=language_codes,
        language_detection=language_detection,
        keyterms_prompt=keyterms_prompt,
        prompt=prompt,
        end_of_turn_confidence_threshold=end_of_turn_confidence_threshold,
        min_turn_silence=min_turn_silence,
        max_turn_silence=max_turn_silence,
        vad_threshold=vad_threshold,
        speaker_labels=speaker_labels,
        p99=latency,
        extra=extra or {},
    )
    return StreamingStt(dialect, changes, connect_timeout)


__all__ = ["StreamingStt", "assemblyai_stt"]
