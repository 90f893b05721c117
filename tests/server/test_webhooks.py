"""Signatures of telephone vendors, against their own words and programs."""

import base64
import hashlib
import hmac
import importlib
import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from multidict import MultiDict

from rxvoice.server._webhooks_genesys import genesys_key_verdict, genesys_verdict
from rxvoice.server._webhooks_request import Pairs, Verdict, Webhook
from rxvoice.server._webhooks_signatures import (
    exotel_verdict,
    plivo_signature,
    plivo_verdict,
    telnyx_verdict,
    twilio_signature,
    twilio_verdict,
)
from rxvoice.server._webhooks_vonage import vonage_verdict

NOW = 1_790_000_000.0


def asked(
    target: str,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    *,
    form: Pairs = (),
    host: str = "mycompany.com",
    method: str = "POST",
) -> Webhook:
    return Webhook(method, (host,), target, headers or {}, body, form)


CALL = (
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
)
TARGET = "/myapp.php?foo=1&bar=2"


@pytest.mark.parametrize(
    ("signature", "host", "form"),
    [
        ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", "mycompany.com", CALL),
        ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", "mycompany.com:1234", CALL),
        ("Zmvh+3yNM1Phv2jhDCwEM3q5ebU=", "mycompany.com:1234", CALL),  # http, with the port
        ("kvajT1Ptam85bY51eRf/AJRuM3w=", "mycompany.com", CALL),  # with 443
        ("0ZXoZLH/DfblKGATFgpif+LLRf4=", "mycompany.com", CALL),  # http, with 80
        (
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
            "mycompany.com",
            (("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234")),
        ),
    ],
)
def test_what_twilio_publishes_as_signed_is_believed(
    signature: str, host: str, form: Pairs
) -> None:
    """The vectors are those of Twilio's documentation and of its own tests."""
    request = asked(TARGET, {"x-twilio-signature": signature}, b"form", form=form, host=host)
    assert twilio_verdict(request, "12345", NOW) == "signed"
    assert twilio_verdict(request, "12346", NOW) == "wrong"


def test_a_body_that_is_no_form_is_bound_to_twilios_signature_by_its_hash() -> None:
    body = b'{"property": "value", "boolean": true}'
    target = f"{TARGET}&bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"x-twilio-signature": "a9nBmqA0ju/hNViExpshrM61xv4="}  # Twilio's own
    assert twilio_verdict(asked(target, headers, body), "12345", NOW) == "signed"
    assert twilio_verdict(asked(target, headers, body + b" "), "12345", NOW) == "wrong"
    unbound = {
        "x-twilio-signature": twilio_signature("12345", f"https://mycompany.com{TARGET}", ())
    }
    assert twilio_verdict(asked(TARGET, unbound), "12345", NOW) == "signed"
    assert twilio_verdict(asked(TARGET, unbound, body), "12345", NOW) == "wrong"


PLAIN = ("From", "To", "a", "aa", "", "x y", "+1 555", "a=b&c", "1", "%41")
"""Plivo's program fails on queries that hold anything but ASCII."""


def some(dice: random.Random, words: tuple[str, ...] = (*PLAIN, "ü", "☎")) -> Pairs:
    """Return parameters with what is hard about them."""
    return tuple((dice.choice(words[:4]), dice.choice(words)) for _ in range(dice.randrange(6)))


def query_of(pairs: Pairs) -> str:
    return f"?{urlencode(pairs)}" if pairs else ""


def as_lists(pairs: Pairs) -> dict[str, Any]:
    return {name: [value for one, value in pairs if one == name] for name, _ in pairs}


def test_twilios_own_program_and_ours_agree() -> None:
    vendor: Any = importlib.import_module("twilio.request_validator")
    dice = random.Random(7)
    for _ in range(300):
        form, target = some(dice), f"/phone/twilio{query_of(some(dice))}"
        hash = dice.choice(["HMAC_SHA1", "HMAC_SHA256"])
        theirs = vendor.RequestValidator("secret")
        url = dice.choice(["https", "http"]) + "://voice.example.org" + target
        headers = {
            "x-twilio-signature": theirs.compute_signature(url, MultiDict(form), hash),
            "x-twilio-webhooks-signature-settings": f"key=1, algorithm={hash}",
        }
        request = asked(target, headers, b"form", form=form, host="voice.example.org")
        expected = "signed" if form else "wrong"  # a body that is no form, and not bound
        assert twilio_verdict(request, "secret", NOW) == expected
        ours = twilio_signature("secret", url, form, hash[5:].lower())
        assert theirs.validate(url, MultiDict(form), ours, hash)
        other = asked(
            target, headers, b"form", form=(*form, ("a", "new")), host="voice.example.org"
        )
        assert twilio_verdict(other, "secret", NOW) == "wrong"


