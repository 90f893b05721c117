"""The beginning of a long conversation is summarised (CX20, CX21, CX23)."""

from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import Disposable

from rxvoice import Context, Memory, Message, Operator, tool, tools
from rxvoice.contracts import Chat, Synthesizer, Transcriber, Vad
from rxvoice.errors import ProviderRejected
from rxvoice.items import (
    AppendMessages,
    ApplySummary,
    Event,
    Fault,
    ReplaceMessages,
    ReplyEnded,
    ResponseStarted,
    Summarise,
    Token,
    ToolCall,
    ToolResult,
    Turn,
)
from rxvoice.operators import (
    aggregate_turn,
    bot_speech,
    interruptible,
    pace,
    respond,
    summarise,
    synthesize,
    transcribe,
    vad_gate,
)
from rxvoice.testing import OnNext, Response, ScriptedLLM, conversation, like, marbles

ITEMS: dict[str, Event] = {
    "T": Turn("hello", 1),
    "R": ResponseStarted(1),
    "i": ReplyEnded(1, "so", interrupted=True),
    "e": ReplyEnded(1, "so"),
    "s": Summarise(),
    "k": Summarise(keep=0),
    "c": ToolCall("1", "look"),
    "r": ToolResult("1", "look", 7),
    "z": ReplaceMessages((Message("user", "anew"),)),
    "+": AppendMessages((Message("user", "more"),)),
}


@tool
async def look() -> int:
    """Look."""
    return 7


def talk(count: int, text: str = "hm") -> Context:
    return Context("be kind", tuple(Message("user", f"{text} {n}") for n in range(count)))


def told(events: str, llm: Any, memory: Memory, **options: Any) -> list[tuple[float, Event]]:
    """Return when a summary, or a fault, came; it is remembered."""
    with marbles() as m:
        pipe = m.hot(events, ITEMS).pipe(summarise(llm, memory, **options), memory.record())
        log = m.record(pipe)
    return [
        (round(at, 6), note.value)
        for at, note in log
        if isinstance(note, OnNext) and isinstance(note.value, ApplySummary | Fault)
    ]


def texts(memory: Memory) -> list[str]:
    return [message.text for message in memory.context.messages]


def short(number: int = 1, text: str = "(They hesitate.)") -> Any:
    return like(ApplySummary, text=text, number=number)


NONE: dict[str, Summarise] = {}
QUICK: dict[str, Any] = {"form": "({summary})"}
WRITES = Response("--'They hesitate.'|")


def test_cx20_it_is_checked_when_a_response_starts() -> None:
    llm, memory = ScriptedLLM(WRITES), Memory(talk(19))
    assert told("T---R------", llm, memory, **QUICK) == [(0.14, short())]
    assert texts(memory) == ["(They hesitate.)", "hm 16", "hm 17", "hm 18", "hello"]
    (asked,) = llm.asked
    assert asked.messages[0].text.splitlines() == [f"user: hm {n}" for n in range(16)]
    assert asked.instruction != "be kind"
    assert memory.context.system == "be kind"


def test_cx20_a_short_conversation_stays() -> None:
    llm, memory = ScriptedLLM(), Memory(talk(17))
    assert told("T-R---e----R----", llm, memory) == []
    assert texts(memory)[-2:] == ["hello", "so"]


@pytest.mark.parametrize(
    ("count", "characters", "asked"), [(10, 3100, 0), (10, 3200, 1), (5, 9000, 0), (6, 9000, 1)]
)
def test_cx20_many_tokens_are_a_long_conversation(count: int, characters: int, asked: int) -> None:
    llm = ScriptedLLM(WRITES)
    told("R----", llm, Memory(talk(count, "x" * characters)))
    assert len(llm.asked) == asked


