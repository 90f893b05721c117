"""Hostile requests that were answered badly once."""

import asyncio
import gzip
import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reactivex.subject import Subject

from rxvoice.errors import CapacityError
from rxvoice.items import Dtmf
from rxvoice.server import Options, PhoneSecrets
from rxvoice.server._idle import until_idle
from rxvoice.server._offer import PEERS
from rxvoice.session import Session
from rxvoice.testing import run_virtual

from .agents import scripted, served
from .hostile_ends import Answered, ask, is_clear

QUIET = PhoneSecrets(twilio="", plivo="", telnyx="", vonage="", exotel="", genesys="")
HERE = Options(phone=QUIET)
FORM = "Content-Type: application/x-www-form-urlencoded"


def asked(
    request: bytes, options: Options = HERE, caplog: pytest.LogCaptureFixture | None = None
) -> Answered:
    """Return the answer to the bytes of a request."""
    answers: list[Answered] = []

    async def main() -> None:
        async with served(scripted("Yes."), options) as (_, site):
            answers.append(await ask(site.make_url("/").port or 0, request))

    run_virtual(main(), real_io=True)
    if caplog is not None:
        assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
    return answers[0]


def post(path: str, body: bytes, *head: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *head]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.mark.parametrize(
    "request_of",
    [b"\x16\x03\x01 TLS\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"GET / HTTP/1.1\r\n: no name\r\n\r\n"],
)
def test_what_is_no_http_is_refused_and_fills_no_log(
    request_of: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert asked(request_of, caplog=caplog).status == 400
    assert "no name" not in caplog.text


@pytest.mark.parametrize("path", ["/start", "/api/offer", "/phone/vonage"])
def test_a_body_that_is_not_packed_as_it_says_is_told_so(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    head = ("Content-Type: application/json", "Content-Encoding: gzip")
    told = asked(post(path, b"no gzip at all", *head), caplog=caplog)
    assert (told.status, json.loads(told.body)) == (400, {"error": "the body cannot be read"})


def test_a_packed_body_is_no_longer_than_others(caplog: pytest.LogCaptureFixture) -> None:
    packed = gzip.compress(b'{"body": "' + b"x" * 50_000_000 + b'"}')
    assert len(packed) < 60_000
    told = asked(post("/start", packed, "Content-Encoding: gzip"), caplog=caplog)
    assert (told.status, json.loads(told.body)) == (413, {"error": "the message is too long"})


@pytest.mark.parametrize("name", ["x" * 3000, "%00", "..%2f..%2fetc%2fpasswd", "%ff", "a/../b"])
def test_a_file_that_cannot_be_is_not_found(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    options = replace(HERE, folder=tmp_path)
    request = f"GET /files/{name} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    assert asked(request, options, caplog).status == 404


@pytest.mark.parametrize(
    ("request_of", "status"),
    [
        (b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"DELETE /start HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (b"GET /page/nothing.js HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (post("/start", b"x" * 70_000), 413),
        (post("/phone/twilio", b"a=" + b"x" * 70_000, FORM), 413),
        (b"OPTIONS /start HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil\r\n\r\n", 403),
    ],
)
def test_the_refusals_of_the_web_server_are_in_json_too(request_of: bytes, status: int) -> None:
    told = asked(request_of)
    assert told.status == status
    assert is_clear(told)


@pytest.mark.parametrize("number", ["\x00", "\x1b[1m", "☎" * 200, "+1;,=", '"><x/>', "x" * 999])
@pytest.mark.parametrize("vendor", ["twilio", "telnyx", "plivo", "exotel", "vonage"])
def test_a_number_that_cannot_be_passed_on_is_left_out(
    vendor: str, number: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = json.dumps({"From": number, "To": number, "uuid": number}).encode()
    told = asked(post(f"/phone/{vendor}", body, "Content-Type: application/json"), caplog=caplog)
    assert told.status == 200
    assert b"/phone" in told.body


def test_a_client_that_is_gone_before_its_answer_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        async with served(scripted("Yes."), HERE) as (server, site):
            for path in ("/ws", "/phone"):
                _, writer = await asyncio.open_connection("127.0.0.1", site.make_url("/").port)
                lines = [
                    f"GET {path} HTTP/1.1",
                    *("Host: localhost", "Upgrade: websocket", "Connection: Upgrade"),
                    *("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="),
                ]
                writer.write("\r\n".join([*lines, "", ""]).encode())
                writer.transport.abort()
            await asyncio.sleep(30.0)
            assert not server.sessions

    run_virtual(main(), real_io=True)
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


def test_a_connection_too_many_is_told_to_come_again(caplog: pytest.LogCaptureFixture) -> None:
    class Full:
        """Connections of which there are enough."""

        def get(self, _: str) -> None:
            return None

        async def offer(self, *_: object, **__: object) -> Any:
            raise CapacityError("no more connections are taken")

        async def aclose(self) -> None:
            pass

    answers: list[Answered] = []

    async def main() -> None:
        async with served(scripted("Yes."), HERE) as (_, site):
            app: Any = site.app
            app[PEERS][""] = Full()
            answers.append(await ask(site.make_url("/").port or 0, post("/api/offer", b"{}")))

    run_virtual(main(), real_io=True)
    assert (answers[0].status, json.loads(answers[0].body)) == (
        503,
        {"error": "the server is full"},
    )
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


def test_times_that_do_not_add_up_exactly_do_not_keep_an_idle_call_busy() -> None:
    ended: list[float] = []

    async def main() -> None:
        async with Session(name="call") as session:
            clock = session.scheduler
            source: Subject[Any] = Subject()
            idle = until_idle(5.0, lambda _: ended.append(clock.now_seconds))
            session.subscribe(source.pipe(idle), lambda _: None)
            await asyncio.sleep(4.0)
            source.on_next(Dtmf("1"))
            await asyncio.sleep(4.0)
            source.on_next(Dtmf("2"))
            await asyncio.sleep(3.06)
            source.on_next(Dtmf("3"))  # at 11.06 s: 5 s later is a little more than 16.06 s
            await asyncio.sleep(10.0)

    run_virtual(main())
    assert ended == [pytest.approx(16.06)]
