"""Asking again what failed for the moment (CO14, CO15)."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest

from rxvoice import AudioFrame, Fault, ProviderSwitched, Sentence, Token, Transcript, Turn, Word
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.operators import failover, respond, retry_with_backoff, transcribe
from rxvoice.testing import OnError, Response, ScriptedLLM, feed, marbles, run_virtual, silence
from tests.operators.ensembles import BAD_KEY, LOST, SAID, Voice, asking, chat, of, values
from tests.operators.fakes import FakeRecogniser, sound

BUSY = ProviderRejected("busy", provider="vendor", status=429, retry_after=1.5)


def starts(*errors: Exception, **options: Any) -> list[float]:
    """Return when a model is asked that fails as it is told, and answers then."""
    streams: list[Any] = []
    with marbles() as m:
        streams = [m.cold("#", error=error) for error in errors] + [m.cold("a|", SAID)]
        m.record(asking(retry_with_backoff(chat(*streams), **options)))
    return [life.began for stream in streams for life in stream.lives]


def test_pauses_grow_up_to_the_longest() -> None:
    errors = [LOST] * 6
    began = starts(*errors, tries=9, first=0.5, factor=2.0, longest=3.0, jitter=0.0)
    assert began == pytest.approx([0.0, 0.5, 1.5, 3.5, 6.5, 9.5, 12.5])


def test_it_gives_up_after_so_many_tries() -> None:
    with marbles() as m:
        stream = m.cold("#", error=LOST)
        llm = retry_with_backoff(chat(stream), tries=3, first=0.02, factor=1.0, jitter=0.0)
        told = m.record(llm.events)
        m.expect(asking(llm)).to_be("--#", error=LOST)
    assert values(told) == [Fault("retry", "ConnectionError: lost")] * 2


@pytest.mark.parametrize(
    "error",
    [
        BAD_KEY,
        ProviderRejected("bad request", provider="x", status=400),
        ProviderError("closed", provider="x", retryable=False),
    ],
)
def test_co15_what_cannot_help_is_not_tried_again(error: Exception) -> None:
    with marbles() as m:
        stream = m.cold("-#", error=error)
        m.expect(asking(retry_with_backoff(chat(stream)))).to_be("-#", error=error)
        m.expect_subscriptions(stream, "^!")


def test_what_has_begun_is_not_begun_again() -> None:
    with marbles() as m:
        stream = m.cold("-a-#", SAID, LOST)
        m.expect(asking(retry_with_backoff(chat(stream)))).to_be("-a-#", SAID, LOST)
        m.expect_subscriptions(stream, "^--!")


def test_the_provider_is_given_the_time_that_it_asks_for() -> None:
    assert starts(BUSY, LOST, first=0.2, jitter=0.0) == pytest.approx([0.0, 1.5, 1.9])


def test_nobody_waits_for_longer_than_the_longest() -> None:
    with marbles() as m:
        stream = m.cold("#", error=BUSY)
        m.expect(asking(retry_with_backoff(chat(stream), longest=1.0))).to_be("#", error=BUSY)


def test_jitter_comes_from_the_given_chance() -> None:
    errors = [LOST] * 3

    def began(seed: int) -> list[float]:
        return starts(*errors, tries=4, first=1.0, factor=1.0, jitter=0.5, random=Random(seed))

    assert began(1) == began(1)
    assert began(1) != began(2)
    pauses = [b - a for a, b in zip(began(3), began(3)[1:], strict=False)]
    assert all(0.5 <= pause <= 1.5 for pause in pauses)
    assert len({round(pause, 6) for pause in pauses}) == 3


def test_unsubscribing_in_a_pause_leaves_nothing() -> None:
    with marbles() as m:
        stream = m.cold("#", error=LOST)
        llm = retry_with_backoff(chat(stream), first=1.0)
        m.expect(asking(llm), "^---!").to_be("----")
        m.expect_subscriptions(stream, "(^!)")


def test_each_request_has_its_own_count() -> None:
    llm = retry_with_backoff(ScriptedLLM(LOST, "a", LOST, "b", ttft=0.1), tries=2, first=0.1)
    with marbles(tick=0.1) as m:
        one, two = m.record(asking(llm)), m.record(asking(llm), "----------^")
    assert values(one) == [Token("a")]
    assert values(two) == [Token("b")]


def test_the_reply_is_late_and_no_fault_is_heard_of() -> None:
    llm = retry_with_backoff(ScriptedLLM(LOST, "Hello."))
    with marbles() as m:
        log = m.record(m.hot("T|", {"T": Turn("hi", 1)}).pipe(respond(llm)))
    assert of(Fault, values(log)) == []
    assert of(Token, values(log)) == [Token("Hello.")]


def test_functions_are_called_again() -> None:
    heard: list[float] = []

    async def recognise(audio: AudioFrame) -> Transcript:
        heard.append(audio.duration)
        if len(heard) < 3:
            raise LOST
        return Transcript("hello", is_final=True)

    async def speak(text: str) -> AsyncIterator[AudioFrame | Word]:
        spoken.append(text)
        if len(spoken) < 2:
            raise LOST
        yield Word(text, 0.0)

    spoken: list[str] = []

    async def main() -> None:
        assert (await retry_with_backoff(recognise)(silence(0.5))).text == "hello"
        items = [item async for item in retry_with_backoff(speak)("Hi")]
        assert items == [Word("Hi", 0.0)]

    run_virtual(main())
    assert heard == [0.5] * 3


def test_a_voice_is_started_anew_with_what_it_has_not_said() -> None:
    """CO14: failures that are made up for are not fatal."""
    voice = Voice(3)
    tts = retry_with_backoff(voice, first=0.5, jitter=0.0)
    out = feed(tts, [Sentence("one two three"), 0.2, Sentence("four"), 2.0])
    assert [w.text for w in of(Word, [item for _, item in out])] == ["one", "two", "three", "four"]
    assert voice.given == [
        [Sentence("one two three")],
        [Sentence("two three"), Sentence("four")],
    ]
    assert [fault.fatal for fault in of(Fault, [item for _, item in out])] == [False]


def test_a_recogniser_that_answers_has_all_its_tries_again() -> None:
    def answer(item: object) -> Any:
        return [Transcript("x", is_final=True), LOST] if isinstance(item, AudioFrame) else []

    stt = FakeRecogniser(answer)
    script: list[Any] = [0.5]
    for _ in range(6):
        script += [sound("s"), 0.5]
    out = [i for _, i in feed(transcribe(retry_with_backoff(stt, tries=2, first=0.1)), script)]
    assert len(of(Transcript, out)) == 6
    assert {fault.fatal for fault in of(Fault, out)} == {False}


def test_a_recogniser_that_keeps_failing_is_given_up() -> None:
    failing = FakeRecogniser(lambda item: [LOST])
    with marbles() as m:
        stt = retry_with_backoff(failing, tries=3, first=0.02, factor=1.0, jitter=0.0)
        log = m.record(m.hot("-a------", {"a": sound("s")}).pipe(stt))
    assert len(of(Fault, values(log))) == 2
    assert log[-1][1] == OnError(LOST)
    assert len(failing.heard) == 3


def test_the_source_may_end_in_a_pause() -> None:
    voice = Voice(0)
    with marbles() as m:
        text = m.hot("-(S|)", {"S": Sentence("Hi.")})
        log = m.record(text.pipe(retry_with_backoff(voice, first=0.1, jitter=0.0)))
    assert [word.text for word in of(Word, values(log))] == ["Hi."]


def test_it_can_be_combined_with_others() -> None:
    """Three tries with one, and then the next one."""
    first = ScriptedLLM(LOST, again=True)
    llm = failover(retry_with_backoff(first, tries=3), ScriptedLLM(Response("'Hello.' |")))
    with marbles() as m:
        told = m.record(llm.events)
        log = m.record(asking(llm))
    assert values(log) == [Token("Hello.")]
    assert len(first.asked) == 3
    assert values(told)[0] == ProviderSwitched("failover", "2", "1", "failed")


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"tries": 0}, "tries"),
        ({"first": -0.1}, "first"),
        ({"factor": 0.5}, "factor"),
        ({"first": 2.0, "longest": 1.0}, "longest"),
        ({"jitter": 1.5}, "jitter"),
    ],
)
def test_bad_arguments_are_refused_at_the_call(options: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        retry_with_backoff(chat(), **options)
