"""Scripts that are wrong fail the test, and say so."""

import contextlib
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    Exchange,
    FakeDeepgram,
    FakeElevenLabs,
    FakeOpenAI,
    FakeServer,
    Loud,
    Refuse,
    Said,
)

Server: Any = FakeServer  # which takes what its types forbid
OpenAI: Any = FakeOpenAI
Deepgram: Any = FakeDeepgram
ElevenLabs: Any = FakeElevenLabs


def number(exchange: Exchange) -> int:
    return 42


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Server(faults=Refuse), r"^faults .* got <class"),
        (lambda: Server(faults=[None, 429]), "^faults .* got 429"),
        (lambda: Server(faults={"/": "drop"}), "^faults .* got 'drop'"),
        (lambda: OpenAI("Hello."), r"^replies .* \['Hello.'\]"),
        (lambda: Deepgram(Said("Hello.")), r"^heard .* got Said\('?text='Hello.'"),
        (lambda: ElevenLabs(heard=["Hello."]), r"^heard .* got \['Hello.'\]"),
        (lambda: Loud("", word=0.2), "^text"),
        (lambda: Loud("Well.", level=2.0), "^level"),
        (lambda: Loud("Well.", pause=0.0), "^pause"),
    ],
)
def test_a_script_that_cannot_be_is_refused_at_once(make: Callable[[], object], words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        make()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: OpenAI(faults=iter([429])), "^faults .* got 429"),
        (lambda: OpenAI([42]), "^replies must be made of str or bytes or ChatReply, got 42"),
        (lambda: OpenAI(number), "^replies .* got 42"),
    ],
)
def test_what_a_script_gives_wrongly_fails_the_test_at_the_end(
    make: Callable[[], Any], words: str
) -> None:
    async def main() -> None:
        asked = {"model": "any", "messages": [{"role": "user", "content": "Hello?"}]}
        async with make() as server, aiohttp.ClientSession() as client:
            with contextlib.suppress(aiohttp.ClientError):
                await client.post(server.api + "/chat/completions", json=asked)

    with pytest.raises(TypeError, match=words):
        run_virtual(main(), real_io=True)
