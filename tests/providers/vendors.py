"""All recognisers behind websockets, with a fake server for each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers.assemblyai import assemblyai_stt
from rxvoice.providers.cartesia import cartesia_stt
from rxvoice.providers.deepgram import deepgram_flux, deepgram_stt
from rxvoice.providers.elevenlabs import elevenlabs_stt
from rxvoice.providers.gladia import gladia_stt
from rxvoice.providers.mistral import mistral_stt
from rxvoice.providers.openai_audio import openai_stt_realtime
from rxvoice.providers.soniox import soniox_stt
from rxvoice.providers.speechmatics import speechmatics_stt
from rxvoice.providers.xai import xai_stt
from rxvoice.testing.servers import (
    FakeAssemblyAI,
    FakeCartesia,
    FakeDeepgram,
    FakeElevenLabs,
    FakeGladia,
    FakeMistral,
    FakeOpenAI,
    FakeServer,
    FakeSoniox,
    FakeSpeechmatics,
    FakeXai,
    Loud,
)


@dataclass(frozen=True)
class Vendor:
    """A recogniser and its server.

    Attributes:
        name: Of the test.
        make: Makes the recogniser.
        fake: Makes the server.
        options: With which the server tells most.
        path: Appended to the server's address.
    """

    name: str
    make: Callable[..., StreamingStt]
    fake: Callable[..., FakeServer]
    options: dict[str, Any]
    path: str = ""

    def server(self, heard: Loud, **options: Any) -> FakeServer:
        return self.fake(heard=heard, **options)

    def stt(self, server: FakeServer, **options: Any) -> StreamingStt:
        given = {"base_url": server.url + self.path, "api_key": "k", **self.options, **options}
        return self.make(**given)


VENDORS = [
    Vendor("nova", deepgram_stt, FakeDeepgram, {"diarize": True, "language": "multi"}),
    Vendor("flux", deepgram_flux, FakeDeepgram, {"eager_eot_threshold": 0.4}),
    Vendor("cartesia", cartesia_stt, FakeCartesia, {}),
    Vendor(
        "scribe",
        elevenlabs_stt,
        FakeElevenLabs,
        {"include_timestamps": True, "include_language_detection": True},
    ),
    Vendor("openai", openai_stt_realtime, FakeOpenAI, {}, "/v1"),
    Vendor("mistral", mistral_stt, FakeMistral, {}),
    Vendor("mistral turns", mistral_stt, FakeMistral, {"turn_detection": {}}),
    Vendor("xai", xai_stt, FakeXai, {"diarize": True}),
    Vendor("assemblyai", assemblyai_stt, FakeAssemblyAI, {}),
    Vendor("assemblyai turns", assemblyai_stt, FakeAssemblyAI, {"turns": True}),
    Vendor("soniox", soniox_stt, FakeSoniox, {"enable_speaker_diarization": True}),
    Vendor(
        "soniox translation",
        soniox_stt,
        FakeSoniox,
        {"translation": {"type": "one_way", "target_language": "de"}},
    ),
    Vendor("gladia", gladia_stt, FakeGladia, {"target_languages": ["de"]}),
    Vendor(
        "speechmatics",
        speechmatics_stt,
        FakeSpeechmatics,
        {"target_languages": ["de"], "diarization": "speaker"},
    ),
]


__all__ = ["VENDORS", "Vendor"]
