"""Calls of WhatsApp, against a server on loopback that answers as Meta's pages describe."""

import hashlib
import hmac
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout
from rxvoice.server._whatsapp import (
    WhatsAppAccount,
    WhatsAppCalls,
    for_whatsapp,
    whatsapp_account,
)
from rxvoice.server._whatsapp_webhook import (
    WebhookError,
    WhatsAppEnded,
    WhatsAppOffer,
    WhatsAppWebhook,
)
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Call, Delay, FakeServer, Refuse

NUMBER = "436666719526789"
CALL = "wacid.ABGGFjFVU2AfAgo6V-Hc5eCgK5Gh"
ACCOUNT = WhatsAppAccount(
    token="graph-token", phone_number_id=NUMBER, verify_token="my word", app_secret="app-secret"
)
FULL = {
    "WHATSAPP_TOKEN": "graph-token",
    "WHATSAPP_PHONE_NUMBER_ID": NUMBER,
    "WHATSAPP_WEBHOOK_VERIFICATION_TOKEN": "my word",
    "WHATSAPP_APP_SECRET": "app-secret",
}
SDP = "v=0\r\na=setup:active\r\na=fingerprint:sha-256 AA:BB\r\n"
OFFER = WhatsAppOffer(CALL, "v=0 offer", "16315553601", "13175551399", "Ada")


def webhook() -> WhatsAppWebhook:
    return WhatsAppWebhook("my word", "app-secret", NUMBER)


def connect(**more: Any) -> dict[str, Any]:
    session = {"sdp_type": "offer", "sdp": "v=0 offer"}
    return {
        "id": CALL,
        "from": "16315553601",
        "to": "13175551399",
        "event": "connect",
        "timestamp": "1671644824",
        "direction": "USER_INITIATED",
        "session": session,
        **more,
    }


def told(*calls: object, field: str = "calls", number: str = NUMBER, **more: Any) -> bytes:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": number, "display_phone_number": "13175551399"},
        "contacts": [{"profile": {"name": "Ada"}, "wa_id": "16315553601"}],
        "calls": calls,
        **more,
    }
    change = {"value": value, "field": field}
    entry = {"id": "366634483210360", "changes": [change]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def signed(body: bytes, secret: str = "app-secret") -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}"}


def received(body: bytes) -> list[Any]:
    return list(webhook().receive(body, signed(body)))


def test_tr11_all_variables_that_are_missing_are_told_at_once() -> None:
    assert whatsapp_account(FULL) == ACCOUNT
    with pytest.raises(ValueError, match="whatsapp needs") as caught:
        whatsapp_account({"WHATSAPP_PHONE_NUMBER_ID": NUMBER, "WHATSAPP_APP_SECRET": " "})
    assert str(caught.value) == (
        "whatsapp needs token (or WHATSAPP_TOKEN), verify_token (or"
        " WHATSAPP_WEBHOOK_VERIFICATION_TOKEN), app_secret (or WHATSAPP_APP_SECRET)"
    )
    for name in FULL:
        with pytest.raises(ValueError, match=name):
            whatsapp_account({**FULL, name: ""})
    for secret in ("graph-token", "my word", "app-secret"):
        assert secret not in repr(ACCOUNT)


def test_tr11_meta_tries_the_address_and_is_given_its_challenge() -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "my word"}
    assert webhook().verify(query) == "1158201444"
    wrong: list[tuple[Mapping[str, str], int]] = [
        ({**query, "hub.verify_token": "another"}, 403),
        ({**query, "hub.verify_token": "my word\ud800"}, 403),
        ({**query, "hub.verify_token": ""}, 403),
        ({**query, "hub.mode": "unsubscribe"}, 400),
        ({**query, "hub.challenge": ""}, 400),
        ({**query, "hub.challenge": "9" * 1_000}, 400),
        ({}, 400),
    ]
    for other, status in wrong:
        with pytest.raises(WebhookError) as caught:
            webhook().verify(other)
        assert caught.value.status == status
        assert "another" not in str(caught.value).replace("another one", "")


def test_tr11_only_what_meta_has_signed_is_read() -> None:
    body = told(connect())
    right = signed(body)["X-Hub-Signature-256"]
    assert webhook().receive(body, {"x-hub-signature-256": right}) == [OFFER]
    others: list[tuple[bytes, Mapping[str, str]]] = [
        (body, {}),
        (body, signed(body, "another-secret")),
        (body + b" ", signed(body)),
        (body, {"X-Hub-Signature-256": right.removeprefix("sha256=")}),
        (body, {"X-Hub-Signature-256": right.upper()}),
        (body, {"X-Hub-Signature-256": right[:-2]}),
        (body, {"X-Hub-Signature-256": "sha256="}),
        (body, {"X-Hub-Signature-256": "sha256=é\ud800"}),
        (body, {"X-Hub-Signature": right}),
        (b"", {}),
    ]
    for other, headers in others:
        with pytest.raises(WebhookError, match="not signed by Meta") as caught:
            webhook().receive(other, headers)
        assert caught.value.status == 401


