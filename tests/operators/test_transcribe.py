"""Speech recognition in the stream."""

import itertools
import logging
from collections.abc import Iterator
from typing import Any, assert_type

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.contracts import Heard, Operator, Transcriber
from rxvoice.errors import ModelUnavailable, ProviderError, ProviderRejected
from rxvoice.items import (
    AudioFrame,
    Dtmf,
    Event,
    Fault,
    Metric,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Translation,
    Usage,
    UserResumed,
    UserStarted,
    UserStopped,
    UserStopping,
    Word,
)
from rxvoice.operators import transcribe
from rxvoice.testing import OnNext, approx, like, marbles
from tests.operators.fakes import FakeRecogniser, sound

S, E = SpeechStarted(0.1, 0.02), SpeechStopped(0.3, 0.02)
A = sound("s")
T, F = Transcript("text", True), Transcript("done", True, True)
INTERIM, NOTHING = Transcript("te", False), Transcript("", True, True)
ITEMS: dict[str, Any] = {
    **{"S": S, "o": SpeechOngoing(0.2), "E": E, "a": A, "e": AudioFrame(A.samples[:0], 16_000)},
    **{"i": INTERIM, "t": T, "n": NOTHING, "f": F, "k": Dtmf("1")},
    "l": like(Metric, source="stt", name="latency"),
}
BROKEN = ProviderError("gone", provider="x")


def recognised(source: Observable[Any], stt: Transcriber, **options: Any) -> Observable[Event]:
    return source.pipe(transcribe(stt, **options))


def silent() -> FakeRecogniser:
    return FakeRecogniser(lambda item: ())


def told(stt: FakeRecogniser) -> str:
    """What a recogniser was given, as letters, one word for each time it was started."""
    letters = {id(item): letter for letter, item in ITEMS.items()}
    return " ".join("".join(letters[id(item)] for item in heard) for heard in stt.heard)


def fault(message: str, *, fatal: bool = False) -> Fault:
    return Fault("stt", message, fatal=fatal)


def test_everything_passes_and_what_was_heard_is_added() -> None:
    """ST01: interim and final transcripts, in any order with the audio."""
    with marbles() as m:
        source = m.hot("k S a a o a E a |", ITEMS)
        answers = m.cold("---i-t----------f|", ITEMS)
        m.expect(recognised(source, lambda _: answers)).to_be(
            "kSa(a i)o(a t)Ea--------(l f)|", ITEMS, any_order=True
        )
        m.expect_subscriptions(source, "^-------!")
        m.expect_subscriptions(answers, "^----------------!")


def test_st01_all_that_a_recogniser_says_of_a_text_is_kept() -> None:
    """Who spoke (ST24), when, in what language, word by word, and its own answer."""
    raw = {"channel": 0}
    words = (Word("text", 0.1, 0.2),)
    said = Transcript(" text ", True, False, "en-GB", words, "Ann", 0.1, 0.2, 0.9, raw)
    with marbles() as m:
        log = m.record(recognised(m.hot("--|", ITEMS), lambda _: m.cold("-t|", {"t": said})))
    [heard] = [note.value for _, note in log if isinstance(note, OnNext)]
    assert heard == Transcript("text", True, False, "en-GB", words, "Ann", 0.1, 0.2, 0.9)
    assert heard.raw is raw


def test_each_item_passes_before_what_it_leads_to() -> None:
    """ST01: a recogniser that answers from inside of the item that it is given."""
    answers = {id(S): (INTERIM,), id(A): (INTERIM, T), id(E): (F,)}
    stt = FakeRecogniser(lambda item: answers[id(item)], at_end=[T])
    with marbles() as m:
        m.expect(recognised(m.hot("S-a-E-|", ITEMS), stt)).to_be(
            "(S i)-(a i t)-(E l f)-(t|)", ITEMS
        )
    assert stt.disposed == 1


def test_the_recogniser_hears_audio_and_marks_and_nothing_else() -> None:
    """ST01: what a transcriber is given."""
    stt = silent()
    with marbles() as m:
        m.expect(recognised(m.hot("kSaoaEtk|", ITEMS), stt)).to_be("kSaoaEtk|", ITEMS)
    assert told(stt) == "SaaE"


