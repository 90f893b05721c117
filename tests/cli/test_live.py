import io
import os
import re
import select
import sys
from dataclasses import replace

import pytest

from rxvoice.cli._cells import cells, head, tail, wrap
from rxvoice.cli._live import LiveView
from rxvoice.items import (
    ClearAudio,
    Fault,
    ReplyEnded,
    ReplyStarted,
    SpeechStarted,
    SpeechStopped,
    Stamped,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Word,
)
from tests.cli.terminal import Terminal
from tests.scripted_call import scripted_call, stamp, voice

FINISHED = [
    " 0:00.6  user   What's the weather like in Lisbon today?",
    " 0:03.6  bot    It is sunny in Lisbon, with a high of twenty-four —",
    " 0:06.6  //     the answer to turn 1 was interrupted by turn 2",
    " 0:06.4  user   Sorry, I meant Porto.",
    " 0:09.0  bot    In Porto it is cloudy, nineteen degrees, and it may rain after four.",
    " 0:14.7  user   Great, thank you. Goodbye!",
    " 0:16.9  fault  llm: no answer within 0.15 s, asking again",
    " 0:17.4  bot    Goodbye, and enjoy your day!",
]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def played(events: list[Stamped], *, until: float = 1e9, columns: int = 90) -> Terminal:
    """A terminal that was shown all events up to an instant."""
    terminal = Terminal(columns)
    view = LiveView(terminal, total=20.0, width=columns)
    for event in events:
        if event.at <= until:
            view.show(event)
    view.tick(until if until < 1e9 else events[-1].at + 1)
    return terminal


# --- on a terminal


def test_what_is_finished_scrolls_by_and_is_left_at_the_end() -> None:
    terminal = Terminal(90)
    with LiveView(terminal, total=20.0, width=90) as view:
        for event in scripted_call():
            view.show(event)
    assert terminal.lines == [*FINISHED, ""]
    assert terminal.column == 0


def test_below_it_stands_what_is_going_on() -> None:
    listening = played(scripted_call(), until=2.3).lines
    assert listening[0].startswith(" ● user ")
    assert listening[0].endswith(" what's the weather like in")
    assert listening[1] == " ○ bot"
    assert listening[2].startswith(" ━━━━")
    assert listening[2].endswith(" 0:02.3 / 0:20.0")

    thinking = played(scripted_call(), until=3.2).lines
    assert thinking[0] == FINISHED[0]
    assert thinking[1] == " ○ user"
    assert thinking[2].split() == ["○", "bot", "thinking", "…"]

    speaking = played(scripted_call(), until=5.0).lines
    assert speaking[1] == " ○ user"
    assert speaking[2].startswith(" ● bot ")
    assert speaking[2].endswith(" It is sunny in Lisbon, with")


def test_the_bots_words_appear_one_by_one_as_they_are_spoken() -> None:
    words = [event for event in scripted_call() if isinstance(event.item, Word)][:6]
    shown: list[str] = []
    for word in words:
        shown.append(played(scripted_call(), until=word.at + 0.07).lines[2][14:])
    assert shown == [
        "It",
        "It is",
        "It is sunny",
        "It is sunny in",
        "It is sunny in Lisbon,",
        "It is sunny in Lisbon, with",
    ]


def test_an_interruption_shows_at_once_and_the_bot_is_silent() -> None:
    lines = played(scripted_call(), until=6.6).lines
    assert lines[:3] == FINISHED[:3]
    assert lines[3].startswith(" ● user ")
    assert lines[4].split() == ["○", "bot"]


def test_the_partial_transcript_is_grey_and_the_final_one_is_not() -> None:
    terminal = Terminal()
    view = LiveView(terminal, width=80)
    view.show(Stamped(1.0, SpeechStarted(1.0)))
    view.show(Stamped(1.5, Transcript("we have", True)))
    view.show(Stamped(2.0, Transcript("two more", False)))
    assert "we have \x1b[90mtwo more\x1b[0m" in terminal.writes[-1]


def test_it_is_redrawn_at_most_fifteen_times_a_second() -> None:
    terminal = Terminal()
    view = LiveView(terminal, width=80)
    for index in range(2000):
        view.show(Stamped(index / 1000, Transcript(f"word {index}", False)))
    assert 28 <= len(terminal.writes) <= 31


def test_finished_lines_do_not_wait_for_the_next_redraw() -> None:
    terminal = Terminal()
    view = LiveView(terminal, width=80)
    view.show(Stamped(1.0, SpeechStarted(1.0)))
    view.show(Stamped(1.001, Turn("at once", 1)))
    assert terminal.lines[0] == " 0:01.0  user   at once"


def test_time_goes_on_while_nothing_happens() -> None:
    terminal = Terminal()
    view = LiveView(terminal, total=10.0, width=80)
    view.show(Stamped(1.0, TurnStarted(1)))
    view.tick(6.0)
    assert terminal.lines[-1].endswith(" 0:06.0 / 0:10.0")
    view.tick(2.0)
    view.tick(99.0)
    assert terminal.lines[-1].endswith(" 0:10.0 / 0:10.0")
    assert "─" not in terminal.lines[-1]


