"""What no voice can do is refused where it is asked for, by its name."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from rxvoice.providers.cartesia import cartesia_tts, cartesia_tts_http
from rxvoice.providers.deepgram import deepgram_flux_tts, deepgram_tts, deepgram_tts_http
from rxvoice.providers.elevenlabs import elevenlabs_tts, elevenlabs_tts_http
from rxvoice.providers.inworld import inworld_tts, inworld_tts_http
from rxvoice.providers.lmnt import lmnt_tts, lmnt_tts_http
from rxvoice.providers.mistral import mistral_tts
from rxvoice.providers.openai_audio import openai_tts
from rxvoice.providers.rime import rime_tts, rime_tts_http
from rxvoice.providers.soniox import soniox_tts
from rxvoice.providers.speechmatics import speechmatics_tts
from rxvoice.providers.xai import xai_tts, xai_tts_http

Make = Callable[..., Any]
SOCKETS: dict[str, Make] = {
    "cartesia": partial(cartesia_tts, "v"),
    "deepgram": deepgram_tts,
    "deepgram flux": deepgram_flux_tts,
    "elevenlabs": partial(elevenlabs_tts, "v"),
    "inworld": inworld_tts,
    "lmnt": lmnt_tts,
    "rime": rime_tts,
    "soniox": soniox_tts,
    "xai": xai_tts,
}
REQUESTS: dict[str, Make] = {
    "cartesia http": partial(cartesia_tts_http, "v"),
    "deepgram http": deepgram_tts_http,
    "elevenlabs http": partial(elevenlabs_tts_http, "v"),
    "inworld http": inworld_tts_http,
    "lmnt http": lmnt_tts_http,
    "mistral": mistral_tts,
    "openai": partial(openai_tts, model="m"),
    "rime http": rime_tts_http,
    "speechmatics": speechmatics_tts,
    "xai http": xai_tts_http,
}
ALL = SOCKETS | REQUESTS
ONE_RATE = ("mistral", "openai", "speechmatics")


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("base", ["ftp://example.org", "https://"])
def test_an_address_that_is_none_is_refused(name: str, base: str) -> None:
    with pytest.raises(ValueError, match=r"^base_url must"):
        ALL[name](base_url=base)


@pytest.mark.parametrize("name", [name for name in ALL if name not in ONE_RATE])
@pytest.mark.parametrize("rate", [0, -8_000])
def test_a_sample_rate_that_there_is_not_is_refused(name: str, rate: int) -> None:
    with pytest.raises(ValueError, match=r"^sample_rate must"):
        ALL[name](sample_rate=rate)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("seconds", [0.0, float("nan"), float("inf")])
def test_a_timeout_that_is_none_is_refused(name: str, seconds: float) -> None:
    with pytest.raises(ValueError, match=r"^connect_timeout must"):
        ALL[name](connect_timeout=seconds)


@pytest.mark.parametrize("make", [xai_tts, xai_tts_http])
@pytest.mark.parametrize("speed", [0.6, 1.6, float("nan")])
def test_a_speed_that_there_is_not_is_refused(make: Make, speed: float) -> None:
    with pytest.raises(ValueError, match=r"^speed must"):
        make(speed=speed)
