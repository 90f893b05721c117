"""What each side has said is told with its times (CX10, CX11, CX12, CX28)."""

import pytest
import reactivex as rx

from rxvoice import Operator, Transcript
from rxvoice.contracts import Chat, Synthesizer, Transcriber, Vad
from rxvoice.items import (
    BotSpeechStarted,
    BotSpeechStopped,
    Event,
    ReplyEnded,
    ReplyStarted,
    SpeechStarted,
    SpeechStopped,
    Turn,
    TurnDropped,
    TurnStarted,
    Utterance,
    Word,
)
from rxvoice.operators import converse, log_transcript
from rxvoice.testing import OnNext, conversation, marbles

ITEMS: dict[str, Event] = {
    "s": SpeechStarted(50.0, 0.1),
    "e": SpeechStopped(51.0, 0.2),
    "1": TurnStarted(1),
    "T": Turn("Hello.", 1),
    "t": Turn(
        "Hello.", 1, 60.0, 59.7, "end", (Transcript("Hello.", True, speaker="Ann", pts=59.0),)
    ),
    "o": Turn("  \n", 1),
    "i": Turn("(The user is silent.)", 1, reason="idle"),
    "c": Turn("(Go on.)", 1, reason="completion"),
    "x": TurnDropped(1),
    "h": TurnDropped(1, "held"),
    "r": ReplyStarted(1),
    "B": BotSpeechStarted(1, 0.55),
    "E": BotSpeechStopped(1, 0.95),
    "v": Word("Hi", 0.6, 0.8),
    "w": Word("there.", 0.8, 1.05),
    "q": Word("(smiles)", 3.0, 4.0, spoken=False),
    "R": ReplyEnded(1, "Hi there."),
    "I": ReplyEnded(1, "Hi", interrupted=True),
    "0": ReplyEnded(1, ""),
    "n": ReplyEnded(1, "", interrupted=True),
}


def said(events: str, until: str = "^") -> list[tuple[float, Utterance]]:
    """Return the utterances and when they came; one column is 0.1 s."""
    with marbles(0.1) as m:
        log = m.record(m.hot(events, ITEMS).pipe(log_transcript()), until)
    return [
        (round(at, 6), note.value)
        for at, note in log
        if isinstance(note, OnNext) and isinstance(note.value, Utterance)
    ]


def user(start: float, end: float, text: str = "Hello.", speaker: str = "") -> Utterance:
    return Utterance("user", text, pytest.approx(start), pytest.approx(end), speaker, number=1)  # pyright: ignore[reportArgumentType]


def bot(start: float, end: float, text: str, *, interrupted: bool = False) -> Utterance:
    return Utterance(
        "assistant",
        text,
        pytest.approx(start),  # pyright: ignore[reportArgumentType]
        pytest.approx(end),  # pyright: ignore[reportArgumentType]
        interrupted=interrupted,
        number=1,
    )


@pytest.mark.parametrize(
    ("events", "at", "start", "end"),
    [
        ("--s1---e--T", 1.0, 0.1, 0.5),
        ("--s1-e-s--e--T", 1.3, 0.1, 0.8),  # from the first speech to the last
        ("-s--e--s1---e--T", 1.5, 0.6, 1.0),  # a noise before is none of it
        ("-s1---x--s1--e--T", 1.6, 0.8, 1.1),  # nor is a turn that came to nothing
        ("-s1---e--s h1 e--T", 1.5, 0.0, 1.0),  # but one that waits is (`hold_turns`)
        ("--s1------T", 1.0, 0.1, 1.0),  # the turn ends before the speech
        ("--1-------T", 1.0, 0.2, 1.0),  # there are no speech marks
        ("----------T", 1.0, 1.0, 1.0),
        ("--s---e-1-T", 1.0, 0.1, 0.4),  # the transcript comes late
    ],
)
def test_cx10_a_turn_has_the_times_of_its_speech(
    events: str, at: float, start: float, end: float
) -> None:
    assert said(events) == [(at, user(start, end))]


