"""Signatures of telephone vendors below their requests.

As the vendors' pages and libraries of 2026 show them: Twilio's "Security", Plivo's "Validating
requests" and Telnyx's "Webhook signing".
"""

import base64
import hashlib
import hmac
from typing import Final

from ._webhooks_request import TOLERANCE, Pairs, Verdict, Webhook, any_same, is_recent, same

KEY: Final = "key"
"""Name of the parameter of the query that proves that Exotel asks."""

_HASHES: Final = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}


def twilio_verdict(asked: Webhook, secret: str, now: float) -> Verdict:
    """Judge ``X-Twilio-Signature``; see `twilio_signature`.

    A body that is no form is not signed itself, but its hash is, as ``bodySHA256`` of the query.

    Args:
        asked: The request.
        secret: The account's token; or a shared key, where Twilio is told to sign with one.
        now: Seconds since 1970, which this signature does not tell.
    """
    given = asked.headers.get("x-twilio-signature", "")
    if not given:
        return "missing"
    if asked.body and not asked.form:
        told = dict(asked.query).get("bodySHA256", "")
        if not same(told.lower(), hashlib.sha256(asked.body).hexdigest()):
            return "wrong"
    settings = asked.headers.get("x-twilio-webhooks-signature-settings", "").replace(" ", "")
    named = [pair[10:] for pair in settings.split(",") if pair.startswith("algorithm=")]
    algorithm = _HASHES.get((named or ["HMAC_SHA1"])[0].upper())
    if algorithm is None:
        return "wrong"
    schemes = ("wss", "ws", "https", "http") if "upgrade" in asked.headers else ("https", "http")
    rights = (
        twilio_signature(secret, url + asked.target, asked.form, algorithm)
        for url in asked.urls(*schemes)
    )
    return "signed" if any_same(given, rights) else "wrong"


def twilio_signature(secret: str, url: str, form: Pairs, algorithm: str = "sha1") -> str:
    """Return how Twilio signs: the address, then each parameter of the form, in order."""
    text = url + "".join(name + value for name, value in sorted(set(form)))
    return _mac(secret, text, algorithm)


def plivo_verdict(asked: Webhook, secret: str, now: float) -> Verdict:
    """Judge ``X-Plivo-Signature-V3``, also that of the main account; see `plivo_signature`.

    Args:
        asked: The request.
        secret: The account's token.
        now: As for `twilio_verdict`.
    """
    names = ("x-plivo-signature-v3", "x-plivo-signature-ma-v3")
    given = [one for name in names for one in asked.headers.get(name, "").split(",") if one]
    nonce = asked.headers.get("x-plivo-signature-v3-nonce", "")
    if not given or not nonce:
        return "missing"
    form = () if asked.method == "GET" else asked.form
    if asked.body and not form and asked.method != "GET":  # only forms are signed
        return "wrong"
    rights = [
        plivo_signature(secret, url + asked.path, asked.query, form, nonce)
        for url in asked.urls("https", "http")
    ]
    return "signed" if any(any_same(one, rights) for one in given) else "wrong"


def plivo_signature(secret: str, url: str, query: Pairs, form: Pairs, nonce: str) -> str:
    """Return how Plivo signs: the address, both kinds of parameters in order, and the nonce."""
    asked = "&".join(f"{name}={value}" for name, value in sorted(query))
    if asked or form:
        url += "?" + asked
    if asked and form:
        url += "."
    told = "".join(name + value for name, value in sorted(form))
    return _mac(secret, f"{url}{told}.{nonce}", "sha256")


def telnyx_verdict(asked: Webhook, secret: str, now: float) -> Verdict:
    """Judge ``Telnyx-Signature-Ed25519``, which is about the time and the body.

    Args:
        asked: The request.
        secret: Telnyx's public key for the account, as base64.
        now: Seconds since 1970.

    Raises:
        ModuleNotFoundError: When the package ``cryptography`` is not installed.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    given = asked.headers.get("telnyx-signature-ed25519", "")
    made = asked.headers.get("telnyx-timestamp", "")
    if not given or not made:
        return "missing"
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(secret))
        key.verify(base64.b64decode(given), made.encode() + b"|" + asked.body)
        recent = is_recent(float(made), now, TOLERANCE)
    except (InvalidSignature, ValueError):
        return "wrong"
    return "signed" if recent else "stale"


def exotel_verdict(asked: Webhook, secret: str, now: float) -> Verdict:
    """Judge the parameter ``key`` of the query: Exotel signs nothing.

    Args:
        asked: The request.
        secret: What was written into the address that Exotel was given.
        now: As for `twilio_verdict`.
    """
    given = dict(asked.query).get(KEY, "")
    if not given:
        return "missing"
    return "signed" if same(given, secret) else "wrong"


def _mac(secret: str, text: str, algorithm: str) -> str:
    mac = hmac.digest(secret.encode(), text.encode(errors="replace"), algorithm)
    return base64.b64encode(mac).decode("ascii")


__all__ = [
    "KEY",
    "exotel_verdict",
    "plivo_signature",
    "plivo_verdict",
    "telnyx_verdict",
    "twilio_signature",
    "twilio_verdict",
]
