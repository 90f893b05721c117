import json
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    Metric,
    ReplyEnded,
    ReplyStarted,
    SpeechStarted,
    SpeechStopped,
    Stamped,
    Token,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Word,
)
from rxvoice.reports import (
    Interruption,
    TurnLatency,
    heard_audio,
    interruptions,
    latencies,
    latency_markdown,
    latency_table,
    minutes,
    plain,
    transcript_json,
    transcript_text,
    utterances,
    word_error_rate,
)
from tests.scripted_call import ASKED, PLAYED, scripted_call, stamp, voice

# --- what was heard of the bot


def spans(events: list[Stamped]) -> list[tuple[float, float]]:
    return [(round(heard.start, 3), round(heard.end, 3)) for heard in heard_audio(events)]


def test_a_frame_is_heard_at_its_pts_or_when_it_came_if_that_is_later() -> None:
    assert spans(voice(1.0, 0.04)) == [(1.0, 1.02), (1.02, 1.04)]
    late = [replace(event, at=1.5) for event in voice(1.0, 0.04)]
    assert spans(late) == [(1.5, 1.52), (1.52, 1.54)]


def test_what_was_cleared_was_not_heard() -> None:
    events = [*voice(1.0, 0.06, lead=0.5), *stamp(1.03, ClearAudio(1))]
    assert spans(events) == [(1.0, 1.02), (1.02, 1.03), (1.04, 1.04)]


def test_a_frame_that_comes_after_the_clearing_counts_as_heard() -> None:
    events = [*stamp(1.0, ClearAudio(1)), *voice(1.02, 0.02)]
    assert spans(events) == [(1.02, 1.04)]


def test_frames_belong_to_the_reply_in_whose_time_they_came() -> None:
    events = scripted_call()
    replies = [heard.reply for heard in heard_audio(events)]
    assert sorted(set(replies)) == [1, 2, 3]
    assert replies == sorted(replies)


# --- latencies


def test_each_turn_has_its_way_from_speech_end_to_first_sound() -> None:
    found = latencies(scripted_call())
    assert [latency.number for latency in found] == [1, 2, 3]
    assert [latency.interrupted for latency in found] == [True, False, False]
    assert found[0].instants == pytest.approx((2.5, 2.95, 3.15, 3.52, 3.56))
    assert found[0].parts == pytest.approx((0.45, 0.2, 0.37, 0.04))
    assert found[2].parts == pytest.approx((0.45, 0.35, 0.27, 0.04))
    for latency in found:
        assert latency.is_complete
        assert latency.total == sum(part for part in latency.parts if part is not None)
        assert latency.speech_end is not None
        assert latency.first_sound is not None
        assert latency.total == pytest.approx(latency.first_sound - latency.speech_end)


def test_missing_steps_are_none_and_the_sum_covers_what_is_there() -> None:
    latency = TurnLatency(1, None, 2.0, 2.25, None, 3.0)
    assert latency.parts == (None, 0.25, None, 0.75)
    assert latency.total == 1.0
    assert not latency.is_complete
    assert TurnLatency(1, None, 2.0).parts == (None, None, None, None)
    assert TurnLatency(1, None, 2.0).total is None


def test_a_turn_without_speech_has_no_speech_end() -> None:
    events = [
        *stamp(1.0, SpeechStarted(1.0), SpeechStopped(1.0)),
        *stamp(1.5, Turn("one", 1)),
        *stamp(5.0, Turn("two", 2)),
    ]
    assert [latency.speech_end for latency in latencies(events)] == [1.0, None]


def test_the_speech_of_a_dropped_turn_is_not_that_of_the_next() -> None:
    events = [
        *stamp(1.0, SpeechStopped(1.0)),
        *stamp(1.5, TurnDropped(1)),
        *stamp(9.0, Turn("a", 2)),
    ]
    assert latencies(events)[0].speech_end is None


def test_the_last_of_several_pieces_of_speech_counts_less_its_delay() -> None:
    events = [
        *stamp(1.0, SpeechStopped(1.0, 0.25)),
        *stamp(3.0, SpeechStopped(3.0, 0.5)),
        *stamp(3.25, Turn("a", 1)),
    ]
    assert latencies(events)[0].parts[0] == 0.75


