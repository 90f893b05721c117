"""Speechmatics: recognition and voices."""

from collections.abc import Mapping, Sequence
from typing import Any

from reactivex import Observable

from rxvoice.providers._address import Parameter
from rxvoice.providers._ear_own import OwnStt
from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._http_tts import HttpTts, http_tts
from rxvoice.providers._speechmatics_listen import URL, SpeechmaticsListen
from rxvoice.providers._speechmatics_speak import TTS_URL, SpeechmaticsSpeak


def speechmatics_stt(
    *,
    language: str = "en",
    model: str | None = "enhanced",
    api_key: str | None = None,
    base_url: str = URL,
    sample_rate: int = 16_000,
    enable_partials: bool = True,
    max_delay: float = 1.0,
    max_delay_mode: str | None = None,
    end_of_utterance_silence_trigger: float | None = None,
    volume_threshold: float | None = None,
    diarization: str | None = None,
    output_locale: str | None = None,
    domain: str | None = None,
    additional_vocab: Sequence[str | Mapping[str, Any]] = (),
    target_languages: Sequence[str] = (),
    latency: float = 0.74,
    extra: Mapping[str, Any] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
) -> StreamingStt:
    """Return a streaming recogniser by Speechmatics.

    It gives interim and final transcripts with words and their times, one for each speaker where
    they are told apart, and translations beside them, as `rxvoice.Translation`, where asked for. At
    the end of speech Speechmatics is asked to end the utterance; see `StreamingStt` for what
    happens when a connection is lost.

    It speaks the vendor's realtime interface v2 as documented in August 2026.

    Args:
        language: BCP 47 tag of what is spoken, whose region is left out, or a code of the vendor's
            own, such as ``"cmn_en"``.
        model: Its name.
        api_key: By default what ``SPEECHMATICS_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        sample_rate: Samples a second that are sent; other audio is resampled.
        enable_partials: Whether interim transcripts come.
        max_delay: Seconds after a word's end in which it is final, 0.7 to 4.
        max_delay_mode: As for the API; so are the next ones. What is None is as usual there.
        end_of_utterance_silence_trigger: Seconds of silence that end an utterance, too, 0 to 2.
        volume_threshold: 0 to 100; what is less loud is not heard.
        diarization: ``"speaker"`` tells speakers apart; they are ``"S1"``, ``"S2"``, ….
        output_locale: Such as ``"en-GB"``.
        domain: As for the API.
        additional_vocab: Words to expect.
        target_languages: BCP 47 tags of languages that are translated to, five at most.
        latency: Seconds from the end of speech in which 99 % of final transcripts come (Pipecat's
            measurement).
        extra: Further options of the transcription.
        changes: Options that are others from now on, by their names. Delays, partials, the silence
            and the volume change at once; the others by another connection, when the user's turn is
            over.
        connect_timeout: Seconds until a connection stands.

    Returns:
        An `rxvoice.contracts.Transcriber`.

    Raises:
        TypeError: When an argument is of a wrong type.
        ValueError: When a number is out of range.
    """
    dialect = SpeechmaticsListen(
        language=language,
        model=model,
        api_key=api_key,
        base_url=base_url,
        sample_rate=sample_rate,
        enable_partials=enable_partials,
        max_delay=max_delay,
        max_delay_mode=max_delay_mode,
        end_of_utterance_silence_trigger=end_of_utterance_silence_trigger,
        volume_threshold=volume_threshold,
        diarization=diarization,
        output_locale=output_locale,
        domain=domain,
        additional_vocab=additional_vocab,
        target_languages=target_languages,
        p99=latency,
        extra=extra or {},
    )
    return OwnStt(dialect, changes, connect_timeout)


def speechmatics_tts(
    voice: str = "sarah",
    /,
    *,
    api_key: str | None = None,
    base_url: str = TTS_URL,
    extra: Mapping[str, Parameter] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 10.0,
) -> HttpTts:
    """Return a voice by Speechmatics, over HTTP: a request a sentence. See `HttpTts`.

    The vendor calls it a preview; this is its quickstart as of August 2026. It speaks English, at
    16000 samples a second, and tells no words.

    Args:
        voice: ``"sarah"``, ``"theo"``, ``"megan"`` or ``"jack"``.
        api_key: By default what ``SPEECHMATICS_API_KEY`` holds when a sentence is spoken.
        base_url: Where the API is.
        extra: Further parameters.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds without a sign of the server after which a request has failed.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When an argument is out of range.
    """
    dialect = SpeechmaticsSpeak(voice=voice, api_key=api_key, base_url=base_url, extra=extra or {})
    return http_tts(dialect, connect_timeout=connect_timeout, read_timeout=read_timeout)


__all__ = ["HttpTts", "StreamingStt", "speechmatics_stt", "speechmatics_tts"]
