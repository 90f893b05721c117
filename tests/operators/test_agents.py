"""EC02: several agents hold one conversation, one after another."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable, Subject
from reactivex import operators as ops

from rxvoice import (
    AudioFrame,
    Command,
    Context,
    Event,
    Fault,
    Goto,
    Memory,
    Metric,
    Operator,
    ReplyEnded,
    ReplyStarted,
    Sentence,
    StateEntered,
    ToolCall,
    ToolsCancelled,
    Word,
    flow,
    state,
    tool,
)
from rxvoice.contracts import Synthesizer, Transcriber, Vad
from rxvoice.operators import agents, by_sentence, converse, interrupt_at_once, synthesize
from rxvoice.testing import OnCompleted, OnNext, marbles, pause, tone
from rxvoice.testing.calls import Call, Caller, Response, ScriptedLLM, ScriptedTTS, conversation

WAITER, COOK = "waiter", "cook"


def voice(name: str, tts: ScriptedTTS) -> Synthesizer:
    """A voice whose words can be told from those of others."""

    def marked(item: Any) -> Any:
        return replace(item, text=f"{name}:{item.text}") if isinstance(item, Word) else item

    return lambda sentences: tts(sentences).pipe(ops.map(marked))


def calling(name: str, text: str = "") -> Response:
    return Response(f"'{text}' 100ms c|" if text else "c|", {"c": ToolCall(name, name)})


@tool
async def to_cook() -> Goto:
    """Put the guest through to the cook."""
    return Goto("kitchen", "The cook is there.")


@tool
async def to_waiter() -> Goto:
    """Put the guest through to the waiter."""
    await pause(1.0)
    return Goto("room", "The waiter is there.")


ROOM = state("room", "You wait.", tools=[to_cook], agent=WAITER)
KITCHEN = state("kitchen", "You cook.", tools=[to_waiter], agent=COOK)


class Staff:
    """A waiter and a cook, and the agent that they are."""

    def __init__(
        self,
        waiter: ScriptedLLM,
        cook: ScriptedLLM,
        *,
        kitchen: Any = KITCHEN,
        commands: Observable[Command] | None = None,
        faults: Mapping[int, Exception] | None = None,
    ) -> None:
        self.memory = Memory("At Luigi's.", flow=flow(ROOM, kitchen))
        self.llms = {WAITER: waiter, COOK: cook}
        self.voices = {WAITER: ScriptedTTS(faults=faults), COOK: ScriptedTTS()}
        self.commands = commands

    def agent(self, *, vad: Vad, stt: Transcriber) -> Operator[Event, Event]:
        members = {
            name: (self.llms[name], voice(name, self.voices[name])) for name in (WAITER, COOK)
        }
        cast = agents(self.memory, members)
        return converse(
            vad=vad,
            stt=stt,
            llm=cast.llm,
            tts=cast.tts,
            memory=self.memory,
            commands=self.commands,
            interruption=interrupt_at_once(),
        )

    @property
    def said(self) -> list[str]:
        return [
            f"{message.role}: {message.text}" + ("—" if message.interrupted else "")
            for message in self.memory.context.messages
            if message.role in ("user", "assistant") and message.text
        ]


def words(call: Call, number: int | None = None) -> list[str]:
    """The words that were heard, of one reply or of all."""
    heard: list[str] = []
    reply = 0
    for event in call.events:
        match event.item:
            case ReplyStarted(number=begun):
                reply = begun
            case Word(text=text) if number in (None, reply):
                heard.append(text)
            case _:
                pass
    return heard


def test_ec02_a_hand_over_within_a_reply_goes_on_with_another_mind_and_voice() -> None:
    staff = Staff(
        ScriptedLLM(calling("to_cook", "I ask the cook.")),
        ScriptedLLM("What is it?", "Sure."),
    )
    call = conversation(staff.agent, user="[--]'more salt' 6s [-]'and oil'")
    assert words(call) == [
        *(f"waiter:{word}" for word in ("I", "ask", "the", "cook.")),
        *(f"cook:{word}" for word in ("What", "is", "it?")),
        "cook:Sure.",
    ]
    assert [len(llm.asked) for llm in staff.llms.values()] == [1, 2]
    assert len(call.only(ReplyEnded)) == 2, "the hand-over is one reply"
    assert call.only(Fault) == []
    first, second = staff.llms[COOK].asked
    assert first.instruction == "At Luigi's.\n\nYou cook."
    assert [message.text for message in first.messages] == [
        "more salt",
        "I ask the cook.",
        "The cook is there.",
    ]
    assert [message.text for message in second.messages if message.role == "user"] == [
        "more salt",
        "and oil",
    ]


def test_ec02_the_second_voice_begins_when_the_first_has_been_heard() -> None:
    staff = Staff(ScriptedLLM(calling("to_cook", "I ask the cook.")), ScriptedLLM("What is it?"))
    call = conversation(staff.agent, user="[--]'more salt'")
    heard = call.only(Word)
    assert all(before.end <= after.pts + 1e-6 for before, after in pairwise(heard))
    frames = call.only(AudioFrame)
    assert all(a.end <= b.pts + 1e-6 for a, b in pairwise(frames))
    [entered] = [
        at
        for at, s in zip(call.times(StateEntered), call.only(StateEntered), strict=True)
        if s.previous
    ]
    cook = [word for word in heard if word.text.startswith("cook:")]
    assert heard[3].end > entered, "the waiter was still speaking when the state had changed"
    assert cook[0].pts == pytest.approx(heard[3].end, abs=0.05), "and there is no gap"


def test_ec02_a_state_with_a_greeting_is_begun_by_the_other_voice() -> None:
    kitchen = state("kitchen", "You cook.", agent=COOK, greeting="Marco here.")
    staff = Staff(ScriptedLLM(calling("to_cook")), ScriptedLLM("Sure."), kitchen=kitchen)
    call = conversation(
        staff.agent,
        user="[--]'more salt' 3s [-]'and oil'",
    )
    assert words(call) == ["cook:Marco", "cook:here.", "cook:Sure."]
    assert staff.voices[WAITER].asked == []
    assert [message.text for message in staff.llms[COOK].asked[0].messages][2:] == [
        "The cook is there.",
        "cook:Marco cook:here.",
        "and oil",
    ]


def test_ec02_there_and_back_in_one_reply() -> None:
    staff = Staff(
        ScriptedLLM(calling("to_cook", "One moment."), "He says yes."),
        ScriptedLLM(calling("to_waiter", "It is fine.")),
    )
    call = conversation(staff.agent, user="[--]'more salt'")
    assert " ".join(words(call)) == (
        "waiter:One waiter:moment. cook:It cook:is cook:fine. waiter:He waiter:says waiter:yes."
    )
    assert call.only(Fault) == []


def test_ec02_who_interrupts_the_second_agent_is_answered_by_it() -> None:
    staff = Staff(
        ScriptedLLM(calling("to_cook", "I ask.")),
        ScriptedLLM("One two three four five six seven eight.", "Sorry."),
    )
    call = conversation(staff.agent, user="[--]'more salt' 2.5s [-]'stop'")
    cut = call.only(ReplyEnded)[0]
    assert cut.interrupted
    assert cut.spoken.split()[:3] == ["waiter:I", "waiter:ask.", "cook:One"]
    assert words(call, 2) == ["cook:Sorry."]
    assert staff.voices[COOK].open == staff.voices[WAITER].open == 0
    heard = staff.llms[COOK].asked[1].messages[-2]
    assert (heard.text, heard.interrupted) == (cut.spoken, True)


def test_ec02_who_interrupts_before_the_second_agent_was_heard_is_answered_by_it() -> None:
    """The state had changed by then, and so it stays; what the other one meant to say is lost."""
    staff = Staff(
        ScriptedLLM(calling("to_cook", "I will go and ask the cook about it right away.")),
        ScriptedLLM("What is it?", "Sorry."),
    )
    call = conversation(staff.agent, user="[--]'more salt' 1.2s [-]'stop'")
    assert all(word.startswith("waiter:") for word in words(call, 1))
    assert words(call, 2) == ["cook:Sorry."]


def test_ec02_who_interrupts_before_the_hand_over_keeps_the_agent() -> None:
    staff = Staff(
        ScriptedLLM(calling("to_cook"), "Sorry."),
        ScriptedLLM(calling("to_waiter", "Hm."), "Yes?"),
    )
    call = conversation(
        staff.agent,
        user="[--]'more salt' 1.5s [-]'stop'",
    )
    cancelled = [one.name for item in call.only(ToolsCancelled) for one in item.calls]
    assert cancelled == ["to_waiter"]
    assert words(call, 2) == ["cook:Yes?"]


def test_ec02_the_application_hands_over_between_two_replies() -> None:
    orders: Subject[Command] = Subject()
    staff = Staff(
        ScriptedLLM(Response("'One two three four five.' 500ms ' Six.'|")),
        ScriptedLLM("What is it?"),
        commands=orders,
    )

    async def user(caller: Caller) -> None:
        await caller.says("more salt")
        await caller.hears_words(2)
        orders.on_next(Goto("kitchen"))
        await caller.hears_all()
        await caller.waits(3.0)

    call = conversation(staff.agent, user=user)
    assert [word.partition(":")[0] for word in words(call, 1)] == ["waiter"] * 6
    assert words(call, 2) == ["cook:What", "cook:is", "cook:it?"]


def test_ec02_a_job_in_the_background_is_told_whoever_speaks_by_then() -> None:
    @tool(background=True)
    async def bake() -> str:
        await pause(3.0)
        return "the bread is ready"

    memory = Memory(tools=[bake], flow=flow(ROOM, KITCHEN))
    waiter = ScriptedLLM(
        Response("(ab|)", {"a": ToolCall("b", "bake"), "b": ToolCall("c", "to_cook")})
    )
    cook = ScriptedLLM("I bake.", "It is ready.")
    cast = agents(
        memory,
        {WAITER: (waiter, voice(WAITER, ScriptedTTS())), COOK: (cook, voice(COOK, ScriptedTTS()))},
    )

    def agent(*, vad: Vad, stt: Transcriber) -> Operator[Event, Event]:
        return converse(vad=vad, stt=stt, llm=cast.llm, tts=cast.tts, memory=memory)

    call = conversation(agent, user="[--]'bread'", linger=5.0)
    assert words(call) == ["cook:I", "cook:bake.", "cook:It", "cook:is", "cook:ready."]
    assert "the bread is ready" in cook.asked[1].messages[-1].text


def test_ec02_a_voice_that_fails_leaves_the_next_agent_one() -> None:
    staff = Staff(
        ScriptedLLM(calling("to_cook", "I ask the cook.")),
        ScriptedLLM("What is it?"),
        faults={1: ConnectionError("lost")},
    )
    call = conversation(staff.agent, user="[--]'more salt'")
    assert words(call) == ["cook:What", "cook:is", "cook:it?"]
    assert [fault.source for fault in call.only(Fault)] == [WAITER]


def test_ec02_a_model_that_fails_after_the_hand_over_does_not_undo_it() -> None:
    staff = Staff(ScriptedLLM(calling("to_cook")), ScriptedLLM(ConnectionError("lost"), "Yes?"))
    call = conversation(staff.agent, user="[--]'more salt' 3s [-]'hello'")
    assert [fault.source for fault in call.only(Fault)] == ["llm"]
    assert words(call) == ["cook:Yes?"]


def test_ec02_an_agent_that_nobody_knows() -> None:
    known = {WAITER: (ScriptedLLM("Yes?"), ScriptedTTS())}
    with pytest.raises(ValueError, match="the agent 'cook' of 'kitchen' is not among members"):
        agents(Memory(flow=flow(ROOM, KITCHEN)), known)
    with pytest.raises(ValueError, match="members must hold at least one agent"):
        agents(Memory(), {})
    with pytest.raises(ValueError, match="timeout must not be negative"):
        agents(Memory(), known, timeout=-1.0)
    made = Context(flow=flow(state("x", agent="ghost")))
    assert made.flow is not None
    unknown = Context(flow=made.flow.entered(state("x", agent="ghost")))
    with pytest.raises(LookupError, match="there is no agent with the name ghost"):
        agents(Memory(), known).llm(unknown)


def in_turn(memory: Memory, voices: Mapping[str, Synthesizer]) -> Synthesizer:
    return agents(memory, {name: (ScriptedLLM(), tts) for name, tts in voices.items()}).tts


def heard_of(
    text: str, values: Mapping[str, Any], tts: Callable[[Memory], Synthesizer]
) -> list[tuple[float, Any]]:
    """What voices give when sentences and states come as in a diagram of 0.1 s a column."""
    memory = Memory(flow=flow(ROOM, KITCHEN))
    with marbles(tick=0.1) as m:
        items = m.hot(text, values)
        states = items.pipe(ops.filter(lambda item: isinstance(item, StateEntered)))
        sentences = items.pipe(ops.filter(lambda item: isinstance(item, Sentence)))
        followed: Observable[Any] = rx.merge(
            states.pipe(memory.record(), ops.ignore_elements()), tts(memory)(sentences)
        )
        log = m.record(followed)
    assert isinstance(log[-1][1], OnCompleted)
    return [(round(at, 3), n.value) for at, n in log if isinstance(n, OnNext)]


SENTENCES: dict[str, Any] = {
    "a": Sentence("One."),
    "b": Sentence("Two."),
    "k": StateEntered(KITCHEN, "room"),
    "r": StateEntered(ROOM, "kitchen"),
}


def test_ec02_voices_without_words_and_voices_with_words_in_one_reply() -> None:
    """One voice tells no words: its words are laid over its audio, before the other's."""
    wordless, wordy = ScriptedTTS(words=False), ScriptedTTS()
    log = heard_of(
        "akb|", SENTENCES, lambda memory: in_turn(memory, {WAITER: wordless, COOK: wordy})
    )
    found = [item for _, item in log if isinstance(item, Word)]
    assert [word.text for word in found] == ["One.", "Two."]
    assert found[0].end <= found[1].pts + 1e-6


