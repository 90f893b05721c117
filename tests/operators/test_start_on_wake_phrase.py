"""Turns that need a wake phrase.

``S`` speech starts, ``E`` it stops, ``o`` it is ongoing; ``B``, ``P`` the bot's starts and stops;
``h`` the phrase was heard, ``x`` a turn starts, ``w`` it timed out, ``z`` the end of a round.
One column is 1 s.
"""

from typing import Any, assert_type

import pytest
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.contracts import StartStrategy, TurnInput
from rxvoice.items import (
    BotSpeechOngoing,
    BotSpeechStarted,
    BotSpeechStopped,
    Dtmf,
    EndRound,
    Event,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    StartTurn,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    UserStarted,
    UserStopped,
    WakePhraseHeard,
    WakePhraseTimedOut,
    Word,
)
from rxvoice.operators import (
    aggregate_turn,
    start_on_speech,
    start_on_transcript,
    start_on_wake_phrase,
    stop_on_external,
)
from rxvoice.operators._phrases import Found, Phrases
from rxvoice.testing import like, marbles
from tests.operators.fakes import sound

ITEMS: dict[str, Any] = {
    "S": SpeechStarted(1.0, 0.2),
    "o": SpeechOngoing(2.0),
    "E": SpeechStopped(3.0, 0.2),
    "B": BotSpeechStarted(1),
    "b": BotSpeechOngoing(1),
    "P": BotSpeechStopped(1),
    "U": UserStarted("key"),
    "V": UserStopped("key"),
    "k": Dtmf("1"),
    "a": sound("s"),
    "i": Transcript("hey robot", False),
    "n": Transcript("", True),
    "t": Transcript("What's up?", True),
    "p": Transcript("Hey, Robot!", True),
    "q": Transcript("Well, hey robot, wake up.", True),
    "1": Transcript("So I said: hey", True),
    "2": Transcript("robot, come here", True),
    "h": WakePhraseHeard("hey robot"),
    "w": WakePhraseTimedOut(),
    "z": EndRound(),
    "x": like(StartTurn, reason="wake_phrase"),
}


def check(heard: str, expected: str, **options: Any) -> None:
    with marbles(1.0) as m:
        out = m.hot(heard, ITEMS).pipe(start_on_wake_phrase("hey robot", **options))
        m.expect(out).to_be(expected, ITEMS)


def test_while_it_sleeps_nothing_of_the_user_gets_past_it() -> None:
    """TU05: marks, audio, keys, transcripts; only what the bot does."""
    check("-SoEatinkUVBbP|", "-zzzzzzzzzz---|")


def test_the_phrase_starts_a_turn_and_wakes_it() -> None:
    """TU05: from then on everything passes; interim transcripts cannot wake it."""
    check("-S-i-pE-S-tE-a", "-z-z-(h x)" + "-" * 15 + "w")


def test_it_falls_asleep_ten_seconds_after_the_last_sign_of_life() -> None:
    """TU05: of either side; blank transcripts and audio are none."""
    check("-p---i", "-(h x) 13s w")
    check("-p---n-a", "-(h x) 9s w-")
    check("-p---k", "-(h x) 13s w")
    check("-p---t------t-------------t", "-(h x)" + "-" * 20 + "w---z")
    check("-p", "-(h x) 2s w", timeout=3.0)


def test_it_stays_awake_while_somebody_speaks() -> None:
    """TU05: the time runs from when they stop, whoever it is."""
    check("-p-S 30s E", "-(h x) 42s w")
    check("-p-B 30s P", "-(h x) 42s w")
    check("-p-U 30s V", "-(h x) 42s w")
    check("-p-S-B-E 20s P", "-(h x) 36s w")
    check("-p-o 30s", "-(h x)")


def test_speech_that_began_before_the_phrase_keeps_it_awake() -> None:
    """TU05: the phrase is in its midst."""
    check("-S-p 30s E", "-z-(h x) 40s w")


def test_asleep_again_it_needs_the_phrase_again() -> None:
    """TU05: nothing of before is left."""
    check("-p-----t-p", "-(h x) 2s w--z-(h x) 2s w", timeout=3.0)
    check("-q-----2", "-(h x) 2s w--z", timeout=3.0)


def test_it_may_be_needed_for_each_turn() -> None:
    """TU05: then it is never awake, and never times out."""
    check("-p-S-t-p", "-(h x)-z-z-(h x)", once=True)


