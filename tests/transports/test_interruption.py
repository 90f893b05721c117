"""TR02 and TR12 as laws: whatever happens in whatever order."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from reactivex.subject import Subject

from rxvoice import ClearAudio, Session
from rxvoice.items import BotSpeechStopped, ReplyEnded, SendMessage
from rxvoice.testing import pause
from rxvoice.transports import PcmCodec
from tests.transports.ends import FarEnd, held, tone

CLEAR = '{"type": "clear"}'


@dataclass
class Say:
    seconds: float


@dataclass
class Wait:
    seconds: float


@dataclass
class Take:
    """Whether the far end takes what is sent from now on."""

    takes: bool


@dataclass
class Write:
    urgent: bool


STEPS = st.lists(
    st.one_of(
        st.sampled_from([0.005, 0.02, 0.1, 0.31]).map(Say),
        st.sampled_from([0.0, 0.001, 0.02, 0.05, 0.5]).map(Wait),
        st.booleans().map(Take),
        st.booleans().map(Write),
        st.just(ClearAudio()),
        st.just(BotSpeechStopped(1)),
        st.just(ReplyEnded(1)),
    ),
    max_size=40,
)


@given(STEPS, st.sampled_from([None, 0.02, 0.1]), st.sampled_from([0.02, 0.1]))
def test_tr02_after_a_clear_at_most_one_packet_of_what_was_said_before_comes(
    steps: list[object], block: float | None, packet: float
) -> None:
    cleared: list[tuple[int, int]] = []  # how many messages had left, which reply it was
    written: dict[bool, list[str]] = {True: [], False: []}

    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        line = far_end.transport(PcmCodec(packet=block), packet=packet)
        sending = line.outgoing(out, session)
        await pause(0.001)  # what is cleared before the line is there is not told to it
        reply = 1
        for step in steps:
            match step:
                case Say(seconds):
                    out.on_next(tone(seconds, reply))
                case Wait(seconds):
                    await pause(seconds)
                case Take(takes):
                    far_end.takes = takes
                case Write(urgent):
                    written[urgent].append(f"{urgent} {len(written[urgent])}")
                    out.on_next(SendMessage(written[urgent][-1], urgent=urgent))
                case _:
                    out.on_next(step)
                    if isinstance(step, ClearAudio):
                        cleared.append((len(far_end.sent), reply))
                        reply += 1
        far_end.takes = True
        out.on_completed()
        await sending

    far_end = held(call)
    messages = [message for _, message in far_end.sent]
    for count, reply in cleared:
        late = [one for one in messages[count:] if isinstance(one, bytes)]
        assert sum(bool(set(_values(one)) & {*range(1, reply + 1)}) for one in late) <= 1
    assert messages.count(CLEAR) == len(cleared)
    for urgent, expected in written.items():
        assert [one for one in far_end.texts if one.startswith(str(urgent))] == expected


def _values(message: bytes) -> list[int]:
    return np.unique(np.frombuffer(message, "<i2")).tolist()
