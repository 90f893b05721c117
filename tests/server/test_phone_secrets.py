"""Who may announce telephone calls, and open the websockets of vendors."""

import base64
import contextlib
import dataclasses
import hashlib
import json
import sys
from collections.abc import AsyncGenerator, Mapping
from urllib.parse import urlencode
from xml.etree import ElementTree

import aiohttp
import jwt
import pytest
from aiohttp.test_utils import TestServer

from rxvoice.server import CallSession, Limits, Options, PhoneSecrets, Server, create_app
from rxvoice.server._webhooks_genesys import genesys_signature
from rxvoice.server._webhooks_secrets import VARIABLES
from rxvoice.server._webhooks_signatures import plivo_signature, twilio_signature
from rxvoice.telephony import Plivo, PlivoAccount, Twilio, TwilioAccount
from rxvoice.testing import run_virtual
from tests.telephony.lines import VENDORS

from .agents import scripted, served
from .test_webhooks import telnyx_signed

HOST = "voice.example.org"
NOW = 1_790_000_000.0
VONAGE = "a secret of Vonage's that has more than 32 bytes"
TELNYX = telnyx_signed(b"", "0")[0]
SECRETS = PhoneSecrets(
    twilio="of Twilio",
    plivo="of Plivo",
    telnyx=TELNYX,
    vonage=VONAGE,
    exotel="of Exotel",
    genesys="of Genesys",
    genesys_client=base64.b64encode(b"of the client").decode(),
)
NONE = PhoneSecrets(twilio="", plivo="", telnyx="", vonage="", exotel="", genesys="")
BEYOND = Options(proxy=HOST, phone=SECRETS)
FORM = {"From": "+15551", "To": "+15552", "Note": "ü ☎"}


def now() -> float:
    return NOW


def signed(vendor: str, path: str = "") -> tuple[str, dict[str, str], bytes]:
    """Return the path, the headers and the body of a request that a vendor has signed."""
    path = path or f"/phone/{vendor}"
    url, body = f"https://{HOST}{path}", urlencode(FORM).encode()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    match vendor:
        case "twilio":
            signature = twilio_signature("of Twilio", url, tuple(FORM.items()))
            return path, {**form, "X-Twilio-Signature": signature}, body
        case "plivo":
            signature = plivo_signature("of Plivo", url, (), tuple(FORM.items()), "12")
            nonce = {"X-Plivo-Signature-V3-Nonce": "12"}
            return path, {**form, **nonce, "X-Plivo-Signature-V3": signature}, body
        case "telnyx":
            return path, {**form, **telnyx_signed(body, str(int(NOW)))[1]}, body
        case "vonage":
            body = json.dumps({"from": "+15551", "to": "+15552"}).encode()
            claims = {"iat": int(NOW), "payload_hash": hashlib.sha256(body).hexdigest()}
            bearer = {"Authorization": f"Bearer {jwt.encode(claims, VONAGE)}"}
            return path, {**bearer, "Content-Type": "application/json"}, body
        case _:
            return f"{path}?key=of+Exotel", form, body


async def ask(
    site: TestServer, path: str, headers: Mapping[str, str], body: bytes = b""
) -> tuple[int, str]:
    url = site.make_url("/").with_path(path.partition("?")[0])
    url = url.with_query(path.partition("?")[2])
    named = {"Host": HOST, **headers}
    async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=named) as answer:
        return answer.status, await answer.text()


EACH = pytest.mark.parametrize("vendor", ["twilio", "plivo", "telnyx", "vonage", "exotel"])


@EACH
def test_what_a_vendor_has_signed_is_answered_and_announces_a_call(vendor: str) -> None:
    async def main() -> None:
        async with served(scripted("Yes."), BEYOND, now=now) as (server, site):
            status, text = await ask(site, *signed(vendor))
            assert status == 200
            assert f"wss://{HOST}/phone" in text
            started = next(one for one in announced(server) if one in text)
            told = server.announced(started)
            assert told is not None
            assert told.signed
            assert "key" not in told.body
            assert told.body.get("From", told.body.get("from")) == "+15551"

    run_virtual(main(), real_io=True)


