"""When the user is ignored (TU20, TU21)."""

from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import Memory, Operator
from rxvoice.contracts import Chat, Synthesizer
from rxvoice.items import (
    AudioFrame,
    BotSpeechStarted,
    BotSpeechStopped,
    Dtmf,
    Event,
    Fault,
    Metric,
    ReplyEnded,
    ReplyStarted,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    ToolCall,
    ToolResult,
    Transcript,
    Translation,
    Turn,
    UserMuted,
    UserResumed,
    UserStarted,
    UserStopped,
    UserStopping,
)
from rxvoice.operators import (
    aggregate_turn,
    bot_speech,
    in_first_bot_speech,
    interruptible,
    mute_user,
    pace,
    respond,
    synthesize,
    tools_run,
    until_first_bot_speech,
    vad_gate,
    with_feedback,
)
from rxvoice.testing import Response, approx, conversation, marbles, tone
from tests.operators.fakes import listen, sound

USER: dict[str, Event] = {
    "a": tone(0.02),
    "S": SpeechStarted(1.0),
    "o": SpeechOngoing(1.2),
    "E": SpeechStopped(1.4),
    "t": Transcript("hello", is_final=True),
    "k": Dtmf("1"),
    "<": UserStarted("flux"),
    ">": UserStopped("flux"),
    "g": UserStopping("flux"),
    "r": UserResumed("flux"),
}
BOT: dict[str, Event] = {
    "B": BotSpeechStarted(1),
    "P": BotSpeechStopped(1),
    "c": ToolCall("1", "weather"),
    "C": ToolResult("1", "weather", "sunny"),
    "d": ToolCall("2", "no_such_tool"),
    "D": ToolResult("2", "no_such_tool", "there is no such tool"),
    "x": ToolResult("3", "weather"),
    "e": ReplyEnded(1),
}
TOLD: dict[str, Event] = {"m": UserMuted(True), "n": UserMuted(False)}
ALL: dict[str, Any] = {**USER, **BOT, **TOLD}


def muted(
    user: str, bot: str, *conditions: Operator[Any, bool], out: str, values: Any = None
) -> None:
    with marbles() as m:
        stream = m.hot(user, USER).pipe(mute_user(*conditions, feedback=m.hot(bot, BOT)))
        m.expect(stream).to_be(out, {**ALL, **(values or {})})


def test_tu20_all_that_the_user_does_is_dropped_while_the_bot_speaks() -> None:
    muted(
        "aSoEtk<>-aSoEtk<>-aSoEtk<>|",
        "--------B--------P-",
        out="aSoEtk<>m--------naSoEtk<>|",
    )


def test_tu20_what_is_not_the_users_is_never_dropped() -> None:
    others: dict[str, Event] = {
        "T": Turn("hello"),
        "r": ReplyStarted(1),
        "M": Metric("stt", "latency", 0.2),
        "f": Fault("stt", "broken"),
    }
    with marbles() as m:
        source = m.hot("-TrMf-|", others)
        stream = source.pipe(mute_user(feedback=m.hot("B------", BOT)))
        m.expect(stream).to_be("mTrMf-|", {**others, **TOLD})


def test_tu20_changes_are_told_once() -> None:
    muted("---------|", "-B-B-P-P-", out="-m---n---|")


def test_tu20_only_the_first_speech() -> None:
    muted("ttttttttt|", "-B--P-B--", in_first_bot_speech(), out="t(t m)--ntttt|")


def test_tu20_from_the_very_start_until_the_first_speech_ends() -> None:
    """The stream has no start marker; that the user is muted is the first thing it tells."""
    muted("ttttttttt|", "-B--P-B--", until_first_bot_speech(), out="m---ntttt|")


def test_tu20_conditions_are_combined_by_or() -> None:
    conditions = tools_run(), in_first_bot_speech()
    muted("-----------|", "--B-c-P-C-B", *conditions, out="--m-----n--|")


def test_tu20_one_that_takes_over_from_another_is_no_change() -> None:
    """All see an item before it is judged."""

    def until_tool(source: Observable[Event]) -> Observable[bool]:
        return source.pipe(ops.map(lambda item: not isinstance(item, ToolCall)))

    muted("------|", "-B-c--", tools_run(), until_tool, out="-m----|")


