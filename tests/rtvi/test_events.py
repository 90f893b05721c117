"""RT01, RT10: events as messages."""

from typing import Any

import pytest
from pydantic import ValidationError

import rxvoice.rtvi
from rxvoice.items import (
    AudioFrame,
    BotSpeechStarted,
    BotSpeechStopped,
    CompletionMark,
    Event,
    Fault,
    Metric,
    ReplyEnded,
    ResponseEnded,
    ResponseLatency,
    ResponseStarted,
    Source,
    Sources,
    Token,
    Transcript,
    Turn,
    TurnStarted,
    Usage,
    Word,
)
from rxvoice.rtvi import (
    BotInterrupted,
    BotLlmStopped,
    Outgoing,
    Reports,
    ServerMessage,
    UiCommand,
    UiJobGroup,
    UserLlmText,
    UserStartedSpeaking,
    UserStoppedSpeaking,
    rtvi_messages,
)
from rxvoice.testing import check_example, silence, tone

from .said import plain, told, told_of


def kinds(*events: Event, reports: Reports | None = None) -> list[str]:
    return [message["type"] for message in told_of(events, reports)]


def test_the_marbles_of_the_docstring_are_true() -> None:
    names = {name: getattr(rxvoice.rtvi, name) for name in rxvoice.rtvi.__all__}
    check_example(rtvi_messages, **names)


def test_rt01_the_voice_is_told_by_both_names_in_order() -> None:
    assert kinds(BotSpeechStarted(1), BotSpeechStopped(1)) == [
        "bot-tts-started",
        "bot-started-speaking",
        "bot-tts-stopped",
        "bot-stopped-speaking",
    ]


def test_rt01_an_interruption_ends_what_the_model_says_too() -> None:
    items = {"r": ResponseStarted(1), "t": Token("Well"), "i": ReplyEnded(1, interrupted=True)}
    assert told("rti", items)[2:] == [BotInterrupted(), BotLlmStopped()]
    assert kinds(ReplyEnded(1)) == []


def test_rt01_texts_have_their_new_names_where_they_are_wanted_and_known() -> None:
    events = [Transcript("Hi.", True), Token("Hello"), Word("Hello", 0.0)]
    raw = {"stt-raw-text", "llm-raw-text", "tts-raw-text"}
    assert raw <= set(kinds(*events, reports=Reports(raw_text=True)))
    assert not raw & set(kinds(*events, reports=Reports(raw_text=True, version=(2, 1, 0))))
    assert not raw & set(kinds(*events))


def test_rt01_judgements_of_turns_are_told_only_when_that_is_wanted() -> None:
    mark = CompletionMark("short", "○")
    assert kinds(mark) == []
    (message,) = told_of([mark], Reports(markers=True))
    assert message["data"] == {"text": "○", "kind": "short", "raw": "", "markers": []}


def test_rt01_what_the_model_found_is_told() -> None:
    found = Sources((Source("A page", "https://a.example", "It rains."),), ("rain",))
    assert told_of([found]) == [
        {
            "type": "bot-llm-search-response",
            "data": {
                "search_result": "It rains.",
                "origins": [
                    {
                        "site_uri": "https://a.example",
                        "site_title": "A page",
                        "results": [{"text": "It rains.", "confidence": []}],
                    }
                ],
            },
        }
    ]


@pytest.mark.parametrize(
    ("event", "data"),
    [
        (Metric("llm", "ttfb", 0.3), {"ttfb": [{"processor": "llm", "value": 0.3}]}),
        (
            Usage("llm", 7, 3, cached_tokens=2),
            {
                "tokens": [
                    {
                        "prompt_tokens": 7,
                        "completion_tokens": 3,
                        "total_tokens": 10,
                        "cache_read_input_tokens": 2,
                    }
                ]
            },
        ),
        (Usage("tts", characters=9), {"characters": [{"processor": "tts", "value": 9}]}),
        (
            Usage("stt", audio=1.5),
            {"stt_usage": [{"processor": "stt", "value": {"audio_seconds": 1.5}}]},
        ),
        (
            ResponseLatency(0.9, (Metric("llm", "ttfb", 0.4),)),
            {
                "response_latency": [
                    {"processor": "session", "value": 0.9},
                    {"processor": "llm ttfb", "value": 0.4},
                ]
            },
        ),
    ],
)
def test_rt01_measurements_are_told_unless_they_are_not_wanted(event: Event, data: Any) -> None:
    assert told_of([event]) == [{"type": "metrics", "data": data}]
    assert told_of([event], Reports(metrics=False)) == []


