"""What tells that it is a telephone vendor who asks."""

import base64
import os
from dataclasses import dataclass, field, fields
from typing import Final

VARIABLES: Final = {
    "twilio": "TWILIO_AUTH_TOKEN",
    "plivo": "PLIVO_AUTH_TOKEN",
    "telnyx": "TELNYX_PUBLIC_KEY",
    "vonage": "VONAGE_SIGNATURE_SECRET",
    "exotel": "EXOTEL_WEBHOOK_KEY",
    "genesys": "GENESYS_API_KEY",
    "genesys_client": "GENESYS_CLIENT_SECRET",
}
"""The environment's names of what `PhoneSecrets` holds."""

_KEY: Final = 32
"""Bytes of a key of Ed25519."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSecrets:
    """What the requests of telephone vendors are checked by.

    Each is what the environment holds unless given. An empty one is not known.

    Attributes:
        twilio: Token of the account (``TWILIO_AUTH_TOKEN``), which signs; or a shared key, where
            Twilio was told to sign with that.
        plivo: Token of the account (``PLIVO_AUTH_TOKEN``), which signs.
        telnyx: Telnyx's public key for the account, as base64 (``TELNYX_PUBLIC_KEY``).
        vonage: Signature secret of the account (``VONAGE_SIGNATURE_SECRET``), which is not the one
            that goes with its key.
        exotel: Any text (``EXOTEL_WEBHOOK_KEY``); the same stands as ``?key=…`` in the address
            that Exotel was given, for it signs nothing.
        genesys: API key that the integration was given (``GENESYS_API_KEY``).
        genesys_client: Client secret of the integration, as base64 (``GENESYS_CLIENT_SECRET``),
            which signs.

    Raises:
        ValueError: When one that is base64 is not; it names its variable.
    """

    twilio: str | None = field(default=None, repr=False)
    plivo: str | None = field(default=None, repr=False)
    telnyx: str | None = field(default=None, repr=False)
    vonage: str | None = field(default=None, repr=False)
    exotel: str | None = field(default=None, repr=False)
    genesys: str | None = field(default=None, repr=False)
    genesys_client: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for each in fields(self):
            given: str | None = getattr(self, each.name)
            found = os.environ.get(VARIABLES[each.name], "") if given is None else given
            object.__setattr__(self, each.name, found.strip())
        if self.telnyx and len(_decoded(self.telnyx, "telnyx")) != _KEY:
            raise ValueError(f"telnyx ({VARIABLES['telnyx']}) must be a key of {_KEY} bytes")
        _decoded(self.genesys_client or "", "genesys_client")

    def of(self, name: str) -> str:
        """Return one by its name; an empty text when it is not known."""
        found: str | None = getattr(self, name)
        return found or ""

    @property
    def genesys_client_key(self) -> bytes:
        """The client secret's bytes; none when it is not known."""
        return _decoded(self.genesys_client or "", "genesys_client")


def _decoded(text: str, name: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError(f"{name} ({VARIABLES[name]}) must be base64") from None


__all__ = ["VARIABLES", "PhoneSecrets"]