@pytest.mark.parametrize(
    ("bot", "out"),
    [
        ("-c-C---", "-m-n---|"),
        ("-cdC-D-", "-m---n-|"),
        ("-d-D---", "-m-n---|"),
        ("-c-x-C-", "-m---n-|"),
        ("-x-----", "-------|"),
        ("-c-c-C-", "-m---n-|"),
        ("-c-e---", "-m-n---|"),
    ],
    ids=[
        "until its result",
        "until the last one has a result",
        "a tool that does not exist",
        "a result of an unknown call is ignored",
        "a result alone is ignored",
        "a call told twice is one call",
        "a call whose reply has ended",
    ],
)
def test_tu21_while_a_tool_runs(bot: str, out: str) -> None:
    muted("-------|", bot, tools_run(), out=out)


NOTHING = Transcript("", is_final=True, is_finalized=True)


def test_speech_that_has_begun_to_pass_is_ended_and_its_rest_dropped() -> None:
    muted(
        "S-o-o-oaE--SoaEt|",
        "---B--P--",
        out="S-o(C m)--n----SoaEt|",
        values={"C": approx(SpeechStopped(1.22))},
    )


def test_its_final_transcript_comes_once_and_without_words_so_that_the_turn_can_end() -> None:
    values = {"C": approx(SpeechStopped(1.02)), "w": NOTHING}
    muted("S--EtttSEt-|", "-B-----", out="S(C m)--w------|", values=values)
    muted("S--E--ttSEt|", "-B--P--", out="S(C m)--n-w-SEt|", values=values)
    muted("SE--tt-SEtt|", "--B--P-", out="SEm-wn-SEtt|", values=values)
    muted("SEt-t--SEtt|", "---B-P-", out="SEtm-n-SEtt|")


def test_speech_that_began_while_muted_is_dropped_to_its_end() -> None:
    muted("-Saoaoao-Et-t-SaEt|", "B---P", out="m---n---------SaEt|")


def test_a_transcript_that_says_it_is_about_later_speech_passes() -> None:
    values: dict[str, Event] = {
        "u": Transcript("no", is_final=True, pts=1.0, end=1.04),
        "v": Transcript("yes", is_final=True, pts=1.5, end=1.6),
    }
    with marbles() as m:
        source = m.hot("-S-E-u----v|", {**USER, **values})
        stream = source.pipe(mute_user(feedback=m.hot("B---P", BOT)))
        m.expect(stream).to_be("m---n-----v|", {**TOLD, **values})


def test_speech_that_was_over_before_may_still_get_its_transcript() -> None:
    muted("-S-E-----t|", "----B--P", out="-S-Em--n-t|")


def test_without_marks_only_the_time_counts() -> None:
    muted("aaataaataaat|", "--B----P----", out="aa(a m)----naaat|")


def test_a_floor_that_somebody_else_gave_is_taken_back() -> None:
    muted(
        "<----><-->-|",
        "--B----P---",
        out="<-(C m)----n---|",
        values={"C": approx(UserStopped("flux", 0.04))},
    )


def test_what_is_guessed_of_a_floor_is_muted_with_it() -> None:
    muted(
        "<gr-gr>-<gr>|",
        "---B---P-----",
        out="<gr(C m)---n<gr>|",
        values={"C": approx(UserStopped("flux", 0.06))},
    )


def test_translations_are_muted_as_transcripts_are() -> None:
    values = {"u": Translation("bonjour", "fr", "en")}
    with marbles() as m:
        source = m.hot("u-u--u|", values)
        stream = source.pipe(mute_user(feedback=m.hot("-B-P--", BOT)))
        m.expect(stream).to_be("um-n-u|", {**TOLD, **values})


def test_a_condition_that_fails_gives_a_fault_and_mutes_no_more() -> None:
    def broken(source: Observable[Event]) -> Observable[bool]:
        def judge(item: Event) -> bool:
            if isinstance(item, Dtmf):
                raise ArithmeticError("no")
            return True

        return source.pipe(ops.map(judge))

    fault = Fault("mute", "ArithmeticError: no")
    muted("-t-t-k-t|", "", broken, out="-m---(f n k)-t|", values={"f": fault})


