"""Standing in for a provider that fails: requests (CO14, CO20)."""

import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from reactivex import Observable

from rxvoice import (
    AudioFrame,
    Context,
    Fault,
    ProviderSwitched,
    ResponseEnded,
    Token,
    Transcript,
    Turn,
    Word,
)
from rxvoice.errors import ProviderError
from rxvoice.operators import ab, failover, hedge, race, respond
from rxvoice.testing import Response, ScriptedLLM, marbles, run_virtual, silence
from tests.operators.ensembles import BAD_KEY, LOST, SAID, SLOW, asking, chat, of, values


def test_co20_one_that_fails_before_its_first_item_is_answered_for_by_the_next() -> None:
    with marbles() as m:
        first, second = m.cold("--#", error=LOST), m.cold("-a-b|", SAID)
        llm = failover(chat(first), chat(second))
        m.expect(llm.events).to_be(
            "--(s f)",
            {
                "s": ProviderSwitched("failover", "2", "1", "failed"),
                "f": Fault("1", "ConnectionError: lost"),
            },
        )
        m.expect(asking(llm)).to_be("---a-b|", SAID)
        m.expect_subscriptions(first, "^-!")
        m.expect_subscriptions(second, "--^---!")
    assert llm.active == "2"


def test_co20_the_log_names_who_failed(caplog: pytest.LogCaptureFixture) -> None:
    """The vendor where the error tells it, else the member; what it says is not in the text."""
    caplog.set_level(logging.WARNING, logger="rxvoice")
    errors = (ProviderError("no", provider="acme"), LOST)
    with marbles() as m:
        llm = failover(*(ScriptedLLM(error) for error in errors), ScriptedLLM("Hi."), name="llm")
        m.record(asking(llm))
    assert [text for text in caplog.messages if "failed" in text] == [
        "llm: acme failed",
        "llm: 2 failed",
    ]


def test_co20_one_that_has_begun_is_not_begun_again_and_the_next_request_goes_on() -> None:
    llm = failover(
        ScriptedLLM(Response("'One' 'two' #", error=LOST)), ScriptedLLM("Three.", "Four.")
    )
    with marbles(tick=0.1) as m:
        turns = m.hot("-T----U----V----|", {k: Turn(k, n) for n, k in enumerate("TUV", 1)})
        log = m.record(turns.pipe(respond(llm)))
    items = values(log)
    assert of(Fault, items) == [Fault("llm", "ConnectionError: lost")]
    assert [(i.turn, i.text, i.failed) for i in of(ResponseEnded, items)] == [
        (1, "Onetwo", True),
        (2, "Three.", False),
        (3, "Four.", False),
    ]


def test_usage_and_empty_tokens_are_no_beginning() -> None:
    """What a failed attempt has used is told all the same."""
    with marbles() as m:
        first, second = m.cold("ue#", SAID), m.cold("a|", SAID)
        llm = failover(chat(first), chat(second))
        m.expect(asking(llm)).to_be("uea|", SAID)


def test_co20_it_goes_round_and_each_is_asked_once_for_a_request() -> None:
    with marbles() as m:
        asked: list[int] = []

        def member(number: int) -> Callable[[Context], Observable[Any]]:
            def ask(_: Context) -> Observable[Any]:
                asked.append(number)
                return m.cold("#", error=ConnectionError(str(number)))

            return ask

        llm = failover(member(1), member(2), member(3))
        m.expect(asking(llm)).to_be("#", error=ConnectionError("3"))
        m.record(asking(llm), "-----^")
    assert asked == [1, 2, 3, 1, 2, 3]
    assert llm.active == "1"


@pytest.mark.parametrize(
    ("errors", "left"),
    [((BAD_KEY, SLOW), SLOW), ((SLOW, BAD_KEY), SLOW), ((BAD_KEY, BAD_KEY), BAD_KEY)],
)
def test_co14_it_is_only_fatal_when_nobody_can_help_any_more(
    errors: tuple[Exception, Exception], left: Exception
) -> None:
    llm = failover(*(ScriptedLLM(error) for error in errors))
    with marbles() as m:
        log = m.record(m.hot("T----|", {"T": Turn("hi", 1)}).pipe(respond(llm)))
    faults = of(Fault, values(log))
    assert [fault.fatal for fault in faults] == [left is BAD_KEY]
    assert faults[0].cause is left


def test_co14_a_fatal_failure_that_is_made_up_for_is_told_as_one_that_is_not() -> None:
    """The fault names its true source."""
    llm = failover(ScriptedLLM(BAD_KEY), ScriptedLLM("Hello."), names=("cloud", "local"))
    with marbles() as m:
        told = m.record(llm.events)
        m.record(m.hot("T|", {"T": Turn("hi", 1)}).pipe(respond(llm)))
    switch, fault = values(told)
    assert switch == ProviderSwitched("failover", "local", "cloud", "failed")
    assert (fault.source, fault.fatal, fault.cause) == ("vendor", False, BAD_KEY)
    assert "check the credentials" in fault.message


def test_co20_one_alone_stays_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="rxvoice")
    llm = failover(ScriptedLLM(LOST, "Back."), names=("only",))
    with marbles() as m:
        told = m.record(llm.events)
        m.expect(asking(llm)).to_be("300ms #", error=LOST)
    assert told == []
    assert llm.active == "only"
    assert ["only has failed, and nobody stands in" in text for text in caplog.messages] == [True]


