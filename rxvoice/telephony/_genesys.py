"""Genesys AudioHook, as Audio Connector speaks it."""

from dataclasses import dataclass
from typing import ClassVar

from ._call import Call
from ._genesys_codec import GenesysCodec
from ._genesys_open import VENDOR, Channels
from ._hang_up import HangUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Genesys:
    """Calls by Genesys, as its sample services of 2025 and 2026 speak the protocol's version 2.

    Genesys itself closes a session: `GenesysCodec.goodbye` asks it to.

    Attributes:
        channels: Whose sound is heard: who calls, the agent on the other side, or a mix of both.
        languages: Tags of those that the bot speaks, told when Genesys asks.
        packet: Seconds of audio a message, at least; it allows only so many messages a second.
        client_messages: Whether messages of the client protocol are sent, too.

    Raises:
        ValueError: When the channels are nothing of that, or the packet is longer than a second.
    """

    vendor: ClassVar[str] = VENDOR
    channels: Channels = "external"
    languages: tuple[str, ...] = ()
    packet: float = 0.1
    client_messages: bool = False

    def __post_init__(self) -> None:
        if self.channels not in ("external", "internal", "both"):
            raise ValueError(f"channels must be external, internal or both, got {self.channels!r}")
        if not 0.0 < self.packet <= 1.0:
            raise ValueError(f"packet must be positive and at most 1 s, got {self.packet}")
        object.__setattr__(self, "languages", tuple(self.languages))

    def codec(self) -> GenesysCodec:
        """Return a codec for one more session."""
        return GenesysCodec(
            channels=self.channels,
            languages=self.languages,
            packet=self.packet,
            client_messages=self.client_messages,
        )

    def hanging_up(self, call: Call, /) -> HangUp | None:
        """Return None: the session itself is asked to end."""
        return None


__all__ = ["Genesys"]