def test_cx20_the_limits_can_be_moved_and_left_out() -> None:
    cases: list[tuple[dict[str, Any], int]] = [
        ({"max_messages": 6}, 1),
        ({"max_messages": 7}, 0),
        ({"max_tokens": 66}, 1),  # 10 a message, and a quarter of 4 characters
        ({"max_tokens": 67}, 0),
        ({"max_messages": None, "max_tokens": None}, 0),
    ]
    for options, asked in cases:
        llm = ScriptedLLM(WRITES)
        told("R----", llm, Memory(talk(6)), **options)
        assert len(llm.asked) == asked, options


def test_cx20_the_first_system_message_stays() -> None:
    system = Message("system", "be brief")
    memory = Memory(talk(20).with_messages((system, *talk(20).messages)))
    told("R----", ScriptedLLM(WRITES), memory, **QUICK)
    assert texts(memory)[:3] == ["be brief", "(They hesitate.)", "hm 16"]


def test_cx20_what_asks_while_one_is_made_is_ignored_and_not_waiting() -> None:
    llm, memory = ScriptedLLM(Response("-----'Once.'|"), Response("-'Twice.'|")), Memory(talk(20))
    events = told("R-R-s-R----------k-----", llm, memory, **QUICK)
    assert events == [(0.12, short(1, "(Once.)")), (0.38, short(2, "(Twice.)"))]
    assert texts(memory) == ["(Twice.)"]


def test_cx20_what_is_said_meanwhile_is_not_lost() -> None:
    memory = Memory(talk(20))
    told("R-T-e---", ScriptedLLM(Response("-----'Once.'|")), memory, **QUICK)
    assert texts(memory) == ["(Once.)", "hm 16", "hm 17", "hm 18", "hm 19", "hello", "so"]


def test_cx20_a_model_that_answers_at_once_does_so_behind_what_asked() -> None:
    with marbles() as m:
        source = m.hot("-R-|", ITEMS)
        out = source.pipe(summarise(lambda _: rx.of(Token("Hm.")), Memory(talk(20))))
        m.expect(out).to_be("-(RA)-|", {**ITEMS, "A": like(ApplySummary)})


def test_cx21_one_is_made_on_demand_with_settings_of_its_own() -> None:
    usual, cheap = ScriptedLLM(), ScriptedLLM("one two three")
    memory = Memory(talk(4))
    wanted = Summarise(keep=1, prompt="Count.", max_length=2, llm=cheap)
    with marbles() as m:
        requests = m.hot("--w--", {"w": wanted})
        out = m.hot("------", ITEMS).pipe(summarise(usual, memory, requests=requests, **QUICK))
        m.record(out.pipe(memory.record()), "^ 1s !")
    assert texts(memory) == ["(one two)", "hm 3"]
    assert [asked.instruction for asked in cheap.asked] == ["Count."]
    assert usual.asked == []


def test_cx21_a_request_that_comes_by_passes() -> None:
    with marbles() as m:
        out = m.hot("-s-", ITEMS).pipe(summarise(ScriptedLLM(), Memory()))
        m.expect(out).to_be("-s-", ITEMS)


def test_cx21_nothing_to_be_summarised_is_no_error() -> None:
    for context in (Context(), talk(4), talk(5)):
        llm, memory = ScriptedLLM(), Memory(context)
        assert told("-s-R-", llm, memory, max_messages=1) == []
        assert (llm.asked, memory.context) == ([], context)


@pytest.mark.parametrize(
    "error", [ConnectionError("lost"), ProviderRejected("no", provider="p", status=401)]
)
def test_cx21_a_failure_leaves_the_conversation_as_it_is(error: Exception) -> None:
    llm = ScriptedLLM(Response("--#", error=error), WRITES)
    memory = Memory(talk(20))
    events = told("R----T---R----", llm, memory, **QUICK)
    assert events == [(0.04, like(Fault, source="summary", fatal=False)), (0.24, short(2))]
    assert texts(memory)[-1] == "hello"


def test_cx21_a_model_that_writes_nothing_is_a_failure() -> None:
    memory = Memory(talk(20))
    events = told("R----", ScriptedLLM(Response("' '-|")), memory)
    assert events == [(0.04, Fault("summary", "the model has written no summary"))]
    assert memory.context == talk(20)


