"""Why a request holds the whole conversation, or only what is new (OB12)."""

import logging
from collections.abc import Callable

import pytest

from rxvoice.testing.servers import FakeOpenAI
from tests.providers.test_responses_socket import HELLO, WELL, Asked, play

LOGGER = "rxvoice.providers._responses_line"


@pytest.fixture
def explained(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.DEBUG, LOGGER)
    return lambda: [
        record.getMessage()
        for record in caplog.records
        if record.name == LOGGER and record.getMessage().startswith("sending")
    ]


def test_ob12_it_is_told_that_only_what_is_new_is_sent(
    explained: Callable[[], list[str]],
) -> None:
    async def scene(_: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        await ask().end()
        await ask(WELL).end()

    play(["Hello there.", "Fine."], scene)
    assert explained() == [
        "sending all 1 items: this connection has no last response",
        "sending 1 of 3 items, the server knows the others",
    ]


def test_ob12_it_is_told_where_another_conversation_differs(
    explained: Callable[[], list[str]],
) -> None:
    async def scene(_: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        await ask().end()
        heard = HELLO.append("assistant", "Hello", interrupted=True).append("user", "Well?")
        await ask(heard).end()

    play(["Hello there.", "Fine."], scene)
    assert explained()[1] == "sending all 3 items: they differ from the last response at 1"


def test_ob12_it_is_told_that_nothing_was_added(explained: Callable[[], list[str]]) -> None:
    async def scene(_: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        await ask().end()
        await ask(HELLO.append("assistant", "Hello there.")).end()

    play(["Hello there.", "Fine."], scene)
    assert explained()[1] == "sending all 2 items: nothing was added to the last response"


def test_ob12_an_explanation_holds_nobodys_words(
    caplog: pytest.LogCaptureFixture, explained: Callable[[], list[str]]
) -> None:
    async def scene(_: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        await ask().end()
        await ask(WELL).end()

    play(["Hello there.", "Fine."], scene)
    assert explained()
    said = " ".join(str(vars(one)) for one in caplog.records if one.name == LOGGER)
    assert not any(word in said for word in ("Hello there.", "Well?", "Be brief."))