def test_an_algorithm_that_twilio_has_not_named_is_not_believed() -> None:
    signature = twilio_signature("12345", f"https://mycompany.com{TARGET}", (), "sha256")
    headers = {"x-twilio-signature": signature}
    assert twilio_verdict(asked(TARGET, headers), "12345", NOW) == "wrong"
    headers["x-twilio-webhooks-signature-settings"] = "key=1,algorithm=HMAC_MD5"
    assert twilio_verdict(asked(TARGET, headers), "12345", NOW) == "wrong"


def test_plivos_own_program_and_ours_agree() -> None:
    vendor: Any = importlib.import_module("plivo.utils.signature_v3")
    dice = random.Random(8)
    for _ in range(300):
        query, method = some(dice, PLAIN), dice.choice(["GET", "POST"])
        form = some(dice) if method == "POST" else ()
        target, nonce = f"/phone/plivo{query_of(query)}", str(dice.randrange(10**20))
        url = f"https://voice.example.org{target}"
        ours = plivo_signature(
            "secret", "https://voice.example.org/phone/plivo", query, form, nonce
        )
        assert vendor.validate_v3_signature(method, url, nonce, "secret", ours, as_lists(form))
        headers = {"x-plivo-signature-v3": f"other,{ours}", "x-plivo-signature-v3-nonce": nonce}
        signed = asked(target, headers, form=form, host="voice.example.org", method=method)
        assert plivo_verdict(signed, "secret", NOW) == "signed"
        assert plivo_verdict(signed, "other", NOW) == "wrong"
        headers["x-plivo-signature-v3-nonce"] += "0"
        assert plivo_verdict(signed, "secret", NOW) == "wrong"


def test_the_main_account_of_plivo_may_sign_too() -> None:
    signature = plivo_signature("secret", "https://mycompany.com/a", (), (), "1")
    headers = {"x-plivo-signature-ma-v3": signature, "x-plivo-signature-v3-nonce": "1"}
    assert plivo_verdict(asked("/a", headers), "secret", NOW) == "signed"
    assert plivo_verdict(asked("/a", headers, b'{"From": "1"}'), "secret", NOW) == "wrong"


def telnyx_signed(body: bytes, made: str) -> tuple[str, dict[str, str]]:
    """Return the public key, and the headers of a body."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    signature = key.sign(f"{made}|".encode() + body)
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    given = base64.b64encode(signature).decode()
    return public, {"telnyx-signature-ed25519": given, "telnyx-timestamp": made}


@pytest.mark.parametrize(
    ("made", "body", "verdict"),
    [
        (NOW, b"CallSid=1", "signed"),
        (NOW - 299, b"CallSid=1", "signed"),
        (NOW - 301, b"CallSid=1", "stale"),
        (NOW + 301, b"CallSid=1", "stale"),
        (NOW, b"CallSid=2", "wrong"),
    ],
)
def test_telnyx_signs_time_and_body(made: float, body: bytes, verdict: Verdict) -> None:
    public, headers = telnyx_signed(b"CallSid=1", str(round(made)))
    assert telnyx_verdict(asked("/", headers, body), public, NOW) == verdict


@pytest.mark.parametrize("made", ["", "x", "nan", "-", "1e999", "\udc80"])
def test_what_is_no_time_or_no_signature_is_refused_without_an_error(made: str) -> None:
    public, headers = telnyx_signed(b"", "1")
    headers["telnyx-timestamp"] = made
    assert telnyx_verdict(asked("/", headers), public, NOW) != "signed"
    headers = {"telnyx-timestamp": "1", "telnyx-signature-ed25519": made or "AAAA"}
    assert telnyx_verdict(asked("/", headers), public, NOW) == "wrong"


SECRET = "a signature secret that is long enough for all algorithms of that family"


def vonage_signed(told: dict[str, Any], algorithm: str = "HS256") -> dict[str, str]:
    return {"authorization": f"Bearer {jwt.encode(told, SECRET, algorithm)}"}


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ({"iat": NOW}, "signed"),
        ({"iat": NOW, "exp": NOW + 5}, "signed"),
        ({"iat": NOW, "exp": NOW - 1}, "stale"),
        ({"iat": NOW - 301}, "stale"),
        ({}, "wrong"),
        ({"iat": True}, "wrong"),
        ({"iat": "now"}, "wrong"),
    ],
)
def test_vonage_brings_a_token_that_was_made_just_now(
    told: dict[str, Any], verdict: Verdict
) -> None:
    token = base64.urlsafe_b64encode  # `jwt` refuses to write times that are none
    parts = [
        token(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT"}, told)
    ]
    mac = hmac.digest(SECRET.encode(), b".".join(parts), "sha256")
    text = b".".join([*parts, token(mac).rstrip(b"=")]).decode()
    request = asked("/phone/vonage?to=1", {"authorization": f"Bearer {text}"}, method="GET")
    assert vonage_verdict(request, SECRET, NOW) == verdict
    assert vonage_verdict(request, "other", NOW) == "wrong"


def test_vonage_tells_the_hash_of_what_it_says() -> None:
    body = b'{"from":"447700900000","to":"447700900001"}'
    hashed = hashlib.sha256(body).hexdigest()
    headers = vonage_signed({"iat": NOW, "payload_hash": hashed, "application_id": "x"})
    assert vonage_verdict(asked("/", headers, body), SECRET, NOW) == "signed"
    assert vonage_verdict(asked("/", headers, body + b"x"), SECRET, NOW) == "wrong"
    loose = body.replace(b":", b": ").replace(b",", b", ")  # a proxy has written it anew
    assert vonage_verdict(asked("/", headers, loose), SECRET, NOW) == "signed"
    target = "/phone/vonage?from=447700900000&to=447700900001"
    assert vonage_verdict(asked(target, headers, method="GET"), SECRET, NOW) == "signed"
    other = target + "2"
    assert vonage_verdict(asked(other, headers, method="GET"), SECRET, NOW) == "wrong"


def test_only_the_algorithm_that_vonage_uses_is_believed() -> None:
    headers = vonage_signed({"iat": NOW}, algorithm="HS384")
    assert vonage_verdict(asked("/", headers), SECRET, NOW) == "wrong"
    unsigned = jwt.encode({"iat": NOW}, "", "none")
    assert (
        vonage_verdict(asked("/", {"authorization": f"Bearer {unsigned}"}), SECRET, NOW) == "wrong"
    )


def test_exotel_signs_nothing_and_brings_a_key() -> None:
    assert exotel_verdict(asked("/phone/exotel?CallSid=1&key=open"), "open", NOW) == "signed"
    assert exotel_verdict(asked("/phone/exotel?key=shut"), "open", NOW) == "wrong"
    assert exotel_verdict(asked("/phone/exotel"), "open", NOW) == "missing"


KEY = "SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh"
INPUT = (
    'sig1=("@request-target" "@authority" "audiohook-organization-id" "audiohook-session-id" '
    f'"audiohook-correlation-id" "x-api-key");keyid="{KEY}";nonce="VGhpc0lzQVVuaXF1ZU5vbmNl";'
    'alg="hmac-sha256";created=1641013200;expires=3282026430'
)
GENESYS = asked(
    "/api/v1/voicebiometrics/ws",
    {
        "audiohook-organization-id": "d7934305-0972-4844-938e-9060eef73d05",
        "audiohook-correlation-id": "e160e428-53e2-487c-977d-96989bf5c99d",
        "audiohook-session-id": "30b0e395-84d3-4570-ac13-9a62d8f514c0",
        "x-api-key": KEY,
        "signature": "sig1=:NZBwyBHRRyRoeLqy1IzOa9VYBuI8TgMFt2GRDkDuJh4=:",
        "signature-input": INPUT,
    },
    host="audiohook.example.com",
    method="GET",
)
"""The example of Genesys' documentation."""

