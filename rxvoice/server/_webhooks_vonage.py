"""The tokens that Vonage signs, as its page "Decoding signed webhooks" of 2026 shows them."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from rxvoice._jwt import from_base64url

from ._webhooks_request import TOLERANCE, Verdict, Webhook, any_same, is_recent

_BEARER: Final = "bearer "
_LONGEST: Final = 8_192


def vonage_verdict(asked: Webhook, secret: str, now: float) -> Verdict:
    """Judge the JSON web token that Vonage brings, and the hash of what it tells in it.

    Args:
        asked: The request.
        secret: The account's signature secret.
        now: Seconds since 1970.
    """
    brought = asked.headers.get("authorization", "")
    if brought[: len(_BEARER)].lower() != _BEARER:
        return "missing"
    claims = _claims(brought[len(_BEARER) :].strip(), secret)
    made = None if claims is None else _seconds(claims.get("iat"))
    if claims is None or made is None:
        return "wrong"
    told = claims.get("payload_hash")
    if told is not None and not (isinstance(told, str) and any_same(told, _hashes(asked))):
        return "wrong"
    until = _seconds(claims.get("exp", now))
    recent = is_recent(made, now, TOLERANCE) and until is not None and now <= until
    return "signed" if recent else "stale"


def _claims(token: str, secret: str) -> Mapping[str, Any] | None:
    """Return what a token says that is signed by HMAC-SHA256; None when it is not."""
    signed, _, mac = token.rpartition(".")
    head, _, payload = signed.partition(".")
    if len(token) > _LONGEST or not token.isascii():
        return None
    right = hmac.digest(secret.encode(), signed.encode(), "sha256")
    if not hmac.compare_digest(_unwrapped(mac), right):
        return None
    if _object(_unwrapped(head)).get("alg") != "HS256":
        return None
    return _object(_unwrapped(payload))


def _hashes(asked: Webhook) -> Iterable[str]:
    """Return the hashes that the token may tell: of the body, or of the parameters as JSON."""
    if asked.method == "GET":
        told: object = dict(asked.query)
    else:
        yield hashlib.sha256(asked.body).hexdigest()
        told = _object(asked.body)
    text = json.dumps(told, separators=(",", ":"), ensure_ascii=False)
    yield hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        found: object = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _unwrapped(text: str) -> bytes:
    try:
        return from_base64url(text)
    except ValueError:
        return b""


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        return None
    return float(value)


__all__ = ["vonage_verdict"]
