"""Anthropic's models, against a fake of the vendor's server."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from rxvoice.context import Context
from rxvoice.contracts import Chat
from rxvoice.items import ToolCall
from rxvoice.providers.anthropic import anthropic
from rxvoice.testing.conformance import check_chat
from rxvoice.testing.servers import Exchange, FakeAnthropic, ModelReply, Refuse

SAYS = "I am a fake, and proud of it."
WEATHER = Context().append("user", "How is the weather?")


def reply(exchange: Exchange) -> ModelReply:
    if "weather" in str(exchange.json):
        calls = [ToolCall("c-1", "weather", {"city": "Łódź", "days": 2}), ToolCall("c-2", "time")]
        return ModelReply("Let me see.", thoughts="I need the weather.", calls=calls)
    return ModelReply(SAYS, between=0.02)


def served(servers: "list[FakeAnthropic] | None" = None, **options: Any) -> Callable[[], Any]:
    @asynccontextmanager
    async def entered() -> AsyncGenerator[Chat]:
        async with FakeAnthropic(reply, **options) as server:
            if servers is not None:
                servers.append(server)
            yield anthropic(api_key="secret", base_url=server.url)

    return entered


def test_lm32_it_keeps_the_contract_of_a_chat() -> None:
    servers: list[FakeAnthropic] = []
    report = check_chat(
        served(servers),
        says=SAYS,
        calling=WEATHER,
        generating=lambda: servers[-1].open_connections,
        failing=served(faults=Refuse(401)),
    )
    assert not report.skipped
