"""Switching providers by hand (CO19, CO21, CO22)."""

from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import BehaviorSubject

from rxvoice import (
    AudioFrame,
    Context,
    Metric,
    ProviderSwitched,
    Sentence,
    SpeechStarted,
    SpeechStopped,
    Token,
    Transcript,
    Turn,
    Word,
)
from rxvoice.operators import respond, switchable, with_events
from rxvoice.testing import Response, ScriptedLLM, marbles, run_virtual, silence
from tests.operators.ensembles import LOST, Voice, always, asking, of, values
from tests.operators.fakes import FakeRecogniser, sound


def test_co19_the_first_one_is_active_and_requests_go_to_whoever_is() -> None:
    llm = switchable({"big": ScriptedLLM("a", "a"), "small": ScriptedLLM("b")}, name="llm")
    assert llm.active == "big"
    with marbles(tick=0.1) as m:
        told = m.record(llm.events)
        logs = [m.record(asking(llm)), m.record(asking(llm), "----------^")]
        m.at(0.5, lambda: llm.use("small"))
    assert [values(log) for log in logs] == [[Token("a")], [Token("b")]]
    assert values(told) == [ProviderSwitched("llm", "small", "big", "asked")]
    assert told[0][0] == pytest.approx(0.5)


def test_co19_a_name_that_belongs_to_others_changes_nothing() -> None:
    llm = switchable({"big": ScriptedLLM("a"), "small": ScriptedLLM("b")})
    stt = switchable({"quick": always(rx.never()), "exact": always(rx.never())})
    with marbles() as m:
        told = m.record(rx.merge(llm.events, stt.events))
        m.at(0.1, lambda: taken.append([stage.use("exact") for stage in (llm, stt)]))
        m.at(0.2, lambda: taken.append([stage.use("nobody") for stage in (llm, stt)]))
        taken: list[list[bool]] = []
    assert taken == [[False, True], [False, False]]
    assert (llm.active, stt.active) == ("big", "exact")
    assert values(told) == [ProviderSwitched("switchable", "exact", "quick", "asked")]


def test_co19_to_the_active_one_there_is_no_switch() -> None:
    voice = Voice()
    with marbles() as m:
        tts = switchable({"a": voice, "b": Voice()})
        told = m.record(tts.events)
        m.record(m.hot("-S---|", {"S": Sentence("Hi.")}).pipe(tts))
        m.at(0.05, lambda: tts.use("a"))
    assert told == []
    assert len(voice.given) == 1


def test_a_request_that_is_being_answered_is_answered_to_its_end() -> None:
    llm = switchable({"a": ScriptedLLM(Response("'one' ----- 'two' |")), "b": ScriptedLLM("no")})
    with marbles() as m:
        log = m.record(asking(llm))
        m.at(0.05, lambda: llm.use("b"))
    assert values(log) == [Token("one"), Token("two")]


def test_co19_only_the_active_one_hears_and_is_heard() -> None:
    """The next one is given what was not answered yet."""

    def answer(item: object) -> Any:
        return [Transcript("hello", is_final=True)] if isinstance(item, SpeechStopped) else []

    first, second = FakeRecogniser(answer), FakeRecogniser(answer)
    with marbles() as m:
        stt = switchable({"a": first, "b": second})
        heard = m.hot(
            "-[aaa]--|",
            {"[": SpeechStarted(0.02), "a": sound("s", pts=0.04), "]": SpeechStopped(0.1)},
        )
        log = m.record(heard.pipe(stt))
        m.at(0.07, lambda: stt.use("b"))
    assert len(of(Transcript, values(log))) == 1
    assert len(of(AudioFrame, first.heard[0])) == 2
    assert [type(item) for item in second.heard[0]].count(AudioFrame) == 3
    assert first.disposed == 1


def test_a_voice_goes_on_with_the_next_word() -> None:
    first, second = Voice(), Voice()
    with marbles() as m:
        tts = switchable({"a": first, "b": second})
        text = m.hot("-S--T-|", {"S": Sentence("one two"), "T": Sentence("three")})
        log = m.record(text.pipe(tts))
        m.at(0.05, lambda: tts.use("b"))
    assert [word.text for word in of(Word, values(log))] == ["one", "two", "three"]
    assert [frame.pts for frame in of(AudioFrame, values(log))] == pytest.approx([0.0, 0.1, 0.2])
    assert (first.given, second.given) == ([[Sentence("one two")]], [[Sentence("three")]])


