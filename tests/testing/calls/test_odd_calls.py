"""Calls in which something is odd: the agent, the user, or the diagrams."""

import asyncio
import re
import threading
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops

from rxvoice import (
    AudioFrame,
    Event,
    Operator,
    ReplyEnded,
    ReplyStarted,
    Session,
    Turn,
    TurnStarted,
)
from rxvoice.contracts import Chat
from rxvoice.operators import aggregate_turn, converse, interruptible
from rxvoice.testing.calls import Caller, ScriptedLLM, ScriptedTTS, conversation

HELLO = "[-]'hello'"


def emitting(*items: Event, in_thread: bool = False, ends: bool = False) -> Operator[Event, Event]:
    """Emit items when subscribed, and then what comes."""

    def operator(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            def emit() -> None:
                for item in items:
                    observer.on_next(item)
                if ends:
                    observer.on_completed()

            if in_thread:
                thread = threading.Thread(target=emit, name="a thread of its own")
                thread.start()
                thread.join()
            else:
                emit()
            return source.subscribe(observer, scheduler=scheduler)

        return Observable(subscribe)

    return operator


@pytest.mark.parametrize("ends", [False, True])
def test_what_another_thread_emits_is_refused(ends: bool) -> None:
    items = () if ends else (TurnStarted(1),)
    what = "its end" if ends else "TurnStarted"
    with pytest.raises(AssertionError, match=f"emitted {what} from thread 'a thread of its own'"):
        conversation(lambda: emitting(*items, in_thread=True, ends=ends), user=HELLO)


def test_an_operator_that_gives_no_stream_is_refused() -> None:
    nothing: Any = None
    with pytest.raises(TypeError, match="operator must return an observable, got None"):
        conversation(lambda: lambda source: nothing, user=HELLO)


def test_an_agent_that_is_a_coroutine_is_refused() -> None:
    async def wrong() -> Any: ...

    agent: Any = wrong
    with pytest.raises(TypeError, match="wrong must return an operator, got <coroutine"):
        conversation(agent, user=HELLO)


def test_what_an_agents_stream_fails_with_tells_the_call() -> None:
    def agent() -> Operator[Event, Event]:
        return ops.map(lambda item: item if isinstance(item, TurnStarted) else 1 / 0)  # type: ignore

    with pytest.raises(ZeroDivisionError) as failure:
        conversation(agent, user=f"---{HELLO}")
    assert "the call until then:\nuser     ---([ |)" in failure.value.__notes__[0]


def test_a_fault_is_told_where_a_diagram_differs_and_where_a_call_is_printed() -> None:
    def agent() -> Operator[Event, Event]:
        return rx.compose(aggregate_turn(), interruptible(lambda turn: 1 / 0))  # type: ignore

    call = conversation(agent, user=HELLO)
    told = "\nfaults   reply: ZeroDivisionError: division by zero, at 0.8 s"
    assert str(call).endswith(told)
    with pytest.raises(AssertionError) as failure:
        call.expect(bot="----    ----[-]")
    assert str(failure.value).endswith(told)


def test_only_the_first_faults_of_many_are_told() -> None:
    llm = ScriptedLLM(ConnectionError("gone"), again=True)
    call = conversation(converse, user=f"{HELLO} 2s " * 12, llm=llm)
    assert str(call).count("ConnectionError: gone") == 10
    assert str(call).endswith("\n         and 2 more")


def test_an_error_that_is_swallowed_by_a_callback_is_told_when_the_call_hangs() -> None:
    def agent(session: Session) -> Operator[Event, Event]:
        session.scheduler.call_later(0.5, lambda: 1 / 0)
        return emitting(ReplyStarted(1))

    with pytest.raises(AssertionError, match="under way: the reply to turn 1\n") as failure:
        conversation(agent, user=HELLO)
    assert any("nobody handled this: " in note for note in failure.value.__notes__)
    assert any("division by zero" in note for note in failure.value.__notes__)


def test_replies_that_overlap_are_told_apart() -> None:
    frame = AudioFrame(np.ones(320, np.int16), 16_000)
    events = [ReplyStarted(1), frame, ReplyStarted(2), frame, ReplyEnded(1), frame, ReplyEnded(2)]
    call = conversation(lambda: emitting(*events), user="|")
    assert call.bot == "([ [ ] ])"
    call = conversation(lambda: emitting(ReplyStarted(1), ReplyStarted(2), ReplyEnded(2)), user="|")
    assert call.bot == "-"


def test_a_call_lingers_until_all_of_two_replies_are_over() -> None:
    events = [ReplyStarted(1), ReplyStarted(2), ReplyEnded(2)]
    with pytest.raises(AssertionError, match="under way: the reply to turn 1\n"):
        conversation(lambda: emitting(*events), user="-")


def test_of_a_voice_without_words_is_remembered_what_was_played() -> None:
    call = conversation(
        converse,
        user=HELLO,
        bot="---- --------[-]",
        llm=["Hello."],
        tts=ScriptedTTS(words=False),
        history=["user: hello", "bot: Hello."],
    )
    assert "'Hello.'" in call.spoken


def test_a_user_who_never_returns_is_named() -> None:
    async def user(user: Caller) -> None:
        await asyncio.Event().wait()

    with pytest.raises(AssertionError, match="under way: the user's coroutine\n"):
        conversation(converse, user=user)


def test_a_user_who_speaks_on_is_named() -> None:
    with pytest.raises(AssertionError, match="under way: the user's turn, the user's speech\n"):
        conversation(converse, user="[--")


def test_what_a_user_raises_tells_the_call() -> None:
    async def user(user: Caller) -> None:
        await user.says("hello")
        assert await user.hears_words(10, patience=2.0), "too few words"

    with pytest.raises(AssertionError, match="too few words") as failure:
        conversation(converse, user=user, llm=["Hi."])
    assert any("         bot: Hi." in note for note in failure.value.__notes__)


def test_a_users_own_timeout_is_not_the_end_of_the_call() -> None:
    async def user(user: Caller) -> None:
        async with asyncio.timeout(1.0):
            await user.hears_all()

    with pytest.raises(TimeoutError):
        conversation(converse, user=user)


@pytest.mark.parametrize("seconds", [-1.0, float("nan")])
def test_a_user_cannot_wait_backwards(seconds: float) -> None:
    with pytest.raises(ValueError, match="seconds must not be negative"):
        conversation(converse, user=lambda user: user.waits(seconds))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"tick": 0.0}, "tick must be at least a microsecond, got 0.0"),
        ({"tick": 1e-7}, "tick must be at least a microsecond, got 1e-07"),
        ({"tick": float("nan")}, "tick must be at least a microsecond, got nan"),
        ({"limit": 0.0}, "limit must be positive, got 0.0"),
        ({"linger": float("nan")}, "linger must be positive, got nan"),
        ({"linger": 600.0}, "limit must leave time for the user's 0.4 s and 600 s of linger"),
        ({"within": float("nan")}, "within must not be negative, got nan"),
    ],
)
def test_a_bad_number_is_named(arguments: dict[str, float], told: str) -> None:
    settings: dict[str, Any] = {"user": HELLO, "llm": ["Hi."], "bot": "", **arguments}
    with pytest.raises(ValueError, match=re.escape(told)):
        conversation(converse, **settings)


