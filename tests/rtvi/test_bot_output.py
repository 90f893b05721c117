"""RT09: what the bot says, told when it is heard."""

from typing import Any

from rxvoice.items import (
    BotSpeechStarted,
    BotSpeechStopped,
    Event,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseStarted,
    Token,
    Word,
)
from rxvoice.rtvi import Reports

from .said import told_of

LEGACY = Reports(version=(1, 4, 0))
HEARD = BotSpeechStarted(1)


def words(text: str) -> list[Event]:
    return [Word(word, 0.0) for word in text.split()]


def reply(*events: Event, ended: ReplyEnded | None = None) -> list[Event]:
    """Return a reply to a turn."""
    end = [ReplyEnded(1)] if ended is None else [ended]
    return [ReplyStarted(1), ResponseStarted(1), *events, *end]


def outputs(*events: Event, reports: Reports | None = None) -> list[dict[str, Any]]:
    """Return what is told of the bot's sentences."""
    messages = told_of(events, reports)
    return [message["data"] for message in messages if message["type"] == "bot-output"]


def seen(*events: Event) -> list[tuple[int, str, str]]:
    """Return the numbers of sentences, how they are, and what was heard of them."""
    return [
        (
            output["segment_id"],
            output["spoken_status"],
            output.get("spoken_progress", {}).get("accumulated_text", "-"),
        )
        for output in outputs(*events)
    ]


def test_rt09_a_sentence_waits_until_the_bot_is_heard() -> None:
    written: list[Event] = [Token("Good day. How"), Token(" are you?"), ResponseEnded(1)]
    assert outputs(*reply(*written)[:-1]) == []
    new = outputs(*reply(*written, HEARD)[:-1])
    assert [output["text"] for output in new] == ["Good day.", "How are you?"]
    assert new[0] == {
        "text": "Good day.",
        "output_type": "sentence",
        "text_type": "sentence",
        "aggregated_by": "sentence",
        "segment_id": 1,
        "will_be_spoken": True,
        "spoken_status": "new",
        "spoken_progress": {"accumulated_text": "", "remaining_text": "Good day."},
    }


def test_rt09_a_sentence_that_is_written_while_the_bot_is_heard_is_told_at_once() -> None:
    events = reply(Token("Good day. "), HEARD, Token("Well"), ResponseEnded(1))[:-1]
    assert [output["text"] for output in outputs(*events)] == ["Good day.", "Well"]


def test_rt09_how_much_has_been_heard_is_told_word_by_word() -> None:
    events = reply(Token("“Hi,” she said."), ResponseEnded(1), HEARD, *words("Hi, she said."))
    assert seen(*events) == [
        (1, "new", ""),
        (1, "in-progress", "“Hi,”"),
        (1, "in-progress", "“Hi,” she"),
        (1, "completed", "“Hi,” she said."),
    ]
    last = outputs(*events)[-1]["spoken_progress"]
    assert last == {"accumulated_text": "“Hi,” she said.", "remaining_text": ""}
    middle = outputs(*events)[1]["spoken_progress"]
    assert middle["accumulated_text"] + middle["remaining_text"] == "“Hi,” she said."


def test_rt09_words_that_are_heard_are_told_too() -> None:
    events = reply(Token("Hi."), ResponseEnded(1), HEARD, *words("Hi."))
    heard = [message for message in told_of(events) if message["type"] == "bot-tts-text"]
    assert heard == [{"type": "bot-tts-text", "data": {"text": "Hi."}}]


def test_rt09_a_number_may_be_spoken_in_other_words() -> None:
    text = "It costs $42 today. Fine."
    spoken = words("It costs forty two dollars today. Fine.")
    events = reply(Token(text), ResponseEnded(1), HEARD, *spoken)
    assert seen(*events)[2:] == [
        (1, "in-progress", "It"),
        (1, "in-progress", "It costs"),
        (1, "completed", "It costs $42 today."),
        (2, "completed", "Fine."),
    ]


def test_rt09_a_sentence_that_ends_in_a_number_ends_when_the_next_begins() -> None:
    spoken = words("Call one one two. Or wait.")
    events = reply(Token("Call 112. Or wait."), ResponseEnded(1), HEARD, *spoken)
    assert seen(*events)[3:] == [
        (1, "completed", "Call 112."),
        (2, "in-progress", "Or"),
        (2, "completed", "Or wait."),
    ]


def test_rt09_a_word_may_reach_into_the_next_sentence() -> None:
    spoken: list[Event] = [Word("Hi", 0.0), Word(".Bye", 0.1, verbatim=True)]
    events = reply(Token("Oh hi. Bye now."), ResponseEnded(1), HEARD, Word("Oh", 0.0), *spoken)
    assert seen(*events)[2:] == [
        (1, "in-progress", "Oh"),
        (1, "completed", "Oh hi."),
        (2, "in-progress", "Bye"),
        (2, "completed", "Bye now."),
    ]
    joined = reply(Token("Oh hi. Bye now."), ResponseEnded(1), HEARD, *words("Oh hi.Bye now."))
    assert seen(*joined)[3:] == [
        (1, "completed", "Oh hi."),
        (2, "in-progress", "Bye"),
        (2, "completed", "Bye now."),
    ]