def test_ec02_a_voice_that_is_slow_holds_the_next_one_back() -> None:
    async def slowly(text: str) -> AsyncIterator[AudioFrame | Word]:
        await pause(2.0)
        yield Word(text, 0.0, 0.5)
        yield tone(0.5)

    log = heard_of(
        "akb|",
        SENTENCES,
        lambda memory: in_turn(memory, {WAITER: by_sentence(slowly), COOK: ScriptedTTS()}),
    )
    assert [item.text for _, item in log if isinstance(item, Word)] == ["One.", "Two."]
    assert next(at for at, item in log if isinstance(item, Word)) >= 2.0


def test_ec02_a_voice_that_hangs_is_given_up_and_the_next_one_speaks() -> None:
    hanging: Synthesizer = lambda _: rx.never()  # noqa: E731

    def tts(memory: Memory) -> Synthesizer:
        members = {WAITER: (ScriptedLLM(), hanging), COOK: (ScriptedLLM(), ScriptedTTS())}
        return agents(memory, members, timeout=2.0).tts

    log = heard_of("akb|", SENTENCES, tts)
    assert [item.text for _, item in log if isinstance(item, Word)] == ["Two."]
    [(at, fault)] = [(at, item) for at, item in log if isinstance(item, Fault)]
    assert (fault.source, at) == (WAITER, 2.2)


