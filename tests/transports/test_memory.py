"""Two sessions in one program."""

import asyncio

import numpy as np
import pytest
import reactivex as rx
from reactivex import operators as ops

from rxvoice import AudioFrame, ClearAudio, Session
from rxvoice.items import Connected, Disconnected, MessageReceived, Played, SendMessage
from rxvoice.sinks import to_websocket
from rxvoice.sources import from_websocket
from rxvoice.testing import pause, run_virtual
from rxvoice.transports import ChannelClosed, PcmCodec, channel_pair, memory_pair
from rxvoice.transports._memory import WAITING
from tests.transports.ends import tone


def test_two_sessions_talk_to_each_other_in_virtual_time() -> None:
    async def main() -> None:
        ours, theirs = memory_pair()
        async with Session() as one, Session() as other:
            serving = asyncio.ensure_future(other.run(theirs.incoming, theirs.outgoing))
            heard: list[object] = []
            listening = one.subscribe(from_websocket(ours), heard.append)
            await to_websocket(ours)(rx.of(tone(60.0, 7), SendMessage({"a": 1})), one)
            assert one.now == pytest.approx(60.0)
            await pause(1.0)
            listening.dispose()
            await serving
        samples = [item.samples for item in heard if isinstance(item, AudioFrame)]
        assert np.concatenate(samples).tolist() == [7] * 960_000
        assert [item for item in heard if not isinstance(item, AudioFrame | Played)] == [
            Connected()
        ]

    run_virtual(main())


def test_the_other_end_hears_of_messages_of_a_clear_and_of_the_end() -> None:
    async def main() -> None:
        ours, theirs = memory_pair(lambda: PcmCodec(player=True))
        async with Session() as one, Session() as other:
            heard: list[object] = []
            other.subscribe(theirs.incoming, heard.append)
            await ours.outgoing(
                rx.of(SendMessage({"a": 1}), ClearAudio(1)).pipe(ops.delay(0.1)), one
            )
            await pause(0.1)
        assert heard == [Connected(), MessageReceived('{"a": 1}'), ClearAudio(), Disconnected()]

    run_virtual(main())


def test_a_channel_in_memory_has_a_bound_and_loses_nothing() -> None:
    async def main() -> None:
        one, other = channel_pair()
        for index in range(WAITING):
            await one.send(str(index))
        late = asyncio.ensure_future(one.send("late"))
        await pause(1.0)
        assert not late.done()
        received = [await other.receive() for _ in range(WAITING)]
        await late
        await one.send("last")
        await one.aclose(4000, "enough")
        received += [await other.receive(), await other.receive()]
        assert received == [*map(str, range(WAITING)), "late", "last"]
        for action in (one.receive, other.receive, lambda: one.send("x"), lambda: other.send("x")):
            with pytest.raises(ChannelClosed, match="4000") as closed:
                await action()
            assert closed.value.reason == "enough"
        await other.aclose(1000)

    run_virtual(main())


@pytest.mark.parametrize("by_receiver", [True, False])
def test_a_sender_in_memory_that_waits_hears_of_the_end(by_receiver: bool) -> None:
    async def main() -> None:
        one, other = channel_pair()
        for _ in range(WAITING):
            await one.send("x")
        late = asyncio.ensure_future(one.send("late"))
        receiving = asyncio.ensure_future(one.receive())
        await pause(1.0)
        await (other if by_receiver else one).aclose()
        for waiting in (late, receiving):
            with pytest.raises(ChannelClosed):
                await waiting

    run_virtual(main())
