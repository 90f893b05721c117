"""The application, and tools, cut a reply off: `Interrupt` as a command (CX14, RT04)."""

import asyncio
from typing import Any

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import (
    ClearAudio,
    Command,
    EagerTurn,
    EndCall,
    Interrupt,
    Memory,
    Pause,
    Reject,
    ReplyEnded,
    ReplyPaused,
    ReplyStarted,
    Resume,
    Say,
    ToolCall,
    ToolsCancelled,
    ToolUse,
    Turn,
    TurnStarted,
    Uninterruptible,
    Word,
    tool,
)
from rxvoice.contracts import InterruptionPolicy
from rxvoice.operators import (
    converse,
    interrupt_never,
    interruptible,
    speculate,
    steer,
)
from rxvoice.testing import conversation, like, marbles, tone
from rxvoice.testing.calls import Call, Response

SOUND = tone(0.1)
ITEMS: dict[str, Any] = {
    "A": Turn("first", 1),
    "T": TurnStarted(2),
    "B": Turn("second", 2),
    "I": Interrupt(),
    "X": EndCall("over", at_once=True),
    "W": EndCall("over"),
    "x": SOUND,
    "v": Word("one", 0.0),
    "w": Word("two", 0.1),
    "u": Uninterruptible(True),
    "n": Uninterruptible(False),
    "t": ToolCall("c", "search"),
    "1": ReplyStarted(1),
    "2": ReplyStarted(2),
    "c": ClearAudio(1),
    "i": ReplyEnded(1, "one", interrupted=True),
    "j": ReplyEnded(1, "one two", interrupted=True),
    "z": ReplyEnded(1, "", interrupted=True),
    "k": ToolsCancelled((ToolCall("c", "search"),), "interrupted"),
    "e": ReplyEnded(1, "one two"),
    "E": ReplyEnded(2, "one two"),
    "p": ReplyPaused(1),
    "g": EagerTurn(Turn("first", 1)),
}
VERDICTS: dict[str, Any] = {"p": Pause(), "r": Resume(), "k": Reject("so")}


def by(verdicts: Observable[Any]) -> InterruptionPolicy:
    """Decide as a diagram says, whatever the user does."""
    return lambda floor: rx.merge(verdicts, floor.pipe(ops.ignore_elements()))


def expect(turns: str, reply: str, out: str, lives: str, policy: str | None = None) -> None:
    """Expect what becomes of a reply to which all turns are answered."""
    with marbles(0.1) as m:
        said = m.cold(reply, ITEMS)
        decides = interrupt_never() if policy is None else by(m.cold(policy, VERDICTS))
        answered = interruptible(lambda _: said, policy=decides, fade_out=0.0)
        m.expect(m.hot(turns, ITEMS).pipe(answered)).to_be(out, ITEMS)
        m.expect_subscriptions(said, *lives.split())


def test_it_cuts_the_reply_off_at_once_whatever_the_policy_says() -> None:
    expect("A-----I---|", "-vx-w-xxx|", "(A1)vx-w-(Icj)---|", "^-----!")


def test_without_a_reply_it_passes_and_does_nothing() -> None:
    expect("I--A------I|", "-v-w-|", "I--(A1)v-w-e-I|", "---^----!")


def test_without_audio_nothing_is_to_be_cleared() -> None:
    expect("A-I----|", "---v--|", "(A1)-(Iz)----|", "^-!")


def test_what_nothing_may_interrupt_is_spoken_to_its_end_first() -> None:
    expect("A-I------|", "u-v-nw-|", "(A1u)-(Iv)-(ni)----|", "^---!")


def test_a_policy_does_not_take_it_back() -> None:
    expect("A-I------|", "u-v-nw-|", "(A1u)-(Iv)-(ni)----|", "^---!", policy="--prk")


def test_the_end_of_the_source_does_not_take_it_back() -> None:
    expect("A-I|", "u-v-nw-|", "(A1u)-(Iv)-(ni|)", "^---!")


