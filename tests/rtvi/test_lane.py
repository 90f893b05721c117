"""RT04, RT09, RT11: a client in a conversation."""

import logging
from dataclasses import replace
from typing import Any

import pytest
from reactivex import operators as ops

from rxvoice.items import ReplyEnded, ReplyStarted, Transcript, TurnStarted
from rxvoice.rtvi import (
    BotInterrupted,
    Client,
    ClientLane,
    ClientMessage,
    Disconnect,
    MessageFrame,
    Reports,
    Settings,
    TranscriptionFrame,
    encode_frame,
)
from rxvoice.testing import marbles, tone

from .lanes import talk
from .said import says

NONE: dict[str, Any] = {}
HELLO = "[-]'hello'"
STORY = "Once upon a time there was a king. He had a castle with many rooms."


def test_rt02_a_client_in_a_conversation_hears_that_the_bot_is_ready() -> None:
    ready = says("client-ready", {"version": "2.2.0"})
    call = talk({0.1: ready}, user=HELLO, llm=["Hi there."])
    assert [at for at, message in call.sent if message.type == "bot-ready"] == [0.1]
    assert call.kinds()[:3] == ["user-started-speaking", "bot-ready", "user-input"]


def test_rt01_an_exchange_is_told_from_the_first_sound_to_the_last() -> None:
    call = talk({}, user=HELLO, llm=["Hi there."])
    assert [kind for kind in call.kinds() if kind != "metrics"] == [
        "user-started-speaking",
        "user-input",
        "user-transcription",
        "user-stopped-speaking",
        "user-llm-text",
        "bot-llm-started",
        "bot-llm-text",
        "bot-llm-text",
        "bot-llm-stopped",
        "bot-tts-started",
        "bot-started-speaking",
        "bot-output",
        "bot-transcription",
        "bot-tts-text",
        "bot-output",
        "bot-tts-text",
        "bot-output",
        "bot-tts-stopped",
        "bot-stopped-speaking",
    ]


def test_rt04_a_text_of_the_client_interrupts_and_is_answered() -> None:
    call = talk({3.0: says("send-text", {"content": "Stop."})}, user=HELLO, llm=[STORY, "Sorry."])
    assert call.history == [
        "user: hello",
        "bot: Once upon a time there was—",
        "user: Stop.",
        "bot: Sorry.",
    ]
    cut = [(at, message) for at, message in call.sent if isinstance(message, BotInterrupted)]
    assert cut == [(3.0, BotInterrupted())]
    assert call.kinds("user-started-speaking") == ["user-started-speaking"]
    asked = [message["text"] for message in call.of("user-llm-text")]
    assert asked == ["hello", "Stop."]


def test_rt04_a_text_that_is_not_to_be_answered_disturbs_nobody() -> None:
    later = {"content": "By the way.", "options": {"run_immediately": False}}
    call = talk({3.0: says("send-text", later)}, user=HELLO, llm=["One, two, three, four, five."])
    assert call.kinds("bot-interrupted") == []
    assert call.kinds("bot-llm-started") == ["bot-llm-started"]
    assert call.history[0] == "user: hello"
    assert "user: By the way." in call.history


def test_rt04_an_answer_that_is_not_spoken_is_shown_and_the_next_is_heard_again() -> None:
    silent = {"content": "How much?", "options": {"audio_response": False}}
    texts = {2.5: says("send-text", silent), 4.5: says("send-text", {"content": "And now?"})}
    call = talk(texts, user=HELLO, llm=["Hi there.", "Two.", "Three."], linger=4.0)
    shown = [(said["text"], said["will_be_spoken"]) for said in call.of("bot-output")]
    assert ("Two.", False) in shown
    assert ("Three.", True) in shown
    heard = [said["text"] for said in call.of("bot-tts-text")]
    assert heard == ["Hi", "there.", "Three."]
    assert call.history[-2:] == ["user: And now?", "bot: Three."]