def test_rt09_a_reply_that_was_spoken_to_its_end_has_said_its_last_number() -> None:
    events = reply(Token("Call 112."), ResponseEnded(1), HEARD, *words("Call one one two."))
    assert seen(*events)[-1] == (1, "completed", "Call 112.")


def test_rt09_what_an_interruption_cuts_off_stays_as_it_is() -> None:
    cut = ReplyEnded(1, "Once", interrupted=True)
    events = reply(Token("Once upon a time. There was"), HEARD, *words("Once"), ended=cut)
    assert seen(*events) == [(1, "new", ""), (1, "in-progress", "Once")]
    again = [*events, *reply(Token("Sorry."), ResponseEnded(1), HEARD, *words("Sorry."))]
    assert seen(*again)[2:] == [(2, "new", ""), (2, "completed", "Sorry.")]


def test_rt09_what_was_never_begun_to_be_heard_is_not_told_when_it_is_cut_off() -> None:
    cut = ReplyEnded(1, "", interrupted=True)
    assert outputs(*reply(Token("Once upon."), ResponseEnded(1), ended=cut)) == []


def test_rt09_what_a_silent_voice_did_not_say_is_told_as_not_spoken() -> None:
    (output,) = outputs(*reply(Token("Once upon."), ResponseEnded(1)))
    assert output["will_be_spoken"] is False
    assert "spoken_progress" not in output


def test_rt09_a_text_that_is_not_spoken_waits_only_for_what_is_before_it() -> None:
    shown = Token("See page 3.", spoken=False)
    (output,) = outputs(*reply(shown, ResponseEnded(1))[:-1])
    assert output == {
        "text": "See page 3.",
        "output_type": "sentence",
        "text_type": "sentence",
        "aggregated_by": "sentence",
        "segment_id": 1,
        "will_be_spoken": False,
        "spoken_status": "new",
    }
    behind = reply(Token("Well. "), shown, ResponseEnded(1))[:-1]
    assert outputs(*behind) == []
    texts = [output["text"] for output in outputs(*behind, HEARD)]
    assert texts == ["Well.", "See page 3."]


def test_rt09_a_word_that_is_not_spoken_is_not_heard() -> None:
    shown = Word("See page 3.", 0.0, spoken=False)
    assert told_of([shown, Word("", 0.0)]) == []


def test_rt09_what_a_model_speaks_by_itself_is_told_by_the_sentence() -> None:
    events = [HEARD, *words("Good day. How are you?"), BotSpeechStopped(1)]
    assert seen(*events) == [(1, "completed", "Good day."), (2, "completed", "How are you?")]
    pieces: list[Event] = [
        Word(text, 0.0, verbatim=True) for text in ("Goo", "d day", ". How", " so?")
    ]
    assert [output["text"] for output in outputs(HEARD, *pieces, BotSpeechStopped(1))] == [
        "Good day.",
        "How so?",
    ]


def test_rt09_sentences_have_their_older_name_too() -> None:
    events = reply(Token("Good day. "), HEARD, Token("Bye."), ResponseEnded(1))
    assert [m["data"]["text"] for m in told_of(events) if m["type"] == "bot-transcription"] == [
        "Good day.",
        "Bye.",
    ]


def test_rt09_clients_of_version_1_are_told_sentences_and_then_words() -> None:
    events = reply(Token("Good day."), ResponseEnded(1), HEARD, *words("Good day."))
    legacy = outputs(*events, reports=LEGACY)
    assert [(output["text"], output["aggregated_by"], output["spoken"]) for output in legacy] == [
        ("Good day.", "sentence", False),
        ("Good", "word", True),
        ("day.", "word", True),
    ]
    assert all("spoken_status" not in output for output in legacy)


def test_a_reply_of_thousands_of_words_is_told_in_order() -> None:
    text = " ".join(f"Word{number} is here." for number in range(1000))
    events = reply(Token(text), ResponseEnded(1), HEARD, *words(text))
    statuses = seen(*events)
    assert len(statuses) == 1000 + 3000
    assert [number for number, status, _ in statuses if status == "completed"] == [*range(1, 1001)]


def test_rt09_words_that_are_heard_before_their_sentence_is_written_are_told_once() -> None:
    early = [Token("It is a "), HEARD, *words("It is")]
    more = [Token("pipe. Really."), *words("a pipe."), ResponseEnded(1), *words("Really.")]
    assert seen(*reply(*early, *more, BotSpeechStopped(1))) == [
        (1, "new", "It is"),
        (1, "in-progress", "It is a"),
        (1, "completed", "It is a pipe."),
        (2, "new", ""),
        (2, "completed", "Really."),
    ]
    whole = [Token("It is a "), HEARD, *words("It is a pipe"), Token("pipe. Really")]
    assert seen(*reply(*whole, BotSpeechStopped(1))[:-1]) == [
        (1, "new", "It is a pipe."),
        (1, "completed", "It is a pipe."),
    ]
