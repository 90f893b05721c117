"""All providers that there are, without importing any of them."""

import importlib
import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal, TypeAlias, cast

Kind: TypeAlias = Literal["stt", "tts", "llm", "vad", "turn", "audio", "tools"]
Transport: TypeAlias = Literal["websocket", "http", "process"]

KINDS: Final[dict[Kind, str]] = {
    "stt": "speech recognition",
    "tts": "voices",
    "llm": "language models",
    "vad": "voice activity",
    "turn": "the end of a turn",
    "audio": "the user's audio",
    "tools": "tools for language models",
}
"""What a provider is for."""

EXTRAS: Final = {
    "faster_whisper": "whisper",
    "hibari": "local",
    "livekit": "livekit",
    "mcp": "mcp",
    "openai": "openai",
    "pyrnnoise": "rnnoise",
    "xllamacpp": "local",
}
"""Which extra of rxvoice brings a package."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One provider.

    Attributes:
        vendor: Whose it is, as on the command line.
        kind: What it is for.
        function: What makes it, as ``module:function`` within `rxvoice.providers`.
        transport: How it is reached; ``"process"`` when it works in this one, or in one that it
            starts.
        keys: Variables, of which the first that is set is its key; none where it needs no key.
        package: What has to be installed, as it is imported; empty for nothing.
        preset: The function's first argument, where that is a vendor's name.
        program: What has to be on the path, unless another one is named; empty for nothing.
        local: Whether it works on this machine.
    """

    vendor: str
    kind: Kind
    function: str
    transport: Transport = "process"
    keys: tuple[str, ...] = ()
    package: str = ""
    preset: str = ""
    program: str = ""
    local: bool = False

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.partition(":")[2]

    @property
    def module(self) -> str:
        """The module that it is in."""
        return f"rxvoice.providers.{self.function.partition(':')[0]}"

    @property
    def call(self) -> str:
        """How it is made, as one writes it."""
        return f'{self.name}("{self.preset}")' if self.preset else f"{self.name}()"

    @property
    def extra(self) -> str:
        """The extra of rxvoice that it needs; empty for none."""
        return EXTRAS.get(self.package, "")

    @property
    def has_key(self) -> bool:
        """Whether a key is there, or none is needed."""
        return not self.keys or any(os.environ.get(key, "").strip() for key in self.keys)

    @property
    def is_installed(self) -> bool:
        """Whether what it needs is installed."""
        there = not self.program or shutil.which(self.program) is not None
        return there and (not self.package or importlib.util.find_spec(self.package) is not None)

    def load(self) -> Callable[..., Any]:
        """Return what makes it; its module is imported now.

        Raises:
            ImportError: When that needs what is not installed.
        """
        make = getattr(importlib.import_module(self.module), self.name)
        return partial(make, self.preset) if self.preset else make


def catalogue() -> tuple[Entry, ...]:
    """Return all providers, by kind, those of vendors before those on this machine."""
    found = [*_speech(), *_OTHERS, *_chats(), *_audio()]
    kinds = list(KINDS)
    return tuple(sorted(found, key=lambda entry: (kinds.index(entry.kind), entry.local)))


_SPEECH: Final = {
    "assemblyai": {"stt": "websocket"},
    "cartesia": {"stt": "websocket", "tts": "websocket", "tts_http": "http"},
    "deepgram": {
        "stt": "websocket",
        "flux": "websocket",
        "tts": "websocket",
        "tts_http": "http",
        "flux_tts": "websocket",
    },
    "elevenlabs": {
        "stt": "websocket",
        "stt_file": "http",
        "tts": "websocket",
        "tts_http": "http",
    },
    "gladia": {"stt": "websocket"},
    "inworld": {"tts": "websocket", "tts_http": "http"},
    "lmnt": {"tts": "websocket", "tts_http": "http"},
    "mistral": {"stt": "websocket", "tts": "http"},
    "openai": {"stt_realtime": "websocket", "stt": "http", "tts": "http"},
    "rime": {"tts": "websocket", "tts_http": "http"},
    "soniox": {"stt": "websocket", "tts": "websocket"},
    "speechmatics": {"stt": "websocket", "tts": "http"},
    "xai": {"stt": "websocket", "tts": "websocket", "tts_http": "http"},
}
"""Vendors of speech: their functions without the vendor's name, and how they are reached."""

