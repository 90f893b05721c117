"""`rxvoice top`, against a page of metrics on loopback."""

import asyncio
import contextlib
import io
import os
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from aiohttp import web

from rxvoice.cli import main
from rxvoice.cli._screen import Screen
from rxvoice.cli._top import show, top
from rxvoice.cli._top_page import page_of
from rxvoice.errors import RxvoiceError
from rxvoice.items import Fault, Metric, ResponseLatency, Turn
from rxvoice.server import Server, create_app
from rxvoice.telemetry import Dashboard, Prometheus
from rxvoice.testing import run_virtual
from tests.cli.terminal import Terminal


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")


def with_page(
    page: Prometheus, work: Callable[[str], Coroutine[Any, Any, None]], status: int = 200
) -> None:
    """Serve a page while something is done with its address."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=page.text, status=status)

    async def main() -> None:
        app = web.Application()
        app.router.add_get("/metrics", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            await work(f"http://127.0.0.1:{runner.addresses[0][1]}")
        finally:
            await runner.cleanup()

    run_virtual(main(), real_io=True)


async def watch(url: str, stream: io.StringIO, seconds: float) -> None:
    watching = asyncio.ensure_future(top(url, 1.0, 60.0, once=False, stream=stream))
    await asyncio.sleep(seconds)
    watching.cancel()
    await asyncio.wait([watching])


def test_a_terminal_is_redrawn_in_place() -> None:
    page, terminal = Prometheus(), Terminal(100)
    page.observe(Turn("Hello.", 1))

    async def work(url: str) -> None:
        await watch(url, terminal, 0.5)
        assert terminal.lines[0].startswith("rxvoice top — http://127.0.0.1:")
        assert "turns                  1" in terminal.lines
        page.observe(Turn("Hello.", 2))
        rows = len(terminal.lines)
        await watch(url, terminal, 2.5)
        assert len(terminal.lines) < 2 * rows

    with_page(page, work)


def test_each_reading_is_printed_where_there_is_no_terminal() -> None:
    page, stream = Prometheus(), io.StringIO()

    async def work(url: str) -> None:
        await watch(url, stream, 2.5)

    with_page(page, work)
    text = stream.getvalue()
    assert text.count("rxvoice top — ") == 3
    assert "\x1b" not in text


def test_a_server_that_goes_away_is_waited_for() -> None:
    page, stream = Prometheus(), io.StringIO()

    async def work(url: str) -> None:
        await watch(f"{url}/nowhere", stream, 1.5)
        await watch(f"{url}/metrics", stream, 0.5)

    with_page(page, work)
    assert stream.getvalue().count("no answer: 404 Not Found") == 2
    assert "sessions " in stream.getvalue()


def test_a_server_that_comes_back_is_shown_again() -> None:
    """With its calls, on the same port."""
    stream = io.StringIO()

    async def site(port: int, *ways: str) -> web.AppRunner:
        server = Server(lambda session: lambda stream: stream)  # type: ignore[arg-type]
        for way in ways:
            server.metrics.session(way, 0.0)
        runner = web.AppRunner(create_app(server), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner

    async def main() -> None:
        first = await site(0, "twilio", "telnyx")
        port = first.addresses[0][1]
        watching = asyncio.ensure_future(
            top(f"127.0.0.1:{port}", 1.0, 60.0, once=False, stream=stream)
        )
        await asyncio.sleep(0.5)
        await first.cleanup()
        await asyncio.sleep(1.0)
        second = await site(port, "plivo")
        await asyncio.sleep(1.0)
        watching.cancel()
        await asyncio.wait([watching])
        await second.cleanup()

    run_virtual(main(), real_io=True)
    shown = [line.split() for line in stream.getvalue().splitlines() if line.strip()]
    assert [line[0] for line in shown if line[0] in ("twilio", "telnyx", "plivo", "no")] == [
        "twilio",
        "telnyx",
        "no",
        "plivo",
    ]


def test_read_once_it_tells_what_is_wrong() -> None:
    async def work(url: str) -> None:
        with pytest.raises(
            RxvoiceError, match=r"/metrics does not answer: 500 Internal Server Error"
        ):
            await top(url, 1.0, 60.0, once=True, stream=io.StringIO())

    with_page(Prometheus(), work, status=500)


def test_a_server_of_rxvoice_is_understood() -> None:
    terminal = Terminal(100)

    async def main() -> None:
        server = Server(lambda session: lambda stream: stream)  # type: ignore[arg-type]
        server.metrics.session("websocket", 0.0)
        server.metrics.observe(Fault("llm", "slow"))
        runner = web.AppRunner(create_app(server))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"127.0.0.1:{runner.addresses[0][1]}/"
        await top(address, 1.0, 60.0, once=True, stream=terminal)
        await runner.cleanup()

    run_virtual(main(), real_io=True)
    assert "sessions               1 active, 1 started, 0 failed, 0 refused: websocket 1" in (
        terminal.lines
    )
    assert "faults                 llm 1" in terminal.lines
    assert any(line.startswith("  websocket ") for line in terminal.lines)


def test_more_lines_than_the_terminal_has_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Screen, "height", 3)
    terminal = Terminal(60)
    show(Screen(terminal, 60), "x", [f"line {number}" for number in range(9)])
    assert terminal.lines[1:] == ["line 0", "… 8 more lines"]


def test_names_from_elsewhere_cannot_control_the_terminal() -> None:
    terminal = Terminal(60)
    show(Screen(terminal, 60), "x", ["faults   \x1b[2J\x07evil 1"])
    assert terminal.lines[1] == "faults   ?[2J?evil 1"


def test_a_terminal_that_is_too_narrow_for_columns_shows_what_is_in_them() -> None:
    page, terminal = Prometheus(), Terminal(40)
    page.observe(ResponseLatency(0.5, breakdown=(Metric("turn", "wait", 0.5),)))
    show(Screen(terminal, 40), "x", Dashboard().lines(page.text, 0.0))
    assert terminal.lines == [
        "rxvoice top — x",
        "sessions 0 active, 0 started, 0 failed…",
        "turns 0",
        "",
        "p50 p90 p99 count",
        "response 0.45 s 0.49 s 0.50 s 1",
        "  turn wait 0.45 s 0.49 s 0.50 s 1",
        "",
        "faults none",
    ]


def test_lines_are_cut_to_a_narrow_terminal() -> None:
    terminal = Terminal(30)
    show(Screen(terminal, 30), "http://a-long-name.example.org", ["sessions " + "many " * 20])
    assert all(len(line) < 30 for line in terminal.lines)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_it_works_on_a_pseudo_terminal() -> None:
    page = Prometheus()
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as keyboard, os.fdopen(theirs, "w") as stream:

        async def work(url: str) -> None:
            await top(url, 1.0, 60.0, once=True, stream=stream)

        with_page(page, work)
        assert b"rxvoice top" in keyboard.read(10_000)


def test_numbers_that_make_no_sense_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["top", "--every", "0"]) == 1
    assert "--every must be positive and finite, got 0.0" in capsys.readouterr().err
    assert main(["top", "--every", "inf"]) == 1
    assert "--every must be positive and finite, got inf" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("example.org", "http://example.org/metrics"),
        ("example.org:7860/", "http://example.org:7860/metrics"),
        ("https://example.org/metrics/", "https://example.org/metrics"),
        ("http://example.org/voice?key=1", "http://example.org/voice/metrics?key=1"),
        ("[::1]:7860", "http://[::1]:7860/metrics"),
    ],
)
def test_the_page_of_a_server_is_found(url: str, page: str) -> None:
    assert str(page_of(url)) == page


@pytest.mark.parametrize("url", ["", "http://", "ftp://x", "http://:80", "[::1", "x:99999"])
def test_what_is_no_address_is_refused_at_once(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["top", url]) == 1
    assert f"URL must be that of a server, such as http://127.0.0.1:7860, got {url!r}" in (
        capsys.readouterr().err
    )


def test_a_password_in_the_address_is_used_and_not_shown() -> None:
    given: list[str | None] = []
    stream = io.StringIO()

    async def answer(request: web.Request) -> web.Response:
        given.append(request.headers.get("Authorization"))
        return web.Response(text="rxvoice_turns_total 1")

    async def work() -> None:
        app = web.Application()
        app.router.add_get("/{any:.*}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://me:secret@127.0.0.1:{runner.addresses[0][1]}"
        await top(url, 1.0, 60.0, once=True, stream=stream)
        await runner.cleanup()

    run_virtual(work(), real_io=True)
    assert given[0] == "Basic bWU6c2VjcmV0"
    assert "rxvoice top — http://127.0.0.1:" in stream.getvalue()
    assert "secret" not in stream.getvalue()


def test_it_ends_when_nobody_takes_what_is_shown() -> None:
    """As when its output goes to ``head``."""
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "w") as stream:

        async def work(url: str) -> None:
            await asyncio.wait_for(top(url, 1.0, 60.0, once=False, stream=stream), 60.0)

        with_page(Prometheus(), work)
        with contextlib.suppress(BrokenPipeError):
            stream.close()


def test_a_server_that_is_not_there_is_told_in_plain_words() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"

        async def work() -> None:
            with pytest.raises(RxvoiceError, match="/metrics does not answer: Connection refused"):
                await top(address, 1.0, 60.0, once=True, stream=io.StringIO())

        run_virtual(work(), real_io=True)


def test_a_terminal_has_its_own_line_again_when_it_is_stopped() -> None:
    terminal = Terminal(80)

    async def work(url: str) -> None:
        await watch(url, terminal, 0.5)

    with_page(Prometheus(), work)
    assert terminal.writes[-1] == "\n"


@pytest.mark.parametrize("columns", [1, 2, 5, 10, 20, 40])
def test_however_narrow_a_terminal_is_each_line_stays_one(columns: int) -> None:
    page, terminal = Prometheus(), Terminal(columns)
    page.observe(Fault("llm", "slow"))
    screen = Screen(terminal, columns)
    for at in (0.0, 1.0):
        show(screen, "http://127.0.0.1:7860", Dashboard().lines(page.text, at))
    assert all(len(line) < max(columns, 2) for line in terminal.lines)
    assert len(terminal.lines) == 1 + len(Dashboard().lines(page.text, 0.0))