def test_cx10_the_source_tells_who_spoke_and_how_long_ago() -> None:
    assert said("--1-------t") == [(1.0, user(0.2, 0.7, speaker="Ann"))]


@pytest.mark.parametrize("turn", ["o", "i", "c"])
def test_cx10_what_nobody_said_is_no_utterance(turn: str) -> None:
    assert said(f"--1----{turn}---T") == [(1.1, user(1.1, 1.1))]


@pytest.mark.parametrize(
    ("events", "at", "wanted"),
    [
        ("---r-B-v-wER", 1.1, bot(0.55, 0.95, "Hi there.")),
        ("---r-B-vI", 0.8, bot(0.55, 0.8, "Hi", interrupted=True)),
        ("---r-B-EBvEI", 1.1, bot(0.55, 0.95, "Hi", interrupted=True)),  # it was paused
        ("---r-v-w---R", 1.1, bot(0.6, 1.05, "Hi there.")),  # there are no marks
        ("---r-q-----0", 1.1, bot(0.3, 1.1, "")),
    ],
)
def test_cx11_the_bot_has_said_what_was_heard(events: str, at: float, wanted: Utterance) -> None:
    assert said(events) == [(at, wanted)]


def test_cx12_every_reply_has_an_utterance_even_without_text() -> None:
    assert said("---r--0") == [(0.6, bot(0.3, 0.6, ""))]
    assert said("---r--n") == [(0.6, bot(0.3, 0.6, "", interrupted=True))]
    assert [one.text for _, one in said("-r-0-r-v-I-r-n|")] == ["", "Hi", ""]


@pytest.mark.parametrize("end", ["|", "#"])
def test_cx12_a_reply_in_which_the_stream_ends_was_interrupted(end: str) -> None:
    assert said(f"---r--v-{end}") == [(0.8, bot(0.6, 0.8, "Hi", interrupted=True))]
    assert said(f"---r----{end}") == [(0.8, bot(0.3, 0.8, "", interrupted=True))]
    assert said(f"---r--0-{end}") == [(0.6, bot(0.3, 0.6, ""))]


def test_all_items_pass_and_utterances_follow() -> None:
    with marbles(0.1) as m:
        out = m.hot("-1 T r v I-|", ITEMS).pipe(log_transcript())
        told = {**ITEMS, "u": user(0.1, 0.2), "b": bot(0.6, 0.8, "Hi", interrupted=True)}
        m.expect(out).to_be("-1(Tu)rv(Ib)-|", told)


def test_never_empty_and_unsubscribed() -> None:
    with marbles() as m:
        m.expect(m.hot("---", ITEMS).pipe(log_transcript())).to_be("---")
        m.expect(m.cold("|", ITEMS).pipe(log_transcript())).to_be("|")
    assert said("---r--v-----", "^-----!") == []


def test_two_subscribers_have_logs_of_their_own() -> None:
    with marbles(0.1) as m:
        out = m.hot("-1-T-", ITEMS).pipe(log_transcript())
        m.expect(out).to_be("-1-(Tu)-", {**ITEMS, "u": user(0.1, 0.3)})
        m.expect(out, "--^").to_be("---(Tu)-", {**ITEMS, "u": user(0.3, 0.3)})


def test_cx28_a_whole_call_has_its_transcript() -> None:
    def agent(vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
        return rx.compose(converse(vad=vad, stt=stt, llm=llm, tts=tts), log_transcript())

    call = conversation(
        agent,
        user="[-]'hello'----------------[-]'stop'",
        bot=" ----      ----------[-----!---     --------[-]",
        llm=["I am the assistant of the city library.", "Sorry."],
    )
    told = call.only(Utterance)
    assert [(one.role, one.text, one.interrupted) for one in told] == [
        ("user", "hello", False),
        ("assistant", "I am", True),
        ("user", "stop", False),
        ("assistant", "Sorry.", False),
    ]
    assert all(one.start < one.end for one in told)
    starts = [one.start for one in told]
    assert starts == sorted(starts)
