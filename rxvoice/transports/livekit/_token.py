"""Tokens that let somebody into a room."""

import os
import time
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from rxvoice._jwt import signed_token

Kind: TypeAlias = Literal["standard", "agent", "sip", "ingress", "egress"]
"""What a participant is to LiveKit."""

SECRET: Final = 32
"""Bytes that a secret must have, as many as the signature."""

_EARLY: Final = 10.0


def livekit_token(
    room: str,
    identity: str,
    *,
    name: str = "",
    kind: Kind = "standard",
    metadata: str = "",
    attributes: Mapping[str, str] | None = None,
    ttl: float = 3600.0,
    can_publish: bool = True,
    can_subscribe: bool = True,
    can_publish_data: bool = True,
    can_update_own_metadata: bool = False,
    hidden: bool = False,
    api_key: str | None = None,
    api_secret: str | None = None,
    now: float | None = None,
) -> str:
    """Sign a token with which one participant can join one room.

    It needs nothing but the standard library. Whoever has it can use it until it expires: send it
    to nobody else and do not log it.

    Args:
        room: Name of the room.
        identity: Who joins; nobody else in the room may have the same.
        name: What people call them.
        kind: What they are; ``"agent"`` for the bot where its users' clients tell the two apart.
        metadata: Anything about them, for all to see.
        attributes: The same as keys and values.
        ttl: Seconds until it expires. Whoever has joined by then can stay.
        can_publish: Whether they can speak.
        can_subscribe: Whether they can hear others.
        can_publish_data: Whether they can send messages.
        can_update_own_metadata: Whether they can change their name, metadata and attributes.
        hidden: Whether others do not see them.
        api_key: Of the LiveKit project; ``LIVEKIT_API_KEY`` unless given.
        api_secret: Of the LiveKit project; ``LIVEKIT_API_SECRET`` unless given.
        now: Seconds since 1970-01-01; this machine's clock unless given.

    Returns:
        The token: a JWT signed by HMAC-SHA256.

    Raises:
        ValueError: When room or identity are empty, keys are missing, the secret is shorter than
            32 bytes, or it would not last a second.
    """
    for argument, value in (("room", room), ("identity", identity)):
        if not value:
            raise ValueError(f"{argument} must not be empty")
    if not 1.0 <= ttl <= 31_536_000.0:
        raise ValueError(f"ttl must be from one second to one year, got {ttl}")
    key, secret = _keys(api_key, api_secret)
    began = time.time() if now is None else now
    claims: dict[str, Any] = {
        "iss": key,
        "sub": identity,
        "nbf": int(began - _EARLY),  # the server's clock may be behind
        "exp": int(began + ttl),
        "kind": kind,
        "video": {
            "roomJoin": True,
            "room": room,
            "canPublish": can_publish,
            "canSubscribe": can_subscribe,
            "canPublishData": can_publish_data,
            "canUpdateOwnMetadata": can_update_own_metadata,
            "hidden": hidden,
        },
    }
    told = {"name": name, "metadata": metadata, "attributes": dict(attributes or {})}
    claims |= {claim: value for claim, value in told.items() if value}
    return signed_token(claims, secret.encode())


def _keys(api_key: str | None, api_secret: str | None) -> tuple[str, str]:
    key = api_key or os.environ.get("LIVEKIT_API_KEY", "")
    secret = api_secret or os.environ.get("LIVEKIT_API_SECRET", "")
    found = (("api_key or LIVEKIT_API_KEY", key), ("api_secret or LIVEKIT_API_SECRET", secret))
    missing = [what for what, value in found if not value]
    if missing:
        raise ValueError(f"a token cannot be signed without {' and '.join(missing)}")
    if len(secret.encode()) < SECRET:
        raise ValueError(f"the secret must have at least {SECRET} bytes")
    return key, secret


__all__ = ["Kind", "livekit_token"]
