"""Who opens a websocket of Genesys AudioHook: an API key, and a signature of the request's head.

As Genesys' page "Session walkthrough" and its reference implementation show it: the signature is
one of draft-ietf-httpbis-message-signatures, with HMAC-SHA256.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final

from ._webhooks_request import Verdict, Webhook, is_recent, same, without_port

_NEEDED: Final = frozenset(
    {
        "@request-target",
        "@authority",
        "audiohook-organization-id",
        "audiohook-session-id",
        "audiohook-correlation-id",
        "x-api-key",
    }
)
"""What has to be signed, at least."""

_TOLERANCE: Final = 30.0
"""Seconds between the signature and now; the reference implementation takes 10."""

_PARAMETER: Final = re.compile(r';\s*([a-z]+)=("[^"\\]*"|-?\d{1,15})', re.ASCII)
_COMPONENT: Final = re.compile(r'"([a-z0-9@-]+)"', re.ASCII)
_INPUT: Final = re.compile(
    r'([a-z*][a-z0-9_.*-]*)=(\(((?:\s*"[a-z0-9@-]+")*)\s*\)((?:;\s*[a-z]+=(?:"[^"\\]*"|-?\d{1,15}))*))',
    re.ASCII,
)


def is_genesys(headers: Mapping[str, str]) -> bool:
    """Tell whether a request claims to come from Genesys.

    Args:
        headers: By their names in small letters.
    """
    return any(name in headers for name in ("x-api-key", "audiohook-session-id"))


def genesys_key_verdict(asked: Webhook, key: str) -> Verdict:
    """Judge ``X-API-KEY``.

    Args:
        asked: The request.
        key: That the integration was given.
    """
    given = asked.headers.get("x-api-key", "")
    if not given:
        return "missing"
    return "signed" if same(given, key) else "wrong"


def genesys_verdict(asked: Webhook, secret: bytes, now: float) -> Verdict:
    """Judge ``Signature``, by what ``Signature-Input`` says of it.

    Args:
        asked: The request.
        secret: The integration's client secret.
        now: Seconds since 1970.
    """
    given = asked.headers.get("signature", "")
    described = asked.headers.get("signature-input", "")
    if not given or not described:
        return "missing"
    found = _INPUT.fullmatch(described.strip())
    if found is None:
        return "wrong"
    label, described, listed, parameters = found.groups()
    components = _COMPONENT.findall(listed)
    said = {name: value.strip('"') for name, value in _PARAMETER.findall(parameters)}
    if not set(components) >= _NEEDED or said.get("alg", "hmac-sha256") != "hmac-sha256":
        return "wrong"
    if said.get("keyid", "") != asked.headers.get("x-api-key", ""):
        return "wrong"
    rights: list[str] = []
    for host in asked.hosts:
        derived = {"@request-target": asked.target, "@authority": _authority(host)}
        told = {name: derived.get(name, asked.headers.get(name, "")) for name in components}
        rights.append(genesys_signature(secret, described, told))
    if not any([same(given.strip(), f"{label}=:{right}:") for right in rights]):
        return "wrong"
    created, expires = _number(said.get("created")), _number(said.get("expires"))
    recent = created is not None and is_recent(created, now, _TOLERANCE)
    return "signed" if recent and (expires is None or now <= expires) else "stale"


def genesys_signature(secret: bytes, described: str, components: Mapping[str, str]) -> str:
    """Return how Genesys signs: each component on a line, in order, then what describes them.

    Args:
        secret: The integration's client secret.
        described: What ``Signature-Input`` says, behind the label.
        components: Headers, and what stands for the target and the host.
    """
    lines = [f'"{name}": {value}' for name, value in components.items()]
    lines.append(f'"@signature-params": {described}')
    mac = hmac.digest(secret, "\n".join(lines).encode(errors="replace"), hashlib.sha256)
    return base64.b64encode(mac).decode("ascii")


def _authority(host: str) -> str:
    host = host.lower()
    return without_port(host) if host.endswith((":443", ":80")) else host


def _number(value: str | None) -> float | None:
    return float(value) if value and value.lstrip("-").isdigit() else None


__all__ = ["genesys_key_verdict", "genesys_signature", "genesys_verdict", "is_genesys"]