def test_co21_only_the_active_ones_metrics_leave_and_the_next_one_tells_anew() -> None:
    with marbles() as m:
        first = m.hot("m--m--m---", {"m": Metric("a", "latency", 1.0)})
        second = m.cold("(n)---n---", {"n": Metric("b", "latency", 2.0)})
        stt = switchable({"a": always(first), "b": always(second)})
        m.expect(m.hot("----------").pipe(stt)).to_be(
            "m--m-n---n",
            {"m": Metric("a", "latency", 1.0), "n": Metric("b", "latency", 2.0)},
        )
        m.at(0.1, lambda: stt.use("b"))
        m.expect_subscriptions(first, "^----!")


def test_co21_settings_reach_one_that_is_not_active() -> None:
    """They are a stream that holds the latest, which it is made with."""
    settings = BehaviorSubject("slow")

    def voice(source: Observable[Sentence]) -> Observable[Metric]:
        return settings.pipe(ops.map(lambda pace: Metric("b", pace, 1.0)))

    with marbles() as m:
        tts = switchable({"a": always(rx.never()), "b": voice})
        log = m.record(tts(rx.never()))
        m.at(0.02, lambda: settings.on_next("quick"))
        m.at(0.06, lambda: tts.use("b"))
    assert values(log) == [Metric("b", "quick", 1.0)]


def test_co22_tools_are_in_the_context_so_that_all_models_know_them() -> None:
    """And with them their options; what is asked beside the conversation asks the active one."""
    big, small = ScriptedLLM("a", again=True), ScriptedLLM("b", again=True)
    llm = switchable({"big": big, "small": small})
    context = Context("Be brief.").append("user", "Hi.")
    with marbles() as m:
        m.record(rx.defer(lambda _: llm(context)))
        m.at(1.0, lambda: llm.use("small"))
        m.record(rx.timer(1.5).pipe(ops.flat_map(lambda _: llm(context))))
    assert big.asked[0] is context
    assert small.asked[0] is context


def test_functions_are_switched_too() -> None:
    async def one(_: AudioFrame) -> Transcript:
        return Transcript("one", is_final=True)

    async def two(_: AudioFrame) -> Transcript:
        return Transcript("two", is_final=True)

    async def main() -> None:
        recognise = switchable({"a": one, "b": two})
        assert (await recognise(silence(0.1))).text == "one"
        assert recognise.use("b")
        assert (await recognise(silence(0.1))).text == "two"

    run_virtual(main())


def test_errors_of_the_active_one_go_on_and_switch_nothing() -> None:
    with marbles() as m:
        tts = switchable({"a": Voice(0), "b": Voice()})
        m.expect(m.hot("-S--", {"S": Sentence("Hi.")}).pipe(tts)).to_be("-#", error=LOST)
    assert tts.active == "a"


def test_after_unsubscribing_a_switch_starts_nothing() -> None:
    with marbles() as m:
        first, second = m.cold("----"), m.cold("----")
        tts = switchable({"a": always(first), "b": always(second)})
        m.expect(m.hot("------").pipe(tts), "^-!").to_be("--")
        m.at(0.1, lambda: tts.use("b"))
        m.expect_subscriptions(second)
    assert tts.active == "b"


def test_two_subscribers_are_switched_both() -> None:
    with marbles() as m:
        first, second = m.cold("------"), m.cold("------")
        tts = switchable({"a": always(first), "b": always(second)})
        source = m.hot("-------")
        m.record(source.pipe(tts), "^----!")
        m.record(source.pipe(tts), "^----!")
        m.at(0.04, lambda: tts.use("b"))
        m.expect_subscriptions(first, "^-!", "^-!")
        m.expect_subscriptions(second, "--^--!", "--^--!")


def test_each_switch_is_an_event_of_the_session() -> None:
    llm = switchable({"a": ScriptedLLM("x"), "b": ScriptedLLM("y")}, name="llm")
    with marbles() as m:
        turns = m.hot("-T------|", {"T": Turn("Hi.", 1)})
        log = m.record(turns.pipe(respond(llm), with_events(llm.events)))
        m.at(0.05, lambda: llm.use("b"))
    assert of(ProviderSwitched, values(log)) == [ProviderSwitched("llm", "b", "a", "asked")]
    assert str(log[-1][1]) == "OnCompleted()"


def test_bad_arguments_are_refused_at_the_call() -> None:
    nobody: dict[str, ScriptedLLM] = {}
    with pytest.raises(ValueError, match="members"):
        switchable(nobody)
    with pytest.raises(ValueError, match="keep"):
        switchable({"a": ScriptedLLM()}, keep=0.0)
    wrong: Any = [ScriptedLLM()]
    with pytest.raises(TypeError, match="members must be providers by name, got"):
        switchable(wrong)
