"""Language models over HTTP keep the contract, whatever their servers do."""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rxvoice.context import Context
from rxvoice.contracts import Chat
from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout
from rxvoice.items import (
    Fault,
    ImagePart,
    Message,
    Metric,
    Source,
    Sources,
    Token,
    ToolCall,
    Usage,
)
from rxvoice.session import Session
from rxvoice.testing.conformance import check_chat
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Duplicate,
    Endless,
    Exchange,
    Fail,
    Garble,
    Hang,
    Insert,
    Lose,
    Merge,
    Mistype,
    ModelReply,
    Refuse,
    Split,
    Swap,
)

from .chats import HELLO, VENDORS, Vendor, calls_of, in_virtual_time, said, text_of

SAYS = "I am a fake, and proud of it."
WEATHER = Context().append("user", "How is the weather?")
CALLS = [ToolCall("c-1", "weather", {"city": "Łódź", "days": 2}), ToolCall("c-2", "time")]

each_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)


def reply(exchange: Exchange) -> ModelReply:
    if "weather" in str(exchange.json):
        return ModelReply("Let me see.", thoughts="I need the weather.", calls=CALLS)
    return ModelReply(SAYS, between=0.02)


def served(vendor: Vendor, servers: "list[Any] | None" = None, **fake: Any) -> Callable[[], Any]:
    @asynccontextmanager
    async def entered() -> AsyncGenerator[Chat]:
        async with vendor.served(reply, **fake) as (chat, server):
            if servers is not None:
                servers.append(server)
            yield chat

    return entered


@each_vendor
def test_lm01_lm02_lm32_they_keep_the_contract_of_a_chat(vendor: Vendor) -> None:
    servers: list[Any] = []
    report = check_chat(
        served(vendor, servers),
        says=SAYS,
        calling=WEATHER,
        generating=lambda: servers[-1].open_connections,
        failing=served(vendor, faults=Refuse(401)),
    )
    assert not report.skipped


FAILING = {
    "401": Refuse(401),
    "429": Refuse(429, retry_after=3.0),
    "503": Refuse(503),
    "no-answer": Drop(after=None),
    "reset": Drop(after=0, reset=True),
    "drop": Drop(after=2),
    "drop-inside": Drop(after=1, inside=True),
    "hang": Hang(),
    "hang-midway": Hang(after=2),
    "silent": Hang(after=None),
    "empty": Close(after=0),
    "ends-early": Close(after=1),
    "malformed": Garble(after=1),
    "failure": Fail(after=1),
    "corrupt": Corrupt(after=1),
    "corrupt-at-once": Corrupt(after=0),
}


@each_vendor
@pytest.mark.parametrize("fault", FAILING)
def test_a_server_that_fails_is_told_of(vendor: Vendor, fault: str) -> None:
    async def main() -> None:
        async with vendor.served(reply, faults=FAILING[fault]) as (chat, server):
            with pytest.raises(ProviderError) as caught:
                await said(chat(HELLO))
            assert caught.value.provider == vendor.name
            if fault not in ("hang", "hang-midway", "silent"):
                await server.until(lambda: not server.open_connections)

    in_virtual_time(main)


@each_vendor
def test_a_server_that_is_not_there(vendor: Vendor) -> None:
    async def main() -> None:
        async with vendor.served(reply) as (chat, _):
            pass
        with pytest.raises(ProviderError, match="the connection failed") as caught:
            await said(chat(HELLO))
        assert caught.value.retryable

    in_virtual_time(main)


HARMLESS = {
    "split": Split(size=1),
    "split-anyhow": Split(seed=4, most=7),
    "merged": Merge(count=3),
    "slow": Delay(answer=1.0, first=2.0, between=0.5),
    "unknown": Insert(after=2),
}


@each_vendor
@pytest.mark.parametrize("fault", HARMLESS)
def test_what_does_not_matter_changes_nothing(vendor: Vendor, fault: str) -> None:
    async def main() -> None:
        async with vendor.served(reply, faults=HARMLESS[fault]) as (chat, _):
            items = await said(chat(WEATHER))
            assert text_of(items) == "Let me see."
            assert calls_of(items) == CALLS
            assert isinstance(items[-1], Usage)
            assert not any(isinstance(item, Fault) for item in items)

    in_virtual_time(main)