def test_what_came_early_counts_as_at_the_same_moment_and_no_part_is_negative() -> None:
    events = [
        *stamp(1.0, SpeechStopped(1.0, 0.5)),
        *stamp(1.1, ReplyStarted(1), Token("early"), Metric("tts", "ttfb", 0.1)),
        *stamp(1.5, Turn("a", 1)),
        *voice(1.25, 0.1),
    ]
    assert latencies(events)[0].instants == (0.5, 1.5, 1.5, 1.5, 1.5)
    assert latencies(events)[0].parts == (1.0, 0.0, 0.0, 0.0)


def test_steps_of_another_reply_do_not_count() -> None:
    events = [
        *stamp(1.0, Turn("one", 1), ReplyStarted(1)),
        *stamp(1.5, TurnStarted(2), ClearAudio(1), ReplyEnded(1, "", True)),
        *stamp(2.0, Turn("two", 2), ReplyStarted(2)),
        *stamp(2.5, Metric("llm", "ttfb", 0.5), Token("hi"), Metric("tts", "rtf", 0.5)),
        *stamp(3.0, Metric("tts", "first_audio", 0.5)),
    ]
    one, two = latencies(events)
    assert one.instants == (None, 1.0, None, None, None)
    assert one.interrupted
    assert two.instants == (None, 2.0, 2.5, 3.0, None)


def test_audio_that_was_cleared_before_it_was_heard_is_no_first_sound() -> None:
    events = [
        *stamp(1.0, Turn("one", 1), ReplyStarted(1)),
        *voice(1.50, 0.1, lead=0.3),
        *stamp(1.4, ClearAudio(1), ReplyEnded(1, "", True)),
    ]
    assert latencies(events)[0].first_sound is None


def test_streams_without_replies_are_measured_by_turn() -> None:
    events = [*stamp(1.0, Turn("one", 1)), *stamp(1.5, Token("a")), *stamp(2, Turn("two", 2))]
    assert [latency.first_token for latency in latencies(events)] == [1.5, None]


def test_the_table_is_aligned_and_its_rows_add_up() -> None:
    table = latency_table(latencies(scripted_call()))
    assert table == (
        "Milliseconds since the step before, from the end of the speech to the first sound.\n"
        "  turn   turn end   first token   first audio   first sound   total\n"
        "───────────────────────────────────────────────────────────────────\n"
        "     1        450           200           370            40    1060   interrupted\n"
        "     2        450           160           290            40     940\n"
        "     3        450           350           270            40    1110\n"
        "───────────────────────────────────────────────────────────────────\n"
        "median        450           200           290            40    1060\n"
    )


def test_milliseconds_are_rounded_so_that_rows_still_add_up() -> None:
    row = latency_table([TurnLatency(7, 0.0, 0.0014, 0.0028, 0.0042, 0.0056)]).splitlines()[3]
    assert [int(cell) for cell in row.split()] == [7, 1, 2, 1, 2, 6]


def test_partial_totals_are_marked_and_not_in_the_median() -> None:
    rows = latency_table(
        [TurnLatency(1, None, 2.0, 2.25, None, 3.0), TurnLatency(2, 1.0, 2.0, 2.5, 2.75, 3.0)]
    ).splitlines()
    assert rows[3].split() == ["1", "–", "250", "–", "750", "1000", "partial"]
    assert rows[-1].split() == ["median", "1000", "375", "250", "500", "2000"]


def test_the_table_in_markdown_holds_the_same() -> None:
    lines = latency_markdown(latencies(scripted_call())).splitlines()
    assert lines[0] == (
        "| turn | speech end → turn end | turn end → first token | first token → first audio "
        "| first audio → first sound | total |  |"
    )
    assert lines[2] == "| 1 | 450 | 200 | 370 | 40 | 1060 | interrupted |"
    assert lines[-1] == "| **median** | **450** | **200** | **290** | **40** | **1060** |  |"
    assert {line.count("|") for line in lines} == {8}


def test_tables_of_nothing_have_a_head_only() -> None:
    assert len(latency_table([]).splitlines()) == 3
    assert len(latency_markdown([]).splitlines()) == 2


# --- interruptions