def test_rt01_audio_levels_come_by_the_time_of_the_audio() -> None:
    loud, quiet = tone(0.1), silence(0.1)
    reports = Reports(level_every=0.2)
    items = {"a": loud, "q": quiet}
    bot = told("aaqqa", items, reports=reports)
    assert [message.type for message in bot] == ["bot-audio-level"] * 2
    assert plain(bot[0])["data"]["value"] > 0.8
    assert plain(bot[1])["data"]["value"] == 0.0
    user = told("-----", items, reports=reports, user_audio="aqaq")
    assert [message.type for message in user] == ["user-audio-level"] * 2
    assert told("aaaa", items) == []


def test_rt01_the_bots_audio_is_told_to_who_wants_to_listen() -> None:
    (message,) = told_of([tone(0.02)], Reports(bot_audio=True))
    assert message["type"] == "eval-bot-audio"
    assert message["data"]["sampleRate"] == tone(0.02).rate
    empty = AudioFrame(tone(0.02).samples[:0], 16_000)
    assert told_of([empty], Reports(bot_audio=True)) == []


def test_rt01_messages_of_the_application_pass_in_their_place() -> None:
    items: dict[str, Any] = {
        "1": TurnStarted(1),
        "m": ServerMessage(content={"score": 3}),
        "T": Turn("Hi.", 1),
    }
    assert told("1mT", items) == [
        UserStartedSpeaking(),
        ServerMessage(content={"score": 3}),
        UserStoppedSpeaking(),
    ]


@pytest.mark.parametrize(
    ("message", "data"),
    [
        (ServerMessage(content=["a", None]), ["a", None]),
        (UiCommand(command="toast", payload={"title": "Hi"}), None),
        (UiJobGroup(kind="group_completed", details={"job_id": "1", "at": 0}), None),
    ],
)
def test_rt01_messages_of_the_application_hold_anything(message: Outgoing, data: Any) -> None:
    expected = {
        "ui-command": {"command": "toast", "payload": {"title": "Hi"}},
        "ui-job-group": {"job_id": "1", "at": 0, "kind": "group_completed"},
    }
    assert plain(message)["data"] == expected.get(message.type, data)


def test_rt01_what_json_cannot_hold_is_replaced() -> None:
    circle: list[Any] = []
    circle.append(circle)
    for content in (float("nan"), b"\xff", "half \ud800", {"\ud800": "\ud800"}, object(), circle):
        assert plain(ServerMessage(content=content))["type"] == "server-message"
    (said, *_) = told_of([Transcript("half \ud800", True)])
    assert said["data"]["text"] == "half ?"


def test_rt01_messages_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        UserLlmText(text="a").text = "b"  # pyright: ignore[reportAttributeAccessIssue]


def test_rt10_faults_are_errors_for_old_and_new_clients() -> None:
    assert told_of([Fault("llm", "no credentials", fatal=True)]) == [
        {
            "type": "error",
            "data": {"error": "no credentials", "message": "no credentials", "fatal": True},
        }
    ]
    assert told_of([Fault("llm", "lost")])[0]["data"]["fatal"] is False


def test_a_response_that_ends_is_told_once() -> None:
    events = [ResponseStarted(1), ResponseEnded(1, "Hi."), ReplyEnded(1, "Hi.")]
    assert kinds(*events) == ["bot-llm-started", "bot-llm-stopped"]