@each_vendor
@pytest.mark.parametrize("kind", [Mistype, Lose, Duplicate, Swap])
def test_nothing_that_is_wrong_with_a_message_hangs_or_breaks(vendor: Vendor, kind: Any) -> None:
    faults = [
        kind(after=seed % 12, **({"seed": seed} if kind is Mistype else {})) for seed in range(36)
    ]

    async def main() -> None:
        whole = 0
        async with vendor.served(reply, faults=faults) as (chat, _), Session() as session:
            for _ in faults:
                try:
                    items = await said(chat(WEATHER), session)
                except ProviderError:
                    continue
                assert isinstance(items[-1], Usage)
                whole += 1
        assert whole > len(faults) // 4

    in_virtual_time(main)


@each_vendor
def test_text_of_a_wrong_type_is_not_lost_in_silence(vendor: Vendor) -> None:
    async def main() -> None:
        after = 3 if vendor.name == "anthropic" else 0
        faults = Mistype(after=after, field=vendor.text_field)
        async with vendor.served([SAYS], faults=faults) as (chat, _):
            with pytest.raises(ProviderError, match="no text"):
                await said(chat(HELLO))

    in_virtual_time(main)


@each_vendor
@pytest.mark.parametrize("after", [1, 4, 8])
def test_an_endless_answer_ends_when_nobody_listens(vendor: Vendor, after: int) -> None:
    async def main() -> None:
        async with (
            vendor.served([SAYS], faults=Endless(after=after)) as (chat, server),
            Session() as session,
        ):
            items: list[Any] = []
            subscription = session.subscribe(chat(HELLO), items.append, items.append)
            await asyncio.sleep(5.0)
            subscription.dispose()
            await server.until(lambda: not server.open_connections)
        assert not any(isinstance(item, Exception) for item in items)

    in_virtual_time(main)


@each_vendor
def test_lm02_unsubscribing_closes_the_connection_at_once(vendor: Vendor) -> None:
    async def main() -> None:
        slow = ModelReply("one two three four", between=10.0)
        async with vendor.served([slow]) as (chat, server), Session() as session:
            items: list[Any] = []
            subscription = session.subscribe(chat(HELLO), items.append)
            await asyncio.sleep(5.0)
            before = session.now
            subscription.dispose()
            await server.until(lambda: not server.open_connections)
            assert session.now - before < 0.01
            assert server.requests[0].left
            count = len(items)
            await asyncio.sleep(100.0)
            assert len(items) == count

    in_virtual_time(main)


@each_vendor
def test_replies_of_a_session_share_a_connection_that_ends_with_it(vendor: Vendor) -> None:
    async def main() -> None:
        async with vendor.served([SAYS] * 5) as (chat, server):
            async with Session() as session:
                for _ in range(3):
                    assert text_of(await said(chat(HELLO), session)) == SAYS
                assert (server.connections, server.open_connections) == (1, 1)
            await server.until(lambda: not server.open_connections)
            assert text_of(await said(chat(HELLO))) == SAYS  # outside of sessions
            await server.until(lambda: not server.open_connections)
            assert server.connections == 2

    in_virtual_time(main)


@each_vendor
def test_connections_can_be_kept_without_a_session(vendor: Vendor) -> None:
    async def main() -> None:
        async with vendor.served([SAYS] * 2, key="secret") as (chat, server):
            async with chat:
                await chat.prewarm()
                for _ in range(2):
                    assert text_of(await said(chat.once()(HELLO))) == SAYS
                assert (server.connections, server.open_connections) == (1, 1)
            await server.until(lambda: not server.open_connections)

    in_virtual_time(main)


@each_vendor
def test_warming_up_fails_with_a_key_that_is_refused(vendor: Vendor) -> None:
    async def main() -> None:
        async with vendor.served([], key="other") as (chat, _):
            with pytest.raises(ProviderRejected) as caught:
                await chat.prewarm()
            assert caught.value.fatal

    in_virtual_time(main)


@each_vendor
def test_lm17_the_first_attempt_is_limited_and_the_second_is_not(vendor: Vendor) -> None:
    async def main() -> None:
        options = {"first_timeout": 5.0}
        faults = [Delay(answer=60.0), Delay(answer=12.0)]
        loop = asyncio.get_running_loop()
        async with vendor.served([SAYS], options=options, faults=faults) as (chat, server):
            items = await said(chat(HELLO))
            assert 17.0 <= loop.time() < 17.5
            await server.until(lambda: server.requests[0].ended)
            assert server.requests[0].left
        fault = items[0]
        assert isinstance(fault, Fault)
        assert (fault.source, fault.fatal) == (vendor.name, False)
        assert "5 s" in fault.message
        assert text_of(items) == SAYS
        assert len(server.requests) == 2

    in_virtual_time(main)


