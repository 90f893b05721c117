"""What the page makes of what the server tells, whose messages are the real ones."""

from collections.abc import Iterable
from typing import Any

import pytest
import reactivex as rx

from rxvoice.items import (
    AppendMessages,
    BotSpeechStarted,
    BotSpeechStopped,
    Event,
    InterruptionRejected,
    Message,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseStarted,
    Token,
    ToolCall,
    ToolResult,
    Transcript,
    Turn,
    TurnStarted,
    Word,
)
from rxvoice.rtvi import Outgoing, Reports, UserInput, rtvi_messages
from rxvoice.testing import run_virtual

from .chromium import Scratch, needs_chromium

pytestmark = needs_chromium

TAKE = """async (messages) => {
  const { Conversation } = await import("/page/conversation.js");
  const { spoken } = await import("/page/transcript.js");
  const conversation = new Conversation();
  conversation.phase = "connecting";
  const states = [];
  messages.forEach((message, number) => {
    if (message.typed) conversation.typed(message.typed, message.id, number);
    else conversation.take(message, number);
    states.push(conversation.state(number));
  });
  const { transcript, marbles, turns } = conversation;
  const entries = transcript.entries.map((entry) => ({ ...entry, said: spoken(entry) }));
  return { entries, marbles, turns: turns.turns, states };
}"""


def told(*events: Event, version: tuple[int, int, int] = (2, 2, 0)) -> list[dict[str, Any]]:
    """Return the messages that events lead to."""
    reports = Reports(version=version, levels={"*": "name"})
    messages: list[Outgoing] = []

    async def main() -> None:
        rx.from_iterable(events).pipe(rtvi_messages(reports=reports)).subscribe(messages.append)

    run_virtual(main())
    return [message.envelope for message in messages]


def page(scratch: Scratch, messages: Iterable[object]) -> dict[str, Any]:
    ready = {"label": "rtvi-ai", "type": "bot-ready", "data": {"version": "2.2.0"}}
    return scratch.evaluate(TAKE, [ready, *messages])


def said(made: dict[str, Any]) -> list[tuple[str, str]]:
    return [(entry["who"], entry["said"]) for entry in made["entries"]]


def final(text: str) -> Transcript:
    return Transcript(text, True, True, pts=0.0, end=1.0)


def interim(text: str) -> Transcript:
    return Transcript(text, False, False, pts=0.0, end=1.0)


def words(text: str) -> list[Event]:
    return [Word(word, 0.0) for word in text.split()]


ASKED: list[Event] = [
    TurnStarted(1),
    interim("what is"),
    interim("what is it"),
    final("What is it?"),
    Turn("What is it?", number=1),
    ReplyStarted(1),
    ResponseStarted(1),
]


def test_interim_words_give_way_to_final_ones(scratch: Scratch) -> None:
    assert said(page(scratch, told(*ASKED[:3]))) == [("user", "what is it")]
    assert said(page(scratch, told(*ASKED[:4]))) == [("user", "What is it?")]
    more = [final("And why?"), interim("and")]
    assert said(page(scratch, told(*ASKED[:4], *more))) == [("user", "What is it? And why? and")]


@pytest.mark.parametrize("version", [(2, 2, 0), (1, 4, 0)])
def test_the_bots_words_appear_as_they_are_heard(
    scratch: Scratch, version: tuple[int, int, int]
) -> None:
    written = [Token("It is a pipe. Really."), ResponseEnded(1, "It is a pipe. Really.")]
    heard = [*ASKED, *written, BotSpeechStarted(1), *words("It is a")]
    user = ("user", "What is it?")
    assert said(page(scratch, told(*ASKED, *written, version=version))) == [user]
    assert said(page(scratch, told(*heard, version=version))) == [user, ("bot", "It is a")]
    whole = [*heard, *words("pipe. Really."), BotSpeechStopped(1), ReplyEnded(1)]
    assert said(page(scratch, told(*whole, version=version)))[1] == ("bot", "It is a pipe. Really.")


def test_a_reply_that_is_cut_off_ends_with_what_was_heard_and_says_so(scratch: Scratch) -> None:
    written = [Token("It is a pipe. Really."), ResponseEnded(1, "It is a pipe. Really.")]
    cut = [BotSpeechStarted(1), *words("It is"), TurnStarted(2), BotSpeechStopped(1)]
    made = page(scratch, told(*ASKED, *written, *cut, ReplyEnded(1, interrupted=True)))
    user, bot = made["entries"]
    assert (user["said"], bot["said"], bot["cut"]) == ("What is it?", "It is", True)
    assert len(made["marbles"]["cuts"]) == 1
    again = [final("Stop."), Turn("Stop.", number=2), ReplyStarted(2), ResponseStarted(2)]
    more = [Token("Sorry."), ResponseEnded(2, "Sorry."), BotSpeechStarted(2), *words("Sorry.")]
    end = ReplyEnded(1, interrupted=True)
    made = page(scratch, told(*ASKED, *written, *cut, end, *again, *more))
    assert said(made)[1:] == [("bot", "It is"), ("user", "Stop."), ("bot", "Sorry.")]
    assert [entry.get("cut") for entry in made["entries"]] == [None, True, None, False]