def test_co20_a_request_of_one_that_is_not_active_any_more_switches_nothing() -> None:
    """It goes on with the active one itself."""
    with marbles() as m:
        streams = [m.cold("-#"), m.cold("----#"), m.cold("-a|", SAID)]
        llm = failover(chat(*streams[:2]), chat(streams[2]))
        told = m.record(llm.events)
        m.expect(asking(llm)).to_be("--a|", SAID)
        m.expect(asking(llm)).to_be("-----a|", SAID)
    assert len(of(ProviderSwitched, values(told))) == 1


@pytest.mark.parametrize(("recover", "answers"), [(None, "bbb"), (10.0, "bba"), (1.0, "baa")])
def test_the_first_one_is_asked_again_after_a_while(recover: float | None, answers: str) -> None:
    first = ScriptedLLM(LOST, "a", "a", "a")
    llm = failover(first, ScriptedLLM("b", again=True), recover=recover)
    heard: list[str] = []
    with marbles() as m:
        m.record(llm.events)
        for at in (0.0, 5.0, 11.0):
            m.at(
                at,
                lambda: asking(llm).subscribe(
                    lambda item: heard.append(item.text), scheduler=m.scheduler
                ),
            )
        m.until(12.0)
    assert "".join(heard) == answers


def test_who_recovers_is_told() -> None:
    llm = failover(ScriptedLLM(LOST, "a"), ScriptedLLM("b"), recover=2.0)
    with marbles() as m:
        told = m.record(llm.events)
        m.record(asking(llm))
        m.at(3.0, lambda: asking(llm).subscribe(scheduler=m.scheduler))
        m.until(4.0)
    assert values(told)[-1] == ProviderSwitched("failover", "1", "2", "recovered")


def test_one_that_raises_when_it_is_asked_has_failed() -> None:
    def broken(_: Context) -> Observable[Token]:
        raise LOST

    with marbles() as m:
        llm = failover(broken, chat(m.cold("a|", SAID)))
        m.expect(asking(llm)).to_be("a|", SAID)


@pytest.mark.parametrize("diagram", ["------", "|", "-a-"])
def test_what_does_not_fail_is_passed_as_it_is(diagram: str) -> None:
    with marbles() as m:
        first, second = m.cold(diagram, SAID), m.cold("b|", SAID)
        llm = failover(chat(first), chat(second))
        m.expect(asking(llm), "^----!").to_be(diagram[:5], SAID)
        m.expect_subscriptions(second)
    assert llm.active == "1"


def test_unsubscribing_reaches_whoever_is_asked() -> None:
    with marbles() as m:
        first, second = m.cold("-#"), m.cold("-a------", SAID)
        llm = failover(chat(first), chat(second))
        m.expect(asking(llm), "^---!").to_be("--a-", SAID)
        m.expect_subscriptions(second, "-^--!")


async def _refuse(_: AudioFrame) -> Transcript:
    raise LOST


def test_co20_a_function_that_recognises() -> None:
    async def recognise(audio: AudioFrame) -> Transcript:
        return Transcript(f"{audio.duration:g} s", is_final=True)

    async def main() -> None:
        either = failover(_refuse, recognise)
        assert await either(silence(0.5)) == Transcript("0.5 s", is_final=True)
        assert either.active == "2"
        neither = failover(_refuse, _refuse)
        with pytest.raises(ConnectionError, match="lost"):
            await neither(silence(0.5))

    run_virtual(main())


def test_co20_a_function_that_speaks() -> None:
    async def mute(text: str) -> AsyncIterator[AudioFrame | Word]:
        if text:
            raise LOST
        yield silence(0.1)

    async def hoarse(_: str) -> AsyncIterator[AudioFrame | Word]:
        yield silence(0.1)
        raise LOST

    async def speak(text: str) -> AsyncIterator[AudioFrame | Word]:
        yield Word(text, 0.0)
        yield silence(0.1)

    async def main() -> None:
        either = failover(mute, speak)
        assert [item async for item in either("Hi")] == [Word("Hi", 0.0), silence(0.1)]
        spoken: list[AudioFrame | Word] = []
        stream = failover(hoarse, speak)("Hi")
        with contextlib.suppress(ConnectionError):
            async for item in stream:
                spoken.append(item)
            spoken.clear()  # it has not failed
        assert spoken == [silence(0.1)]

    run_virtual(main())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"recover": -1.0}, "recover"),
        ({"keep": 0.0}, "keep"),
        ({"keep": float("inf")}, "keep"),
        ({"names": ("a",)}, "names"),
        ({"names": ("a", "a")}, "names"),
    ],
)
def test_bad_arguments_are_refused_at_the_call(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        failover(ScriptedLLM(), ScriptedLLM(), **options)


@pytest.mark.parametrize("make", [failover, hedge, race, ab])
def test_what_is_no_provider_is_refused_at_the_call(make: Callable[[Any, Any], Any]) -> None:
    refused = "a provider must be a function of a request or a stream, got 'gpt'"
    with pytest.raises(TypeError, match=refused):
        make(ScriptedLLM(), "gpt")


def test_a_member_that_answers_with_nothing_that_is_a_stream_has_failed() -> None:
    def odd(_: Context) -> Any:
        return "text"

    with marbles() as m:
        m.expect(asking(failover(odd, chat(m.cold("a|", SAID))))).to_be("a|", SAID)


def test_provider_errors_say_who_failed() -> None:
    llm = failover(
        ScriptedLLM(ProviderError("down", provider="cloud")), ScriptedLLM("Hi."), name="llm"
    )
    with marbles() as m:
        m.record(m.hot("T|", {"T": Turn("hi", 1)}).pipe(respond(llm)))
        told = m.record(llm.events)
    assert values(told) == [
        ProviderSwitched("llm", "2", "1", "failed"),
        Fault("cloud", "ProviderError: down"),
    ]