def test_cx21_a_model_that_takes_too_long_is_given_up() -> None:
    llm, memory = ScriptedLLM(Response("-'They'"), WRITES), Memory(talk(20))
    events = told("R 125s R----", llm, memory, **QUICK)
    assert events == [
        (120.0, Fault("summary", "the model has written no summary for 120 s")),
        (125.08, short(2)),
    ]
    assert llm.open == 0


def test_cx23_an_interruption_makes_room_and_a_late_summary_still_counts() -> None:
    llm, memory = ScriptedLLM(Response("--------'Late.'|")), Memory(talk(20))
    assert told("R-i---------", llm, memory, **QUICK) == [(0.18, short(1, "(Late.)"))]
    assert texts(memory) == ["(Late.)", "hm 16", "hm 17", "hm 18", "hm 19", "so"]


def test_cx23_one_that_is_asked_for_after_an_interruption_takes_the_place_of_the_other() -> None:
    llm = ScriptedLLM(Response("--------'Late.'|"), Response("---'Second.'|"))
    memory = Memory(talk(20))
    assert told("R-i-R---------", llm, memory, **QUICK) == [(0.16, short(2, "(Second.)"))]
    assert llm.open == 0
    assert len(llm.asked) == 2


def test_cx23_a_reply_that_is_not_interrupted_makes_no_room() -> None:
    llm, memory = ScriptedLLM(Response("--------'Once.'|")), Memory(talk(20))
    assert told("R-e-R---------", llm, memory, **QUICK) == [(0.18, short(1, "(Once.)"))]
    assert len(llm.asked) == 1


def test_cx23_a_summary_of_what_is_gone_changes_nothing() -> None:
    memory = Memory(talk(20))
    assert len(told("R-z+--------", ScriptedLLM(Response("-----'Late.'|")), memory)) == 1
    assert texts(memory) == ["anew", "more"]


def test_cx22_a_call_that_runs_stops_it() -> None:
    llm, memory = ScriptedLLM(WRITES, WRITES), Memory(talk(3))
    events = told("c---k------r---k-----", llm, memory, **QUICK)
    assert [event for _, event in events] == [short(1), short(2)]
    assert texts(memory) == ["(They hesitate.)"]
    assert "call of look" in llm.asked[1].messages[0].text
    assert "call of look" not in llm.asked[0].messages[0].text