@each_vendor
def test_lm17_a_second_silence_is_an_error(vendor: Vendor) -> None:
    async def main() -> None:
        options = {"first_timeout": 5.0, "retries": 0}
        async with vendor.served([], options=options, faults=Hang(after=None)) as (chat, _):
            with pytest.raises(ProviderTimeout, match="nothing came for 15 s"):
                await said(chat(HELLO))
            assert 20.0 <= asyncio.get_running_loop().time() < 20.5

    in_virtual_time(main)


@each_vendor
def test_lm17_without_a_limit_there_is_none(vendor: Vendor) -> None:
    async def main() -> None:
        async with vendor.served([SAYS], faults=Delay(answer=14.0)) as (chat, server):
            items = await said(chat(HELLO))
            assert text_of(items) == SAYS
            assert len(server.requests) == 1
            assert not any(isinstance(item, Fault | Metric) for item in items)

    in_virtual_time(main)


@each_vendor
def test_silence_in_the_middle_is_an_error(vendor: Vendor) -> None:
    async def main() -> None:
        options = {"read_timeout": 3.0}
        async with vendor.served([SAYS], options=options, faults=Hang(after=5)) as (chat, server):
            with pytest.raises(ProviderTimeout, match="nothing came for 3 s") as caught:
                await said(chat(HELLO))
            assert caught.value.retryable
            assert len(server.requests) == 1

    in_virtual_time(main)


RETRIED = {
    "429": Refuse(429),
    "409": Refuse(409),
    "500": Refuse(500),
    "503": Refuse(503, retry_after=1.0),
    "no-answer": Drop(after=None),
    "drop": Drop(after=0),
}


@each_vendor
@pytest.mark.parametrize("fault", RETRIED)
def test_what_failed_before_anything_came_is_tried_again(vendor: Vendor, fault: str) -> None:
    async def main() -> None:
        faults = [RETRIED[fault], None]
        async with vendor.served([SAYS] * 2, faults=faults) as (chat, server):
            items = await said(chat(HELLO))
            assert isinstance(items[0], Fault)
            assert "asked again" in items[0].message
            assert not items[0].fatal
            assert text_of(items) == SAYS
            assert len(server.requests) == 2
            waited = server.requests[1].began - server.requests[0].began
            assert waited >= (1.0 if fault == "503" else 0.25)

    in_virtual_time(main)


FINAL = {
    "400": (Refuse(400), False),
    "401": (Refuse(401), True),
    "403": (Refuse(403), True),
    "404": (Refuse(404), False),
    "too-late": (Refuse(429, retry_after=20.0), False),
    "begun": (Drop(after=3), False),
    "failed": (Fail(after=3), False),
}


@each_vendor
@pytest.mark.parametrize("fault", FINAL)
def test_what_cannot_be_helped_is_not_tried_again(vendor: Vendor, fault: str) -> None:
    async def main() -> None:
        what, fatal = FINAL[fault]
        async with vendor.served([SAYS], faults=what) as (chat, server):
            with pytest.raises(ProviderError) as caught:
                await said(chat(HELLO))
            assert len(server.requests) == 1
        error = caught.value
        assert (error.provider, error.fatal) == (vendor.name, fatal)
        if fault == "too-late":
            assert (error.retryable, error.retry_after) == (True, 20.0)

    in_virtual_time(main)


@each_vendor
def test_retries_can_be_more_or_none(vendor: Vendor) -> None:
    async def main() -> None:
        for retries in (0, 3):
            options = {"retries": retries}
            async with vendor.served([], options=options, faults=Refuse(503)) as (chat, server):
                with pytest.raises(ProviderRejected):
                    await said(chat(HELLO))
                assert len(server.requests) == retries + 1

    in_virtual_time(main)