def test_a_paused_reply_ends_without_a_second_clearing() -> None:
    expect("A---I---|", "-vx-w-|", "(A1)vx(cp)(Ii)---|", "^---!", policy="---p")


def test_turns_that_have_waited_are_answered_then() -> None:
    with marbles(0.1) as m:
        replies = {1: m.cold("-vx-------|", ITEMS), 2: m.cold("vw|", ITEMS)}
        answered = interruptible(
            lambda turn: replies[turn.number], policy=interrupt_never(), fade_out=0.0
        )
        out = m.hot("A-T-B-I---|", ITEMS).pipe(answered)
        m.expect(out).to_be("(A1)vx---(IciTB2v)wE-|", ITEMS)


def test_a_tool_of_the_reply_may_cut_it_off() -> None:
    expect("A------|", "vtIw|", "(A1v)t(Iki)----|", "^-!")


def test_an_end_at_once_cuts_what_nothing_may_interrupt_and_nothing_is_answered_then() -> None:
    expect("A-XTB---|", "uv--nw-|", "(A1u)v(Xi)TB---|", "^-!")


def test_turns_that_have_waited_for_an_end_at_once_are_not_answered() -> None:
    expect("A-TBX---|", "v-----w-|", "(A1v)---(XiTB)---|", "^---!")


def test_a_tool_of_the_reply_may_end_the_call_at_once() -> None:
    expect("A---B--|", "vtXw|", "(A1v)t(Xki)-B--|", "^-!")


def test_an_end_that_is_not_at_once_is_not_the_switchs_business() -> None:
    expect("A-W---|", "vW-w|", "(A1v)WWwe-|", "^---!")


def test_nothing_is_thought_ahead_behind_an_end() -> None:
    with marbles(0.1) as m:
        thought = m.cold("-v-w-|", ITEMS)
        ahead = speculate(lambda _: thought, act=ops.map(lambda item: item))
        out = m.hot("g-XgA---|", ITEMS).pipe(interruptible(ahead))
        m.expect(out).to_be("g-XgA---|", ITEMS)
        m.expect_subscriptions(thought, "^-!")


def test_nothing_comes_once_nobody_listens() -> None:
    with marbles(0.1) as m:
        said = m.cold("-vx-w-|", ITEMS)
        answered = interruptible(lambda _: said)
        m.expect(m.hot("A---I-", ITEMS).pipe(answered), "^--!").to_be("(A1)vx-", ITEMS)


# What passes `steer`.


def steered(turns: str, commands: str, fed: str, out: str, **values: Any) -> None:
    known = {**ITEMS, **values}
    with marbles(0.1) as m:
        wanted: Any = m.hot(commands, known)
        feedback = m.hot(fed, known)
        m.expect(m.hot(turns, known).pipe(steer(wanted, feedback=feedback))).to_be(out, known)


def test_a_command_goes_to_the_switch_once() -> None:
    steered("A-----", "--I---", "1--I--", "A-I---")


def test_a_command_in_the_source_goes_to_the_switch_once() -> None:
    steered("A-I---", "------", "1--I--", "A-I---")


def test_the_same_command_may_be_given_twice() -> None:
    steered("A--------", "--(II)---", "1---(II)-", "A-(II)----")


def test_that_of_a_tool_behind_the_switch_goes_to_the_switch() -> None:
    steered("A-----", "------", "1-I---", "A-I---")


def test_that_of_a_tool_whose_reply_it_has_ended_does_not() -> None:
    steered("A--B---", "------", "1-(Ii2)---", "A--B---")
    steered("A--B---", "------", "1-i--I---", "A--B---")


def test_a_tool_behind_the_switch_ends_the_call_at_once() -> None:
    steered("A-----", "------", "1-X---", "A-X---")