def test_without_a_length_there_is_a_time_and_no_bar() -> None:
    terminal = Terminal()
    LiveView(terminal, width=80).tick(61.0)
    assert terminal.lines[-1] == " 1:01.0"


def test_closing_writes_what_was_begun_and_is_done_once() -> None:
    terminal = Terminal()
    view = LiveView(terminal, width=80)
    for event in [
        *stamp(1.0, SpeechStarted(1.0, 0.5), Transcript("so far", True)),
        *stamp(2.0, ReplyStarted(1)),
        *stamp(2.5, Word("I", 2.5), Word("see", 2.6)),
    ]:
        view.show(event)
    view.close()
    view.close()
    view.show(Stamped(9.0, Fault("llm", "late")))
    view.tick(10.0)
    assert terminal.lines == [" 0:00.5  user   so far", " 0:02.5  bot    I see", ""]


def test_a_view_that_showed_nothing_leaves_nothing() -> None:
    terminal = Terminal()
    LiveView(terminal, width=80).close()
    assert terminal.lines == [""]


def test_the_cursor_is_never_hidden() -> None:
    assert not any("\x1b[?" in text for text in played(scripted_call()).writes)


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    colour = re.compile(r"\x1b\[\d*m")
    assert any(colour.search(text) for text in played(scripted_call()).writes)
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = played(scripted_call())
    assert not any(colour.search(text) for text in terminal.writes)
    assert terminal.lines[: len(FINISHED)] == FINISHED


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert "".join(played(scripted_call()).writes).splitlines() == FINISHED


@pytest.mark.parametrize("columns", [1, 2, 3, 5, 10, 17, 25, 39, 40, 41, 60, 200])
def test_no_line_is_ever_wider_than_the_terminal(columns: int) -> None:
    wide = [
        *stamp(20.0, SpeechStarted(20.0), Transcript("今天里斯本的天气怎么样" * 9, False)),
        *stamp(21.0, Turn("今天里斯本的天气 👨‍👩‍👧 怎么样" * 9, 4), ReplyStarted(4)),
        *stamp(22.0, *(Word("مرحبا", 22.0) for _ in range(40))),
        *stamp(23.0, Fault("tts", "x" * 300)),
    ]
    terminal = played([*scripted_call(), *wide], columns=columns)
    assert all(cells(line) <= max(columns, 2) for line in terminal.lines)


def test_long_lines_are_wrapped_with_the_text_aligned() -> None:
    terminal = played(stamp(1.0, Turn("one two three four five six seven", 1)), columns=41)
    assert terminal.lines[:2] == [
        " 0:01.0  user   one two three four five",
        "                six seven",
    ]


def test_long_partial_texts_show_their_end() -> None:
    terminal = played(stamp(1.0, Transcript("one two three four five six", False)), columns=36)
    assert terminal.lines[0] == " ○ user       …three four five six"


def arrived(keyboard: io.FileIO, last: str) -> str:
    """Read what a pseudo-terminal hands on, piece by piece, to a text and what follows at once."""
    data = b""
    while select.select([keyboard], [], [], 0.2 if last.encode() in data else 10.0)[0]:
        data += keyboard.read(10_000)
    return data.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_terminal_that_became_narrower_is_cleaned_up() -> None:
    import termios

    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as keyboard, os.fdopen(theirs, "w") as stream:
        view = LiveView(stream, total=10.0)
        termios.tcsetwinsize(theirs, (24, 80))
        view.tick(1.0)
        assert "0:01.0 / 0:10.0" in arrived(keyboard, "0:01.0 / 0:10.0")
        termios.tcsetwinsize(theirs, (24, 40))
        view.tick(2.0)
        drawn = arrived(keyboard, "0:02.0")
        assert drawn.startswith("\r\x1b[3A")  # the bar took two of now four rows
        assert max(map(cells, re.sub(r"\x1b\[\d*[mAKJ]|\r", "", drawn).split("\n"))) <= 40
        view.close()


def test_text_cannot_control_the_terminal() -> None:
    evil = "\x1b[2J\x1b]0;title\x07\r\nok\x9b31m\u202e"
    terminal = played(
        [
            *stamp(1.0, Transcript(evil, False)),
            *stamp(2.0, Transcript(evil, True)),
            *stamp(3.0, Turn(evil, 1), ReplyStarted(1), Word(evil, 3.0)),
            *stamp(4.0, ReplyEnded(1, evil, True), Fault(evil, evil)),
        ]
    )
    text = "".join(terminal.writes)
    assert "\x07" not in text
    assert "\x9b" not in text
    assert "\x1b[2J" not in text


# --- details of the conversation


