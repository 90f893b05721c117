"""Hostile requests: what is asked of each endpoint, changed at random."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, urlencode

from rxvoice.server._webhooks_signatures import twilio_signature

from .hostile_words import ODD, Dice, changed, text_of

NUMBER: Final = "436666719526789"
APP_SECRET: Final = "app-secret"
TWILIO_TOKEN: Final = "of Twilio"

SDP: Final = "\r\n".join(
    [
        "v=0",
        "o=- 1 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0",
        "a=mid:0",
        "a=sendrecv",
        "a=ice-ufrag:abcd",
        "a=ice-pwd:abcdefghijklmnopqrstuvwx",
        "a=fingerprint:sha-256 " + ":".join(["AB"] * 32),
        "a=setup:actpass",
        "a=rtcp-mux",
        "a=rtpmap:111 opus/48000/2",
        "",
    ]
)
CANDIDATE: Final = "candidate:1 1 UDP 2122252543 127.0.0.1 5000 typ host"

NUMBERS: Final = {"From": "+15551", "To": "+15552", "CallSid": "CA1", "uuid": "u", "CallFrom": "1"}
HOSTS: Final = ("127.0.0.1", "localhost", "127.0.0.1:80", "[::1]", "evil.example", "a b", "", "x:y")


def _whatsapp(dice: Dice) -> tuple[str, str, list[str], bytes]:
    session = {"sdp_type": "offer", "sdp": SDP[: len(SDP) // 2]}  # a right one begins a call
    call = {"id": "wacid.1", "from": "1", "to": "2", "event": "connect", "session": session}
    value: Any = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": NUMBER},
        "contacts": [{"profile": {"name": "Ada"}}],
        "calls": [call],
    }
    told: Any = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"value": value, "field": "calls"}]}],
    }
    body = _bytes(text_of(dice, _somewhat(dice, told, least=1)))
    signature = hmac.digest(APP_SECRET.encode(), body, hashlib.sha256).hex()
    if dice.random() < 0.3:
        signature = signature[1:] + "0"
    return "POST", "/whatsapp", [f"X-Hub-Signature-256: sha256={signature}"], body


def _verify(dice: Dice) -> tuple[str, str, list[str], bytes]:
    query = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "my word"}
    return "GET", f"/whatsapp?{_query(dice, query)}", [], b""


def _start(dice: Dice) -> tuple[str, str, list[str], bytes]:
    body = {"body": {"name": "Ada"}, "transport": "websocket", "enableDefaultIceServers": True}
    return "POST", "/start", JSON, _bytes(text_of(dice, _somewhat(dice, body)))


def _offer(dice: Dice) -> tuple[str, str, list[str], bytes]:
    body: dict[str, Any] = {"sdp": SDP, "type": "offer", "request_data": {"a": 1}}
    if dice.random() < 0.5:
        body["pc_id"] = "unknown"
    lines = SDP.split("\r\n")
    at = dice.randrange(len(lines))
    match dice.randrange(4):  # an offer that is right would begin a call
        case 0:
            body["sdp"] = "\r\n".join(lines[:at])
        case 1:
            body["sdp"] = "\r\n".join([*lines[:at], lines[at][:5] + "\x00 9999999", *lines[at:]])
        case 2:
            body["sdp"] = SDP.replace("sha-256", "sha-1").replace("opus", "\u0661")
        case _:
            body = changed(dice, {**body, "type": "offer ", "sdp": changed(dice, SDP)})
    path = dice.choice(["/api/offer", "/api/offer", "/sessions/unknown/api/offer"])
    return "POST", path, JSON, _bytes(text_of(dice, body))


def _patch(dice: Dice) -> tuple[str, str, list[str], bytes]:
    one = {"candidate": CANDIDATE, "sdp_mid": "0", "sdp_mline_index": 0}
    body = _somewhat(dice, {"pc_id": "unknown", "candidates": [one]})
    path = dice.choice(["/api/offer", "/sessions/unknown/api/offer"])
    return "PATCH", path, JSON, _bytes(text_of(dice, body))


def _phone(dice: Dice) -> tuple[str, str, list[str], bytes]:
    vendor = dice.choice(["twilio", "telnyx", "plivo", "exotel", "vonage", "genesys", "x"])
    told = {name: dice.choice([value, str(dice.choice(ODD))]) for name, value in NUMBERS.items()}
    path = f"/phone/{vendor}"
    if dice.random() < 0.3:
        path += f"?{_query(dice, told)}"
    if dice.random() < 0.3:
        return "GET", path, [], b""
    if dice.random() < 0.4:
        return "POST", path, JSON, _bytes(text_of(dice, _somewhat(dice, told)))
    body = _query(dice, told).encode()
    form = ["Content-Type: application/x-www-form-urlencoded"]
    if vendor == "twilio":
        pairs = tuple(told.items()) if dice.random() < 0.5 else ()
        signature = twilio_signature(TWILIO_TOKEN, f"http://127.0.0.1{path}", pairs)
        form.append(f"X-Twilio-Signature: {signature}")
    return "POST", path, form, body


def _page(dice: Dice) -> tuple[str, str, list[str], bytes]:
    names = ["app.js", "index.html", "..%2f_page.py", "../_page.py", "%00", "x" * 3000, "☎", ""]
    folder = dice.choice(["/page/", "/files/", "/files/../", "/client/", "//", "/sessions/"])
    return "GET", folder + quote(dice.choice(names), safe="%/."), [], b""


def _plain(dice: Dice) -> tuple[str, str, list[str], bytes]:
    path = dice.choice(["/", "/health", "/metrics", "/ws", "/phone", "/sessions/x/ws", "/nowhere"])
    accept = dice.choice(["*/*", "application/openmetrics-text", ";;;q=x", "☎"])
    return dice.choice(["GET", "HEAD", "DELETE"]), path, [f"Accept: {accept}"], b""


JSON: Final = ["Content-Type: application/json"]
ENDPOINTS: Final[tuple[Callable[[Dice], tuple[str, str, list[str], bytes]], ...]] = (
    *(_start, _start, _offer, _patch, _phone, _phone, _phone),
    *(_whatsapp, _whatsapp, _verify, _page, _plain),
)
HEADERS: Final = (
    "Origin: https://evil.example",
    "Origin: null",
    "Origin: http://localhost:80\x00",
    "Authorization: Bearer é",
    "Authorization: Bearer " + "A" * 3000,
    "Authorization: bearer v1.AAAA.AAAA",
    "X-Forwarded-For: 1, 2, é",
    "X-Forwarded-Proto: gopher",
    "Content-Encoding: gzip",
    "Content-Encoding: rot13",
    "Content-Type: application/json; charset=rot13",
    "Content-Type: application/json; charset=utf-16",
    "Content-Type: application/x-www-form-urlencoded; charset=x",
    "Content-Type: multipart/form-data; boundary=x",
    "Content-Type: multipart/form-data",
    "Content-Type: ☎",
    "Expect: 100-continue",
    "Expect: 200-nothing",
    "Range: bytes=9-1,x",
    "If-Modified-Since: now",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: x",
    "Sec-WebSocket-Version: 99",
    "X-API-KEY: x",
    "Signature-Input: sig1=(",
    "X-Twilio-Signature: é",
    "Access-Control-Request-Method: é",
    "Cookie: " + "a=b; " * 1500,
    "X-Long: " + "x" * 20_000,
    "No colon",
    ": no name",
    " folded",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "Content-Length: -1",
    "Content-Length: 99999999999",
    "Content-Length: 1\r\nContent-Length: 2",
)


def request_of(dice: Dice) -> bytes:
    """Return the bytes of a request that is hostile in some way."""
    method, path, headers, body = dice.choice(ENDPOINTS)(dice)
    if dice.random() < 0.03:
        method = dice.choice(["OPTIONS", "PUT", "get", "\x00", "CONNECT", "X" * 40, ""])
    if dice.random() < 0.03:
        path = dice.choice(["*", "http://evil.example/start", path + "?%zz=%ff", "/" + "%2e" * 99])
    if dice.random() < 0.02:
        body *= dice.choice([0, 2, 500])
    host = "127.0.0.1" if dice.random() < 0.9 else dice.choice(HOSTS)
    head = [f"{method} {path} HTTP/1.1", f"Host: {host}", *headers]
    if body or dice.random() < 0.1:
        head.append(f"Content-Length: {len(body)}")
    if dice.random() < 0.25:
        head.insert(dice.randrange(1, len(head) + 1), dice.choice(HEADERS))
    data = "\r\n".join([*head, "", ""]).encode(errors="surrogatepass") + body
    if dice.random() < 0.03:
        at = dice.randrange(len(data))
        data = data[:at] + dice.randbytes(dice.randrange(4)) + data[at + dice.randrange(3) :]
    return data if dice.random() < 0.98 else data[: dice.randrange(len(data))]


def _somewhat(dice: Dice, value: Any, *, least: int = 0) -> Any:
    for _ in range(max(least, dice.choice([0, 1, 1, 1, 2, 4]))):
        value = changed(dice, value)
    return value


def _query(dice: Dice, told: dict[str, str]) -> str:
    text = urlencode(told, errors="replace")
    match dice.randrange(8):
        case 0:
            return text[: dice.randrange(len(text))]
        case 1:
            return f"{text}&{text}&key=x"
        case 2:
            return text.replace("%", "%%") + "&=&&;" + "%ff%00"
        case 3:
            return text + "&a=1" * 2000
        case _:
            return text


def _bytes(message: str | bytes) -> bytes:
    return message.encode(errors="surrogatepass") if isinstance(message, str) else message


__all__ = ["APP_SECRET", "NUMBER", "TWILIO_TOKEN", "request_of"]