def test_ec02_a_reply_is_measured_once_and_each_further_voice_by_its_name() -> None:
    def tts(memory: Memory) -> Synthesizer:
        voices = {WAITER: ScriptedTTS(), COOK: ScriptedTTS()}
        speaks: Any = synthesize(in_turn(memory, voices))
        return speaks

    log = heard_of("akb|", SENTENCES, tts)
    told = [item.source for _, item in log if isinstance(item, Metric) and item.name == "ttfb"]
    assert told == ["tts", COOK]


@given(st.text("abkr", max_size=10))
def test_ec02_whatever_comes_each_sentence_is_said_once_by_its_voice_and_in_order(
    text: str,
) -> None:
    voices = {name: voice(name, ScriptedTTS()) for name in (WAITER, COOK)}
    log = heard_of(f"{text}|", SENTENCES, lambda memory: in_turn(memory, voices))
    expected: list[str] = []
    speaker = WAITER
    for sign in text:
        if sign in "kr":
            speaker = COOK if sign == "k" else WAITER
        else:
            expected.append(f"{speaker}:{SENTENCES[sign].text}")
    found = [item for _, item in log if isinstance(item, Word)]
    assert [word.text for word in found] == expected
    assert all(a.end <= b.pts + 1e-6 for a, b in pairwise(found))
    frames = [item for _, item in log if isinstance(item, AudioFrame)]
    assert all(a.end <= b.pts + 1e-6 for a, b in pairwise(frames))