def test_an_end_waits_until_all_has_been_heard() -> None:
    steered("A-----", "-W----", "1W--e-", "AW--X-")


def test_an_end_comes_at_once_when_the_bot_says_nothing() -> None:
    """Though the user speaks."""
    steered("T-----", "-W----", "--W---", "TWX---")


def test_an_end_waits_for_a_turn_that_is_to_be_answered() -> None:
    steered("A------", "-W-----", "-W1--e", "AW---X")


def test_an_end_waits_for_what_was_to_be_said_before_it_and_nothing_comes_behind_it() -> None:
    said = like(Turn, number=2, reason="say")
    hold, late = Say("Bye."), Say("One more thing.")
    values = {"h": hold, "l": late, "s": said}
    steered("A-------", "-(hWl)----", "1(hWl)--e-2-E", "A(hWl)--s---X", **values)


# Whole conversations.


def asked(user: str, llm: Any, *commands: tuple[float, Command], **options: Any) -> Call:
    """Hold a call during which the application wants things at certain times."""
    wanted: Subject[Command] = Subject()

    def agent(*, vad: Any, stt: Any, llm: Any, tts: Any, session: Any, **parts: Any) -> Any:
        for at, command in commands:
            session.scheduler.call_later(at, lambda command=command: wanted.on_next(command))
        return converse(commands=wanted, vad=vad, stt=stt, llm=llm, tts=tts, **parts)

    return conversation(agent, user=user, llm=llm, **options)


STORY = "Once upon a time there was a king who had no horse."


def test_cx14_the_application_cuts_the_bot_off_and_history_holds_what_was_heard() -> None:
    call = asked("[--]'a story' 6s", [STORY], (3.0, Interrupt()))
    assert [str(one) for one in call.history] == ["user: a story", "bot: Once upon a time there—"]
    assert ended(call) == [(3.0, True)]


def test_what_is_wanted_behind_it_comes_at_once() -> None:
    call = asked("[--]'a story' 6s", [STORY], (3.0, Interrupt()), (3.0, Say("Fire!")))
    assert [str(one) for one in call.history][1:] == [
        "bot: Once upon a time there—",
        "bot: Fire!",
    ]


def test_a_tool_in_the_background_cuts_the_bot_off() -> None:
    @tool(background=True)
    async def watch(use: ToolUse) -> None:
        """Watch the house."""
        await asyncio.sleep(2.0)
        use.send(Interrupt())
        use.send(Say("Fire!"))

    call = asked(
        "[--]'a story' 6s",
        [Response("(c|)", {"c": ToolCall("1", "watch")}), STORY, "I said so."],
        memory=Memory(tools=[watch]),
    )
    said = [str(one) for one in call.history if str(one).startswith("bot: ")]
    assert said[0].startswith("bot: Once upon")
    assert said[0].endswith("—")
    assert said[1:] == ["bot: Fire!", "bot: I said so."]


def test_a_tool_that_cuts_its_own_reply_off_cuts_no_other() -> None:
    """The next one begins at the same instant."""

    @tool
    async def hush(use: ToolUse) -> None:
        """Be quiet."""
        await asyncio.sleep(3.0)
        use.send(Interrupt())

    call = asked(
        "[--]'hush' 1.5s [--]'and you' 6s",
        [Response("(c|)", {"c": ToolCall("1", "hush")}), "I was never louder than that."],
        memory=Memory(tools=[hush]),
        interruption=interrupt_never(),
    )
    assert [str(one) for one in call.history][-1] == "bot: I was never louder than that."
    assert [interrupted for _, interrupted in ended(call)] == [True, False]
    assert [one.item for one in call.events if isinstance(one.item, Interrupt)] == [Interrupt()]


def ended(call: Call) -> list[tuple[float, bool]]:
    kept = [(one.at, one.item) for one in call.events]
    return [(round(at, 3), item.interrupted) for at, item in kept if isinstance(item, ReplyEnded)]
