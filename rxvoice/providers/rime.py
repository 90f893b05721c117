"""Rime: voices."""

from collections.abc import Mapping
from typing import Any

from reactivex import Observable

from rxvoice.providers._address import Parameter
from rxvoice.providers._http_tts import HttpTts, http_tts
from rxvoice.providers._rime import (
    HTTP_URL,
    URL,
    RimeGenerate,
    RimeSpeak,
    RimeSpeakUntimed,
    is_timed,
)
from rxvoice.providers._voice_reply import Patience
from rxvoice.providers._voice_tts import StreamingTts, streaming_tts


def rime_tts(
    *,
    speaker: str = "astra",
    model_id: str = "coda",
    api_key: str | None = None,
    base_url: str = URL,
    language: str | None = None,
    sample_rate: int = 24_000,
    speed_alpha: float | None = None,
    time_scale_factor: float | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    repetition_penalty: float | None = None,
    pause_between_brackets: bool | None = None,
    phonemize_between_brackets: bool | None = None,
    no_text_normalization: bool | None = None,
    extra: Mapping[str, Parameter] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
    patience: Patience | None = None,
) -> StreamingTts:
    """Return a voice by Rime, over the websocket ``ws3``, with words and their times.

    A sentence is sent when the one before was spoken, which is long before it was heard: Rime
    speaks what is flushed meanwhile as one text. An interruption clears what was not flushed; what
    is being spoken comes to its end unheard, while the next reply takes another websocket. See
    `StreamingTts`.

    Args:
        speaker: The voice; Rime has no usual one.
        model_id: The model, of which the voice must be one.
        api_key: By default what ``RIME_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        language: BCP 47 tag of the voice's language. Only words of English and Spanish have times.
        sample_rate: Samples a second, 4000 to 96000.
        speed_alpha: Speed. Whether more is faster depends on the model. What is None, here and
            below, is as usual there.
        time_scale_factor: Length of speech: less is faster.
        temperature: As for the API; so are the ones below.
        top_p: As for the API.
        repetition_penalty: As for the API.
        pause_between_brackets: Whether ``<200>`` is a pause of so many milliseconds.
        phonemize_between_brackets: Whether what is in curly brackets is phonemes.
        no_text_normalization: Whether numbers and the like are spoken as they are written.
        extra: Further parameters, by the vendor's names.
        changes: Options that hold from the next sentence on, by their names.
        connect_timeout: Seconds until a connection stands.
        patience: How long a reply waits.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When a number is out of range, or there is no speaker.
    """
    kind = RimeSpeak if is_timed(language) else RimeSpeakUntimed
    dialect = kind(
        speaker=speaker,
        model_id=model_id,
        api_key=api_key,
        base_url=base_url,
        language=language,
        sample_rate=sample_rate,
        speed_alpha=speed_alpha,
        time_scale_factor=time_scale_factor,
        temperature=temperature,
        top_p=top_p,
        repetition_penalty=repetition_penalty,
        pause_between_brackets=pause_between_brackets,
        phonemize_between_brackets=phonemize_between_brackets,
        no_text_normalization=no_text_normalization,
        extra=extra or {},
    )
    return streaming_tts(dialect, changes, connect_timeout=connect_timeout, patience=patience)


def rime_tts_http(
    *,
    speaker: str = "astra",
    model_id: str = "coda",
    api_key: str | None = None,
    base_url: str = HTTP_URL,
    language: str | None = None,
    sample_rate: int = 24_000,
    speed_alpha: float | None = None,
    time_scale_factor: float | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    repetition_penalty: float | None = None,
    pause_between_brackets: bool | None = None,
    phonemize_between_brackets: bool | None = None,
    no_text_normalization: bool | None = None,
    extra: Mapping[str, Parameter] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 10.0,
) -> HttpTts:
    """Return a voice by Rime, over HTTP: a request a sentence. See `HttpTts`.

    It tells no words; `rxvoice.operators.synthesize` spreads them over the audio.

    Args:
        speaker: As for `rime_tts`, as are the next ones.
        model_id: The model.
        api_key: By default what ``RIME_API_KEY`` holds when a sentence is spoken.
        base_url: Where the API is.
        language: BCP 47 tag of the voice's language.
        sample_rate: Samples a second.
        speed_alpha: Speed.
        time_scale_factor: Length of speech.
        temperature: As for the API.
        top_p: As for the API.
        repetition_penalty: As for the API.
        pause_between_brackets: Whether there are pauses in angle brackets.
        phonemize_between_brackets: Whether there are phonemes in curly brackets.
        no_text_normalization: Whether the text is spoken as it is written.
        extra: Further fields, by the vendor's names.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds without a sign of the server after which a request has failed.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When a number is out of range, or there is no speaker.
    """
    dialect = RimeGenerate(
        speaker=speaker,
        model_id=model_id,
        api_key=api_key,
        base_url=base_url,
        language=language,
        sample_rate=sample_rate,
        speed_alpha=speed_alpha,
        time_scale_factor=time_scale_factor,
        temperature=temperature,
        top_p=top_p,
        repetition_penalty=repetition_penalty,
        pause_between_brackets=pause_between_brackets,
        phonemize_between_brackets=phonemize_between_brackets,
        no_text_normalization=no_text_normalization,
        extra=extra or {},
    )
    return http_tts(dialect, connect_timeout=connect_timeout, read_timeout=read_timeout)


__all__ = ["HttpTts", "Patience", "StreamingTts", "rime_tts", "rime_tts_http"]