def test_an_interruption_has_its_decision_and_the_end_of_the_voice() -> None:
    assert interruptions(scripted_call()) == [Interruption(1, 2, 6.6, 6.6, PLAYED[0])]
    assert interruptions(scripted_call())[0].overrun == 0.0


def cut(*, order: int = 0, clear: float = 2.0) -> list[Stamped]:
    """A reply from 1.0 to 3.0 whose interruption is decided at 2.0."""
    ending = [
        *stamp(clear, ClearAudio(1), ReplyEnded(1, "so", True)),
    ]
    ending.insert(order, Stamped(2.0, TurnStarted(2)))
    events = [*stamp(0.5, ReplyStarted(1)), *(e for e in voice(1.0, 2.0) if e.at < clear), *ending]
    return sorted(events, key=lambda event: event.at)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_the_order_within_the_instant_of_the_decision_does_not_matter(order: int) -> None:
    assert interruptions(cut(order=order)) == [Interruption(1, 2, 2.0, 2.0, "so")]


def test_the_overrun_is_what_was_heard_after_the_decision() -> None:
    found = interruptions(cut(clear=2.05))[0]
    assert found.overrun == pytest.approx(0.05)


def test_audio_after_the_clearing_makes_the_overrun_longer() -> None:
    found = interruptions([*cut(), *voice(2.1, 0.1)])[0]
    assert found.overrun == pytest.approx(0.2)


def test_a_sink_that_is_not_told_to_clear_plays_what_it_has() -> None:
    events = [event for event in cut() if not isinstance(event.item, ClearAudio)]
    assert interruptions(events)[0].overrun == pytest.approx(0.04)


def test_a_reply_that_was_not_heard_has_no_overrun() -> None:
    events = [
        *stamp(1.0, ReplyStarted(1)),
        *stamp(1.5, TurnStarted(2), ReplyEnded(1, interrupted=True)),
    ]
    assert interruptions(events) == [Interruption(1, 2, 1.5, None)]
    assert interruptions(events)[0].overrun == 0.0


def test_an_interruption_without_a_turn_is_decided_by_the_clearing() -> None:
    events = [
        *stamp(1.0, TurnStarted(1)),
        *stamp(1.5, Turn("a", 1), ReplyStarted(1)),
        *stamp(2.0, ClearAudio(1)),
        *stamp(2.5, ReplyEnded(1, interrupted=True)),
        *stamp(3.0, TurnStarted(2)),
    ]
    assert interruptions(events) == [Interruption(1, None, 2.0, None)]


def test_a_reply_that_went_to_its_end_is_no_interruption() -> None:
    events = [
        *stamp(1.0, ReplyStarted(1)),
        *stamp(2.0, ReplyEnded(1, "all")),
        *stamp(2, TurnStarted(2)),
    ]
    assert interruptions(events) == []


# --- transcripts


def test_the_transcript_says_who_said_what_and_when() -> None:
    assert transcript_text(scripted_call()) == (
        f"0:00.6  user  {ASKED[0]}\n"
        f"0:03.6  bot   {PLAYED[0]} —\n"
        f"0:06.4  user  {ASKED[1]}\n"
        f"0:09.0  bot   {PLAYED[1]}\n"
        f"0:14.7  user  {ASKED[2]}\n"
        f"0:17.4  bot   {PLAYED[2]}\n"
    )
    assert transcript_text([]) == ""


def test_the_transcript_as_json_has_the_words_that_were_heard() -> None:
    rows = transcript_json(scripted_call())
    assert [row["speaker"] for row in rows] == ["user", "bot"] * 3
    assert [row["turn"] for row in rows] == [1, 1, 2, 2, 3, 3]
    assert [row["interrupted"] for row in rows] == [False, True, False, False, False, False]
    assert rows[0]["start"] == 0.6
    assert rows[0]["end"] == 2.5
    assert rows[1]["end"] == 6.6
    words = rows[1]["words"]
    assert " ".join(word["text"] for word in words) == rows[1]["text"] == PLAYED[0]
    assert all(one["end"] <= other["start"] + 1e-9 for one, other in pairwise(words))
    assert transcript_json([]) == []
    assert json.loads(json.dumps(rows)) == rows


