"""ElevenLabs: recognition and voices."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from reactivex import Observable

from rxvoice.providers._address import Parameter
from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._elevenlabs_file import ScribeFile
from rxvoice.providers._elevenlabs_generate import ElevenBytes, ElevenLines, explain
from rxvoice.providers._elevenlabs_scribe import NAME, URL, ScribeListen
from rxvoice.providers._elevenlabs_speak import ElevenSpeak
from rxvoice.providers._file_stt import FileStt
from rxvoice.providers._http_client import HttpClient
from rxvoice.providers._http_tts import HttpTts, http_tts
from rxvoice.providers._voice_reply import Patience
from rxvoice.providers._voice_tts import StreamingTts, streaming_tts

FLASH: Final = "eleven_flash_v2_5"
"""The quickest of the models that speak as they are written to."""


def elevenlabs_stt(
    *,
    model_id: str = "scribe_v2_realtime",
    api_key: str | None = None,
    base_url: str = URL,
    language_code: str | None = None,
    sample_rate: int = 16_000,
    commit_strategy: Literal["manual", "vad"] = "manual",
    include_timestamps: bool = False,
    include_language_detection: bool = False,
    vad_silence_threshold_secs: float | None = None,
    vad_threshold: float | None = None,
    min_speech_duration_ms: int | None = None,
    min_silence_duration_ms: int | None = None,
    keyterms: Sequence[str] = (),
    no_verbatim: bool | None = None,
    latency: float = 0.41,
    extra: Mapping[str, Parameter] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
) -> StreamingStt:
    """Return a streaming recogniser by ElevenLabs' Scribe.

    At the end of speech what was heard is committed, so that each utterance is finalised at once.
    With ``commit_strategy="vad"`` ElevenLabs commits at pauses that it finds itself, and the
    transcripts are final, but not finalised. See `StreamingStt` for what happens when a connection
    is lost.

    The messages are those of the vendor's API reference and of the types of its Python library
    2.78, as of November 2026.

    Args:
        model_id: The model's name.
        api_key: By default what ``ELEVENLABS_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        language_code: BCP 47 tag; its region is left out. ElevenLabs finds out unless given.
        sample_rate: Samples a second that are sent; other audio is resampled. 8000, 16000, 22050,
            24000, 44100 or 48000.
        commit_strategy: Who tells when a transcript is final.
        include_timestamps: Whether transcripts have words with their times, and speakers; they come
            somewhat later then.
        include_language_detection: Whether transcripts tell the language that was spoken; likewise.
        vad_silence_threshold_secs: As for the API; so are the next ones. What is None is as usual
            there.
        vad_threshold: As for the API.
        min_speech_duration_ms: As for the API.
        min_silence_duration_ms: As for the API.
        keyterms: Words to expect, at most 50.
        no_verbatim: Whether fillers and false starts are left out.
        latency: Seconds from the end of speech in which 99 % of final transcripts come (Pipecat's
            measurement).
        extra: Further parameters.
        changes: Options that are others from now on, by their names: another connection is opened
            when the user's turn is over.
        connect_timeout: Seconds until a connection stands.

    Returns:
        An `rxvoice.contracts.Transcriber`.

    Raises:
        TypeError: When an argument is of a wrong type.
        ValueError: When an argument is out of range.
    """
    dialect = ScribeListen(
        model_id=model_id,
        api_key=api_key,
        base_url=base_url,
        language_code=language_code,
        sample_rate=sample_rate,
        commit_strategy=commit_strategy,
        include_timestamps=include_timestamps,
        include_language_detection=include_language_detection,
        vad_silence_threshold_secs=vad_silence_threshold_secs,
        vad_threshold=vad_threshold,
        min_speech_duration_ms=min_speech_duration_ms,
        min_silence_duration_ms=min_silence_duration_ms,
        keyterms=keyterms,
        no_verbatim=no_verbatim,
        p99=latency,
        extra=extra or {},
    )
    return StreamingStt(dialect, changes, connect_timeout)


def elevenlabs_stt_file(
    *,
    model_id: str = "scribe_v2",
    api_key: str | None = None,
    base_url: str = URL,
    language_code: str | None = None,
    tag_audio_events: bool = False,
    timestamps_granularity: Literal["none", "word"] = "word",
    diarize: bool | None = None,
    num_speakers: int | None = None,
    keyterms: Sequence[str] = (),
    no_verbatim: bool | None = None,
    temperature: float | None = None,
    latency: float = 2.01,
    prefix_padding: float = 1.0,
    max_duration: float = 30.0,
    extra: Mapping[str, Parameter] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 15.0,
) -> FileStt:
    """Return a recogniser of whole utterances by ElevenLabs' Scribe. See `FileStt`.

    Args:
        model_id: The model's name.
        api_key: By default what ``ELEVENLABS_API_KEY`` holds when an utterance is sent.
        base_url: Where the API is.
        language_code: BCP 47 tag; its region is left out. ElevenLabs finds out unless given, and
            each transcript tells.
        tag_audio_events: Whether sounds, such as laughter, are told in the text.
        timestamps_granularity: Whether words come with their times, and speakers.
        diarize: Whether speakers are told apart.
        num_speakers: How many there are at most.
        keyterms: Words to expect.
        no_verbatim: Whether fillers and false starts are left out.
        temperature: As for the API.
        latency: Seconds from the end of speech in which 99 % of transcripts come (Pipecat's
            measurement).
        prefix_padding: Seconds before `SpeechStarted` that belong to an utterance.
        max_duration: Seconds after which an utterance is cut.
        extra: Further fields of the form.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds without a sign of the server after which a request has failed.

    Returns:
        An `rxvoice.contracts.Transcriber`, whose method ``recognise`` is an
        `rxvoice.contracts.Recognise`.

    Raises:
        TypeError: When an argument is of a wrong type.
        ValueError: When a number is out of range.
    """
    options = ScribeFile(
        model_id=model_id,
        api_key=api_key,
        base_url=base_url,
        language_code=language_code,
        tag_audio_events=tag_audio_events,
        timestamps_granularity=timestamps_granularity,
        diarize=diarize,
        num_speakers=num_speakers,
        keyterms=keyterms,
        no_verbatim=no_verbatim,
        temperature=temperature,
        extra=extra or {},
    )
    client = HttpClient(NAME, explain, connect_timeout=connect_timeout, read_timeout=read_timeout)
    return FileStt(options, client, latency, prefix_padding, max_duration)


def elevenlabs_tts(
    voice_id: str,
    /,
    *,
    model_id: str = FLASH,
    api_key: str | None = None,
    base_url: str = URL,
    language_code: str | None = None,
    sample_rate: int = 24_000,
    voice_settings: Mapping[str, Any] | None = None,
    generation_config: Mapping[str, Any] | None = None,
    pronunciation_dictionary_locators: Sequence[Mapping[str, str]] = (),
    auto_mode: bool | None = None,
    enable_ssml_parsing: bool | None = None,
    enable_logging: bool | None = None,
    apply_text_normalization: Literal["auto", "on", "off"] | None = None,
    seed: int | None = None,
    normalized_alignment: bool = False,
    extra: Mapping[str, Parameter] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
    patience: Patience | None = None,
) -> StreamingTts:
    """Return a voice by ElevenLabs, over a websocket.

    A reply is one context, of which a websocket has at most five; its words come with their times.
    An interruption closes the context. See `StreamingTts`.

    The messages are those of the vendor's API reference and of the types of its Python library
    2.78, as of November 2026.

    Args:
        voice_id: The id of the voice.
        model_id: The model's name.
        api_key: By default what ``ELEVENLABS_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        language_code: BCP 47 tag; its region is left out. For models that can be told.
        sample_rate: Samples a second: 8000, 16000, 22050, 24000, 44100 or 48000.
        voice_settings: As for the API: ``stability``, ``similarity_boost``, ``style``, ``speed``….
        generation_config: As for the API: ``chunk_length_schedule``, for pieces of sentences.
        pronunciation_dictionary_locators: As for the API.
        auto_mode: Whether ElevenLabs speaks each text at once by itself, which suits whole
            sentences only; unless given, each whole sentence is flushed, and pieces are gathered.
        enable_ssml_parsing: As for the API; so are the next ones. What is None is as usual there.
        enable_logging: As for the API.
        apply_text_normalization: As for the API.
        seed: As for the API.
        normalized_alignment: Whether words are told as they are spoken, numbers in words for
            instance, and not as they are written; but not in other letters.
        extra: Further parameters.
        changes: Options that hold from the next sentence on, by their names. Those of a context,
            such as ``voice_settings``, need no other connection.
        connect_timeout: Seconds until a connection stands.
        patience: How long a reply waits.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When an argument is out of range.
    """
    dialect = ElevenSpeak(
        voice_id=voice_id,
        model_id=model_id,
        api_key=api_key,
        base_url=base_url,
        language_code=language_code,
        sample_rate=sample_rate,
        voice_settings=voice_settings,
        generation_config=generation_config,
        pronunciation_dictionary_locators=tuple(pronunciation_dictionary_locators),
        auto_mode=auto_mode,
        enable_ssml_parsing=enable_ssml_parsing,
        enable_logging=enable_logging,
        apply_text_normalization=apply_text_normalization,
        seed=seed,
        normalized_alignment=normalized_alignment,
        extra=extra or {},
    )
    return streaming_tts(dialect, changes, connect_timeout=connect_timeout, patience=patience)


def elevenlabs_tts_http(
    voice_id: str,
    /,
    *,
    model_id: str = FLASH,
    api_key: str | None = None,
    base_url: str = URL,
    language_code: str | None = None,
    sample_rate: int = 24_000,
    voice_settings: Mapping[str, Any] | None = None,
    pronunciation_dictionary_locators: Sequence[Mapping[str, str]] = (),
    enable_logging: bool | None = None,
    apply_text_normalization: Literal["auto", "on", "off"] | None = None,
    seed: int | None = None,
    with_timestamps: bool = True,
    normalized_alignment: bool = False,
    extra: Mapping[str, Parameter] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 10.0,
) -> HttpTts:
    """Return a voice by ElevenLabs, over HTTP: a request a sentence. See `HttpTts`.

    Args:
        voice_id: The id of the voice.
        model_id: The model's name.
        api_key: By default what ``ELEVENLABS_API_KEY`` holds when a sentence is spoken.
        base_url: Where the API is.
        language_code: BCP 47 tag; its region is left out. For models that can be told.
        sample_rate: Samples a second: 8000, 16000, 22050, 24000, 44100 or 48000.
        voice_settings: As for the API: ``stability``, ``similarity_boost``, ``style``, ``speed``….
        pronunciation_dictionary_locators: As for the API; so are the next ones.
        enable_logging: As for the API.
        apply_text_normalization: As for the API.
        seed: As for the API.
        with_timestamps: Whether words come with their times; otherwise the audio comes as it is,
            which is a quarter less.
        normalized_alignment: Whether words are told as they are spoken, and not as they are
            written.
        extra: Further parameters.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds without a sign of the server after which a request has failed.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When an argument is out of range.
    """
    eleven = ElevenSpeak(
        voice_id=voice_id,
        model_id=model_id,
        api_key=api_key,
        base_url=base_url,
        language_code=language_code,
        sample_rate=sample_rate,
        voice_settings=voice_settings,
        pronunciation_dictionary_locators=tuple(pronunciation_dictionary_locators),
        enable_logging=enable_logging,
        apply_text_normalization=apply_text_normalization,
        seed=seed,
        normalized_alignment=normalized_alignment,
        extra=extra or {},
    )
    dialect = ElevenLines(eleven) if with_timestamps else ElevenBytes(eleven)
    return http_tts(dialect, connect_timeout=connect_timeout, read_timeout=read_timeout)


__all__ = [
    "FLASH",
    "FileStt",
    "HttpTts",
    "Patience",
    "StreamingStt",
    "StreamingTts",
    "elevenlabs_stt",
    "elevenlabs_stt_file",
    "elevenlabs_tts",
    "elevenlabs_tts_http",
]
