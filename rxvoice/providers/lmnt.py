"""LMNT: voices, whose service is said to have ended in 2026; for those who still have it."""

from collections.abc import Mapping
from typing import Any

from reactivex import Observable

from rxvoice.providers._http_tts import HttpTts, http_tts
from rxvoice.providers._lmnt import URL, LmntGenerate, LmntSpeak
from rxvoice.providers._voice_reply import Patience
from rxvoice.providers._voice_tts import StreamingTts, streaming_tts


def lmnt_tts(
    *,
    voice: str = "leah",
    api_key: str | None = None,
    base_url: str = URL,
    language: str | None = None,
    sample_rate: int = 24_000,
    extra: Mapping[str, Any] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
    patience: Patience | None = None,
) -> StreamingTts:
    """Return a voice by LMNT, over a websocket: a speech session.

    A sentence is flushed when it is sent. An interruption drops the websocket, for what was flushed
    cannot be taken back; another one is opened at once. The vendor tells no words that fit ours;
    `rxvoice.operators.synthesize` spreads them over the audio. See `StreamingTts`.

    Args:
        voice: Its id; LMNT has no usual one.
        api_key: By default what ``LMNT_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        language: BCP 47 tag of what is spoken, or ``"auto"``, as is usual there.
        sample_rate: Samples a second: 8000, 16000 or 24000.
        extra: Further fields of the first message, by the vendor's names.
        changes: Options that hold from the next sentence on, by their names.
        connect_timeout: Seconds until a connection stands.
        patience: How long a reply waits.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When a number is out of range, or there is no voice.
    """
    dialect = LmntSpeak(
        voice=voice,
        api_key=api_key,
        base_url=base_url,
        language=language,
        sample_rate=sample_rate,
        extra=extra or {},
    )
    return streaming_tts(dialect, changes, connect_timeout=connect_timeout, patience=patience)


def lmnt_tts_http(
    *,
    voice: str = "leah",
    api_key: str | None = None,
    base_url: str = URL,
    language: str | None = None,
    sample_rate: int = 24_000,
    extra: Mapping[str, Any] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 10.0,
) -> HttpTts:
    """Return a voice by LMNT, over HTTP: a request a sentence. See `HttpTts`.

    Args:
        voice: Its id; LMNT has no usual one.
        api_key: By default what ``LMNT_API_KEY`` holds when a sentence is spoken.
        base_url: Where the API is.
        language: BCP 47 tag of what is spoken, or ``"auto"``, as is usual there.
        sample_rate: Samples a second: 8000, 16000 or 24000.
        extra: Further fields, by the vendor's names, such as ``temperature``.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds without a sign of the server after which a request has failed.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When a number is out of range, or there is no voice.
    """
    dialect = LmntGenerate(
        voice=voice,
        api_key=api_key,
        base_url=base_url,
        language=language,
        sample_rate=sample_rate,
        extra=extra or {},
    )
    return http_tts(dialect, connect_timeout=connect_timeout, read_timeout=read_timeout)


__all__ = ["HttpTts", "Patience", "StreamingTts", "lmnt_tts", "lmnt_tts_http"]