def test_tr11_a_caller_is_told_with_the_offer() -> None:
    assert received(told(connect())) == [OFFER]
    nameless = told(connect(), contacts=[])
    assert received(nameless) == [WhatsAppOffer(CALL, "v=0 offer", "16315553601", "13175551399")]
    hidden = {"from_user_id": "US.13491208655302741918", "id": CALL, "event": "connect"}
    hidden["session"] = connect()["session"]
    (found,) = received(told(hidden))
    assert found.caller == "US.13491208655302741918"
    assert "v=0 offer" not in repr(found)


def test_tr11_the_end_of_a_call_is_told_with_its_reason() -> None:
    ended = {"id": CALL, "event": "terminate", "status": "COMPLETED", "duration": 33}
    assert received(told(ended)) == [WhatsAppEnded(CALL, "COMPLETED", 33.0)]
    failed = {"id": CALL, "event": "terminate", "status": "FAILED"}
    errors: list[Any] = [{"code": 138021, "message": "any", "error_data": {}}]
    assert received(told(failed, errors=errors)) == [WhatsAppEnded(CALL, "FAILED", 0.0, 138021)]


def test_what_is_not_about_our_calls_is_left_out() -> None:
    assert received(told(connect(), field="messages")) == []
    assert received(told(connect(), number="another")) == []
    assert received(told(connect(session={"sdp_type": "answer", "sdp": "v=0"}))) == []
    assert received(told(statuses=[{"type": "call", "status": "RINGING"}])) == []
    assert received(b'{"object": "page", "entry": []}') == []
    assert received(b"[]") == []


def test_an_event_that_cannot_be_read_does_not_cost_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    odd: list[Any] = [
        None,
        [],
        {},
        connect(id=""),
        connect(id=5),
        connect(session=None),
        {"event": "new"},
    ]
    long = connect(session={"sdp_type": "offer", "sdp": "v" * 70_000})
    with caplog.at_level(logging.WARNING):
        assert received(told(*odd, long, connect())) == [OFFER]
    assert len(caplog.records) == len(odd) + 1
    assert "16315553601" not in caplog.text


def test_what_is_no_json_is_refused() -> None:
    for body in [b"", b"{", b"\xff", b"[" * 100_000]:
        with pytest.raises(WebhookError, match="cannot be read") as caught:
            webhook().receive(body, signed(body))
        assert caught.value.status == 400


class FakeGraph(FakeServer):
    """Meta's interface for the calls of one number."""

    async def serve(self, call: Call) -> None:
        if call.exchange.path == f"/v23.0/{NUMBER}/calls":
            await call.json({"messaging_product": "whatsapp", "success": True})
        else:
            await call.refuse(404)

    def refusal(self, status: int, text: str | None) -> Mapping[str, Any]:
        return {"error": {"message": CALL, "code": 138000, "fbtrace_id": "A"}}


def graph(
    use: Callable[[WhatsAppCalls], Awaitable[object]], faults: Any = None
) -> list[dict[str, Any]]:
    """Return what was asked of Meta."""

    async def main() -> list[dict[str, Any]]:
        async with FakeGraph(faults=faults, key="graph-token") as server:
            await use(WhatsAppCalls(ACCOUNT, base_url=f"{server.url}/v23.0"))
        return [each.json for each in server.requests]

    return run_virtual(main(), real_io=True)


async def answered(offer: str) -> str:
    assert offer == "v=0 offer"
    return SDP


def test_tr11_a_call_is_taken_with_the_answer_before_audio_flows() -> None:
    async def use(calls: WhatsAppCalls) -> None:
        assert await calls.accept(OFFER, answered) is True

    session = {"sdp_type": "answer", "sdp": SDP}
    common = {"messaging_product": "whatsapp", "call_id": CALL, "session": session}
    assert graph(use) == [{**common, "action": "pre_accept"}, {**common, "action": "accept"}]


def test_tr11_a_call_is_ended_by_the_agent() -> None:
    async def use(calls: WhatsAppCalls) -> None:
        await calls.terminate(CALL)
        await calls.reject(CALL)

    common = {"messaging_product": "whatsapp", "call_id": CALL}
    assert graph(use) == [{**common, "action": "terminate"}, {**common, "action": "reject"}]


def test_a_call_that_is_told_twice_is_taken_once() -> None:
    async def use(calls: WhatsAppCalls) -> None:
        assert await calls.accept(OFFER, answered) is True
        assert await calls.accept(OFFER, answered) is False

    assert len(graph(use)) == 2


def test_a_call_that_cannot_be_answered_is_refused() -> None:
    async def fails(offer: str) -> str:
        raise RuntimeError("no connection")

    async def strange(offer: str) -> str:
        return "v=0\r\na=fingerprint:sha-512 AA\r\n"

    async def use(calls: WhatsAppCalls) -> None:
        with pytest.raises(RuntimeError, match="no connection"):
            await calls.accept(OFFER, fails)
        with pytest.raises(ValueError, match="SHA-256"):
            await calls.accept(WhatsAppOffer("wacid.2", "v=0"), strange)

    assert [each["action"] for each in graph(use)] == ["reject", "reject"]