def test_the_end_of_a_script_may_be_later_than_linger_when_the_user_hangs_up() -> None:
    conversation(converse, user=f"{HELLO} 3s |", llm=["Hi."], limit=3.5, linger=100.0)


@pytest.mark.parametrize("llm", [None, 3, TimeoutError("late")])
def test_what_is_no_list_of_responses_is_refused(llm: Any) -> None:
    with pytest.raises(TypeError, match="llm must be a list of responses, a text or a model"):
        conversation(converse, user=HELLO, llm=llm)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"user": None}, "user must be a diagram, got None"),
        ({"bot": ["["]}, r"bot must be a diagram, got \['\['\]"),
        ({"turns": b"S"}, "turns must be a diagram, got b'S'"),
        ({"values": {"x": "hi"}}, "values must hold items and exceptions, got 'hi' for 'x'"),
        ({"history": "user: hello"}, "history must be a list of lines, got 'user: hello'"),
    ],
)
def test_what_is_no_diagram_is_refused(arguments: dict[str, Any], told: str) -> None:
    settings: dict[str, Any] = {"user": HELLO, "llm": ["Hi."], **arguments}
    with pytest.raises(TypeError, match=told):
        conversation(converse, **settings)


def test_a_history_that_differs_is_shown_with_the_call() -> None:
    with pytest.raises(AssertionError) as failure:
        conversation(converse, user=HELLO, llm=["Hi."], history=["user: hello", "bot: Ho."])
    assert str(failure.value).splitlines() == [
        "the history is not what it should be",
        "            user: hello",
        "> expected  bot: Ho.",
        "> actual    bot: Hi.",
        "",
        "user     [-]'hello'------------------------------|",
        "turns    S---      ----T--------------------------",
        "bot      ----      --------[-]--------------------",
    ]


def test_what_is_no_response_is_refused() -> None:
    three: Any = 3
    with pytest.raises(TypeError, match="a response must be a text, a Response or an exception"):
        ScriptedLLM("Hello.", three)
    call = conversation(converse, user=HELLO, llm=[lambda context: three])
    assert "a response must be a text" in str(call)


def test_texts_of_any_script_come_through() -> None:
    said, answer = "Grüße 你好 👋🏽 it's \\ done", "Müßig 世界. 👍🏽 e\u0301tude \\ 'x'."
    quoted = said.replace("\\", "\\\\").replace("'", "\\'")
    call = conversation(converse, user=f"[-]'{quoted}'", llm=[answer])
    assert call.history == [f"user: {said}", f"bot: {answer}"]
    conversation(converse, user=call.user, llm=[answer], bot=call.spoken)


def test_a_text_of_two_lines_is_printed_in_one() -> None:
    call = conversation(converse, user="[-]'one\ntwo'", llm=["Hi."])
    assert call.user.startswith("[-]'one two'-")
    assert call.only(Turn)[0].text == "one\ntwo"


def test_a_column_may_be_a_microsecond_or_an_hour() -> None:
    for tick in (1e-6, 3600.0):
        call = conversation(converse, user=HELLO, llm=["Hi."], tick=tick, limit=1e6)
        assert call.history == ["user: hello", "bot: Hi."]
        conversation(
            converse, user=HELLO, llm=["Hi."], tick=tick, limit=1e6, bot=call.bot, turns=call.turns
        )


def test_an_hour_is_a_call_too() -> None:
    """An hour with 300 turns is printed and compared like a short call."""
    llm: Chat = ScriptedLLM("Hello to you.", again=True)
    user = f"{HELLO} 12s " * 300
    call = conversation(converse, user=user, llm=llm, limit=4000.0)
    assert len(call.only(Turn)) == 300
    assert call.duration > 3600.0
    call.expect(bot=call.bot, turns=call.turns)
    assert max(map(len, str(call).splitlines())) <= 120