def test_rt05_and_rt06_the_application_hears_what_is_wanted_of_it() -> None:
    messages = {
        0.5: says("client-message", {"t": "score"}),
        0.6: encode_frame(MessageFrame(says("disconnect-bot"))),
    }
    call = talk(messages, user=HELLO, llm=["Hi."])
    assert call.requests == [ClientMessage("7", "score"), Disconnect()]


def test_rt10_a_message_that_makes_no_sense_leaves_the_conversation_alone() -> None:
    messages = {0.5: "{", 0.6: b"\xff", 0.7: says("sing")}
    call = talk(messages, user=HELLO, llm=["Hi."])
    assert call.kinds("error", "error-response") == ["error", "error", "error-response"]
    assert call.history == ["user: hello", "bot: Hi."]


def test_a_client_of_version_1_is_told_in_its_own_way() -> None:
    ready = says("client-ready", {"version": "1.2.0"})
    call = talk({0.1: ready}, user=HELLO, llm=["Hi there."])
    spoken = [(said["text"], said["spoken"]) for said in call.of("bot-output")]
    assert spoken == [("Hi there.", False), ("Hi", True), ("there.", True)]


def test_what_a_client_is_told_may_change_while_it_runs() -> None:
    items: dict[str, Any] = {"m": TurnStarted(1), "1": ReplyStarted(1), "2": ReplyEnded(1)}
    with marbles() as m:
        lane = ClientLane(Client(reports=Reports(version=(1, 0, 0))))
        m.record(m.hot("m12|", items).pipe(lane.report()))
        lane.configure(Reports(vad=True))
    assert lane.client.reports == Reports(vad=True, version=(1, 0, 0))


def test_the_application_may_send_its_client_messages() -> None:
    with marbles() as m:
        lane = ClientLane()
        events = m.hot("---|", NONE)
        m.expect(events.pipe(lane.report())).to_be("-a-|", {"a": BotInterrupted()})
        m.record(m.hot("-s|", {"s": 0}).pipe(ops.do_action(lambda _: lane.send(BotInterrupted()))))


def test_rt11_a_lane_has_both_halves_unless_one_is_left_out_which_is_an_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        ClientLane()
        ClientLane(receives=False, reports=False)
        assert caplog.records == []
        ClientLane(reports=False, name="web")
        ClientLane(receives=False, name="web")
    assert [record.getMessage() for record in caplog.records] == [
        "web: it is listened to but told nothing; the protocol needs both",
        "web: it is told all but not listened to; the protocol needs both",
    ]


def test_rt11_a_half_that_is_left_out_does_nothing() -> None:
    def deaf() -> ClientLane:
        return ClientLane(receives=False)

    def mute() -> ClientLane:
        return ClientLane(reports=False, settings=Settings())

    message = {0.5: says("client-message", {"t": "score"}), 0.6: says("sing")}
    call = talk(message, user=HELLO, llm=["Hi."], lane=deaf)
    assert call.requests == []
    assert call.kinds("error-response") == []
    assert "bot-output" in call.kinds()
    call = talk(message, user=HELLO, llm=["Hi."], lane=mute)
    assert len(call.requests) == 1
    assert call.kinds() == ["error-response"]


def test_te08_audio_that_is_asked_for_is_on_the_clock_of_what_is_taken() -> None:
    lane, came = ClientLane(settings=Settings(max_size=50_000)), list[Any]()
    lane.inputs.subscribe(came.append)
    first = tone(0.5)
    assert lane.audio(encode_frame(first)) == first
    assert lane.client.heard == 0.5
    lane.take(encode_frame(first))
    assert lane.audio(encode_frame(first)) == replace(first, pts=1.0)
    lane.take(encode_frame(TranscriptionFrame("Hi.")))
    assert came == [replace(first, pts=0.5), Transcript("Hi.", True, True, pts=1.5, end=1.5)]
    assert lane.client.heard == 1.5
    assert lane.audio(encode_frame(MessageFrame("{}"))) is None
    assert lane.audio(encode_frame(tone(2.0))) is None
    assert ClientLane(receives=False).audio(encode_frame(first)) is None