def test_a_reply_in_progress_is_told_by_its_words() -> None:
    events = [
        *stamp(1.0, ReplyStarted(1)),
        *stamp(2.0, Word("Hello", 0.0, 0.3)),
        *stamp(2.5, Word(",", 0.3, verbatim=True), Word("you", 0.5, 0.7)),
    ]
    (said,) = utterances(events)
    assert said.text == "Hello, you"
    assert said.start == 2.0
    assert not said.interrupted


def test_a_bot_cut_off_within_its_first_word_leaves_a_dash() -> None:
    events = [
        *stamp(1.0, ReplyStarted(1)),
        *voice(1.2, 0.1),
        *stamp(1.25, ClearAudio(1), ReplyEnded(1, "", True)),
    ]
    assert transcript_text(events) == "0:01.2  bot   —\n"


def test_a_reply_of_which_nothing_was_heard_is_not_told() -> None:
    events = [*stamp(1.0, ReplyStarted(1)), *stamp(1.2, ReplyEnded(1, "", True))]
    assert transcript_text(events) == ""


def test_final_transcripts_without_a_turn_are_told_and_dropped_ones_are_not() -> None:
    events = [
        *stamp(1.0, SpeechStarted(1.0, 0.2)),
        *stamp(2.0, Transcript("mhm", True), TurnDropped(1)),
        *stamp(3.0, SpeechStarted(3.0, 0.5), Transcript("and", False)),
        *stamp(4.0, Transcript("and then", True)),
    ]
    assert transcript_text(events) == "0:02.5  user  and then\n"


def test_a_transcript_holds_one_line_an_utterance_and_no_control_characters() -> None:
    events = stamp(1.0, Turn("a\nb\x1b[31m\u202e \ud800", 1))
    assert transcript_text(events) == "0:01.0  user  a b[31m \ufffd\n"
    json.dumps(transcript_json(events), ensure_ascii=False).encode()


# --- text and times


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  a \t b\r\n\u2028c ", "a b c"),
        ("e\u0301", "é"),
        ("x" + "\u0301" * 50, "x" + "\u0301" * 3),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u202eabc\u2069\ufeff\u00ad", "abc"),
        ("a\x00\x1b]0;title\x07b", "a]0;titleb"),
        ("\udfff\ufffe\U0001ffff", "\ufffd\ufffd\ufffd"),
        ("", ""),
    ],
)
def test_plain_text_is_one_line_that_anything_can_show(text: str, cleaned: str) -> None:
    assert plain(text) == cleaned


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (0, "0:00.0"),
        (67.44, "1:07.4"),
        (59.96, "1:00.0"),
        (3599.99, "1:00:00.0"),
        (7325.5, "2:02:05.5"),
        (-1.5, "-0:01.5"),
        (-0.01, "0:00.0"),
    ],
)
def test_times_are_written_in_minutes(at: float, written: str) -> None:
    assert minutes(at) == written


# --- word error rate


@pytest.mark.parametrize(
    ("reference", "hypothesis", "rate"),
    [
        ("the cat sat", "the cat sat", 0.0),
        ("The cat, sat!", "the CAT sat", 0.0),
        ("don't", "dont", 0.0),
        ("don’t stop", "don't stop", 0.0),
        ("twenty-one", "twenty one", 0.0),
        ("it costs 3.50, or 1,000.", "It costs 3.50 or 1,000", 0.0),
        ("20", "twenty", 1.0),
        ("a b c d", "a x c", 0.5),
        ("a b", "a b c d e", 1.5),
        ("a", "", 1.0),
        ("", "", 0.0),
        ("...", "?!", 0.0),
        ("", "noise", math.inf),
        ("café", "cafe\u0301", 0.0),
        ("हिन्दी भाषा", "हिन्दी भाषा।", 0.0),
        ("Straße", "STRASSE", 0.0),
    ],
)
def test_word_error_rate(reference: str, hypothesis: str, rate: float) -> None:
    assert word_error_rate(reference, hypothesis) == rate


def test_word_error_rate_counts_the_fewest_changes() -> None:
    said = "one two three four five six seven eight nine ten"
    assert word_error_rate(said, "two three four five six seven eight nine ten one") == 0.2


def test_frames_without_samples_are_never_heard() -> None:
    empty = AudioFrame(np.zeros(0, np.int16), 16_000, 5.0)
    assert heard_audio(stamp(1.0, empty)) == []
