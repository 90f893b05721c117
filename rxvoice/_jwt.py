"""JSON web tokens, and the base64 that they are written in."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def signed_token(claims: Mapping[str, Any], secret: bytes) -> str:
    """Return a JSON web token, signed by HMAC-SHA256.

    Args:
        claims: What it says.
        secret: What signs it.
    """
    text = ".".join(_part(each) for each in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{text}.{to_base64url(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def to_base64url(data: bytes) -> str:
    """Return bytes as base64 that fits into addresses, unpadded."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Return the bytes that a text stands for.

    Raises:
        ValueError: When it is no base64 of that kind.
    """
    return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)


def _part(value: Mapping[str, Any]) -> str:
    return to_base64url(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


__all__ = ["from_base64url", "signed_token", "to_base64url"]