def test_cx20_in_a_whole_call_the_model_goes_on_with_the_summary() -> None:
    """While the bot speaks, tools run and the user interrupts."""
    small = ScriptedLLM("Much.", again=True, ttft=0.9)
    memory = Memory(Context("be kind", tools=tools(look)))

    def agent(vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
        def reply(turn: Turn) -> Observable[Event]:
            turns: Observable[Event] = rx.just(turn)
            return turns.pipe(respond(llm, memory), synthesize(tts), pace())

        hear = rx.compose(vad_gate(vad), transcribe(stt), aggregate_turn())
        shorter = summarise(small, memory, max_messages=5, keep=1, **QUICK)
        return rx.compose(hear, interruptible(reply), bot_speech(), shorter, memory.record())

    calls = Response("(c|)", {"c": ToolCall("1", "look")})
    big = ScriptedLLM("First answer.", calls, "Second answer that is long.", "Third.", "Fourth.")
    conversation(
        agent,
        user="[-]'one'---------------[-]'two'-------------[-]'three'--------------------[-]'four'",
        llm=big,
    )
    assert small.asked
    assert texts(memory)[0].startswith("(Much.)")
    asked = big.asked[-1]
    assert asked.messages[0] == Message("user", "(Much.)")
    assert asked.instruction == "be kind"
    held = memory.context.messages
    called = [one.id for message in held for one in message.calls]
    assert called == [message.answers for message in held if message.role == "tool"]
    assert texts(memory)[-2:] == ["four", "Fourth."]


@pytest.mark.parametrize("end", ["|", "#"])
def test_the_end_of_the_conversation_ends_it(end: str) -> None:
    llm = ScriptedLLM(Response("-'They'"))
    with marbles() as m:
        out = m.hot(f"R----{end}", ITEMS).pipe(summarise(llm, Memory(talk(20))))
        m.expect(out).to_be(f"R----{end}", ITEMS)
    assert llm.open == 0


def test_unsubscribing_ends_it() -> None:
    llm = ScriptedLLM(Response("-'They'"))
    requests: list[str] = []
    asks: Observable[Summarise] = rx.never()
    closed = asks.pipe(ops.finally_action(lambda: requests.append("closed")))
    with marbles() as m:
        out = m.hot("R----", ITEMS).pipe(summarise(llm, Memory(talk(20)), requests=closed))
        m.expect(out, "^---!").to_be("R----", ITEMS)
    assert llm.open == 0
    assert requests == ["closed"]


def test_never_and_empty() -> None:
    with marbles() as m:
        m.expect(m.hot("---", ITEMS).pipe(summarise(ScriptedLLM(), Memory()))).to_be("---")
        m.expect(m.cold("|", ITEMS).pipe(summarise(ScriptedLLM(), Memory()))).to_be("|")


def test_two_subscribers_have_summaries_of_their_own() -> None:
    llm, memory = ScriptedLLM(WRITES, WRITES), Memory(talk(20))
    with marbles() as m:
        out = m.hot("R-----|", ITEMS).pipe(summarise(llm, memory, **QUICK))
        for _ in range(2):
            m.expect(out).to_be("R--A--|", {**ITEMS, "A": short()})


def test_requests_that_fail_are_a_fault_and_their_end_is_none() -> None:
    llm, memory = ScriptedLLM(), Memory(talk(2))
    with marbles() as m:
        out = m.hot("--T-|", ITEMS).pipe(summarise(llm, memory, requests=m.cold("-#", NONE)))
        m.expect(out).to_be("-fT-|", {**ITEMS, "f": like(Fault, source="summary", fatal=False)})
        out = m.hot("--T-|", ITEMS).pipe(summarise(llm, memory, requests=m.cold("|", NONE)))
        m.expect(out).to_be("--T-|", ITEMS)


def test_a_subscriber_that_raises_leaves_nothing_running() -> None:
    llm = ScriptedLLM(Response("-'They'"))

    def at_once(
        observer: abc.ObserverBase[Event], _: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        observer.on_next(ITEMS["R"])
        observer.on_next(ITEMS["T"])
        return Disposable()

    def refuse(event: Event) -> None:
        if isinstance(event, Turn):
            raise LookupError

    with marbles() as m:

        def start() -> None:
            out = Observable(at_once).pipe(summarise(llm, Memory(talk(20))))
            with pytest.raises(LookupError):
                out.subscribe(refuse)

        m.at(0, start)
    assert llm.open == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"max_tokens": 0}, "max_tokens must be at least 1"),
        ({"max_messages": 0}, "max_messages must be at least 1"),
        ({"max_length": 0}, "max_length must be at least 1"),
        ({"keep": -1}, "keep must not be negative"),
        ({"form": "x"}, "form must say where"),
        ({"timeout": 0.0}, "timeout must be positive"),
    ],
)
def test_bad_arguments_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        summarise(ScriptedLLM(), Memory(), **options)
    wrong: Any = "be kind"
    with pytest.raises(TypeError, match="llm must be a function of a conversation, got 'be kind'"):
        summarise(wrong, Memory())
    with pytest.raises(TypeError, match="memory must be a Memory, got a str"):
        summarise(ScriptedLLM(), wrong)
    with pytest.raises(ValueError, match="keep must not be negative"):
        Summarise(keep=-1)
    with pytest.raises(ValueError, match="max_length must be at least 1"):
        Summarise(max_length=0)