@each_vendor
def test_a_refusal_tells_the_vendor_s_words_but_no_secret(
    vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def main() -> None:
        words = "The key secret is wrong. " + "x" * 1000
        async with vendor.served([], faults=Refuse(401, text=words)) as (chat, _):
            with pytest.raises(ProviderRejected, match="The key … is wrong") as caught:
                await said(chat(HELLO))
        assert "secret" not in str(caught.value) + repr(chat) + caplog.text
        assert len(str(caught.value)) < 450
        assert "credentials" in str(caught.value)

    in_virtual_time(main)


@each_vendor
def test_nothing_that_is_said_is_logged(vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def main() -> None:
        async with vendor.served([SAYS]) as (chat, _):
            await said(chat(HELLO))

    in_virtual_time(main)
    assert "proud" not in caplog.text
    assert "hello" not in caplog.text


@each_vendor
def test_cx19_what_is_asked_is_logged_for_debugging_without_pictures(
    vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="rxvoice")

    async def main() -> None:
        picture = Message("user", "Look.", parts=(ImagePart(b"x" * 5000),))
        async with vendor.served([SAYS]) as (chat, _):
            await said(chat(Context(messages=(picture,))))

    in_virtual_time(main)
    (record,) = [r for r in caplog.records if r.getMessage() == f"{vendor.name} is asked"]
    assert record.levelno == logging.DEBUG
    logged = repr(vars(record)["pii.context"])
    assert "Look." in logged
    assert len(logged) < 1000


@each_vendor
def test_a_session_that_ends_in_mid_reply_leaves_nothing(vendor: Vendor) -> None:
    async def main() -> None:
        slow = ModelReply("one two three four", between=10.0)
        async with vendor.served([slow]) as (chat, server):
            errors: list[Exception] = []
            async with Session() as session:
                session.subscribe(chat(HELLO), None, errors.append)
                await asyncio.sleep(5.0)
            await server.until(lambda: not server.open_connections)
            assert server.requests[0].left
            assert not errors

    in_virtual_time(main)


VARIABLES = {"anthropic": ["ANTHROPIC_API_KEY"], "gemini": ["GEMINI_API_KEY", "GOOGLE_API_KEY"]}
HEADERS = {"anthropic": "x-api-key", "gemini": "x-goog-api-key"}


@each_vendor
def test_lm24_the_key_is_that_of_the_environment_at_the_call(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variables in VARIABLES.values():
        for variable in variables:
            monkeypatch.delenv(variable, raising=False)

    async def main() -> None:
        async with vendor.fake([SAYS] * 2) as server:
            chat = vendor.make(base_url=server.url)
            with pytest.raises(ProviderError, match=VARIABLES[vendor.name][0]) as caught:
                await said(chat(HELLO))
            assert caught.value.fatal
            assert not server.requests
            for number, variable in enumerate(reversed(VARIABLES[vendor.name])):
                monkeypatch.setenv(variable, f"key-{number}")
                await said(chat(HELLO))
                request = server.requests[-1]
                assert request.headers[HEADERS[vendor.name]] == f"key-{number}"
                assert "key" not in str(request.query) + request.path

    in_virtual_time(main)


@each_vendor
def test_lm18_one_shot_inference_has_a_limit_and_an_instruction_of_its_own(vendor: Vendor) -> None:
    async def main() -> None:
        options = {"instruction": "Be long.", "max_tokens": 900}
        async with vendor.served([SAYS] * 2, options=options) as (chat, server):
            assert text_of(await said(chat.once(max_tokens=30, instruction="Sum up.")(HELLO)))
            await said(chat(HELLO))
        first, second = (str(request.json) for request in server.requests)
        assert "Sum up." in first
        assert "Be long." not in first
        assert "30" in first
        assert "900" not in first
        assert "Be long." in second
        assert "900" in second
        with pytest.raises(ValueError, match="max_tokens"):
            chat.once(max_tokens=0)

    in_virtual_time(main)


@each_vendor
def test_lm37_sources_come_beside_the_text(vendor: Vendor) -> None:
    async def main() -> None:
        found = ModelReply("So.", sources=[Source("T", "https://x.example", "So")], queries=["q"])
        async with vendor.served([found, SAYS]) as (chat, _):
            items = await said(chat(HELLO))
            sources = [item for item in items if isinstance(item, Sources)]
            assert sources == [Sources((Source("T", "https://x.example", "So"),), ("q",))]
            assert not any(isinstance(item, Sources) for item in await said(chat(HELLO)))

    in_virtual_time(main)


@each_vendor
@pytest.mark.parametrize(
    ("finish", "words"),
    [("max_tokens", "greatest length"), ("refusal", "refused|stopped")],
)
def test_an_answer_that_was_cut_off_is_told_of(vendor: Vendor, finish: str, words: str) -> None:
    async def main() -> None:
        told = finish.upper() if vendor.name == "gemini" else finish
        async with vendor.served([ModelReply("Well", finish=told)]) as (chat, _):
            *items, fault, usage = await said(chat(HELLO))
        assert items == [Token("Well")]
        assert isinstance(fault, Fault)
        assert not fault.fatal
        assert re.search(words, fault.message)
        assert isinstance(usage, Usage)

    in_virtual_time(main)


@each_vendor
@pytest.mark.parametrize(
    "options",
    [
        {"max_tokens": 0},
        {"temperature": -0.1},
        {"temperature": 2.1},
        {"base_url": "ftp://x"},
        {"connect_timeout": 0.0},
        {"read_timeout": float("inf")},
        {"first_timeout": 0.0},
        {"retries": -1},
    ],
    ids=str,
)
def test_wrong_arguments_are_refused_at_the_call(vendor: Vendor, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        vendor.make(**options)
