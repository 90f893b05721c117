"""RT01: what is told of the user."""

from datetime import UTC, datetime

from rxvoice.items import (
    AppendMessages,
    Event,
    InterruptionRejected,
    Message,
    ReplyStarted,
    ResponseStarted,
    SpeechStarted,
    SpeechStopped,
    Token,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    UserMuted,
)
from rxvoice.rtvi import (
    Reports,
    UserLlmText,
)

from .said import plain, told, told_of, told_when


def kinds(*events: Event, reports: Reports | None = None) -> list[str]:
    return [message["type"] for message in told_of(events, reports)]


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
