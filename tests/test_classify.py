"""What errors of providers mean for what comes after them (CO15)."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from rxvoice.aio import closing, from_async
from rxvoice.errors import (
    Classified,
    ModelUnavailable,
    ProviderError,
    ProviderRejected,
    ProviderTimeout,
    classify,
    classify_status,
    retry_after_of,
)
from rxvoice.operators._fault_of import fault_of
from rxvoice.testing import marbles, run_virtual

HINT = "check the credentials and the region"
FATAL = Classified(fatal=True, retryable=False, hint=HINT)
TRANSIENT = Classified(fatal=False, retryable=False)
AGAIN = Classified(fatal=False, retryable=True)


@pytest.mark.parametrize(
    "code",
    [
        "UnrecognizedClientException",
        "unknown_client",
        "InvalidSignatureException",
        "bad-signature",
        "SignatureDoesNotMatch",
        "AccessDeniedException",
        "ExpiredTokenException",
        "expired_token",
        "invalid_api_key",
        "INVALID_KEY",
        "MissingAuthenticationToken",
        "missing_token",
        "INVALID_AUTH",
        "authentication_error",
        "UNAUTHENTICATED",
        "permission_denied",
    ],
)
@pytest.mark.parametrize("status", [400, 404, 1008])
def test_co15_a_code_that_speaks_of_credentials_is_fatal_whatever_the_status(
    code: str, status: int
) -> None:
    assert classify_status(status, code) == FATAL
    error = ProviderRejected("refused", provider="x", status=status, code=code)
    assert (error.fatal, error.retryable) == (True, False)
    assert str(error) == f"refused ({HINT})"
    assert fault_of("stt", error).fatal


@pytest.mark.parametrize("status", [401, 403, 407])
def test_co15_a_status_that_speaks_of_credentials_is_fatal(status: int) -> None:
    assert classify_status(status) == FATAL
    assert HINT in fault_of("stt", ProviderRejected("no", provider="x", status=status)).message


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422, 1003, 1008])
def test_co15_other_errors_of_the_client_are_not_fatal(status: int) -> None:
    assert classify_status(status, "BadRequestException") == TRANSIENT
    fault = fault_of("stt", ProviderRejected("no", provider="x", status=status))
    assert not fault.fatal
    assert HINT not in fault.message


@pytest.mark.parametrize("status", [408, 429, 499, 500, 502, 503, 504, 529, 1006, 1011, 1013])
def test_co15_what_passes_may_be_tried_again(status: int) -> None:
    assert classify_status(status) == AGAIN
    assert ProviderRejected("no", provider="x", status=status).retryable


@pytest.mark.parametrize(("status", "found"), [(400, FATAL), (403, FATAL), (503, AGAIN)])
def test_co15_a_signed_address_that_is_refused_stays_refused(
    status: int, found: Classified
) -> None:
    assert classify_status(status, presigned=True) == found
    error = ProviderRejected("no", provider="x", status=status)
    assert classify(error, presigned=True).fatal is found.fatal


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (ConnectionResetError("gone"), AGAIN),
        (TimeoutError(), AGAIN),
        (ProviderTimeout("slow", provider="x"), AGAIN),
        (ProviderError("closed", provider="x", retryable=False), Classified(True, False)),
        (
            ProviderError("odd", provider="x", retryable=False, fatal=False),
            Classified(False, False),
        ),
        (
            ProviderRejected("later", provider="x", status=429, retry_after=2.5),
            Classified(False, True, 2.5),
        ),
        (ModelUnavailable("nowhere"), Classified(True, False)),
    ],
)
def test_exceptions_say_it_themselves(error: Exception, found: Classified) -> None:
    assert classify(error) == found


class SdkError(Exception):
    """As vendors' SDKs raise them: status and headers are at the response."""

    def __init__(self, status: int, code: Any = None, **headers: str) -> None:
        super().__init__("refused")
        self.code = code
        self.response = SimpleNamespace(
            status_code=status, headers={name.replace("_", "-"): v for name, v in headers.items()}
        )


class AccessDeniedException(Exception):
    """As botocore and its kin make them: only the name tells."""


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (SdkError(401), FATAL),
        (SdkError(400, "invalid_api_key"), FATAL),
        (SdkError(400), TRANSIENT),
        (SdkError(429, Retry_After="3"), Classified(False, True, 3.0)),
        (SdkError(503, retry_after_ms="250", retry_after="9"), Classified(False, True, 0.25)),
        (AccessDeniedException("no"), FATAL),
    ],
)
def test_co15_exceptions_of_sdks_are_known_by_what_they_carry(
    error: Exception, found: Classified
) -> None:
    assert classify(error) == found


@pytest.mark.parametrize("text", ["Wed, 21 Oct 2026 07:28:00 GMT", "soon", "-1", ""])
def test_an_answer_that_asks_to_wait_until_a_date_asks_for_nothing(text: str) -> None:
    assert retry_after_of({"Retry-After": text}) is None
    assert retry_after_of(None) is None


@pytest.mark.parametrize(
    ("status", "presigned", "found"),
    [
        (401, False, FATAL),
        (400, False, TRANSIENT),
        (400, True, FATAL),
        (503, True, Classified(False, True, 7.0)),
    ],
)
def test_co15_a_socket_that_a_real_server_refuses(
    status: int, presigned: bool, found: Classified
) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Retry-After": "7"})

    async def main() -> None:
        app = web.Application()
        app.router.add_get("/", refuse)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            host, port = runner.addresses[0][:2]
            async with aiohttp.ClientSession() as session:
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await session.ws_connect(f"ws://{host}:{port}/?signature=abc")
            assert classify(refused.value, presigned=presigned) == found
        finally:
            await runner.cleanup()

    run_virtual(main(), real_io=True)


class HalfOpen:
    """A connection that breaks, and cannot be closed properly then."""

    def __init__(self) -> None:
        self.closed = 0

    def __aiter__(self) -> AsyncIterator[int]:
        return self

    async def __anext__(self) -> int:
        raise ConnectionResetError("the first error")

    async def aclose(self) -> None:
        self.closed += 1
        await asyncio.sleep(0)
        raise OSError("cannot close")


def test_co15_a_failing_clean_up_does_not_hide_the_first_error() -> None:
    connection = HalfOpen()
    with marbles() as m:
        out = m.record(from_async(lambda: connection))
    assert [str(note.error) for _, note in out] == ["the first error"]  # type: ignore[union-attr]
    assert connection.closed == 1

    async def main() -> None:
        with pytest.raises(ConnectionResetError):
            async with closing(connection):
                raise ConnectionResetError("the first error")

    run_virtual(main())
    assert connection.closed == 2


def test_a_clean_up_that_fails_after_success_is_heard_of() -> None:
    async def main() -> None:
        with pytest.raises(OSError, match="cannot close"):
            async with closing(HalfOpen()):
                pass

    run_virtual(main())