def test_the_phrase_may_be_spread_over_several_transcripts() -> None:
    """TU05: whatever comes between them, but for other words."""
    check("-1SnES2", "-zzzzz(h x)")
    check("-1-t-2", "-z-z-z")


@pytest.mark.parametrize(
    ("heard", "begins"),
    [
        (["Hey, Robot! Go."], "Hey, Robot! Go."),
        (["I say: HEY robot"], "HEY robot"),
        (["hey - robot"], "hey - robot"),
        (["hey-robot?"], "hey-robot?"),
        (["So, hey", "robot, go"], "hey robot, go"),
        (["hey robots"], None),
        (["they robot"], None),
        (["hey", "you", "robot"], None),
        (["hey robot", "robot"], "hey robot"),
        (["oh O.K. computer, do it"], "O.K. computer, do it"),
        (["whats up doc"], "whats up doc"),
        (["What's up, doc? Hey robot"], "What's up, doc? Hey robot"),
        (["grüß DICH Ärmel"], "grüß DICH Ärmel"),
    ],
)
def test_what_counts_as_the_phrase(heard: list[str], begins: str | None) -> None:
    """TU05: whole words, whatever the case and the punctuation; the first phrase counts."""
    phrases = Phrases(["hey robot", "ok computer", "what's up doc", "Grüß dich, ärmel!"])
    found = [each for text in heard if (each := phrases.find(text))]
    assert [each.text for each in found[:1]] == ([] if begins is None else [begins])


def test_it_says_which_phrase_it_was() -> None:
    """TU05: as it was configured; of several the one that was said first."""
    phrases = Phrases(["Computer", "hey, robot"])
    assert phrases.find("well HEY ROBOT and computer") == Found(
        "hey, robot", "HEY ROBOT and computer"
    )
    assert phrases.find("robot") is None