def test_audio_may_end_here() -> None:
    """ST01: passing the audio on is an option."""
    stt = silent()
    with marbles() as m:
        m.expect(recognised(m.hot("SaaEk|", ITEMS), stt, pass_audio=False)).to_be("S--Ek|", ITEMS)
    assert told(stt) == "SaaE"


def test_an_empty_frame_is_a_warning_and_goes_no_further(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """ST01: empty chunks warn; ST09's lesson: once, not in a flood."""
    stt = silent()
    with caplog.at_level(logging.WARNING), marbles() as m:
        m.expect(recognised(m.hot("aeeea|", ITEMS), stt)).to_be("aeeea|", ITEMS)
    assert told(stt) == "aa"
    assert [record.message for record in caplog.records] == [
        "stt: an empty audio frame was not sent to the recogniser"
    ]


def test_the_latency_counts_from_the_real_end_of_the_speech() -> None:
    """ST01: a metric of what all recognisers share, once for each end of speech."""
    with marbles() as m:
        source = m.hot("S a E - - - - - - - S E - |", ITEMS)
        answers = m.cold("---i-tf------t---|", ITEMS)
        m.expect(recognised(source, lambda _: answers)).to_be(
            "SaEi-(x t)f---SE-(y t)---|",
            {**ITEMS, "x": approx(Metric("stt", "latency", 0.08)), "y": _latency(0.06)},
        )


def test_there_is_no_latency_without_text_and_none_once_speech_goes_on() -> None:
    """ST01: a blank transcript says that nothing was said; early text belongs to no end."""
    with marbles() as m:
        source = m.hot("t S E - - S - - E - |", ITEMS)
        answers = m.cold("---n--t--------|", ITEMS)
        m.expect(recognised(source, lambda _: answers)).to_be("tSEn-St-E------|", ITEMS)


def test_blanks_around_text_go() -> None:
    """ST01: whatever the vendor sends; the rest of the transcript is kept."""
    wide = Transcript(" a b \n", True, language="en", raw=1)
    with marbles() as m:
        m.expect(recognised(m.hot("--|"), lambda _: m.cold("w|", {"w": wide}))).to_be(
            "x-|", {"x": Transcript("a b", True, language="en")}
        )


def test_it_ends_when_both_the_source_and_the_recogniser_have() -> None:
    """ST01: the last transcript is awaited."""
    with marbles() as m:
        m.expect(recognised(m.hot("a-|", ITEMS), lambda _: m.cold("-----t|", ITEMS))).to_be(
            "a----t|", ITEMS
        )
        m.expect(recognised(m.hot("a-----|", ITEMS), lambda _: m.cold("-|", ITEMS))).to_be(
            "a-----|", ITEMS
        )


def test_when_the_source_fails_so_does_the_stream_at_once() -> None:
    """ST01: and the recogniser is left."""
    with marbles() as m:
        answers = m.cold("-----t", ITEMS)
        m.expect(recognised(m.hot("a-#", ITEMS), lambda _: answers)).to_be("a-#", ITEMS)
        m.expect_subscriptions(answers, "^-!")


def test_never_and_empty_stay_so() -> None:
    """ST01: nothing heard, nothing said."""
    with marbles() as m:
        never = m.cold("-")
        m.expect(recognised(never, silent()), "^---!").to_be("")
        m.expect(recognised(m.cold("|"), silent())).to_be("|")
        m.expect_subscriptions(never, "^---!")


def test_unsubscribing_leaves_the_source_and_the_recogniser() -> None:
    """ST01: nothing is left."""
    with marbles() as m:
        source, answers = m.hot("aaaaaa", ITEMS), m.cold("-t-t-t", ITEMS)
        m.expect(recognised(source, lambda _: answers), "^--!").to_be(
            "a(a t)a", ITEMS, any_order=True
        )
        m.expect_subscriptions(source, "^--!")
        m.expect_subscriptions(answers, "^--!")


def test_two_subscribers_have_a_recogniser_each() -> None:
    """ST01: state belongs to a subscription."""
    stt = FakeRecogniser(lambda item: (T,) if isinstance(item, AudioFrame) else ())
    with marbles() as m:
        out = recognised(m.hot("SaEa|", ITEMS), stt)
        m.expect(out).to_be("S(a t)E(a l t)|", ITEMS)
        m.expect(out, "---^").to_be("---(a t)|", ITEMS)
    assert told(stt) == "SaEa a"
    assert stt.disposed == 2


def test_a_recogniser_that_fails_is_started_anew_at_the_next_speech() -> None:
    """ST01: a fault; the stream goes on; what is said meanwhile is not heard."""
    times = iter([BROKEN])
    stt = FakeRecogniser(lambda item: [next(times, T)] if item is A else ())
    with marbles() as m:
        m.expect(recognised(m.hot("S a a E a - S a |", ITEMS), stt)).to_be(
            "S(a x)aEa-S(a t)|", {**ITEMS, "x": fault("ProviderError: gone")}
        )
    assert told(stt) == "Sa Sa"
    assert stt.disposed == 2


def test_where_there_are_no_marks_it_is_started_anew_after_a_second() -> None:
    """ST01: not in a flood of attempts."""
    times = iter([BROKEN])
    stt = FakeRecogniser(lambda item: [next(times, T)])
    with marbles() as m:
        m.expect(recognised(m.hot("a*52 |", ITEMS), stt)).to_be(
            "(a x)a*49 (a t)(a t)|", {**ITEMS, "x": fault("ProviderError: gone")}
        )


SELDOM = "from now on it is tried again more and more seldom"


def test_co14_too_many_failures_in_a_row_are_not_fatal() -> None:
    """ST15: one fault says that there were too many; ST09: later ones are not told."""
    stt = FakeRecogniser(lambda item: [BROKEN])
    gone = "ProviderError: gone"
    with marbles() as m:
        m.expect(recognised(m.hot("SSSSSS 2s S|", ITEMS), stt, restarts=2)).to_be(
            "(S x)(S x)(S y)SSS 2s S|",
            {**ITEMS, "x": fault(gone), "y": fault(f"{gone}; {SELDOM}")},
        )
    assert len(stt.heard) == 4


def test_st15_starts_after_too_many_failures_become_rarer() -> None:
    """1, 2, 4 … at most 30 s from the last failure, and then at the next speech only."""
    starts: list[float] = []
    with marbles() as m:

        def broken(_: Observable[Heard]) -> Observable[Transcript]:
            starts.append(round(m.loop.time(), 3))
            return rx.throw(BROKEN)

        source = m.hot("(S a E) 480ms " * 400 + "|", ITEMS)
        faults = recognised(source, broken, restarts=1).pipe(
            ops.filter(lambda item: isinstance(item, Fault))
        )
        m.record(faults)
    waits = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert waits == pytest.approx([0.0, 1.0, 2.0, 4.0, 8.0, 16.0, *[30.0] * 5])


def test_st15_without_marks_starts_after_too_many_failures_become_rarer_too() -> None:
    stt = FakeRecogniser(lambda item: [BROKEN])
    with marbles(0.5) as m:
        m.record(recognised(m.hot("a" * 40 + "|", ITEMS), stt, restarts=1))
    assert len(stt.heard) == 6  # at 0, 1, 2, 4, 8, 16 s


def test_st15_a_transcript_makes_up_for_all_failures() -> None:
    """CO14: only failures in a row count; then faults are told again."""
    answers: Iterator[Any] = iter([BROKEN, T, BROKEN, BROKEN, T, BROKEN])
    stt = FakeRecogniser(lambda item: [next(answers)])
    values = {
        **ITEMS,
        "x": fault("ProviderError: gone"),
        "y": fault(f"ProviderError: gone; {SELDOM}"),
    }
    with marbles() as m:
        m.expect(recognised(m.hot("SSSSS 1s SS|", ITEMS), stt, restarts=1)).to_be(
            "(S x)(S t)(S x)(S y)S 1s (S t)(S x)|", values
        )


@pytest.mark.parametrize(
    "error",
    [ProviderRejected("no such key", provider="x", status=401), ModelUnavailable("nowhere")],
)
def test_what_no_retry_can_help_is_fatal_at_once(error: Exception) -> None:
    """ST01: bad credentials, a missing model."""
    stt = FakeRecogniser(lambda item: [error])
    expected = fault(f"{type(error).__name__}: {error}", fatal=True)
    with marbles() as m:
        m.expect(recognised(m.hot("SaSa|", ITEMS), stt)).to_be(
            "(S x)aSa|", {**ITEMS, "x": expected}
        )
    assert len(stt.heard) == 1


def test_a_recogniser_that_cannot_even_be_made_is_a_fault() -> None:
    """ST01: the stream does not fail for it."""

    def broken(source: Observable[Heard]) -> Observable[Transcript]:
        raise ValueError("boom")

    with marbles() as m:
        m.expect(recognised(m.hot("-Sa|", ITEMS), broken, restarts=1)).to_be(
            "x(S y)a|",
            {
                **ITEMS,
                "x": fault("ValueError: boom"),
                "y": fault(f"ValueError: boom; {SELDOM}"),
            },
        )


def test_a_recogniser_that_fails_when_the_source_has_ended_ends_the_stream() -> None:
    """ST01: with a fault."""
    with marbles() as m:
        answers = m.cold("---#", ITEMS, BROKEN)
        m.expect(recognised(m.hot("a|", ITEMS), lambda _: answers)).to_be(
            "a--(x|)", {**ITEMS, "x": fault("ProviderError: gone")}
        )
        m.expect(recognised(m.hot("aa|", ITEMS), lambda _: m.cold("-#", ITEMS, BROKEN))).to_be(
            "a(a x)|",
            {**ITEMS, "x": fault("ProviderError: gone")},
            any_order=True,
        )


def test_a_recogniser_that_ends_by_itself_is_started_anew() -> None:
    """ST01: a server may close an idle connection; that is no fault, unless it is a habit."""
    stt = FakeRecogniser(lambda item: [T, None] if item is A else ())
    with marbles() as m:
        m.expect(recognised(m.hot("Sa-Sa-Sa|", ITEMS), stt, restarts=1)).to_be(
            "S(a t)-S(a t)-S(a t)|", ITEMS
        )
    never = FakeRecogniser(lambda item: [None])
    message = f"the recogniser keeps ending without a transcript; {SELDOM}"
    with marbles() as m:
        m.expect(recognised(m.hot("SaSaSaS|", ITEMS), never, restarts=1)).to_be(
            "Sa(S x)aSaS|", {**ITEMS, "x": fault(message)}
        )


def test_faults_and_metrics_of_the_recogniser_pass() -> None:
    """ST01: as values."""
    values = {"f": Fault("x", "hm"), "m": Metric("x", "y", 1.0)}
    with marbles() as m:
        m.expect(recognised(m.hot("----|"), lambda _: m.cold("-f-m|", values))).to_be(
            "-f-m|", values
        )


def test_st28_translations_pass_as_items_of_their_own() -> None:
    """In order with the transcripts, without surrounding blanks."""
    values = {
        "t": T,
        "u": Translation(" texte\n", "fr", "en", pts=0.1, end=0.2),
        "v": Translation("texte", "fr", "en", pts=0.1, end=0.2),
    }
    with marbles() as m:
        m.expect(recognised(m.hot("----|"), lambda _: m.cold("-tu-|", values))).to_be(
            "-tv-|", values
        )


def test_st20_what_a_recogniser_knows_of_turns_and_what_it_used_passes() -> None:
    """Before or after the transcript, as it said it."""
    values = {
        **{"U": UserStarted("flux"), "V": UserStopped("flux"), "t": T, "c": Usage("x", audio=0.1)},
        **{"g": UserStopping("flux"), "r": UserResumed("flux")},
    }
    with marbles() as m:
        m.expect(recognised(m.hot("-------|"), lambda _: m.cold("Ugr-tVc|", values))).to_be(
            "Ugr-tVc|", values
        )


def test_faults_and_metrics_carry_the_name() -> None:
    """ST01: where several recognisers run."""
    stt = FakeRecogniser(lambda item: (T,) if item is E else (BROKEN,) if item is A else ())
    with marbles() as m:
        m.expect(recognised(m.hot("SEa|", ITEMS), stt, name="second")).to_be(
            "S(E l t)(a x)|",
            {
                **ITEMS,
                "l": like(Metric, source="second", name="latency"),
                "x": Fault("second", "ProviderError: gone"),
            },
        )


def test_who_has_enough_may_unsubscribe_from_inside_of_a_transcript() -> None:
    """ST01: nothing is given to the recogniser after that."""
    stt = FakeRecogniser(lambda item: (T,))
    with marbles() as m:
        source = m.hot("aaaa|", ITEMS)
        m.expect(recognised(source, stt).pipe(ops.take(2))).to_be("(a t|)", ITEMS)
        m.expect_subscriptions(source, "(^!)")
    assert told(stt) == "a"


def test_an_answer_may_lead_to_the_next_item_of_the_source() -> None:
    """ST01: feedback from inside of an item is not lost, and each item is heard once."""
    source: Subject[Any] = Subject()
    stt = FakeRecogniser(lambda item: (T,) if item is S else ())
    out: list[Any] = []

    def react(item: Any) -> None:
        out.append(item)
        if item is T:
            source.on_next(E)

    with marbles() as m:
        m.at(0.0, lambda: recognised(source, stt).subscribe(react, scheduler=m.scheduler))
        m.at(0.1, lambda: source.on_next(S))
        m.at(0.2, source.on_completed)
    assert out == [S, T, E]
    assert told(stt) == "SE"


def test_bad_arguments_are_refused_at_the_call() -> None:
    """ST01: by name."""
    with pytest.raises(ValueError, match="restarts"):
        transcribe(silent(), restarts=-1)


def test_its_type_is_an_operator_of_events() -> None:
    """ST01: types are kept."""
    assert_type(transcribe(silent()), Operator[Event, Event])


def test_it_works_on_a_source_that_emits_while_it_is_being_subscribed() -> None:
    """ST01: the recogniser is ready first."""
    stt = FakeRecogniser(lambda item: (T,) if item is E else ())
    with marbles() as m:
        out = m.record(recognised(rx.of(S, A, E), stt))
    items = [note.value for _, note in out if isinstance(note, OnNext)]
    assert items[:3] == [S, A, E]
    assert items[4] is T


def _latency(seconds: float) -> Any:
    return approx(Metric("stt", "latency", seconds))


def test_a_recogniser_that_never_ends_is_given_up_some_time_after_the_source_has() -> None:
    with marbles() as m:
        out = recognised(m.hot("-S-a-E-|", ITEMS), lambda _: rx.never(), timeout=2.0)
        values = {**ITEMS, "x": fault("the recogniser gave nothing for 2 s")}
        m.expect(out).to_be("-S-a-E-- 1980ms (x|)", values)


def test_each_answer_gives_the_recogniser_some_more_time() -> None:
    with marbles() as m:
        answers = m.cold("1s t 1s t 5s t", ITEMS)
        out = recognised(m.hot("|", ITEMS), lambda _: answers, timeout=1.5)
        values = {**ITEMS, "x": fault("the recogniser gave nothing for 1.5 s")}
        m.expect(out).to_be("1s t 1s t 1480ms (x|)", values)
        m.expect_subscriptions(answers, "^ 3500ms !")


def test_without_a_time_out_it_waits_for_the_recogniser_as_long_as_it_takes() -> None:
    with marbles() as m:
        answers = m.cold("99s t|", ITEMS)
        out = recognised(m.hot("|", ITEMS), lambda _: answers, timeout=0.0)
        m.expect(out).to_be("99s t|", ITEMS)
    with pytest.raises(ValueError, match="timeout"):
        transcribe(silent(), timeout=-1.0)
