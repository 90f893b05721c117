"""Ending calls, against a server on loopback; what it answers is what the vendors' pages told."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import pytest

from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout
from rxvoice.telephony import (
    Call,
    Exotel,
    Genesys,
    HangUp,
    Line,
    Plivo,
    PlivoAccount,
    Telnyx,
    TelnyxAccount,
    Twilio,
    TwilioAccount,
    Vonage,
    VonageAccount,
)
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Call as Asked
from rxvoice.testing.servers import FakeServer, Hang, Refuse

VARIABLES = [
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TELNYX_API_KEY",
    "PLIVO_AUTH_ID",
    "PLIVO_AUTH_TOKEN",
]
LINES: dict[str, Callable[[str], Line]] = {
    "twilio": lambda url: Twilio(
        account=TwilioAccount(account_sid="AC1", auth_token="secret", base_url=url)
    ),
    "telnyx": lambda url: Telnyx(account=TelnyxAccount(api_key="secret", base_url=url)),
    "plivo": lambda url: Plivo(
        account=PlivoAccount(auth_id="MA1", auth_token="secret", base_url=url)
    ),
    "vonage": lambda url: Vonage(
        hang_up=True, account=VonageAccount(token=lambda: "secret", base_url=url)
    ),
}
OVER: dict[str, tuple[int, Mapping[str, Any]]] = {
    "twilio": (404, {"code": 20404, "message": "The requested resource was not found"}),
    "telnyx": (422, {"errors": [{"code": "90018", "title": "Call has already ended"}]}),
    "plivo": (404, {"error": "not found"}),
    "vonage": (404, {"type": "NOT_FOUND"}),
}
each = pytest.mark.parametrize("vendor", list(LINES))


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def hanging_up(vendor: str, url: str) -> HangUp:
    found = LINES[vendor](url).hanging_up(Call(vendor, "stream", "v2:C1"))
    assert found is not None
    return found


def served(
    use: Callable[[FakeServer], Awaitable[None]],
    status: int = 200,
    payload: Mapping[str, Any] | None = None,
    **options: Any,
) -> FakeServer:
    async def serve(asked: Asked) -> None:
        await asked.json(payload or {}, status=status)

    async def main() -> FakeServer:
        async with FakeServer(serve, **options) as server:
            await use(server)
        return server

    return run_virtual(main(), real_io=True)


def ended(vendor: str, **options: Any) -> FakeServer:
    async def use(server: FakeServer) -> None:
        assert await hanging_up(vendor, server.url)() is True

    return served(use, **options)


def basic(user: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:secret'.encode()).decode()}"


def test_te02_twilio_is_told_that_the_call_is_completed() -> None:
    (request,) = ended("twilio").requests
    assert (request.method, request.path) == (
        "POST",
        "/2010-04-01/Accounts/AC1/Calls/v2:C1.json",
    )
    assert request.headers["Authorization"] == basic("AC1")
    assert dict(parse_qsl(request.body.decode())) == {"Status": "completed"}


def test_te03_telnyx_is_told_to_hang_up_by_the_calls_control_id() -> None:
    (request,) = ended("telnyx").requests
    assert (request.method, request.path) == ("POST", "/v2/calls/v2:C1/actions/hangup")
    assert request.headers["Authorization"] == "Bearer secret"
    assert request.json == {}


def test_te04_plivos_call_is_deleted() -> None:
    (request,) = ended("plivo").requests
    assert (request.method, request.path) == ("DELETE", "/v1/Account/MA1/Call/v2:C1/")
    assert request.headers["Authorization"] == basic("MA1")


def test_te06_vonage_is_told_to_hang_up_with_a_fresh_token() -> None:
    (request,) = ended("vonage").requests
    assert (request.method, request.path) == ("PUT", "/v1/calls/v2:C1")
    assert request.headers["Authorization"] == "Bearer secret"
    assert request.json == {"action": "hangup"}


@each
def test_te10_an_id_cannot_lead_elsewhere(vendor: str) -> None:
    hang_up = LINES[vendor]("https://example.com").hanging_up(Call(vendor, "s", "../../x?y#z"))
    assert hang_up is not None
    assert "..%2F..%2Fx%3Fy%23z" in hang_up.url


@pytest.mark.parametrize(
    ("region", "edge", "url"),
    [
        (None, None, "https://api.twilio.com"),
        ("ie1", None, "https://api.dublin.ie1.twilio.com"),
        ("au1", "singapore", "https://api.singapore.au1.twilio.com"),
        (None, "ashburn-ix", "https://api.ashburn-ix.us1.twilio.com"),
    ],
)
def test_te02_twilios_host_follows_region_and_edge(
    region: str | None, edge: str | None, url: str
) -> None:
    account = TwilioAccount(account_sid="AC1", auth_token="secret", region=region, edge=edge)
    hang_up = account.hang_up(Call("twilio", "MZ1", "CA1"))
    assert hang_up.url == f"{url}/2010-04-01/Accounts/AC1/Calls/CA1.json"


@pytest.mark.parametrize(
    "place", [{"region": "xx9"}, {"region": "ie1.evil.com"}, {"edge": ""}, {"edge": "a/b"}]
)
def test_te02_places_that_do_not_exist_are_refused(place: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"region|edge"):
        TwilioAccount(account_sid="AC1", auth_token="secret", **place)


MISSING: dict[str, tuple[Callable[[], object], str]] = {
    "twilio": (
        Twilio,
        r"account_sid \(or TWILIO_ACCOUNT_SID\) and auth_token \(or TWILIO_AUTH_TOKEN\)",
    ),
    "twilio's token": (lambda: TwilioAccount(account_sid="AC1"), r"needs auth_token \(or TWILIO"),
    "telnyx": (Telnyx, r"api_key \(or TELNYX_API_KEY\)"),
    "plivo": (Plivo, r"auth_id \(or PLIVO_AUTH_ID\) and auth_token \(or PLIVO_AUTH_TOKEN\)"),
    "plivo's id": (lambda: PlivoAccount(auth_token="x"), r"needs auth_id \(or PLIVO_AUTH_ID\) to"),
    "vonage": (lambda: Vonage(hang_up=True), "account"),
    "vonage's token": (lambda: VonageAccount(token=" "), "token"),
}


@pytest.mark.parametrize("name", list(MISSING))
def test_te09_missing_credentials_are_named_at_once(name: str) -> None:
    make, message = MISSING[name]
    with pytest.raises(ValueError, match=message):
        make()


def test_te09_credentials_may_be_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(name, f" {name.lower()} ")
    assert Twilio().account == TwilioAccount(
        account_sid="twilio_account_sid", auth_token="twilio_auth_token"
    )
    assert Telnyx().account == TelnyxAccount(api_key="telnyx_api_key")
    assert Plivo().account == PlivoAccount(auth_id="plivo_auth_id", auth_token="plivo_auth_token")


def test_te09_nothing_is_asked_for_where_nobody_hangs_up() -> None:
    call = Call("any", "stream", "call")
    for line in (
        Twilio(hang_up=False),
        Telnyx(hang_up=False),
        Plivo(hang_up=False),
        Vonage(),
        Exotel(),
        Genesys(),
    ):
        assert line.hanging_up(call) is None


@each
def test_te09_a_call_without_an_id_is_told_before_it_is_too_late(vendor: str) -> None:
    with pytest.raises(ValueError, match="id of the call"):
        LINES[vendor]("https://example.com").hanging_up(Call(vendor, "stream"))


@each
def test_te09_secrets_are_not_shown(vendor: str) -> None:
    line = LINES[vendor]("https://example.com")
    assert "secret" not in repr(line)
    assert "secret" not in repr(hanging_up(vendor, "https://example.com"))


@pytest.mark.parametrize("wrong", [{"base_url": "ftp://example.com"}, {"timeout": 0.0}])
def test_te09_options_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(ValueError, match=name):
        TwilioAccount(account_sid="a", auth_token="b", **wrong)
    with pytest.raises(ValueError, match=name):
        TelnyxAccount(api_key="a", **wrong)
    with pytest.raises(ValueError, match=name):
        PlivoAccount(auth_id="a", auth_token="b", **wrong)
    with pytest.raises(ValueError, match=name):
        VonageAccount(token="a", **wrong)


@each
def test_te10_a_call_is_ended_by_one_request_however_often_it_is_asked_for(vendor: str) -> None:
    async def use(server: FakeServer) -> None:
        hang_up = hanging_up(vendor, server.url)
        results = await asyncio.gather(hang_up(), hang_up())
        assert results == [True, False]
        assert await hang_up() is False

    assert len(served(use, 204).requests) == 1


@each
def test_te10_a_call_that_is_over_already_is_no_error(vendor: str) -> None:
    async def use(server: FakeServer) -> None:
        assert await hanging_up(vendor, server.url)() is False

    assert len(served(use, *OVER[vendor]).requests) == 1


def test_te10_twilio_also_says_so_by_another_code() -> None:
    async def use(server: FakeServer) -> None:
        assert await hanging_up("twilio", server.url)() is False

    served(use, 400, {"code": 21220, "message": "Call is not in-progress."})


@pytest.mark.parametrize(
    ("vendor", "status", "payload"),
    [
        ("twilio", 404, {"code": 20003}),
        ("twilio", 404, {}),
        ("telnyx", 422, {"errors": [{"code": "10015"}]}),
        ("telnyx", 422, {"errors": "none"}),
        ("telnyx", 404, {}),
        ("plivo", 400, {}),
        ("vonage", 401, {"title": "secret"}),
    ],
)
def test_te10_any_other_refusal_is_an_error_without_the_vendors_words(
    vendor: str, status: int, payload: dict[str, Any]
) -> None:
    async def use(server: FakeServer) -> None:
        with pytest.raises(ProviderRejected, match=f"could not be ended: status {status}") as told:
            await hanging_up(vendor, server.url)()
        assert told.value.provider == vendor
        assert told.value.status == status
        assert "secret" not in str(told.value)

    served(use, status, payload)


@each
def test_te10_a_vendor_that_does_not_answer_is_given_up_and_may_be_asked_again(vendor: str) -> None:
    async def use(server: FakeServer) -> None:
        hang_up = hanging_up(vendor, server.url)
        began = asyncio.get_running_loop().time()
        with pytest.raises(ProviderTimeout, match="within 10 s"):
            await hang_up()
        assert asyncio.get_running_loop().time() - began == pytest.approx(10.0, abs=0.01)
        assert await hang_up() is True

    assert len(served(use, faults=[Hang()]).requests) == 2


@each
def test_te10_a_refusal_for_now_says_when_to_try_again(vendor: str) -> None:
    async def use(server: FakeServer) -> None:
        hang_up = hanging_up(vendor, server.url)
        with pytest.raises(ProviderRejected) as told:
            await hang_up()
        assert (told.value.retryable, told.value.retry_after) == (True, 3.0)
        assert await hang_up() is True

    served(use, faults=[Refuse(429, retry_after=3.0)])


@each
def test_te10_a_vendor_that_cannot_be_reached_is_an_error(vendor: str) -> None:
    async def main() -> None:
        async with FakeServer() as server:
            url = server.url
        with pytest.raises(ProviderError, match="could not be ended") as told:
            await hanging_up(vendor, url)()
        assert told.value.retryable

    run_virtual(main(), real_io=True)


def test_te10_whoever_is_cancelled_while_hanging_up_may_try_again() -> None:
    async def use(server: FakeServer) -> None:
        hang_up = hanging_up("telnyx", server.url)
        task = asyncio.ensure_future(hang_up())
        await server.until(lambda: server.requests)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await hang_up() is True

    assert len(served(use, faults=[Hang()]).requests) == 2


def test_te10_a_genesys_session_is_asked_to_end_on_its_own_websocket() -> None:
    codec = Genesys().codec()
    assert codec.goodbye() == []
