"""The code of docs/livekit.md runs."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from livekit import api
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.testing import run_virtual
from rxvoice.transports.livekit import RpcFailed, RpcRequest
from tests.livekit.stand_in import StandIn

PAGE = Path(__file__).parents[2] / "docs" / "livekit.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_page_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    page: dict[str, Any] = {}
    for code in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        exec(compile(code, PAGE.name, "exec"), page)
    verifier = api.TokenVerifier("devkey", "a secret of at least thirty-two bytes")
    assert verifier.verify(page["token"]).identity == "alice"
    answer = page["book"](RpcRequest("book", "{}", "alice", 1.0))
    assert asyncio.run(answer) == "booked for alice"
    with pytest.raises(RpcFailed):
        asyncio.run(page["book"](RpcRequest("book", "", "alice", 1.0)))
    sdk = StandIn()
    monkeypatch.setattr("rxvoice.transports.livekit._transport.sdk", lambda: sdk)
    run_virtual(_call(sdk, page["main"]))


async def _call(sdk: StandIn, main: Callable[..., Any]) -> None:
    seen: list[object] = []

    def agent(source: Observable[Any]) -> Observable[Any]:
        return source.pipe(ops.do_action(seen.append))

    calling = asyncio.ensure_future(main(agent, "ws://example.org", "token"))
    await asyncio.sleep(0.2)
    sdk.rooms[0].come("alice")
    sdk.rooms[0].emit("sip_dtmf_received", SimpleNamespace(digit="1"))
    sdk.rooms[0].go("alice")
    await calling
    assert len(seen) == 3
    assert sdk.rooms[0].left
