"""TR02: how a voice that is cut off dies away."""

import asyncio

from reactivex.subject import Subject

from rxvoice import ClearAudio, Session
from rxvoice.items import ReplyEnded
from rxvoice.transports import PcmCodec

from .ends import FarEnd, held, pcm, tone


def test_tr02_the_last_of_a_voice_that_falls_to_silence_is_not_held_back() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        sending = far_end.transport(PcmCodec(16_000, out_rate=8_000)).outgoing(out, session)
        out.on_next(tone(0.5))
        await asyncio.sleep(0.105)
        out.on_next(ClearAudio(1))
        out.on_next(tone(0.02, pts=0.1))
        await asyncio.sleep(0.3)
        out.on_next(ReplyEnded(1))
        out.on_completed()
        await sending

    sent = held(call).sent
    cleared = next(at for at, message in sent if isinstance(message, str))
    late = [(at - cleared, message) for at, message in sent if at >= cleared]
    assert sum(len(one) for _, one in late if isinstance(one, bytes)) == len(pcm(0.02)) // 2
    assert max(after for after, _ in late) == 0.0


def test_what_is_said_later_is_one_signal_to_its_end() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        sending = far_end.transport(PcmCodec(16_000, packet=0.1)).outgoing(out, session)
        out.on_next(ClearAudio(1))
        await asyncio.sleep(0.05)
        for number in range(10):
            out.on_next(tone(0.02, pts=number * 0.02))
            await asyncio.sleep(0.02)
        out.on_completed()
        await sending

    sounds = [message for _, message in held(call).sent if isinstance(message, bytes)]
    assert sounds == [pcm(0.1)] * 2
