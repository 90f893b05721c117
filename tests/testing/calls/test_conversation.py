"""Whole calls as diagrams."""

import asyncio
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import Dtmf, Event, Fault, Memory, Operator, Session, Tool, ToolCall, Turn
from rxvoice.contracts import Chat, StopStrategy, Synthesizer
from rxvoice.operators import (
    aggregate_turn,
    converse,
    interruptible,
    pace,
    respond,
    stop_after_silence,
    synthesize,
)
from rxvoice.testing import MarbleFailure
from rxvoice.testing.calls import (
    Call,
    Caller,
    Response,
    ScriptedLLM,
    ScriptedTTS,
    conversation,
)

LIBRARY = "I am the assistant of the city library."


def printed(call: Call) -> tuple[dict[str, Any], list[str]]:
    """Return the lanes and the history of a printed call."""
    lanes: dict[str, Any] = {"user": "", "turns": "", "bot": ""}
    above, _, below = str(call).partition("\nfaults")[0].partition("\nhistory")
    for line in above.splitlines():
        if line:
            lanes[line[:9].strip()] += line[9:] + " "
    return lanes, [line.strip() for line in below.splitlines()]


def test_a_caller_interrupts_and_history_holds_what_was_heard() -> None:
    """DX04: items go in on both sides, time passes, and what comes out is compared."""
    conversation(
        converse,
        user=" [--]'hello'------------------[-]'stop'",
        turns="S---  -    ----T----------------S-   ---T",
        bot="  ----  -    ----------[-------!----   -------[-]",
        llm=[LIBRARY, "Sorry."],
        history=["user: hello", "bot: I am the—", "user: stop", "bot: Sorry."],
    )


def test_blanks_align_a_diagram_and_mean_nothing() -> None:
    call = conversation(converse, user="[-] 'hello'", llm=["Hi."])
    assert call.user == "[-]'hello'------------------------------|"
    conversation(converse, user="[-]'hello'", llm=["Hi."], bot=call.bot.replace("-", " - "))


@pytest.mark.parametrize("audio", [False, True], ids=["marks", "audio"])
@pytest.mark.parametrize(
    ("user", "llm"),
    [
        ("[--]'hello' 3s [-]'stop'", [LIBRARY, "Sorry."]),
        ("[-'hel…'-]'it\\'s me' 5s |", ["A. B. C."]),
        ("[--]-------[--]'two'", ["One answer."]),
        ("[--]'hello' 3s |", [LIBRARY]),
        ("[--]'hello' 5s 1--2", [TimeoutError("gone")]),
        ("1.5s", []),
    ],
)
def test_what_a_call_prints_can_be_put_into_a_test(user: str, llm: list[Any], audio: bool) -> None:
    call = conversation(converse, user=user, llm=llm, audio=audio)
    conversation(
        converse,
        user=call.user,
        turns=call.turns,
        bot=call.spoken,
        history=call.history,
        llm=llm,
        audio=audio,
    )
    lanes, history = printed(call)
    conversation(converse, llm=llm, audio=audio, **lanes)
    assert history == call.history


def test_a_long_call_is_printed_in_rows_that_are_one_diagram() -> None:
    texts = ["hello", "how are you", "what time is it", "thank you very much", "good bye then"]
    user = " 4s ".join(f"[----]'{text}'" for text in texts)
    llm = ScriptedLLM(LIBRARY, again=True)
    call = conversation(converse, user=user, llm=llm)
    assert max(map(len, str(call).splitlines())) <= 120
    assert str(call).count("\nuser ") >= 1
    with pytest.raises(AssertionError) as failure:
        call.expect(turns=call.turns.replace("D", "T")[:-40] + "S")
    shown = str(failure.value).splitlines()
    assert max(map(len, shown)) < 160
    assert shown[1].startswith("user      … ")
    marked = shown[5].index("^")
    assert (shown[3][marked], shown[4][marked]) == ("S", "-")
    lanes, history = printed(call)
    again = ScriptedLLM(LIBRARY, again=True)
    assert conversation(converse, llm=again, **lanes).history == history


