"""An interruption on a telephone line, whatever the rate of the bot's voice."""

import numpy as np
import pytest
from numpy.typing import NDArray
from reactivex.subject import Subject

from rxvoice import AudioFrame, ClearAudio, Session
from rxvoice.items import ReplyEnded
from rxvoice.testing import pause
from rxvoice.transports import Wire
from tests.telephony.lines import VENDORS, Vendor, tone
from tests.transports.ends import FarEnd, held


def _heard(vendor: Vendor, messages: list[tuple[float, Wire]]) -> NDArray[np.int16]:
    found = [data for _, message in messages if (data := vendor.heard(message)) is not None]
    return np.concatenate([np.zeros(0, np.int16), *map(vendor.decode, found)])


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 48_000])
@pytest.mark.parametrize("vendor", VENDORS, ids=lambda one: one.name)
def test_tr02_te_nothing_of_the_old_reply_is_resampled_into_the_new_one(
    vendor: Vendor, rate: int
) -> None:
    """TE02, TE03, TE04, TE05, TE06, TE07: the part of a packet, and what a resampler holds."""
    cleared: list[int] = []

    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        line = far_end.transport(vendor.line.codec())
        session.subscribe(line.incoming)
        line.outgoing(out, session)
        for message in vendor.start:
            far_end.say(message)
        await pause(0.1)
        for index in range(20):
            out.on_next(tone(0.11, rate, index * 0.11))
        await pause(0.513)
        cleared.append(len(far_end.sent))
        out.on_next(ClearAudio())
        out.on_next(AudioFrame(np.zeros(rate // 2, np.int16), rate, 50.0))
        out.on_next(ReplyEnded(1))
        await pause(1.5)

    sent = held(call).sent
    old, new = _heard(vendor, sent[: cleared[0]]), _heard(vendor, sent[cleared[0] :])
    assert len(old) / vendor.rate == pytest.approx(0.5, abs=0.1)
    assert np.abs(old.astype(np.int32)).max() > 6_000
    assert len(new) / vendor.rate == pytest.approx(0.5, abs=0.02)
    assert np.abs(new.astype(np.int32)).max() < 50