def test_a_key_may_unmute() -> None:
    """A condition sees the user's items, too, and an item is judged by what it leads to."""

    def until_key(source: Observable[Event]) -> Observable[bool]:
        return source.pipe(
            ops.filter(lambda item: isinstance(item, Dtmf)),
            ops.map(lambda _: False),
            ops.start_with(True),
        )

    muted("-t-k-t|", "", until_key, out="m--(n k)-t|")


def test_before_voice_detection_muting_is_a_microphone_that_is_off() -> None:
    with marbles() as m:
        letters = [sound("s", pts=k * 0.02) for k in range(100)]
        values = {chr(0x4E00 + k): frame for k, frame in enumerate(letters)}
        gate = vad_gate(listen, min_speech=0.06, min_silence=0.06, min_volume=0.0)
        audio = m.hot("".join(values) + "|", values)
        out = audio.pipe(mute_user(feedback=m.hot("-------B 900ms -P", BOT)), gate)
        stops = out.pipe(ops.filter(lambda i: not isinstance(i, AudioFrame | SpeechOngoing)))
        log = m.record(stops)
    kinds = [type(getattr(note, "value", None)).__name__ for _, note in log]
    assert kinds == [
        "SpeechStarted",
        "UserMuted",
        "UserMuted",
        "SpeechStopped",
        "NoneType",
    ]


def test_never_empty_and_error() -> None:
    muted("---", "---", out="---")
    muted("|", "---", out="|")
    muted("#", "---", out="#")
    muted("-S#", "B--", out="m-#")


def test_feedback_that_ends_or_fails_changes_nothing() -> None:
    muted("t--t-t|", "-B|", out="tm----|")
    muted("t--t-t|", "-B#", out="tm----|")


def test_unsubscribing_leaves_source_and_feedback() -> None:
    with marbles() as m:
        user, bot = m.hot("t-t-t", USER), m.hot("-B--P", BOT)
        m.expect(user.pipe(mute_user(feedback=bot)), "^--!").to_be("tm-", ALL)
        m.expect_subscriptions(user, "^--!")
        m.expect_subscriptions(bot, "^--!")


def test_two_subscribers_are_muted_each_on_their_own() -> None:
    with marbles() as m:
        user, bot = m.hot("t-t-t-t|", USER), m.hot("-B-P---", BOT)
        stream = user.pipe(mute_user(feedback=bot))
        m.expect(stream).to_be("tm-nt-t|", ALL)
        m.expect(stream, "--^").to_be("--t-t-t|", ALL)


def muted_agent(llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    memory = Memory()

    def reply(turn: Turn) -> Observable[Event]:
        asked: Observable[Event] = rx.just(turn)
        return asked.pipe(respond(llm, memory), synthesize(tts), pace())

    return with_feedback(
        lambda fed: rx.compose(
            mute_user(feedback=fed),
            aggregate_turn(),
            interruptible(reply),
            bot_speech(),
            memory.record(),
        )
    )


def test_tu20_in_a_call_the_bot_cannot_be_interrupted() -> None:
    call = conversation(
        muted_agent,
        user="[-]'what is on'-------------------[-]'stop' 3s [-]'well'",
        llm=["There are three concerts and a reading.", "It is all free."],
        history=[
            "user: what is on",
            "bot: There are three concerts and a reading.",
            "user: well",
            "bot: It is all free.",
        ],
    )
    assert [item.muted for item in call.only(UserMuted)] == [True, False, True, False]
    assert not any(ended.interrupted for ended in call.only(ReplyEnded))


def test_tu21_in_a_call_the_mute_ends_with_a_tool_that_never_answers() -> None:
    def agent(llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
        def reply(turn: Turn) -> Observable[Event]:
            asked: Observable[Event] = rx.just(turn)
            return asked.pipe(respond(llm, run_tools=False), synthesize(tts), pace())

        return with_feedback(
            lambda fed: rx.compose(
                mute_user(tools_run(), feedback=fed), aggregate_turn(), interruptible(reply)
            )
        )

    calling = Response("'One moment.' 500ms t |", {"t": ToolCall("1", "no_such_tool")})
    call = conversation(
        agent,
        user="[-]'is it raining' 3s [-]'hello'",
        llm=[calling, "Hello."],
    )
    assert [item.muted for item in call.only(UserMuted)] == [True, False]
    assert call.history[-1] == "bot: Hello."