def test_audio_is_heard_later_by_the_time_that_detection_takes() -> None:
    marks = conversation(converse, user="[---]'hello'", llm=[LIBRARY])
    audio = conversation(converse, user="[---]'hello'", llm=[LIBRARY], audio=True)
    assert audio.history == marks.history == ["user: hello", f"bot: {LIBRARY}"]
    assert audio.only(Turn)[0].speech_end == pytest.approx(marks.only(Turn)[0].speech_end)
    assert audio.turns.index("S") - marks.turns.index("S") == 2  # 0.2 s of speech make a start


def test_a_lane_that_differs_is_shown_with_the_others() -> None:
    with pytest.raises(AssertionError) as failure:
        conversation(
            converse,
            user="[--]'hello'",
            llm=["Hi there."],
            turns="S---------T",
            bot="  1.5s [--!",
            history=["user: hello", "bot: Hi—"],
        )
    assert str(failure.value) == (
        "turns is not what it should be; one column is 0.1 s\n"
        "user      [--]'hello'---------------------------------|\n"
        "bot       -----      --------[----]--------------------\n"
        "expected  S----      -----T----------------------------\n"
        "actual    S----      ----T-----------------------------\n"
        "                         ^ 0.9 s\n"
        "expected T (the turn ends) at 1 s\n"
        "but got  T (the turn ends) at 0.9 s\n"
        "\n"
        "bot is not what it should be; one column is 0.1 s\n"
        "user      [--]'hello'---------------------------------|\n"
        "turns     S----      ----T-----------------------------\n"
        "expected  -----      ----------[--!--------------------\n"
        "actual    -----      --------[----]--------------------\n"
        "                             ^ 1.3 s\n"
        "expected [ (the bot is heard) at 1.5 s\n"
        "but got  [ (the bot is heard) at 1.3 s\n"
        "\n"
        "the history is not what it should be\n"
        "            user: hello\n"
        "> expected  bot: Hi—\n"
        "> actual    bot: Hi there."
    )


def test_times_may_differ_when_it_is_said() -> None:
    conversation(converse, user="[--]'hello'", llm=["Hi."], bot="1.3s [-]", within=0.2)
    with pytest.raises(AssertionError, match=r"at 1\.1 s"):
        conversation(converse, user="[--]'hello'", llm=["Hi."], bot="1.1s [-]", within=0.1)


def test_words_count_only_in_diagrams_that_have_words() -> None:
    conversation(converse, user="[--]'hello'", llm=["Hi there."], bot="1.3s [----]")
    bot = "1.3s (['Hi')--'there.'-]"
    with pytest.raises(AssertionError, match=r"the word 'Hi' at 1\.4 s"):
        conversation(converse, user="[--]'hello'", llm=["Hi there."], bot=bot)
    conversation(converse, user="[--]'hello'", llm=["Hi there."], bot="1.3s ['Hi'--'there.']")


async def rains(*_: object) -> str:
    await asyncio.sleep(0.2)
    return "rain"


def test_tools_and_faults_are_seen() -> None:
    response = Response("100ms t 200ms 'Rain.' |", {"t": ToolCall("1", "weather")})
    memory = Memory(tools=[Tool("weather", function=rains)])
    conversation(
        converse, user="[-]'rain?'", llm=[response, "Yes."], bot="900ms t--[r-----]", memory=memory
    )
    call = conversation(
        converse,
        user="[-]'hi'",
        llm=[ConnectionError("refused")],
        bot="1.1s f",
        history=["user: hi"],
    )
    assert [fault.source for fault in call.only(Fault)] == ["llm"]


