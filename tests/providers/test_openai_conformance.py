"""LM01, LM02, LM20, LM25: the providers of OpenAI keep their contract, also when servers fail."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Final

import pytest

from rxvoice.context import Context, tools
from rxvoice.contracts import Chat
from rxvoice.errors import ProviderError
from rxvoice.items import ToolCall
from rxvoice.providers.openai import (
    openai_chat,
    openai_compatible,
    openai_responses,
    openai_responses_ws,
)
from rxvoice.testing import run_virtual
from rxvoice.testing.conformance import check_chat
from rxvoice.testing.servers import (
    ChatReply,
    Close,
    Corrupt,
    Delay,
    Drop,
    Duplicate,
    Endless,
    Exchange,
    Fail,
    FakeOpenAI,
    Fault,
    Garble,
    Hang,
    Insert,
    Lose,
    Merge,
    Mistype,
    Refuse,
    Split,
    Swap,
)

from .openai_server import Asked, answer, served

SAYS: Final = "Hello there, friend."


async def ring(times: int) -> None: ...


CALLING: Final = replace(Context().append("user", "Ring."), tools=tools(ring))
CHATS: Final[dict[str, Callable[..., Chat]]] = {
    "chat": openai_chat,
    "mistral": partial(openai_compatible, "mistral"),
    "responses": openai_responses,
    "websocket": openai_responses_ws,
}


def reply(exchange: Exchange) -> ChatReply:
    asked = exchange.said("response.create")[-1] if exchange.received else exchange.json
    if asked.get("tools"):
        return ChatReply(calls=[ToolCall("call00001", "ring", {"times": 2})])
    return ChatReply(SAYS, between=0.05)


class Served:
    """Makes a chat with a fake of its own, and knows the last fake."""

    def __init__(self, make: Callable[..., Chat], faults: Fault | None = None) -> None:
        self.make = make
        self.faults = faults
        self.server: FakeOpenAI | None = None

    @asynccontextmanager
    async def _served(self, key: str) -> AsyncGenerator[Chat]:
        async with FakeOpenAI(reply, key="secret", faults=self.faults) as server:
            self.server = server
            yield self.make(api_key=key, base_url=server.api, retries=0)

    def __call__(self) -> AbstractAsyncContextManager[Chat]:
        return self._served("secret")

    def failing(self) -> AbstractAsyncContextManager[Chat]:
        return self._served("wrong")

    def generating(self) -> int:
        assert self.server is not None
        return self.server.generating


@pytest.mark.parametrize("name", CHATS)
def test_the_contract_is_kept_without_a_point_skipped(name: str) -> None:
    served = Served(CHATS[name])
    report = check_chat(
        served,
        says=SAYS,
        usage=name != "mistral",  # which is not asked for it, and tells it all the same
        calling=CALLING,
        generating=served.generating,
        failing=served.failing,
    )
    assert set(report.skipped) == ({"usage"} if name == "mistral" else set())


BORNE: Final = [
    ("chat", Split(3)),
    ("chat", Merge(3)),
    ("chat", Delay(answer=0.3, first=0.3)),
    ("responses", Split(seed=1)),
    ("websocket", Split(seed=1)),
    ("websocket", Delay(answer=0.3, first=0.3)),
]


@pytest.mark.parametrize(("name", "fault"), BORNE, ids=repr)
def test_the_contract_is_kept_on_bad_lines(name: str, fault: Fault) -> None:
    served = Served(CHATS[name], fault)
    report = check_chat(served, says=SAYS, calling=CALLING, generating=served.generating)
    assert set(report.skipped) == {"failure"}


FAULTS: Final[list[Fault]] = [
    Refuse(401),
    Refuse(429, retry_after=0.1),
    Refuse(500),
    Delay(first=20.0),
    Delay(between=20.0),
    Hang(after=None),
    *(Hang(after=after) for after in (0, 1, 3)),
    Drop(after=None),
    *(Drop(after=after, inside=inside) for after in (0, 1, 3) for inside in (False, True)),
    Drop(after=2, reset=True),
    *(Close(after=after, code=code) for after in (0, 3) for code in (1000, 1008, 1011, 4000)),
    *(Garble(after=after) for after in range(5)),
    *(Mistype(after=after, seed=seed) for after in range(5) for seed in range(3)),
    *(Insert(after=after) for after in range(5)),
    Insert(after=2, message="[]"),
    Insert(after=2, message="null"),
    Insert(after=2, message={"type": 7, "choices": 7, "usage": "x"}),
    *(Fail(after=after) for after in (0, 3)),
    *(Duplicate(after=after) for after in range(6)),
    *(Lose(after=after) for after in range(8)),
    *(Swap(after=after) for after in range(6)),
    *(Corrupt(after=after) for after in (0, 3)),
]


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
@pytest.mark.parametrize("name", ["chat", "responses", "websocket"])
def test_whatever_servers_do_it_ends_and_leaves_nothing(name: str, fault: Fault) -> None:
    """The answer ends with an error of rxvoice or completes; virtual time finds what hangs."""
    asked = _asked(name, fault)
    assert asked.over
    assert asked.error is None or isinstance(asked.error, ProviderError)
    if asked.error is None and not isinstance(fault, Mistype | Duplicate | Lose | Swap):
        assert asked.text


@pytest.mark.parametrize("name", ["chat", "responses", "websocket"])
def test_an_endless_answer_ends_when_it_is_left(name: str) -> None:
    async def main() -> None:
        faults = Endless(after=4, every=0.1)
        async with served(CHATS[name], ["a b c d e f g"], faults=faults) as (server, ask):
            asked = ask()
            await asked.until(lambda: len(asked.items) >= 5 or asked.over)
            assert not asked.over
            asked.leave()
            if name != "websocket":
                await server.until(lambda: server.requests[-1].ended is not None)

    run_virtual(main(), real_io=True)


def _asked(name: str, fault: Fault) -> Asked:
    said = ChatReply(SAYS, calls=[ToolCall("call00001", "ring")])
    return answer(CHATS[name], said, faults=fault, retries=0)
