"""TR07: who leaves, in which order, and what the session hears of it."""

import asyncio
from collections.abc import Sequence

import pytest
import reactivex as rx
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import AudioFrame, Session
from rxvoice.items import (
    Connected,
    Disconnected,
    Event,
    Fault,
    MessageReceived,
    Played,
    SendMessage,
)
from rxvoice.testing import pause
from rxvoice.transports import PcmCodec, TransportError, Wire
from tests.transports.ends import FarEnd, held, pcm, tone


class Heard(list[object]):
    """What a listener was told; the completion is ``"over"``."""

    def listen(self, far_end: rx.Observable[object], session: Session) -> rx.abc.DisposableBase:
        return session.subscribe(far_end, self.append, self.append, lambda: self.append("over"))

    @property
    def ends(self) -> Sequence[object]:
        return [item for item in self if not isinstance(item, AudioFrame | Played)]


def test_tr07_a_send_that_fails_is_not_our_own_close() -> None:
    heard = Heard()

    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport()
        out: Subject[object] = Subject()
        sending = line.outgoing(out, session)
        heard.listen(line.incoming, session)
        out.on_next(tone(1.0))
        await pause(0.1)
        far_end.fails = True
        await pause(0.1)
        far_end.say("last words")
        far_end.leave(1001, "gone home")
        await pause(0.1)
        assert heard.ends[-2:] == [Disconnected(reason="gone home"), "over"]
        out.on_next(SendMessage("into the void", urgent=True))
        out.on_next(tone(1.0))
        out.on_completed()
        await sending

    far_end = held(call)
    assert "void" not in "".join(far_end.texts)
    assert far_end.audio < 0.2


def test_tr07_a_far_end_that_takes_nothing_more_and_says_nothing_is_noticed() -> None:
    heard = Heard()

    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport()
        heard.listen(line.incoming, session)
        sending = asyncio.ensure_future(
            line.outgoing(rx.concat(rx.of(tone(5.0)), rx.never()), session)
        )
        await pause(0.1)
        far_end.fails = True
        await pause(2.0)
        assert heard.ends == [Connected(), Disconnected(), "over"]
        sending.cancel()

    held(call)


def test_tr07_the_far_end_leaves_while_we_send() -> None:
    heard = Heard()

    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport()
        sending = asyncio.ensure_future(
            session.run(line.incoming.pipe(ops.map(lambda _: tone(1.0))), line.outgoing)
        )
        far_end.say(*[pcm(0.02)] * 10)
        await pause(0.5)
        far_end.leave(1001, "gone home")
        await sending  # the stream is over with what came in, and so is the call
        assert session.now == pytest.approx(0.5, abs=0.01)

    assert 0.4 < held(call).audio < 0.6
    assert not heard


def test_tr07_we_close_while_the_far_end_sends() -> None:
    heard = Heard()

    async def call(far_end: FarEnd, session: Session) -> None:
        far_end.closes = 0.5
        line = far_end.transport()
        listening = heard.listen(line.incoming, session)
        far_end.say(*[pcm(0.02)] * 10)
        await pause(0.1)
        listening.dispose()
        far_end.say(*[pcm(0.02)] * 10)
        await pause(0.1)
        assert len(heard) == 11

    assert held(call).closed == [(1000, "")]


def test_tr07_the_connection_stays_until_neither_half_is_used() -> None:
    heard = Heard()

    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport()
        await line.outgoing(rx.of(tone(0.1)), session)
        assert far_end.closed == [(1000, "")]  # nobody listened

        far_end = FarEnd()
        line = far_end.transport()
        listening = heard.listen(line.incoming, session)
        await line.outgoing(rx.of(tone(0.1)), session)
        assert not far_end.closed
        far_end.say("an answer")
        await pause(0.1)
        listening.dispose()
        await pause(0.1)
        assert far_end.closed == [(1000, "")]
        assert far_end.opened == 1

    held(call)


def test_tr07_the_one_who_sends_hears_of_it_where_nobody_listens() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        sending = line_with(far_end, rx.never(), session)
        far_end.say("words for nobody")
        await pause(1.0)
        far_end.leave()
        with pytest.raises(TransportError, match="line: the connection has ended"):
            await sending

    held(call)


