"""RT01: events as messages."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

import rxvoice.rtvi
from rxvoice.items import (
    AppendMessages,
    AudioFrame,
    BotSpeechStarted,
    BotSpeechStopped,
    CompletionMark,
    Event,
    Fault,
    InterruptionRejected,
    Message,
    Metric,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseLatency,
    ResponseStarted,
    Source,
    Sources,
    SpeechStarted,
    SpeechStopped,
    Token,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Usage,
    UserMuted,
    Word,
)
from rxvoice.rtvi import (
    BotInterrupted,
    BotLlmStopped,
    BotLlmText,
    FromStage,
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
from rxvoice.testing import OnNext, check_example, marbles, silence, tone

from .said import plain, told, told_of, told_when

NONE: dict[str, Any] = {}


def kinds(*events: Event, reports: Reports | None = None) -> list[str]:
    return [message["type"] for message in told_of(events, reports)]


def test_the_marbles_of_the_docstring_are_true() -> None:
    names = {name: getattr(rxvoice.rtvi, name) for name in rxvoice.rtvi.__all__}
    check_example(rtvi_messages, **names)


def test_rt01_a_turn_of_the_user_is_told_from_its_start_to_the_question_to_the_model() -> None:
    turn = [TurnStarted(1), Turn("Hello.", 1), ReplyStarted(1), ResponseStarted(1)]
    assert told_of(turn) == [
        {"type": "user-started-speaking"},
        {"type": "user-stopped-speaking"},
        {"type": "user-llm-text", "data": {"text": "Hello."}},
        {"type": "bot-llm-started"},
    ]


def test_rt01_messages_come_at_once_and_in_order() -> None:
    items = {"1": TurnStarted(1), "T": Turn("Hi.", 1), "r": ResponseStarted(1)}
    when = [(at, type(message).__name__) for at, message in told_when("-1-(T r)", items)]
    assert when == [
        (0.02, "UserStartedSpeaking"),
        (0.06, "UserStoppedSpeaking"),
        (0.06, "UserLlmText"),
        (0.06, "BotLlmStarted"),
    ]


def test_rt01_a_turn_that_nobody_started_stops_nothing() -> None:
    assert kinds(Turn("", 1, reason="run"), TurnDropped(2)) == []


def test_rt01_a_turn_that_is_dropped_or_rejected_stops_what_was_told_of_it() -> None:
    for end in (TurnDropped(1, "no text"), InterruptionRejected(1, "hm", "unclear")):
        assert kinds(TurnStarted(1), end) == ["user-started-speaking", "user-stopped-speaking"]


def test_rt01_a_sign_that_the_user_listens_is_told_as_one() -> None:
    (sign,) = told_of([InterruptionRejected(2, "uh-huh", "backchannel")])
    assert sign["type"] == "user-input"
    assert sign["data"]["input_type"] == "backchannel"
    assert sign["data"]["text"] == "uh-huh"


def test_rt01_what_the_user_says_is_told_by_both_names() -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    items = {"h": Transcript("Hel", False, pts=1.5), "H": Transcript("Hello.", True, speaker="Ann")}
    first, old, _, last = map(plain, told("hH", items, began=began))
    assert first["type"] == "user-input"
    assert first["data"] == {
        "text": "Hel",
        "input_type": "transcription",
        "timestamp": "2026-01-01T00:00:01.500+00:00",
        "final": False,
    }
    assert old["type"] == "user-transcription"
    assert old["data"]["user_id"] == ""
    assert last["data"] == {
        "text": "Hello.",
        "user_id": "Ann",
        "timestamp": "2026-01-01T00:00:00.000+00:00",
        "final": True,
    }


def test_rt01_a_blank_transcript_tells_nothing() -> None:
    assert kinds(Transcript("", True, True)) == []


def test_rt01_sounds_like_speech_are_told_only_when_that_is_wanted() -> None:
    speech = [SpeechStarted(1.0), SpeechStopped(2.0)]
    assert kinds(*speech) == []
    wanted = ["vad-user-started-speaking", "vad-user-stopped-speaking"]
    assert kinds(*speech, reports=Reports(vad=True)) == wanted


def test_rt01_a_text_that_was_appended_is_what_the_model_is_told() -> None:
    append = AppendMessages((Message("user", "Typed."),), run=True)
    assert told("ar", {"a": append, "r": ResponseStarted(1)})[0] == UserLlmText(text="Typed.")
    remark = AppendMessages((Message("developer", "Psst."),), run=True)
    assert kinds(remark, ResponseStarted(1)) == ["bot-llm-started"]


def test_rt01_the_model_is_not_asked_what_is_said_without_it() -> None:
    said = Turn("", 2, answer=Token("Hold on."))
    assert kinds(Turn("Hi.", 1), said, ResponseStarted(2)) == ["bot-llm-started"]


def test_rt01_muting_is_told() -> None:
    assert kinds(UserMuted(True), UserMuted(False)) == ["user-mute-started", "user-mute-stopped"]


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


def test_rt08_what_comes_from_an_ignored_source_is_not_told() -> None:
    reports = Reports(ignored=frozenset({"evaluator"}))
    own, other = Fault("evaluator", "it failed"), Fault("llm", "lost")
    events = [own, Metric("evaluator", "ttfb", 0.1), Usage("evaluator", 1, 1), other]
    assert [message["type"] for message in told_of(events, reports)] == ["error"]


def test_rt08_what_is_ignored_may_change_while_it_runs() -> None:
    items: dict[str, Any] = {
        "e": FromStage("evaluator", Token("Good.")),
        "t": Token("Hi."),
        "i": Reports(ignored=frozenset({"evaluator"})),
        "n": Reports(),
    }
    with marbles() as m:
        reports = m.hot("--i---n-", items)
        events = m.hot(" -e-t-e-e|", items)
        messages = events.pipe(rtvi_messages(reports=reports))
        log = m.record(messages)
    texts = [
        (round(at, 6), note.value.text)
        for at, note in log
        if isinstance(note, OnNext) and isinstance(note.value, BotLlmText)
    ]
    assert texts == [(0.02, "Good."), (0.06, "Hi."), (0.14, "Good.")]


def test_rt09_an_item_that_several_streams_carry_is_told_once() -> None:
    items: dict[str, Any] = {"a": UserMuted(True), "b": UserMuted(False)}
    assert len(told("a-b-|", items, also=[])) == 2
    with marbles() as m:
        twin = m.hot("-a-b|", items)
        events = m.hot("a-b-|", items)
        m.expect(events.pipe(rtvi_messages(also=[twin]))).to_be(
            "u-v-|",
            {"u": told("a", items)[0], "v": told("b", items)[0]},
        )


def test_rt09_an_object_that_one_stream_carries_twice_is_two_items() -> None:
    items: dict[str, Any] = {"a": UserMuted(True)}
    with marbles() as m:
        twin = m.hot("---a--|", items)
        events = m.hot("a-a---|", items)
        log = m.record(events.pipe(rtvi_messages(also=[twin])))
    assert len([note for _, note in log if hasattr(note, "value")]) == 2


def test_rt10_faults_are_errors_for_old_and_new_clients() -> None:
    assert told_of([Fault("llm", "no credentials", fatal=True)]) == [
        {
            "type": "error",
            "data": {"error": "no credentials", "message": "no credentials", "fatal": True},
        }
    ]
    assert told_of([Fault("llm", "lost")])[0]["data"]["fatal"] is False


def test_it_completes_with_all_and_fails_with_any_of_its_streams() -> None:
    with marbles() as m:
        m.expect(m.hot("---|", NONE).pipe(rtvi_messages(also=[m.hot("-----|", NONE)]))).to_be(
            "-----|"
        )
        m.expect(m.hot("---|", NONE).pipe(rtvi_messages(also=[m.hot("-#", NONE)]))).to_be("-#")
        m.expect(m.hot("-#", NONE).pipe(rtvi_messages())).to_be("-#")
        m.expect(m.cold("|", NONE).pipe(rtvi_messages())).to_be("|")


def test_unsubscribing_leaves_all_streams() -> None:
    with marbles() as m:
        events, twin, audio, reports = (m.hot("------", NONE) for _ in range(4))
        log = events.pipe(rtvi_messages(reports=reports, also=[twin], user_audio=audio))
        m.expect(log, "^--!").to_be("----")
        for stream in (events, twin, audio, reports):
            m.expect_subscriptions(stream, "^--!")


def test_two_subscribers_have_a_state_of_their_own() -> None:
    items = {"1": TurnStarted(1), "T": Turn("Hi.", 1)}
    with marbles() as m:
        events = m.hot("1T|", items)
        messages = events.pipe(rtvi_messages())
        both = {"s": UserStartedSpeaking(), "e": UserStoppedSpeaking()}
        m.expect(messages).to_be("se|", both)
        m.expect(messages).to_be("se|", both)


def test_wrong_reports_are_refused() -> None:
    with pytest.raises(ValueError, match="f must be one of disabled, id"):
        Reports(levels={"f": "all"})  # pyright: ignore[reportArgumentType]
    for every in (-1.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="level_every must be finite"):
            Reports(level_every=every)


def test_a_response_that_ends_is_told_once() -> None:
    events = [ResponseStarted(1), ResponseEnded(1, "Hi."), ReplyEnded(1, "Hi.")]
    assert kinds(*events) == ["bot-llm-started", "bot-llm-stopped"]
