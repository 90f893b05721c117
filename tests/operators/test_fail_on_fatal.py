"""What ends a session (CO14), and what is told beside it."""

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import Event, Fault, ProviderSwitched, Session, Token, Turn
from rxvoice.errors import ProviderError
from rxvoice.operators import fail_on_fatal, failover, respond, with_events
from rxvoice.testing import OnError, ScriptedLLM, marbles, run_virtual
from tests.operators.ensembles import BAD_KEY, LOST, SLOW, of, values

EVENTS = {
    "a": Token("a"),
    "f": Fault("llm", "slow", cause=SLOW),
    "g": Fault("llm", "bad key", fatal=True, cause=BAD_KEY),
    "h": Fault("stt", "gone", fatal=True),
}


def test_co14_a_fatal_fault_comes_out_and_ends_the_stream_with_its_cause() -> None:
    with marbles() as m:
        source = m.hot("-a-f-a-g-a", EVENTS)
        m.expect(source.pipe(fail_on_fatal())).to_be("-a-f-a-(g#)", EVENTS, BAD_KEY)
        m.expect_subscriptions(source, "^------!")


def test_co14_one_without_a_cause_ends_it_with_its_message() -> None:
    with marbles() as m:
        log = m.record(m.hot("-h-", EVENTS).pipe(fail_on_fatal()))
    error = log[-1][1]
    assert isinstance(error, OnError)
    assert isinstance(error.error, ProviderError)
    assert (str(error.error), error.error.provider, error.error.fatal) == ("gone", "stt", True)


def test_a_source_that_fails_at_once_is_left_at_once() -> None:
    with marbles() as m:
        source = rx.of(*(EVENTS[letter] for letter in "aga"))
        m.expect(source.pipe(fail_on_fatal())).to_be("(ag#)", EVENTS, BAD_KEY)


@pytest.mark.parametrize("diagram", ["------", "|", "-a-f-|", "-f-#"])
def test_all_else_passes(diagram: str) -> None:
    with marbles() as m:
        m.expect(m.hot(diagram, EVENTS).pipe(fail_on_fatal()), "^-----!").to_be(diagram[:6], EVENTS)


async def _ended(llm: ScriptedLLM, other: ScriptedLLM | None = None) -> list[Event]:
    """Hold a session of two turns and return its events."""
    chat = llm if other is None else failover(llm, other)
    turns = rx.from_iterable([Turn("one", 1), Turn("two", 2)])
    out: list[Event] = []
    events: Observable[Event] = turns.pipe(respond(chat), fail_on_fatal())
    async with Session() as session:
        await session.run(events.pipe(ops.do_action(out.append)))
    return out


def test_co14_bad_credentials_end_the_session() -> None:
    async def main() -> None:
        with pytest.raises(type(BAD_KEY), match="check the credentials"):
            await _ended(ScriptedLLM(BAD_KEY, "two"))

    run_virtual(main())


@pytest.mark.parametrize("other", [None, ScriptedLLM("a", "b")])
def test_co14_what_can_be_made_up_for_does_not_end_it(other: ScriptedLLM | None) -> None:
    """A failure of the moment, and bad credentials of one that has another to stand in."""

    async def main() -> None:
        out = await _ended(ScriptedLLM(LOST if other is None else BAD_KEY, "two"), other)
        assert out

    run_virtual(main())


def test_what_is_told_in_the_midst_of_an_item_comes_after_it() -> None:
    told: Subject[Event] = Subject()
    switch = ProviderSwitched("llm", "b", "a", "failed")
    with marbles() as m:
        source = m.hot("-a-a-|", EVENTS).pipe(with_events(told))
        seen: list[Event] = []

        def on_next(item: Event) -> None:
            if isinstance(item, Token) and not seen:
                told.on_next(switch)
            seen.append(item)

        m.at(0.0, lambda: source.subscribe(on_next, scheduler=m.scheduler))
        m.run()
    assert seen == [Token("a"), switch, Token("a")]


def test_a_stream_that_ends_or_fails_beside_it_does_not_end_it() -> None:
    with marbles() as m:
        one, two = m.hot("-f|", EVENTS), m.hot("--#", EVENTS, LOST)
        source = m.hot("---a-|", EVENTS)
        log = m.record(source.pipe(with_events(one, two)))
    assert of(Fault, values(log)) == [
        EVENTS["f"],
        Fault("events", "ConnectionError: lost"),
    ]
    assert values(log)[-1] == Token("a")


def test_leaving_leaves_what_is_told_too() -> None:
    with marbles() as m:
        told, source = m.hot("-f-----", EVENTS), m.hot("---a---", EVENTS)
        m.expect(source.pipe(with_events(told)), "^---!").to_be("-f-a-", EVENTS)
        m.expect_subscriptions(told, "^---!")
        m.expect_subscriptions(source, "^---!")
