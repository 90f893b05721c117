"""Tokens that let a client into one session for a short time."""

import hashlib
import hmac
import json
import math
import os
import secrets
from collections.abc import Iterable, Mapping
from typing import Final, cast

from rxvoice._jwt import from_base64url, to_base64url

from ._claims import Claims, TokenError
from ._used import Used

_VARIABLE: Final = "RXVOICE_SECRET"
_VERSION: Final = "rx1"
_PURPOSE: Final = b"rxvoice session token 1"
_LONGEST: Final = 1_024
_SHORTEST_SECRET: Final = 16


class Tokens:
    """Issues tokens and checks them: claims, signed by HMAC-SHA256.

    A token has letters, digits, ``-``, ``_`` and ``.``, some 150 to 200 in all. It can be read by
    whoever has it.

    Args:
        keys: Secrets of 16 bytes at least. The first signs, all are accepted: so that one can be
            exchanged for another without a break. Without any, there is a random one, and tokens
            are good for nothing in another process, or after a restart.
        lifetime: Seconds that a token is valid unless its issuer says otherwise. It has to last
            from the answer that brings it until the connection that needs it.
        single_use: Whether a token lets in once. Processes that share a secret do not know what
            the others have let in.
        max_used: Tokens that are remembered as used. One that expires before any that had to be
            forgotten counts as used.

    Raises:
        ValueError: When a secret is too short, or a number out of range.
    """

    def __init__(
        self,
        keys: Iterable[str | bytes] = (),
        /,
        *,
        lifetime: float = 120.0,
        single_use: bool = False,
        max_used: int = 100_000,
    ) -> None:
        given = [key.encode() if isinstance(key, str) else key for key in keys]
        if any(len(key) < _SHORTEST_SECRET for key in given):
            raise ValueError(f"a secret must have {_SHORTEST_SECRET} bytes at least")
        if not 0.0 < lifetime < math.inf:
            raise ValueError(f"lifetime must be positive and finite, got {lifetime}")
        if max_used < 1:
            raise ValueError(f"max_used must be positive, got {max_used}")
        self._keys = [_mac(key, _PURPOSE) for key in given or [secrets.token_bytes(32)]]
        self._lifetime = lifetime
        self._used = Used(max_used) if single_use else None

    def issue(
        self,
        now: float,
        session: str,
        /,
        *,
        audience: str = "",
        origin: str = "",
        lifetime: float | None = None,
    ) -> str:
        """Return a token.

        Args:
            now: Seconds since 1970.
            session: Id of the session that it lets into.
            audience: What it is good for; everything when empty.
            origin: Whose page may use it; anybody's when empty.
            lifetime: Seconds that it is valid.

        Raises:
            ValueError: When the claims are too long for a token, or the lifetime is not positive.
        """
        seconds = self._lifetime if lifetime is None else lifetime
        if not 0.0 < seconds < math.inf:
            raise ValueError(f"lifetime must be positive and finite, got {seconds}")
        until = math.ceil(now + seconds)
        claims = [session, until, audience, origin, secrets.token_urlsafe(9)]
        payload = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
        signed = f"{_VERSION}.{to_base64url(payload)}"
        token = f"{signed}.{to_base64url(_mac(self._keys[0], signed.encode()))}"
        if len(token) > _LONGEST:
            raise ValueError(f"the claims make a token of {len(token)} characters, which is long")
        return token

    def check(
        self, now: float, token: str, /, *, audience: str = "", origin: str | None = None
    ) -> Claims:
        """Return what a token says, when it lets in; then it has been used.

        Args:
            now: Seconds since 1970.
            token: As it came.
            audience: What the client is about to do; a token for something else is refused.
            origin: Of the client's page; ``None`` when it has none. A token for a page is refused
                from any other.

        Raises:
            TokenError: When it does not let in.
        """
        claims = self._claims(token)
        if now >= claims.expires:
            raise TokenError("expired")
        if claims.audience and claims.audience != audience:
            raise TokenError("wrong audience")
        if claims.origin and claims.origin != origin:
            raise TokenError("wrong origin")
        if self._used is not None and not self._used.add(now, claims.id, claims.expires):
            raise TokenError("used")
        return claims

    def _claims(self, token: str) -> Claims:
        signed, _, mac = token[: _LONGEST + 1].rpartition(".")
        version, _, payload = signed.partition(".")
        if len(token) > _LONGEST or not token.isascii() or version != _VERSION:
            raise TokenError("malformed")
        given = _bytes(mac)
        # All keys are tried, so that the time tells nothing of them.
        found = [hmac.compare_digest(given, _mac(key, signed.encode())) for key in self._keys]
        if not any(found):
            raise TokenError("wrong key")
        session, expires, audience, origin, number = cast(
            "tuple[str, int, str, str, str]", json.loads(_bytes(payload))
        )
        return Claims(session, float(expires), audience, origin, number)


def secrets_from_environment(environment: Mapping[str, str] = os.environ, /) -> tuple[str, ...]:
    """Return the secrets in ``RXVOICE_SECRET``, for `Tokens`; none when it is not set.

    The variable may hold several, separated by commas or blanks; the first signs.

    Args:
        environment: Where the variable is.

    Raises:
        ValueError: When a secret is too short; it names the variable.
    """
    keys = environment.get(_VARIABLE, "").replace(",", " ").split()
    if any(len(key.encode()) < _SHORTEST_SECRET for key in keys):
        raise ValueError(f"{_VARIABLE}: a secret must have {_SHORTEST_SECRET} bytes at least")
    return tuple(keys)


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, hashlib.sha256)


def _bytes(text: str) -> bytes:
    try:
        data = from_base64url(text)
    except ValueError:
        raise TokenError("malformed") from None
    if to_base64url(data) != text:  # a second writing of the same
        raise TokenError("malformed")
    return data


__all__ = ["Tokens", "secrets_from_environment"]