_OPENAI: Final = ("OPENAI_API_KEY",)

_OTHERS: Final = (
    Entry("moonshine", "stt", "moonshine:moonshine", local=True),
    Entry("whisper", "stt", "whisper:whisper", package="faster_whisper", local=True),
    Entry("hibari", "tts", "hibari:hibari", package="hibari", local=True),
    Entry("kokoro", "tts", "kokoro:kokoro", package="hibari", local=True),
    Entry("piper", "tts", "piper:piper", program="espeak-ng", local=True),
    Entry("piper", "tts", "piper_program:piper_program", program="piper", local=True),
    Entry("espeak", "tts", "espeak:espeak", program="espeak-ng", local=True),
    Entry("anthropic", "llm", "anthropic:anthropic", "http", ("ANTHROPIC_API_KEY",)),
    Entry("gemini", "llm", "gemini:gemini", "http", ("GEMINI_API_KEY", "GOOGLE_API_KEY")),
    Entry("openai", "llm", "openai:openai_chat", "http", _OPENAI, "openai"),
    Entry("openai", "llm", "openai:openai_responses_ws", "websocket", _OPENAI, "openai"),
    Entry("openai", "llm", "openai:openai_responses", "http", _OPENAI, "openai"),
    Entry("llama", "llm", "llama:llama", package="xllamacpp", local=True),
    Entry("agent", "llm", "agent:agent", local=True),
    Entry("silero", "vad", "silero:silero", local=True),
    Entry("energy", "vad", "energy:energy", local=True),
    Entry("smart_turn", "turn", "smart_turn:smart_turn", local=True),
    Entry("smart_turn", "turn", "smart_turn_http:smart_turn_http", "http", local=True),
    Entry("last_words", "turn", "last_words:last_words", local=True),
    Entry("llama", "turn", "llama_turn:llama_turn", package="xllamacpp", local=True),
    Entry("rnnoise", "audio", "rnnoise:rnnoise", package="pyrnnoise", local=True),
    Entry("webrtc", "audio", "webrtc_audio:suppress_echo", package="livekit", local=True),
    Entry("webrtc", "audio", "webrtc_audio:suppress_noise", package="livekit", local=True),
    Entry("mcp", "tools", "mcp:mcp_stdio", package="mcp", local=True),
    Entry("mcp", "tools", "mcp:mcp_http", "http", package="mcp"),
    Entry("mcp", "tools", "mcp:mcp_sse", "http", package="mcp"),
    Entry("mcp", "tools", "mcp:mcp_client", package="mcp", local=True),
)


def _speech() -> Iterator[Entry]:
    for vendor, functions in _SPEECH.items():
        module = "openai_audio" if vendor == "openai" else vendor
        for name, transport in functions.items():
            kind = "tts" if "tts" in name else "stt"
            yield Entry(
                vendor,
                kind,
                f"{module}:{vendor}_{name}",
                cast("Transport", transport),
                (f"{vendor.upper()}_API_KEY",),
            )


def _chats() -> Iterator[Entry]:
    from rxvoice.providers._presets import PRESETS

    for preset in PRESETS.values():
        keys = (preset.key,) if preset.key else ()
        function = "openai:openai_compatible"
        yield Entry(
            preset.name, "llm", function, "http", keys, "openai", preset.name, local=not keys
        )


def _audio() -> Iterator[Entry]:
    from rxvoice.providers._audio_presets import AUDIO_PRESETS

    for preset in AUDIO_PRESETS.values():
        keys = (preset.key,) if preset.key else ()
        kinds: list[Kind] = [*(("stt",) if preset.hears else ()), "tts"]
        for kind in kinds:
            function = f"openai_audio:openai_compatible_{kind}"
            local = not keys
            yield Entry(preset.name, kind, function, "http", keys, "", preset.name, local=local)


__all__ = ["EXTRAS", "KINDS", "Entry", "Kind", "Transport", "catalogue"]
