"""Whether it is a telephone vendor who asks."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from aiohttp import web

from rxvoice.telephony import Plivo, Twilio

from ._door import told
from ._guard import Guard
from ._server import Server
from ._webhooks_genesys import genesys_key_verdict, genesys_verdict, is_genesys
from ._webhooks_request import Verdict, Webhook, pairs_of
from ._webhooks_secrets import VARIABLES, PhoneSecrets
from ._webhooks_signatures import (
    exotel_verdict,
    plivo_verdict,
    telnyx_verdict,
    twilio_verdict,
)
from ._webhooks_vonage import vonage_verdict

logger = logging.getLogger(__name__)

_Judge: TypeAlias = Callable[[Webhook, str, float], Verdict]

_JUDGES: Final[Mapping[str, _Judge]] = {
    "exotel": exotel_verdict,
    "plivo": plivo_verdict,
    "telnyx": telnyx_verdict,
    "twilio": twilio_verdict,
    "vonage": vonage_verdict,
}
_SAID: Final[Mapping[str, str]] = {
    "missing": "the request is not signed",
    "wrong": "the signature of the request is wrong",
    "stale": "the request was signed too long ago, or the clock of this machine is wrong",
    "unknown": "the server knows nothing by which to tell who asks",
}
FORM: Final = "application/x-www-form-urlencoded"
"""Type of the content of forms, of which files are no part."""


class Webhooks:
    """Lets requests in that a telephone vendor has made.

    What is signed wrongly is refused, and what is not signed where the secret is known. Where it
    is not, requests from this machine are let in, and from elsewhere if calls need no token.

    Args:
        server: What holds the calls.
        guard: Knows how a request came.
        needed: Whether calls need a token.

    Raises:
        ValueError: When a secret, or the options of a vendor, make no sense.
    """

    def __init__(self, server: Server, guard: Guard, *, needed: bool) -> None:
        self._server = server
        self._guard = guard
        self._needed = needed
        self._secrets = _with_accounts(server)
        self._logged: set[tuple[str, str]] = set()
        vendor = server.options.transport
        if needed and vendor in VARIABLES and not self._knows(vendor):
            self._log(vendor, "unknown", vendor)

    async def check(self, request: web.Request, vendor: str) -> bool:
        """Tell whether a request about a call is signed by its vendor.

        Args:
            request: Of which the body may be read again.
            vendor: Whose it says it is.

        Returns:
            False where it is not known, and does not have to be.

        Raises:
            web.HTTPForbidden: When it may not be let in.
            web.HTTPNotImplemented: When what is needed to tell is not installed.
        """
        secret = self._secrets.of(vendor)
        if not secret:
            if self._needed:
                raise self._refusal(vendor, "unknown", vendor)
            return False
        asked = self._asked(request, await request.read())
        try:
            verdict = _JUDGES[vendor](asked, secret, self._server.now())
        except ModuleNotFoundError:
            logger.error("signatures of Telnyx need the extra webrtc: pip install rxvoice[webrtc]")
            message = "the server lacks what is needed to check signatures"
            raise told(web.HTTPNotImplemented, message) from None
        if verdict != "signed":
            raise self._refusal(vendor, verdict, vendor)
        return True

    def opened(self, request: web.Request) -> str:
        """Return the vendor that has signed the request for a websocket; empty for none.

        Raises:
            web.HTTPForbidden: When it says that it is Genesys, and is not.
        """
        asked = self._asked(request, b"")
        now = self._server.now()
        if is_genesys(asked.headers):
            verdicts: dict[str, Verdict] = {}
            if self._secrets.genesys:
                verdicts["genesys"] = genesys_key_verdict(asked, self._secrets.genesys)
            if self._secrets.genesys_client:
                key = self._secrets.genesys_client_key
                verdicts["genesys_client"] = genesys_verdict(asked, key, now)
            for name, verdict in verdicts.items():
                if verdict != "signed":
                    raise self._refusal("genesys", verdict, name)
            return "genesys" if verdicts else ""
        secret = self._secrets.of("twilio")
        return "twilio" if secret and twilio_verdict(asked, secret, now) == "signed" else ""

    def doubts(self, vendor: str, *, announced: bool) -> bool:
        """Tell whether a websocket that is not signed may not be a vendor's.

        Args:
            vendor: Whose it says it is.
            announced: Whether it comes from an answer of this server.
        """
        if vendor != "genesys":
            return self._needed and not announced
        known = self._knows("genesys")
        if self._needed and not known and not announced:
            self._log("genesys", "unknown", "genesys")
        return known or (self._needed and not announced)

    def _knows(self, vendor: str) -> bool:
        genesys = vendor == "genesys" and self._secrets.genesys_client
        return bool(self._secrets.of(vendor) or genesys)

    def _asked(self, request: web.Request, body: bytes) -> Webhook:
        form = body.decode(errors="replace") if request.content_type == FORM else ""
        return Webhook(
            method=request.method,
            hosts=(self._server.options.proxy or request.host,),
            target=request.raw_path,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            form=pairs_of(form),
        )

    def _refusal(self, vendor: str, kind: str, secret: str) -> web.HTTPException:
        self._server.metrics.refused("webhook")
        self._log(vendor, kind, secret)
        return told(web.HTTPForbidden, _SAID[kind])

    def _log(self, vendor: str, kind: str, secret: str) -> None:
        """Say it once; whoever asks wrongly does so often."""
        if (vendor, kind) not in self._logged:
            self._logged.add((vendor, kind))
            said, variable = _SAID[kind], VARIABLES[secret]
            logger.warning("calls of %s are refused: %s; see %s", vendor, said, variable)


def _with_accounts(server: Server) -> PhoneSecrets:
    """Return the secrets, with those of the accounts that the options name."""
    options = server.options
    if options.phone is not None:
        return options.phone
    found = PhoneSecrets()
    for vendor in ("plivo", "twilio"):
        line = server.lines[vendor] if vendor in options.lines else None
        if isinstance(line, Plivo | Twilio) and line.account is not None:
            found = replace(found, **{vendor: line.account.auth_token})
    return found


__all__ = ["FORM", "Webhooks"]