def test_no_more_than_250_characters_are_kept_for_it() -> None:
    """TU05: what is further back is forgotten; within one transcript it is found anywhere."""
    assert Phrases(["hey robot"]).find(f"hey robot {'ha ' * 200}") is not None
    for filling, found in ((245, True), (250, False)):
        phrases = Phrases(["hey robot"])
        assert phrases.find("hey") is None
        assert phrases.find("- " * (filling // 2)) is None
        assert (phrases.find("robot") is not None) == found


def test_half_a_word_that_is_left_is_not_another_word() -> None:
    """TU05: the cut is between words."""
    phrases = Phrases(["hey robot"])
    phrases.find("they " + "-" * 246)
    assert phrases.find("robot") is None


def turns(heard: str, *others: StartStrategy, **options: Any) -> list[Any]:
    found: list[Any] = []

    def note(item: Event) -> None:
        match item:
            case TurnStarted(reason=reason):
                found.append(reason)
            case Turn(text=text):
                found.append(text)
            case TurnDropped(reason=reason):
                found.append(f"dropped: {reason}")
            case WakePhraseHeard() | WakePhraseTimedOut():
                found.append(type(item).__name__)
            case _:
                pass

    starts = [start_on_wake_phrase("hey robot", **options), *others]
    with marbles(1.0) as m:
        stream = m.hot(heard, ITEMS).pipe(aggregate_turn(start=starts), ops.do_action(note))
        m.record(stream)
    return found


def test_put_first_it_keeps_the_others_from_starting_turns() -> None:
    """TU05: until the phrase was said; what came before it is dropped; then it sleeps again."""
    found = turns("-S-tE-S-qE---S-tE-- 20s S-tE", start_on_speech(), start_on_transcript())
    assert found == [
        *("WakePhraseHeard", "wake_phrase", "hey robot, wake up."),
        *("speech", "What's up?"),
        "WakePhraseTimedOut",
    ]


def test_for_one_turn_only() -> None:
    """TU05: the one that begins with the phrase."""
    found = turns("-S-qE---S-tE-- 20s S-1E-S-2E", start_on_speech(), once=True)
    assert found == [
        *("WakePhraseHeard", "wake_phrase", "hey robot, wake up."),
        *("WakePhraseHeard", "wake_phrase", "hey robot, come here"),
    ]


def test_the_turn_does_not_stop_while_the_speech_with_the_phrase_goes_on() -> None:
    """TU05, TU08: its strategies know that the user is speaking, though it began before."""
    assert turns("-S-p------tE--", start_on_speech()) == [
        *("WakePhraseHeard", "wake_phrase", "Hey, Robot! What's up?"),
        "WakePhraseTimedOut",
    ]


def test_words_of_before_the_phrase_are_not_in_the_transcript_either() -> None:
    """TU05: nor their times."""
    said = [Word(text, at) for at, text in enumerate(("Well,", "hey", "robot,", "wake", "up."))]
    values = {**ITEMS, "q": Transcript("Well, hey robot, wake up.", True, words=tuple(said))}
    with marbles(1.0) as m:
        out = m.hot("-q-", values).pipe(
            aggregate_turn(start=start_on_wake_phrase("hey robot")),
            ops.filter(lambda item: isinstance(item, Turn)),
        )
        turn = like(
            Turn, transcripts=(Transcript("hey robot, wake up.", True, words=tuple(said[1:])),)
        )
        m.expect(out).to_be_items([(1.6, turn)])


def test_stop_strategies_hear_the_audio_of_the_speech_with_the_phrase() -> None:
    """TU05, TU14: up to eight and a half seconds, so that a model can judge it."""
    heard: list[float] = []

    def listen(source: Observable[TurnInput]) -> Observable[Any]:
        def note(item: TurnInput) -> None:
            heard.append(getattr(item, "pts", 0.0))

        return source.pipe(ops.do_action(note), stop_on_external())

    frames = {chr(97 + at): sound("s" * 50, pts=float(at)) for at in range(12)}
    values = {**frames, "S": SpeechStarted(0.5), "T": Transcript("hey robot", True)}
    with marbles(0.1) as m:
        start = start_on_wake_phrase("hey robot")
        m.record(m.hot("aSbcdefghijklT|", values).pipe(aggregate_turn(start=start, stop=listen)))
    assert heard == [*(float(at) for at in range(3, 12)), 0.5, 0.0]


def test_each_says_whether_it_interrupts_and_is_announced() -> None:
    """TU18: the phrase's own turn."""
    with marbles(1.0) as m:
        start = start_on_wake_phrase("hey robot", interrupts=False, announce=False, once=True)
        expected = StartTurn("wake_phrase", False, False, "Hey, Robot!")
        m.expect(m.hot("-p", ITEMS).pipe(start)).to_be("-(h x)", {**ITEMS, "x": expected})


def test_never_empty_errors_and_unsubscribing() -> None:
    """TU05: as the source; no timer is left."""
    strategy = start_on_wake_phrase(["hey robot", "computer"])
    with marbles(1.0) as m:
        source = m.hot("-p---", ITEMS)
        m.expect(source.pipe(strategy), "^--!").to_be("-(h x)", ITEMS)
        m.expect_subscriptions(source, "^--!")
        m.expect(m.cold("|", ITEMS).pipe(strategy)).to_be("|")
        m.expect(m.cold("p|", ITEMS).pipe(strategy)).to_be("(h x)|", ITEMS)
        m.expect(m.cold("a#", ITEMS).pipe(strategy)).to_be("z#", ITEMS)


def test_two_subscribers_are_independent() -> None:
    """TU05: one of them is awake, the other one is not."""
    with marbles(1.0) as m:
        out = m.hot("-p-1-2", ITEMS).pipe(start_on_wake_phrase("hey robot"))
        m.expect(out).to_be("-(h x) 13s w", ITEMS)
        m.expect(out, "--^").to_be("---z-(h x) 9s w", ITEMS)


@pytest.mark.parametrize(
    ("phrases", "options", "message"),
    [
        ([], {}, "phrases must hold"),
        (["hey", "?!"], {}, "phrases must have letters"),
        ("", {}, "phrases must have letters"),
        ("hey", {"timeout": 0.0}, "timeout"),
        ("hey", {"timeout": float("nan")}, "timeout"),
    ],
)
def test_bad_arguments_are_refused_at_the_call(
    phrases: Any, options: dict[str, Any], message: str
) -> None:
    """TU05: by name."""
    with pytest.raises(ValueError, match=message):
        start_on_wake_phrase(phrases, **options)


def test_its_type_is_a_start_strategy() -> None:
    """TU05: it can be given to aggregate_turn."""
    assert_type(start_on_wake_phrase("hey"), StartStrategy)