def test_ec02_two_calls_at_once_do_not_share_who_speaks() -> None:
    memories = [Memory(flow=flow(ROOM, KITCHEN)) for _ in range(2)]
    memories[0].context = replace(memories[0].context, flow=flow(ROOM, KITCHEN).entered(KITCHEN))
    voices = {WAITER: ScriptedTTS(), COOK: ScriptedTTS()}
    with marbles(tick=0.1) as m:
        for memory in memories:
            m.record(m.hot("a|", SENTENCES).pipe(in_turn(memory, voices)))
    assert [len(tts.asked) for tts in voices.values()] == [1, 1]


def test_ec02_within_a_reply_the_second_voice_gets_the_rate_of_the_first() -> None:
    voices = {WAITER: ScriptedTTS(rate=8_000), COOK: ScriptedTTS(rate=24_000)}
    log = heard_of("akbra|", SENTENCES, lambda memory: in_turn(memory, voices))
    frames = [item for _, item in log if isinstance(item, AudioFrame)]
    assert {frame.rate for frame in frames} == {8_000}
    assert sum(frame.duration for frame in frames) == pytest.approx(3 * 0.25, abs=0.01)
    assert all(a.end <= b.pts + 1e-6 for a, b in pairwise(frames))
    assert [item.text for _, item in log if isinstance(item, Word)] == ["One.", "Two.", "One."]


def test_ec02_who_leaves_leaves_all_voices() -> None:
    voices = {WAITER: ScriptedTTS(), COOK: ScriptedTTS()}
    memory = Memory(flow=flow(ROOM, KITCHEN))
    with marbles(tick=0.1) as m:
        m.record(m.hot("a", SENTENCES).pipe(in_turn(memory, voices)), "^--!")
    assert [tts.open for tts in voices.values()] == [0, 0]


def test_ec02_a_source_that_fails_fails_the_voice() -> None:
    voices = {WAITER: ScriptedTTS(), COOK: ScriptedTTS()}
    with marbles(tick=0.1) as m:
        out = m.hot("a#", SENTENCES).pipe(in_turn(Memory(), voices))
        m.expect(out).to_be("-#")
    assert [tts.open for tts in voices.values()] == [0, 0]
