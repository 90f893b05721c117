"""What an error means for what comes after it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CHECK = "check the credentials and the region"

_DENIED = frozenset({401, 403, 407})
_AGAIN = frozenset({408, 425, 429, 499})
_CLOSED_FOR_NOW = frozenset({1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 1015})
_CODES = """
accessdenied authentication authenticationfailed badsignature expiredtoken forbidden
incompletesignature incorrectapikey insufficientpermissions invalidaccesskey
invalidaccesskeyid invalidapikey invalidauth invalidauthentication invalidclient
invalidclienttokenid invalidcredentials invalidkey invalidsignature invalidtoken
missingapikey missingauthentication missingauthenticationtoken missingpermissions
missingtoken notauthorized optinrequired permissiondenied signaturedoesnotmatch tokenexpired
unauthenticated unauthorized unauthorizedclient unknownclient unrecognizedclient
"""
_CREDENTIALS = frozenset(_CODES.split())
"""Codes of vendors without case, signs and the word at their end."""


@dataclass(frozen=True, slots=True)
class Classified:
    """What an error means.

    Attributes:
        fatal: Whether the provider will not do anything else either.
        retryable: Whether trying the same again may help.
        retry_after: Seconds that the provider asked to wait for before.
        hint: What to do about it; empty when nobody knows.
    """

    fatal: bool
    retryable: bool
    retry_after: float | None = None
    hint: str = ""


def classify_status(status: int, code: str = "", *, presigned: bool = False) -> Classified:
    """Tell what a status and a vendor's code mean.

    A code or a status that speaks of credentials is fatal. 408, 425, 429, 499, all from 500 on, and
    the close codes of connections that broke off, can be tried again. Any other refusal concerns
    what was asked: the same would be refused again, the next may not be.

    Args:
        status: HTTP status, or close code of a WebSocket.
        code: The vendor's own name of the error, in whatever writing.
        presigned: Whether a socket with a signed address was refused when it was opened: then
            trying again cannot help, for the address stays what it is.
    """
    if _plain(code) in _CREDENTIALS or status in _DENIED:
        return Classified(fatal=True, retryable=False, hint=CHECK)
    if status in _AGAIN or 500 <= status < 600 or status in _CLOSED_FOR_NOW:
        return Classified(fatal=False, retryable=True)
    if presigned:
        return Classified(fatal=True, retryable=False, hint=CHECK)
    return Classified(fatal=False, retryable=False)


def classify(error: BaseException, /, *, presigned: bool = False) -> Classified:
    """Tell what an exception means for what comes after it.

    Our own errors say it themselves. The exceptions of HTTP and WebSocket clients and of vendors'
    SDKs are known by their ``status`` (``status_code``, also of their ``response``), their ``code``
    and their ``headers``. Any other exception may be a matter of the moment.

    Args:
        error: The exception.
        presigned: As for `classify_status`.
    """
    if isinstance(getattr(error, "fatal", None), bool) and hasattr(error, "retryable"):
        own: Any = error
        if not (presigned and not own.retryable):
            hint = CHECK if CHECK in str(error) else ""
            return Classified(own.fatal, own.retryable, own.retry_after, hint)
    response = getattr(error, "response", None)
    status = _first_int(error, "status", "status_code") or _first_int(
        response, "status", "status_code"
    )
    # Some clients warn when they are asked for a code that they only have for old times' sake.
    own_code = vars(error).get("code")
    code = own_code if isinstance(own_code, str) else ""
    if not code and status is None and _plain(type(error).__name__) in _CREDENTIALS:
        code = type(error).__name__
    if status is None and not code:
        hopeless = type(error).__name__ == "ModelUnavailable"
        return Classified(fatal=hopeless, retryable=not hopeless)
    if status is None:
        known = _plain(code) in _CREDENTIALS
        return Classified(known, not known, hint=CHECK if known else "")
    found = classify_status(status, code, presigned=presigned)
    if found.retryable:
        headers = getattr(error, "headers", None) or getattr(response, "headers", None)
        return Classified(found.fatal, found.retryable, retry_after_of(headers), found.hint)
    return found


def retry_after_of(headers: Mapping[str, str] | None, /) -> float | None:
    """Return the seconds that the headers of an answer ask to wait for; ``None`` if they do not.

    A date is not understood: it would be compared with a clock that may be wrong.
    """
    found = {name.lower(): value for name, value in headers.items()} if headers else {}
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        text = found.get(name, "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", text):
            return float(text) * unit
    return None


def _plain(code: str) -> str:
    plain = re.sub(r"[^a-z]", "", code.lower())
    return re.sub(r"(exception|error|fault)$", "", plain)


def _first_int(thing: object, *names: str) -> int | None:
    for name in names:
        value = getattr(thing, name, None)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None