def line_with(
    far_end: FarEnd, stream: rx.Observable[object], session: Session
) -> "asyncio.Future[None]":
    return asyncio.ensure_future(far_end.transport().outgoing(stream, session))


def test_tr07_a_connection_that_is_refused_fails_both_halves() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        far_end.opening = 1.0
        far_end.refusal = TransportError("no such number")
        line = far_end.transport()
        heard = Heard()
        heard.listen(line.incoming, session)
        with pytest.raises(TransportError, match="no such number"):
            await line.outgoing(rx.of(tone(0.1)), session)
        await pause(0.1)
        assert [str(item) for item in heard] == ["no such number"]
        assert far_end.opened == 1

    held(call)


def test_tr07_another_failure_to_connect_is_a_transport_error_too() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        far_end.refusal = OSError("cable eaten by a mouse")
        with pytest.raises(TransportError, match="there is no connection") as failure:
            await far_end.transport().outgoing(rx.never(), session)
        assert failure.value.__cause__ is far_end.refusal

    held(call)


def test_tr07_opening_can_be_cancelled_and_the_other_half_opens_then() -> None:
    heard = Heard()

    async def call(far_end: FarEnd, session: Session) -> None:
        far_end.opening = 5.0
        line = far_end.transport()
        sending = asyncio.ensure_future(line.outgoing(rx.never(), session))
        await pause(0.1)
        heard.listen(line.incoming, session)
        await pause(1.0)
        sending.cancel()
        await pause(10.0)
        assert heard == [Connected()]
        assert far_end.opened == 2

    assert held(call).closed == [(1000, "")]


def test_tr07_a_session_ends_while_the_connection_is_opened() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        far_end.opening = 5.0
        line = far_end.transport()
        session.subscribe(line.incoming)
        line.outgoing(rx.never(), session)
        await pause(0.1)

    assert not held(call).closed


def test_tr07_a_session_that_ends_closes_the_connection() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        far_end.closes = 0.5
        line = far_end.transport()
        session.subscribe(line.incoming)
        line.outgoing(rx.of(tone(5.0)), session)
        await pause(1.0)

    far_end = held(call)
    assert far_end.closed == [(1000, "")]
    assert far_end.audio == pytest.approx(1.0, abs=0.03)


def test_tr07_a_stream_that_fails_fails_the_sending_at_once_and_the_far_end_is_told() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        out: Subject[object] = Subject()
        sending = asyncio.ensure_future(far_end.transport().outgoing(out, session))
        out.on_next(tone(5.0))
        await pause(1.0)
        out.on_error(KeyError("a bug"))
        with pytest.raises(KeyError, match="a bug"):
            await sending
        assert session.now == pytest.approx(1.0, abs=0.01)

    far_end = held(call)
    assert far_end.closed == [(1011, "internal error")]
    assert far_end.audio == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("opening", [0.0, 5.0])
def test_tr07_a_stream_that_fails_before_all_else_does_not_wait(opening: float) -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        far_end.opening = opening
        with pytest.raises(KeyError, match="a bug"):
            await far_end.transport().outgoing(rx.throw(KeyError("a bug")), session)
        assert session.now < 0.1

    held(call)


def test_tr07_cancelling_the_sending_stops_the_sound_at_once() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport()
        session.subscribe(line.incoming)  # the connection stays
        sending = asyncio.ensure_future(line.outgoing(rx.of(tone(5.0)), session))
        await pause(0.5)
        sending.cancel()
        await pause(1.0)
        with pytest.raises(asyncio.CancelledError):
            await sending

    assert held(call).audio == pytest.approx(0.5, abs=0.03)


def test_tr07_what_a_broken_channel_raises_ends_the_call_like_a_broken_line() -> None:
    heard = Heard()

    async def call(far_end: FarEnd, session: Session) -> None:
        async def receive() -> str:
            await asyncio.sleep(0.1)
            raise OSError("no route")

        far_end.receive = receive  # type: ignore[method-assign]
        heard.listen(far_end.transport().incoming, session)
        await pause(0.5)

    held(call)
    assert heard == [Connected(), Disconnected(), "over"]