CLIENT_SECRET = base64.b64decode("TXlTdXBlclNlY3JldEtleVRlbGxOby0xITJAMyM0JDU=")
THEN = 1641013200.0


def genesys_with(**headers: str) -> Webhook:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return asked(
        GENESYS.target,
        {**GENESYS.headers, **given},
        host="audiohook.example.com",
        method="GET",
    )


@pytest.mark.parametrize(
    ("late", "verdict"), [(0, "signed"), (29, "signed"), (-29, "signed"), (31, "stale")]
)
def test_what_genesys_publishes_as_signed_is_believed_for_a_while(
    late: float, verdict: Verdict
) -> None:
    assert genesys_verdict(GENESYS, CLIENT_SECRET, THEN + late) == verdict
    assert genesys_verdict(GENESYS, b"other", THEN) == "wrong"
    assert genesys_key_verdict(GENESYS, KEY) == "signed"
    assert genesys_key_verdict(GENESYS, KEY.lower()) == "wrong"


@pytest.mark.parametrize(
    "request_of",
    [
        genesys_with(audiohook_session_id="other"),
        genesys_with(x_api_key="other"),
        genesys_with(signature_input=INPUT.replace('"x-api-key"', '"@authority"')),
        genesys_with(signature_input=INPUT.replace('"hmac-sha256"', '"rsa-v1_5-sha256"')),
        genesys_with(signature_input=INPUT.replace("created=1641013200", "created=1641013201")),
        genesys_with(signature_input="sig1=("),
        genesys_with(signature_input="sig1=" + '("a"' * 1000),
        genesys_with(signature="sig2=:AAAA:"),
        genesys_with(signature="\udc80"),
    ],
)
def test_what_is_changed_of_it_is_not(request_of: Webhook) -> None:
    assert genesys_verdict(request_of, CLIENT_SECRET, THEN) == "wrong"


@pytest.mark.parametrize(
    "judge",
    [twilio_verdict, plivo_verdict, telnyx_verdict, vonage_verdict, exotel_verdict],
)
def test_what_is_not_signed_is_told_from_what_is_signed_wrongly(
    judge: Callable[[Webhook, str, float], Verdict],
) -> None:
    assert judge(asked("/"), base64.b64encode(bytes(32)).decode(), NOW) == "missing"
    assert genesys_verdict(asked("/"), b"secret", NOW) == "missing"
    assert genesys_key_verdict(asked("/"), "key") == "missing"