def test_an_agent_without_replies_is_judged_by_its_sound() -> None:
    def stale(llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
        def reply(item: Event) -> Observable[Event]:
            if not isinstance(item, Turn):
                return rx.empty()
            asked: Observable[Event] = rx.just(item)
            return asked.pipe(respond(llm), synthesize(tts), pace())

        return rx.compose(aggregate_turn(), ops.flat_map(reply))

    user = "[-]'one'----------[-]'two'"
    llm = ["A very long answer with many words.", "Short."]
    with pytest.raises(AssertionError, match=r"but got  \] \(.*\) at 3\.1 s"):
        conversation(stale, user=user, llm=llm, bot="1.3s [-----]--------[-]")


def test_a_model_that_hangs_is_given_up() -> None:
    call = conversation(converse, user="[-]'hi'", llm=[Response("'Well'")], bot="15.8s f[-]")
    assert call.history == ["user: hi", "bot: Well"]


def test_a_cut_before_anything_was_heard_is_a_cut_too() -> None:
    conversation(
        converse,
        user="[-]'one'------- 100ms [-]'two'",
        llm=["Never heard.", "Yes."],
        bot="1.5s !--------[-]",
        history=["user: one", "user: two", "bot: Yes."],
    )


def test_who_hangs_up_hears_the_reply_to_its_end_and_no_more() -> None:
    call = conversation(converse, user="[-]'hello'---------|", llm=[LIBRARY])
    assert call.user.rstrip("-").endswith("|")
    assert call.history == ["user: hello", f"bot: {LIBRARY}"]
    assert call.duration == pytest.approx(3.41)


def test_keys_arrive_in_both_planes() -> None:
    for audio in (False, True):
        call = conversation(converse, user="--1--2", audio=audio)
        assert call.only(Dtmf) == [Dtmf("1"), Dtmf("2")]
        assert call.times(Dtmf) == pytest.approx([0.2, 0.5])


def test_a_broken_line_fails_the_agent_unless_it_is_expected() -> None:
    broken = ConnectionError("cable cut")
    call = conversation(
        converse,
        user="[-]'hello' 1.5s #",
        llm=[LIBRARY],
        values={"#": broken},
        bot="1.4s [----(! #)",
    )
    assert call.error is broken
    with pytest.raises(ConnectionError, match="cable cut"):
        conversation(converse, user="--#", values={"#": broken})


def test_a_recogniser_that_fails_is_a_fault_and_starts_anew() -> None:
    for audio in (False, True):
        call = conversation(
            converse,
            user="[--x--] 1s [--]'hello'",
            llm=["Hi."],
            values={"x": ConnectionError("gone")},
            audio=audio,
        )
        assert [fault.source for fault in call.only(Fault)] == ["stt"]
        assert call.history == ["user: hello", "bot: Hi."]


def test_items_of_ones_own_can_come_from_the_user() -> None:
    def agent() -> Operator[Event, Event]:
        return ops.map(lambda item: item)

    fault = Fault("line", "crackles")
    call = conversation(agent, user="--c", values={"c": fault})
    assert call.only(Fault) == [fault]


def test_an_agent_is_given_the_parts_it_names_and_all_options() -> None:
    seen: dict[str, object] = {}

    def agent(llm: Chat, tts: Synthesizer, *, session: Session, stop: StopStrategy) -> Any:
        seen.update(llm=llm, tts=tts, session=session)

        def reply(turn: Turn) -> Observable[Event]:
            asked: Observable[Event] = rx.just(turn)
            return asked.pipe(respond(llm), synthesize(tts), pace())

        return rx.compose(aggregate_turn(stop=stop), interruptible(reply))

    llm, tts = ScriptedLLM("Yes."), ScriptedTTS()
    stop = stop_after_silence(min_delay=0.2)
    call = conversation(agent, user="[-]'hello'", llm=llm, tts=tts, stop=stop)
    assert call.history == ["user: hello", "bot: Yes."]
    assert (call.llm, call.tts) == (seen["llm"], seen["tts"]) == (llm, tts)
    assert isinstance(seen["session"], Session)
    assert len(llm.asked) == 1
    assert (llm.open, tts.open) == (0, 0)


@pytest.mark.parametrize(
    ("agent", "options", "message"),
    [
        (converse, {"colour": 1}, "converse has no parameter 'colour'"),
        (lambda speaker: None, {}, "wants speaker"),  # pyright: ignore
        (lambda: None, {}, "must return an operator, got None"),
        (interruptible, {}, "interruptible wants project"),
        ("converse", {}, "agent must be a function"),
    ],
)
def test_an_agent_that_cannot_be_made_is_told(
    agent: Any, options: dict[str, object], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        conversation(agent, user="--", **options)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("lanes", "message"),
    [
        ({"user": "--]"}, r"\] at 0.2 s of the user's diagram '--\]': the user is not speaking"),
        ({"user": "[-["}, r"\[ at 0.2 s .*: the user is speaking there"),
        ({"user": "x"}, "'x' at 0 s .* has no meaning"),
        ({"user": "'open"}, "never closed"),
        ({"user": "-", "bot": "S"}, r"'S' has no meaning in the bot diagram 'S'; there are \["),
        ({"user": "-", "turns": "--["}, "has no meaning in the turns diagram"),
        ({"user": "-", "linger": 0.0}, "linger must be positive, got 0.0"),
        ({"user": "-", "within": -1.0}, "within must not be negative, got -1.0"),
    ],
)
def test_diagrams_that_make_no_sense_are_refused(lanes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        conversation(converse, **lanes)


def test_a_mark_of_interruption_in_a_text_is_a_text() -> None:
    conversation(converse, user="[-]'no'", llm=["No!"], bot="1.2s ['No!']")


def test_a_model_without_a_further_response_fails_the_test() -> None:
    with pytest.raises(AssertionError, match=r"more than its script has\nuser .*'hello'"):
        conversation(converse, user="[-]'hello'")


def test_a_call_that_does_not_end_fails_the_test() -> None:
    def agent() -> Operator[Event, Event]:
        return lambda source: source.pipe(ops.merge(rx.never()))

    with pytest.raises(AssertionError, match="not ended after 20 s; under way: nothing, but its"):
        conversation(agent, user="--", limit=20.0)
    endless = Response("'and ' 5s 'and ' 5s 'and ' 5s 'and ' 5s")
    with pytest.raises(AssertionError, match="under way: the reply"):
        conversation(converse, user="[-]'hi'", llm=[endless], limit=10.0)


def test_an_agent_that_leaves_a_task_behind_fails_the_test() -> None:
    async def wait() -> None:
        await asyncio.get_running_loop().create_future()

    tasks: list[asyncio.Task[None]] = []

    def agent() -> Operator[Event, Event]:
        tasks.append(asyncio.get_running_loop().create_task(wait(), name="stray"))
        return lambda source: source

    with pytest.raises(AssertionError, match="stray"):
        conversation(agent, user="--")


def test_the_picture_is_an_svg() -> None:
    call = conversation(converse, user="[-]'hello'", llm=["Hi there."])
    assert call.svg(title="A call").startswith("<svg")
    assert "A call" in call.svg(title="A call")


def test_ten_minutes_of_sixty_turns_are_like_one() -> None:
    """A conversation of ten minutes costs no more than its turns, and is the same every time."""

    async def talkative(user: Caller) -> None:
        for number in range(60):
            await user.says(f"This is question number {number}, please answer it")
            if number % 5 == 4:
                await user.hears_words(3)
            else:
                await user.hears_all()

    def hold() -> Call:
        answer = "That is a good question, and here is a long answer to it."
        return conversation(converse, user=talkative, llm=ScriptedLLM(answer, again=True))

    first, second = hold(), hold()
    assert first.events == second.events
    assert first.duration > 360.0
    assert len(first.history) == 120
    assert sum(line.endswith("—") for line in first.history) == 11


def test_a_history_mentions_tools_where_that_is_wanted() -> None:
    async def look(city: str) -> str:
        return f"sunny in {city}"

    call = Response("'Hm.'(c|)", {"c": ToolCall("1", "look", {"city": "Rome"})})
    everything = [
        "user: hello",
        "call: look(city='Rome')",
        "tool: sunny in Rome",
        "bot: Hm. Sunny.",
    ]
    for history in (everything, ["user: hello", "bot: Hm. Sunny."]):
        conversation(
            converse,
            user="[--]'hello'",
            llm=[call, "Sunny."],
            memory=Memory(tools=[look]),
            history=history,
        )
    with pytest.raises(MarbleFailure, match="call: look"):
        conversation(
            converse,
            user="[--]'hello'",
            llm=[call, "Sunny."],
            memory=Memory(tools=[look]),
            history=["user: hello", "tool: rainy", "bot: Hm. Sunny."],
        )
