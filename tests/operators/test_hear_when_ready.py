"""Input that starts with the client (TR13)."""

import asyncio

import reactivex as rx

from rxvoice import Session
from rxvoice.items import AudioFrame, Connected, Dtmf, Event, Fault, MessageReceived, SendMessage
from rxvoice.operators import hear_when_ready
from rxvoice.testing import marbles, pause, run_virtual, tone
from rxvoice.transports import memory_pair

VALUES: dict[str, Event] = {
    "a": tone(0.02),
    "d": Dtmf("1"),
    "m": MessageReceived("hello"),
    "r": MessageReceived("ready"),
    "f": Fault("hear_when_ready", "the signal"),
}


def is_ready(item: Event) -> bool:
    return isinstance(item, MessageReceived) and item.data == "ready"


def test_tr13_audio_passes_from_the_moment_at_which_the_client_is_ready() -> None:
    with marbles() as m:
        audio = m.hot("  -a-d-a-ma-|", VALUES)
        client = m.hot(" ------x--x-")
        m.expect(audio.pipe(hear_when_ready(client))).to_be("---d---ma-|", VALUES)
        m.expect_subscriptions(client, "^-----!")


def test_tr13_the_item_that_says_so_may_be_in_the_stream() -> None:
    with marbles() as m:
        audio = m.hot("-a-m-a-ra-a|", VALUES)
        m.expect(audio.pipe(hear_when_ready(is_ready))).to_be("---m---ra-a|", VALUES)


def test_tr13_a_client_that_is_ready_from_the_start_loses_nothing() -> None:
    with marbles() as m:
        out = m.hot("a-a|", VALUES).pipe(hear_when_ready(rx.of("ready")))
        m.expect(out).to_be("        a-a|", VALUES)


def test_tr13_a_client_that_is_never_ready_is_never_heard() -> None:
    with marbles() as m:
        m.expect(m.hot("aaad|", VALUES).pipe(hear_when_ready(rx.never()))).to_be("---d|", VALUES)
        m.expect(m.hot("aaad|", VALUES).pipe(hear_when_ready(rx.empty()))).to_be("---d|", VALUES)


def test_tr13_a_signal_that_fails_is_a_fault_and_lets_audio_pass() -> None:
    with marbles() as m:
        out = m.hot("a-a-a|", VALUES).pipe(hear_when_ready(m.hot("-#")))
        m.expect(out).to_be("-fa-a|", {**VALUES, "f": Fault("hear_when_ready", "MarbleError: #")})


def test_tr13_a_function_that_fails_fails_the_stream() -> None:
    def broken(_: object) -> bool:
        raise KeyError("a bug")

    with marbles() as m:
        out = m.hot("-a-a|", VALUES).pipe(hear_when_ready(broken))
        m.expect(out).to_be("-#", error=KeyError("a bug"))


def test_tr13_errors_and_unsubscribing_pass_through() -> None:
    with marbles() as m:
        audio, client = m.hot("-a-#", VALUES), m.hot("-----x")
        m.expect(audio.pipe(hear_when_ready(client))).to_be("---#")
        m.expect_subscriptions(client, "^--!")
    with marbles() as m:
        audio, client = m.hot("-a-a-a", VALUES), m.hot("-----x")
        m.expect(audio.pipe(hear_when_ready(client)), "^-!").to_be("---")
        m.expect_subscriptions(client, "^-!")


def test_tr13_two_subscriptions_wait_each_for_themselves() -> None:
    with marbles() as m:
        audio = m.hot("-a-r-a--a|", VALUES)
        both = audio.pipe(hear_when_ready(is_ready))
        m.expect(both).to_be("---r-a--a|", VALUES)
        m.expect(both, "----^").to_be("---------|", VALUES)


def test_tr13_over_a_transport_the_audio_starts_with_the_client() -> None:
    async def main() -> None:
        ours, theirs = memory_pair()
        async with Session() as session:
            heard: list[object] = []
            session.subscribe(ours.incoming.pipe(hear_when_ready(is_ready)), heard.append)
            client = session.run(
                rx.of(tone(0.1), SendMessage("ready"), tone(0.1, pts=0.1)), theirs.outgoing
            )
            await asyncio.ensure_future(client)
            await pause(0.1)
        assert heard[:2] == [Connected(), MessageReceived("ready")]
        times = [item.pts for item in heard if isinstance(item, AudioFrame)]
        assert [round(time, 3) for time in times] == [0.1, 0.12, 0.14, 0.16, 0.18]

    run_virtual(main())
