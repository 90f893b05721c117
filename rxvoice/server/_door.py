"""Who is let in, and into which call."""

import hmac
from dataclasses import replace
from typing import Final

from aiohttp import web

from ._server import Server, Started
from ._tokens import Claims, TokenError, Tokens

_BEARER: Final = "bearer "
CLAIMS: Final = web.RequestKey("claims", Claims)


class Door:
    """Lets requests in that bring a token, where one is needed.

    Args:
        server: What holds the calls.
        tokens: Signs and checks.
        needed: Whether calls need a token.
    """

    def __init__(self, server: Server, tokens: Tokens, *, needed: bool) -> None:
        self._server = server
        self._tokens = tokens
        self.needed: bool = needed

    def proven(self, request: web.Request) -> bool:
        """Tell whether a request has brought what proves that it may ask.

        What its token says is then found under ``request[CLAIMS]``.
        """
        brought = brought_by(request)
        if request.path == "/start":
            return self.knows_key(request)
        if not brought:
            return False
        try:
            request[CLAIMS] = self._claims(request, brought)
        except TokenError:
            return False
        return True

    def knows_key(self, request: web.Request) -> bool:
        """Tell whether a request has brought the key for ``POST /start``."""
        key = self._server.options.api_key
        return bool(key) and hmac.compare_digest(
            brought_by(request).encode(errors="replace"), key.encode()
        )

    def issue(self, started: Started, request: web.Request) -> str:
        """Return a token for a call that was announced, for the page that asks, if one does."""
        origin = request.headers.get("Origin", "")
        return self._tokens.issue(self._server.now(), started.session_id, origin=origin)

    def enter(self, request: web.Request) -> Started:
        """Return the call that a request belongs to; it may begin one.

        Raises:
            web.HTTPUnauthorized: When it has brought no token and one is needed, or a bad one.
            web.HTTPForbidden: When its token is for another call.
            web.HTTPNotFound: When its path names a call that is not known.
            web.HTTPConflict: When the call has a client already.
        """
        brought = brought_by(request)
        claims = request.get(CLAIMS)
        if claims is None and (self.needed or brought):
            try:
                claims = self._claims(request, brought)
            except TokenError as error:
                kind = web.HTTPForbidden if error.status == 403 else web.HTTPUnauthorized
                raise told(kind, "a token is needed" if not brought else str(error)) from None
        named = request.match_info.get("session_id")
        if named is None and claims is None:
            return self._server.announce({})
        if named is not None and claims is not None and claims.session != named:
            raise told(web.HTTPForbidden, "the token is for another session")
        session_id = named if named is not None else claims.session if claims else ""
        if session_id in self._server.sessions:
            raise told(web.HTTPConflict, "the session has a client already")
        found = self._server.announced(session_id)
        if found is not None:
            return found
        if claims is not None:  # another process has announced it
            return self._server.announce({}, session_id=claims.session)
        raise told(web.HTTPNotFound, "there is no such session")

    def _claims(self, request: web.Request, brought: str) -> Claims:
        origin = request.headers.get("Origin")
        try:
            return self._tokens.check(self._server.now(), brought, origin=origin)
        except TokenError as error:
            if error.kind != "expired":
                raise
            claims = self._tokens.check(0.0, brought, origin=origin)
            if claims.session in self._server.sessions:  # whoever is in may go on
                return replace(claims)
            raise


def brought_by(request: web.Request) -> str:
    """Return the token, or key, that a request has brought; empty for none."""
    header = request.headers.get("Authorization", "")
    if header[: len(_BEARER)].lower() == _BEARER:
        return header[len(_BEARER) :].strip()
    return request.query.get("token", "")


def told(kind: type[web.HTTPException], message: str) -> web.HTTPException:
    """Return a refusal that says in a line what is wrong."""
    return kind(text=web.json_response({"error": message}).text, content_type="application/json")


__all__ = ["CLAIMS", "Door", "brought_by", "told"]