def announced(server: Server) -> list[str]:
    return [*server._announced]  # pyright: ignore[reportPrivateUsage]


@EACH
def test_what_is_not_signed_or_wrongly_is_refused_and_says_what_to_look_at_once(
    vendor: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with served(scripted("Yes."), BEYOND, now=now) as (server, site):
            path, headers, body = signed(vendor)
            plain = {name: headers[name] for name in headers if name == "Content-Type"}
            wrong = {name: f"{value}AA" for name, value in headers.items() if name not in plain}
            for _ in range(3):
                status, text = await ask(site, f"/phone/{vendor}", plain, body)
                assert (status, [*json.loads(text)]) == (403, ["error"])
                bad = f"{path}AA" if vendor == "exotel" else path
                status, text = await ask(site, bad, {**plain, **wrong}, body)
                assert (status, [*json.loads(text)]) == (403, ["error"])
            assert not announced(server)

    run_virtual(main(), real_io=True)
    said = [record for record in caplog.records if record.name.endswith("_webhooks")]
    assert [record.levelname for record in said] == ["WARNING"] * 2
    assert all(VARIABLES[vendor] in record.getMessage() for record in said)
    assert "of " + vendor.title() not in caplog.text


@EACH
def test_where_the_secret_is_not_known_only_this_machine_is_believed(
    vendor: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        for options, status in [
            (Options(phone=NONE), 200),
            (Options(phone=NONE, proxy=HOST), 403),
            (Options(phone=NONE, proxy=HOST, tokens=False), 200),
        ]:
            async with served(scripted("Yes."), options, now=now) as (_, site):
                named = {} if options.proxy else {"Host": "localhost"}
                for _ in range(2):
                    assert (await ask(site, f"/phone/{vendor}", named))[0] == status

    run_virtual(main(), real_io=True)
    said = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(said) == 1
    assert VARIABLES[vendor] in said[0].getMessage()


def test_a_vendor_that_is_answered_at_the_root_has_to_sign_there_too() -> None:
    async def main() -> None:
        options = dataclasses.replace(BEYOND, transport="twilio")
        async with served(scripted("Yes."), options, now=now) as (_, site):
            assert (await ask(site, *signed("twilio", "/")))[0] == 200
            assert (await ask(site, "/", {}))[0] == 403

    run_virtual(main(), real_io=True)


def test_a_secret_that_will_be_needed_is_named_before_anybody_calls(
    caplog: pytest.LogCaptureFixture,
) -> None:
    none = dataclasses.replace(NONE, genesys_client="")
    for vendor in ("twilio", "genesys"):
        options = Options(phone=none, proxy=HOST, transport=vendor)
        create_app(Server(scripted("Yes."), options))
        create_app(Server(scripted("Yes."), dataclasses.replace(options, proxy="")))
        create_app(Server(scripted("Yes."), dataclasses.replace(options, phone=SECRETS)))
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert "TWILIO_AUTH_TOKEN" in said[0]
    assert "GENESYS_API_KEY" in said[1]


def test_secrets_come_from_the_accounts_of_the_options_then_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in VARIABLES.values():
        monkeypatch.setenv(name, "bm90aGluZw==")
    monkeypatch.setenv("TELNYX_PUBLIC_KEY", TELNYX)
    monkeypatch.setenv("VONAGE_SIGNATURE_SECRET", VONAGE)
    monkeypatch.setenv("EXOTEL_WEBHOOK_KEY", "of Exotel")
    twilio = TwilioAccount(account_sid="AC0", auth_token="of Twilio")
    plivo = PlivoAccount(auth_id="MA0", auth_token="of Plivo")
    lines = {"twilio": lambda: Twilio(account=twilio), "plivo": lambda: Plivo(account=plivo)}

    async def main() -> None:
        options = Options(proxy=HOST, lines=lines)
        async with served(scripted("Yes."), options, now=now) as (_, site):
            for vendor in ("twilio", "plivo", "telnyx", "vonage", "exotel"):
                assert (await ask(site, *signed(vendor)))[0] == 200

    run_virtual(main(), real_io=True)


def test_secrets_that_cannot_be_right_are_named_and_none_is_shown() -> None:
    with pytest.raises(ValueError, match="TELNYX_PUBLIC_KEY"):
        PhoneSecrets(telnyx="AAAA")
    with pytest.raises(ValueError, match="GENESYS_CLIENT_SECRET") as caught:
        PhoneSecrets(genesys_client="no base64")
    assert "no base64" not in str(caught.value)
    assert "of Twilio" not in repr(BEYOND)


def test_without_cryptography_telnyx_is_refused_and_the_log_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)

    async def main() -> None:
        async with served(scripted("Yes."), BEYOND, now=now) as (_, site):
            assert (await ask(site, *signed("telnyx")))[0] == 501

    run_virtual(main(), real_io=True)
    assert "rxvoice[webrtc]" in caplog.text


FEW = Limits(start_burst=3, starts_per_minute=1)


def test_signed_calls_are_not_counted_and_others_once() -> None:
    sessions: list[CallSession] = []

    async def main() -> None:
        options = dataclasses.replace(BEYOND, limits=FEW)
        agent = scripted("Yes.", sessions=sessions)
        async with served(agent, options, now=now) as (_, site):
            for _ in range(10):
                status, text = await ask(site, *signed("twilio"))
                assert status == 200
                root = ElementTree.fromstring(text)
                session = root.find(".//Parameter[@name='session']")
                assert session is not None
                async with opened(site) as socket:
                    await begin(socket, session=session.get("value", ""))
        assert len(sessions) == 10
        async with served(scripted("Yes."), Options(phone=NONE, limits=FEW)) as (_, site):
            local = {"Host": "localhost"}
            told = [(await ask(site, "/phone/twilio", local))[0] for _ in range(5)]
            assert told == [200] * 3 + [429] * 2
            for _ in range(3):
                async with opened(site, Host="localhost") as socket:
                    await begin(socket)
            with pytest.raises(aiohttp.WSServerHandshakeError, match="429"):
                async with opened(site, Host="localhost"):
                    pass

    run_virtual(main(), real_io=True)


@contextlib.asynccontextmanager
async def opened(
    site: TestServer, **headers: str
) -> AsyncGenerator[aiohttp.ClientWebSocketResponse]:
    named = {"Host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}}
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(site.make_url("/phone"), headers=named) as socket,
    ):
        yield socket


async def begin(socket: aiohttp.ClientWebSocketResponse, **parameters: str) -> None:
    """Begin a call of Twilio's."""
    start = {"streamSid": "MZ0", "callSid": "CA0", "customParameters": parameters}
    await socket.send_json({"event": "connected", "protocol": "Call", "version": "1.0.0"})
    await socket.send_json({"event": "start", "streamSid": "MZ0", "start": start})


def test_a_websocket_that_twilio_has_signed_needs_no_answer_before_it() -> None:
    sessions: list[CallSession] = []

    async def main() -> None:
        signature = twilio_signature("of Twilio", f"wss://{HOST}/phone", ())
        agent = scripted("Yes.", sessions=sessions)
        async with served(agent, BEYOND, now=now) as (_, site):
            async with opened(site, X_Twilio_Signature=signature) as socket:
                await begin(socket)
            async with opened(site, X_Twilio_Signature="AA") as socket:
                await begin(socket)
                assert (await socket.receive()).data == 1008
        assert len(sessions) == 1

    run_virtual(main(), real_io=True)


def genesys_headers(**changed: str) -> dict[str, str]:
    """Return what Genesys opens its websocket with."""
    told = {
        "audiohook-organization-id": "org",
        "audiohook-session-id": "session",
        "audiohook-correlation-id": "correlation",
        "x-api-key": "of Genesys",
    }
    components = {"@request-target": "/phone", "@authority": HOST, **told}
    names = " ".join(f'"{name}"' for name in components)
    described = f'({names});keyid="of Genesys";alg="hmac-sha256";created={int(NOW)}'
    mac = genesys_signature(b"of the client", described, components)
    signature = {"signature": f"sig1=:{mac}:", "signature-input": f"sig1={described}"}
    given = {**told, **signature, **{name.replace("_", "-"): v for name, v in changed.items()}}
    return {name: value for name, value in given.items() if value}


async def genesys_call(
    options: Options, sessions: list[CallSession], **headers: str
) -> aiohttp.WSMessage | str:
    """Begin a call; return what is answered, or how the socket is closed."""
    vendor = next(one for one in VENDORS if one.name == "genesys")
    async with (
        served(scripted("Yes.", sessions=sessions), options, now=now) as (_, site),
        opened(site, **headers) as socket,
    ):
        for message in vendor.start:
            assert isinstance(message, str)
            await socket.send_str(message)
        answer = await socket.receive()
        return json.loads(answer.data)["type"] if isinstance(answer.data, str) else answer


def test_genesys_proves_itself_by_its_key_and_its_signature() -> None:
    sessions: list[CallSession] = []

    async def main() -> None:
        assert await genesys_call(BEYOND, sessions, **genesys_headers()) == "opened"
        key = Options(proxy=HOST, phone=dataclasses.replace(NONE, genesys="of Genesys"))
        assert await genesys_call(key, sessions, x_api_key="of Genesys") == "opened"
        for changed in (
            {"x_api_key": "other"},
            {"signature": ""},
            {"signature_input": ""},
            {"audiohook_organization_id": "other"},
        ):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await genesys_call(BEYOND, sessions, **genesys_headers(**changed))

    run_virtual(main(), real_io=True)
    assert len(sessions) == 2


@pytest.mark.parametrize("options", [BEYOND, Options(phone=SECRETS)], ids=["beyond", "here"])
def test_genesys_that_brings_nothing_is_sent_away_where_its_key_is_known(options: Options) -> None:
    sessions: list[CallSession] = []

    async def main() -> None:
        answer = await genesys_call(options, sessions, Host=options.proxy or "localhost")
        assert isinstance(answer, aiohttp.WSMessage)
        assert (answer.data, bool(answer.extra)) == (1008, True)

    run_virtual(main(), real_io=True)
    assert not sessions


def test_genesys_without_a_known_key_is_taken_on_this_machine_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sessions: list[CallSession] = []
    none = dataclasses.replace(NONE, genesys_client="")

    async def main() -> None:
        assert await genesys_call(Options(phone=none), sessions, Host="localhost") == "opened"
        answer = await genesys_call(Options(phone=none, proxy=HOST), sessions)
        assert isinstance(answer, aiohttp.WSMessage)
        assert answer.data == 1008

    run_virtual(main(), real_io=True)
    assert "GENESYS_API_KEY" in caplog.text


def test_a_session_takes_one_websocket_also_when_two_come_at_once() -> None:
    sessions: list[CallSession] = []

    async def main() -> None:
        agent = scripted("Yes.", sessions=sessions)
        async with served(agent, Options(phone=NONE)) as (server, site):
            session = server.announce({}).session_id
            async with (
                opened(site, Host="localhost") as one,
                opened(site, Host="localhost") as two,
            ):
                await begin(one, session=session)
                await begin(two, session=session)
                closed = await two.receive()
                assert (closed.data, closed.extra) == (1011, "the session has a client already")
                assert [*server.sessions] == [session]
                await one.close()

    run_virtual(main(), real_io=True)
    assert len(sessions) == 1