def test_a_dropped_turn_leaves_no_line() -> None:
    terminal = played(
        [
            *stamp(1.0, SpeechStarted(1.0), TurnStarted(1), Transcript("hm", True)),
            *stamp(2.0, SpeechStopped(2.0), TurnDropped(1)),
        ]
    )
    assert terminal.lines[0] == " ○ user"
    assert len(terminal.lines) == 3


def test_a_reply_cut_off_before_it_was_heard_leaves_only_the_interruption() -> None:
    terminal = played(
        [
            *stamp(1.0, ReplyStarted(1)),
            *stamp(2.0, TurnStarted(2), ClearAudio(1), ReplyEnded(1, "", True)),
        ]
    )
    assert terminal.lines[0] == " 0:02.0  //     the answer to turn 1 was interrupted by turn 2"


def test_a_reply_cut_off_within_its_first_word_leaves_a_dash() -> None:
    events = [
        *stamp(1.0, ReplyStarted(1)),
        *voice(1.2, 0.1),
        *stamp(1.3, ClearAudio(1), ReplyEnded(1, "", True)),
    ]
    lines = played(events).lines
    assert lines[0] == " 0:01.2  bot    —"
    assert lines[1] == " 0:01.3  //     the answer to turn 1 was interrupted"


def test_a_fatal_fault_says_so() -> None:
    assert played(stamp(1.0, Fault("llm", "bad key", fatal=True))).lines[0] == (
        " 0:01.0  fatal  llm: bad key"
    )


# --- elsewhere


def test_a_pipe_gets_finished_lines_only() -> None:
    stream = io.StringIO()
    view = LiveView(stream, total=20.0)
    for event in scripted_call():
        view.show(event)
        view.tick(event.at)
    view.close()
    assert stream.getvalue().splitlines() == FINISHED


def test_lines_of_a_pipe_are_not_wrapped_and_come_at_once() -> None:
    stream = io.StringIO()
    view = LiveView(stream, width=20)
    view.show(Stamped(1.0, Turn("word " * 50, 1)))
    assert len(stream.getvalue().splitlines()) == 1
    assert stream.getvalue().count("word") == 50


def test_a_stream_that_knows_only_ascii_gets_ascii() -> None:
    raw = io.BytesIO()
    view = LiveView(io.TextIOWrapper(raw, encoding="ascii"))
    for event in [*scripted_call(), *stamp(20.0, Turn("naïve 今", 4))]:
        view.show(event)
    lines = raw.getvalue().decode("ascii").splitlines()
    assert lines[1].endswith("with a high of twenty-four --")
    assert lines[-1] == " 0:20.0  user   na?ve ?"


def test_an_ascii_terminal_is_drawn_with_ascii() -> None:
    class Old(Terminal):
        encoding = "ascii"

    terminal = Old(60)
    view = LiveView(terminal, total=20.0, width=60)
    for event in scripted_call():
        view.show(event)
    assert all(text.isascii() for text in terminal.writes)
    assert terminal.lines[-1].startswith(" =====")


def test_a_stream_that_broke_ends_the_view_and_nothing_else() -> None:
    class Broken(io.StringIO):
        calls = 0

        def write(self, text: str, /) -> int:
            self.calls += 1
            raise BrokenPipeError

    stream = Broken()
    view = LiveView(stream)
    for event in scripted_call():
        view.show(event)
    view.close()
    assert stream.calls == 1

    closed = io.StringIO()
    view = LiveView(closed)
    closed.close()
    view.show(Stamped(1.0, Turn("gone", 1)))
    view.close()


def test_times_that_run_backwards_do_no_harm() -> None:
    events = [replace(event, at=20 - event.at) for event in scripted_call()]
    played(events)


@pytest.mark.parametrize("total", [-1.0, float("nan"), float("inf")])
def test_a_bad_length_is_refused(total: float) -> None:
    with pytest.raises(ValueError, match="total must be finite and at least 0"):
        LiveView(io.StringIO(), total=total)


def test_a_bad_width_is_refused() -> None:
    with pytest.raises(ValueError, match="width must be at least 1"):
        LiveView(io.StringIO(), width=0)


# --- cells


@pytest.mark.parametrize(
    ("text", "count"),
    [("abc", 3), ("", 0), ("é", 1), ("e\u0301", 1), ("今天", 4), ("👍", 2), ("✂\ufe0f", 2)],
)
def test_cells(text: str, count: int) -> None:
    assert cells(text) == count


def test_wide_characters_are_never_cut_in_half() -> None:
    assert head("今天天气", 6) == "今天…"
    assert head("今天天气", 8) == "今天天气"
    assert tail("今天天气", 6) == "…天气"
    assert tail("abc e\u0301e\u0301", 2) == "…e\u0301"
    assert head("abc", 0) == ""
    assert tail("abc", 0) == ""


def test_wrapping_breaks_between_words_and_inside_those_that_are_too_long() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("abcdefgh ij", 3) == ["abc", "def", "gh", "ij"]
    assert wrap("今天天气", 5) == ["今天", "天气"]
    assert wrap("", 5) == [""]
    assert wrap("ab", 0) == ["ab"]