@pytest.mark.parametrize("by_session", [True, False])
def test_tr07_a_listener_that_fails_leaves_and_the_sending_goes_on(by_session: bool) -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport()
        sending = asyncio.ensure_future(line.outgoing(rx.of(tone(0.5)), session))
        failures: list[Exception] = []

        def hear(item: object) -> None:
            if isinstance(item, AudioFrame):
                raise KeyError("a bug")

        if by_session:
            session.subscribe(line.incoming, hear, failures.append)
        else:
            line.incoming.subscribe(hear, failures.append, scheduler=session.scheduler)
        far_end.say(pcm(0.02), pcm(0.02))
        await sending
        assert [repr(error) for error in failures] == ["KeyError('a bug')"]

    assert held(call).audio == pytest.approx(0.5)


def test_tr07_there_is_one_listener_at_a_time_who_may_come_and_go() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport()
        out: Subject[object] = Subject()
        sending = asyncio.ensure_future(line.outgoing(out, session))
        await pause(0.1)
        far_end.say("lost")
        await pause(0.1)
        first, second, third = Heard(), Heard(), Heard()
        listening = first.listen(line.incoming, session)
        second.listen(line.incoming, session)
        far_end.say("one")
        await pause(0.1)
        listening.dispose()
        far_end.say("lost, too")
        await pause(0.1)
        third.listen(line.incoming, session)
        far_end.say("two")
        far_end.leave()
        await pause(0.1)
        fourth = Heard()
        fourth.listen(line.incoming, session)
        out.on_completed()
        await sending
        await pause(0.1)
        assert [str(getattr(item, "data", item)) for item in first] == [
            "Connected(who='', name='', attributes={})",
            "one",
        ]
        assert [str(item) for item in second] == ["line has a listener already"]
        assert [getattr(item, "data", item) for item in third] == [
            Connected(),
            "two",
            Disconnected(),
            "over",
        ]
        assert fourth == ["over"]

    held(call)


def test_tr07_a_listener_that_leaves_in_the_moment_it_came_leaves_no_trace() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport()
        session.subscribe(line.incoming).dispose()
        assert not far_end.opened
        heard = Heard()
        heard.listen(line.incoming, session)
        await pause(0.1)
        assert heard == [Connected()]

    held(call)


def test_tr07_a_listener_that_leaves_with_the_last_item_leaves_in_good_form() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        far_end.closes = 0.2
        line = far_end.transport()
        heard = Heard()
        heard.listen(
            line.incoming.pipe(ops.take_while(lambda i: not isinstance(i, Disconnected))), session
        )
        await pause(0.1)
        far_end.leave(1001)
        await pause(0.5)
        assert heard == [Connected(), "over"]

    assert held(call).closed == [(1000, "")]


def test_tr07_a_far_end_that_its_channel_sent_away_did_something_wrong() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        heard = Heard()
        heard.listen(far_end.transport().incoming, session)
        far_end.leave(1009, "message too big", "it sent a message that is too long")
        await pause(0.1)
        assert heard == [
            Connected(),
            Fault("line", "it sent a message that is too long"),
            Disconnected(reason="message too big", by_us=True),
            "over",
        ]

    held(call)


def test_tr07_a_line_that_says_it_is_over_is_closed_while_we_still_send() -> None:
    class Ending(PcmCodec):
        over = False

        @property
        def ready(self) -> bool:
            return not self.over

        def decode(self, message: Wire, /) -> list[Event]:
            self.over = message == "stop"
            return super().decode(message)

    async def call(far_end: FarEnd, session: Session) -> None:
        line = far_end.transport(Ending())
        heard = Heard()
        heard.listen(line.incoming, session)
        sending = line.outgoing(rx.concat(rx.of(tone(5.0)), rx.never()), session)
        await pause(0.5)
        far_end.say("stop", "more")
        await pause(2.0)
        assert heard.ends == [
            Connected(),
            MessageReceived("stop"),
            Disconnected(reason="completed"),
            "over",
        ]
        assert far_end.closed == [(1000, "")]
        asyncio.ensure_future(sending).cancel()

    assert held(call).audio == pytest.approx(0.5, abs=0.03)