def test_words_of_a_model_that_speaks_itself_appear_too(scratch: Scratch) -> None:
    heard = [ReplyStarted(1), BotSpeechStarted(1), *words("Hello there. How are")]
    assert said(page(scratch, told(*heard))) == [("bot", "Hello there. How are")]
    whole = [*heard, *words("you?"), BotSpeechStopped(1), ReplyEnded(1)]
    assert said(page(scratch, told(*whole))) == [("bot", "Hello there. How are you?")]


def test_words_that_are_heard_before_their_sentence_is_complete_are_there_once(
    scratch: Scratch,
) -> None:
    early = [*ASKED, Token("It is a "), BotSpeechStarted(1), *words("It is")]
    assert said(page(scratch, told(*early)))[1:] == [("bot", "It is")]
    more = [Token("pipe. Really."), *words("a")]
    made = page(scratch, told(*early, *more))
    assert said(made)[1:] == [("bot", "It is a")]
    assert [part["rest"] for part in made["entries"][1]["parts"]] == [" pipe."]


def test_what_is_written_only_is_there_at_once(scratch: Scratch) -> None:
    written = Token("See the list.", spoken=False)
    assert said(page(scratch, told(*ASKED, written, ResponseEnded(1)))) == [
        ("user", "What is it?"),
        ("bot", "See the list."),
    ]


def test_functions_run_and_are_done(scratch: Scratch) -> None:
    call = ToolCall("c", "look", {})
    assert said(page(scratch, told(call))) == [("function", "look: running")]
    made = page(scratch, told(call, ToolResult("c", "look", {})))
    assert said(made) == [("function", "look: done")]
    assert [(one["name"], one["start"], one["end"]) for one in made["marbles"]["functions"]] == [
        ("look", 2, 3)
    ]


def test_a_typed_text_is_there_once_though_the_server_repeats_it(scratch: Scratch) -> None:
    echo = UserInput(text="Hi", input_type="chat", timestamp="", final=True, msg_id="7")
    made = page(scratch, [{"typed": "Hi", "id": "7"}, echo.envelope])
    assert said(made) == [("user", "Hi")]
    assert [turn["typed"] for turn in made["turns"]] == [True]
    other = UserInput(text="Hi", input_type="chat", timestamp="", final=True, msg_id="8")
    assert len(page(scratch, [{"typed": "Hi", "id": "7"}, other.envelope])["entries"]) == 2


def test_a_sign_of_listening_is_a_remark_and_no_turn(scratch: Scratch) -> None:
    sign = InterruptionRejected(2, reason="backchannel", text="mhm")
    made = page(scratch, told(*ASKED, TurnStarted(2), interim("mhm"), sign))
    assert made["entries"][-1]["who"] == "note"
    assert "mhm" in made["entries"][-1]["text"]


def test_the_state_says_who_has_the_floor(scratch: Scratch) -> None:
    spoken = [Token("Yes."), ResponseEnded(1, "Yes."), BotSpeechStarted(1), BotSpeechStopped(1)]
    made = page(scratch, told(*ASKED, *spoken))
    changes = [made["states"][0]]
    for state in made["states"]:
        if state != changes[-1]:
            changes.append(state)
    assert changes == ["listening", "user", "thinking", "bot", "listening"]


def test_the_marbles_hold_spans_and_instants(scratch: Scratch) -> None:
    written = [Token("It "), Token("is."), ResponseEnded(1, "It is.")]
    made = page(scratch, told(*ASKED, *written, AppendMessages((Message("user", "x"),))))
    marbles = made["marbles"]
    assert len(marbles["user"]) == len(marbles["model"]) == 1
    assert marbles["user"][0]["start"] < marbles["user"][0]["end"] < marbles["model"][0]["start"]
    assert [text["final"] for text in marbles["texts"]] == [False, False, True]
    assert len(marbles["tokens"]) == 2
    assert [(turn["number"], turn["typed"]) for turn in marbles["turns"]] == [(1, False)]
    lanes = [(event["lane"], event["text"]) for event in marbles["events"]]
    assert lanes[:3] == [("You", "begin to speak"), ("You", "“What is it?”"), ("Turn", "1 ends")]