@pytest.mark.parametrize(
    ("faults", "kind", "actions"),
    [
        ([Refuse(400)], ProviderRejected, ["pre_accept", "reject"]),
        ([None, Refuse(500)], ProviderRejected, ["pre_accept", "accept", "reject"]),
        (
            [None, Delay(answer=60.0), Refuse(400)],
            ProviderTimeout,
            ["pre_accept", "accept", "reject", "terminate"],
        ),
        ([Refuse(401)] * 3, ProviderRejected, ["pre_accept", "reject", "terminate"]),
    ],
    ids=["not agreed", "not accepted", "perhaps accepted", "no permission"],
)
def test_tr11_what_meta_refuses_is_told_and_the_call_given_up(
    faults: Any, kind: type[ProviderError], actions: list[str]
) -> None:
    async def use(calls: WhatsAppCalls) -> None:
        with pytest.raises(kind) as caught:
            await calls.accept(OFFER, answered)
        assert caught.value.provider == "whatsapp"
        assert CALL not in str(caught.value)
        assert "graph-token" not in str(caught.value)
        if isinstance(caught.value, ProviderRejected):
            assert caught.value.code == "138000"
            assert caught.value.fatal is (caught.value.status == 401)

    assert [each["action"] for each in graph(use, faults)] == actions


def test_an_answer_without_success_is_an_error() -> None:
    answers: list[Any] = [{}, {"success": False}, {"success": "true"}]

    async def serve(call: Call) -> None:
        await call.json(answers.pop())

    async def main() -> None:
        async with FakeServer(serve) as server:
            calls = WhatsAppCalls(ACCOUNT, base_url=server.url)
            while answers:
                with pytest.raises(ProviderError, match="did not terminate"):
                    await calls.terminate(CALL)

    run_virtual(main(), real_io=True)


def test_an_answer_has_the_fingerprints_that_whatsapp_knows() -> None:
    given = "v=0\na=fingerprint:sha-384 CC\na=fingerprint:SHA-256 AA\na=fingerprint:sha-512 DD\n"
    assert for_whatsapp(given) == "v=0\r\na=fingerprint:SHA-256 AA\r\n"
    assert for_whatsapp(SDP) == SDP


def test_an_id_of_a_number_cannot_lead_elsewhere() -> None:
    async def serve(call: Call) -> None:
        assert call.request.raw_path == "/v23.0/..%2Fme%3Fx/calls"
        await call.json({"success": True})

    async def main() -> None:
        async with FakeServer(serve) as server:
            account = WhatsAppAccount(
                token="t", phone_number_id="../me?x", verify_token="v", app_secret="s"
            )
            await WhatsAppCalls(account, base_url=f"{server.url}/v23.0").terminate(CALL)

    run_virtual(main(), real_io=True)


def test_hostile_requests_are_refused_or_say_nothing() -> None:
    randomly = random.Random(23)
    odd: list[Any] = [
        None,
        True,
        -1,
        1e308,
        float("nan"),
        "",
        "x",
        "\ud800",
        "x" * 600,
        [],
        {},
        [[]],
    ]
    names = [
        *["object", "entry", "changes", "value", "field", "calls", "metadata", "phone_number_id"],
        *["contacts", "profile", "name", "errors", "code", "id", "event", "session", "sdp"],
    ]
    good = [NUMBER, "calls", "whatsapp_business_account", "connect", "offer", "terminate"]

    def value(depth: int = 0) -> Any:
        dice = randomly.random()
        if depth > 4 or dice < 0.25:
            return randomly.choice(odd + good)
        if dice < 0.4:
            return [value(depth + 1) for _ in range(randomly.randrange(3))]
        return {name: value(depth + 1) for name in randomly.choices(names, k=2)}

    read = 0
    hook = webhook()
    logging.getLogger("rxvoice.server._whatsapp_webhook").disabled = True
    try:
        for number in range(20_000):
            pieces = [connect(), {"id": "x", "event": "terminate", "duration": value()}, value()]
            body = told(*randomly.sample(pieces, 2)) if number % 2 else json.dumps(value()).encode()
            if number % 4 == 1:
                at = randomly.randrange(len(body))
                body = body[:at] + bytes([randomly.randrange(256)]) + body[at + 1 :]
            if number % 16 == 0:
                with pytest.raises(WebhookError):
                    hook.receive(body, {"X-Hub-Signature-256": "sha256=" + "0" * 64})
            try:
                found = hook.receive(body, signed(body))
            except WebhookError:
                continue
            read += len(found)
            assert all(0 < len(event.call) <= 512 for event in found)
            assert all(event.duration >= 0.0 for event in found if isinstance(event, WhatsAppEnded))
    finally:
        logging.getLogger("rxvoice.server._whatsapp_webhook").disabled = False
    assert read > 1_000
