"""How long a recogniser takes, as it says itself and as it is measured (ST05, ST06).

``S`` speech starts, ``E`` it stops (after 0.2 s of silence), ``a`` audio; ``i`` an interim
transcript, ``t`` a final one, ``n`` a blank one. One column is 0.1 s.
"""

from collections.abc import Callable
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.contracts import Heard, Recognised, StartStrategy, StopStrategy, Transcriber
from rxvoice.errors import ProviderError
from rxvoice.items import (
    AudioFrame,
    BotSpeechStarted,
    BotSpeechStopped,
    Dtmf,
    Event,
    Fault,
    Metric,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Turn,
    TurnStarted,
    UserStarted,
    UserStopped,
)
from rxvoice.operators import (
    aggregate_turn,
    failover,
    mute_user,
    race,
    retry_with_backoff,
    start_on_external,
    stop_after_silence,
    stop_at_end_of_turn,
    stop_on_dtmf,
    stop_on_external,
    switchable,
    transcribe,
    utterances,
)
from rxvoice.testing import approx, like, marbles
from tests.operators.fakes import sound

TICK = 0.1
FLOOR = UserStarted | UserStopped
ITEMS: dict[str, Any] = {
    "S": SpeechStarted(1.0, 0.2),
    "E": SpeechStopped(3.0, 0.2),
    "a": sound("s"),
    "i": Transcript("te", False),
    "t": Transcript("text", True),
    "n": Transcript("", True, True),
    "k": Dtmf("#"),
    "U": UserStarted("flux"),
    "V": UserStopped("flux"),
    "1": like(TurnStarted),
    "T": like(Turn, text="text"),
}


class Recogniser:
    """One that gives a stream, whatever it is given, and says how long it takes."""

    def __init__(self, answers: Observable[Any], latency: Any) -> None:
        self.latency = latency
        self._answers = answers

    def __call__(self, _: Observable[Heard], /) -> Observable[Recognised]:
        return self._answers


def p99(value: float, source: str = "stt") -> Metric:
    return Metric(source, "latency_p99", value)


def last(value: float) -> Any:
    return approx(Metric("stt", "last_transcript", value))


@pytest.mark.parametrize(
    ("says", "options", "told"),
    [
        (0.35, {}, 0.35),
        (0.35, {"latency": 0.5}, 0.5),
        (None, {"latency": 0.5}, 0.5),
        (2, {}, 2.0),
        (None, {}, None),
        ("fast", {}, None),
        (-1.0, {}, None),
    ],
    ids=["its own", "another", "of one that says nothing", "int", "none", "text", "negative"],
)
def test_st05_it_is_told_at_the_start_how_long_the_recogniser_takes(
    says: Any, options: dict[str, Any], told: float | None
) -> None:
    """Before anything is heard; nothing when nobody knows: 1 s is what is reckoned with then."""
    values = ITEMS if told is None else {**ITEMS, "m": p99(told)}
    with marbles(TICK) as m:
        stt = Recogniser(m.cold("--t|", ITEMS), says)
        out = m.hot("a--|", ITEMS).pipe(transcribe(stt, **options))
        m.expect(out).to_be("a-t|" if told is None else "(m a)-t|", values)


def test_st05_a_latency_must_be_possible() -> None:
    for latency in (-0.1, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="latency"):
            transcribe(Recogniser(rx.never(), None), latency=latency)
        with pytest.raises(ValueError, match="latency"):
            utterances(lambda _: _never(), latency=latency)


async def _never() -> Transcript:
    raise AssertionError


def test_st05_a_function_that_recognises_utterances_may_say_it() -> None:
    class Recognise:
        latency = 0.7

        async def __call__(self, audio: AudioFrame, /) -> Transcript:
            return Transcript("text", True)

    def told(stt: Transcriber) -> Observable[Event]:
        return rx.empty().pipe(transcribe(stt))

    with marbles() as m:
        m.expect(told(utterances(Recognise()))).to_be("(m |)", {"m": p99(0.7)})
        m.expect(told(utterances(Recognise(), latency=0.4))).to_be("(m |)", {"m": p99(0.4)})
        m.expect(told(utterances(lambda _: _never()))).to_be("|")


def test_co21_it_is_told_anew_when_the_recogniser_is_another_one() -> None:
    """ST05: by `use`, and when one that failed is replaced; only that of who is active."""
    with marbles(TICK) as m:
        quick, slow = (
            Recogniser(m.cold("-----", ITEMS), 0.3),
            Recogniser(m.cold("----t", ITEMS), 2.0),
        )
        chosen = switchable({"quick": quick, "slow": slow})
        m.at(0.2, lambda: chosen.use("slow"))
        values = {**ITEMS, "q": p99(0.3), "s": p99(2.0)}
        m.expect(rx.never().pipe(transcribe(chosen)), "^------!").to_be("q-s---t", values)
    assert chosen.latency == 2.0
    with marbles(TICK) as m:
        broken = Recogniser(m.cold("--#", ITEMS, ProviderError("gone", provider="x")), 0.3)
        stt = failover(broken, Recogniser(m.cold("t", ITEMS), None))
        values = {**ITEMS, "q": p99(0.3), "d": p99(1.0), "f": like(Fault, source="x")}
        m.expect(rx.never().pipe(transcribe(stt)), "^------!").to_be("q-(f d t)", values)


def test_co21_what_the_user_gave_holds_for_whoever_is_active() -> None:
    """ST05: what the others say is not told."""
    with marbles(TICK) as m:
        stt = switchable({"a": Recogniser(m.cold("-"), 0.3), "b": Recogniser(m.cold("-"), 2.0)})
        m.at(0.2, lambda: stt.use("b"))
        out = rx.never().pipe(transcribe(stt, latency=0.6, name="ears"))
        m.expect(out, "^----!").to_be("q", {"q": p99(0.6, "ears")})


def test_st05_providers_made_of_others_say_it_too() -> None:
    """The longest, where it is not known who answers; nothing where nobody says anything."""
    quick, slow = Recogniser(rx.never(), 0.3), Recogniser(rx.never(), 2.0)
    mute = Recogniser(rx.never(), None)
    assert retry_with_backoff(quick).latency == 0.3
    assert race(quick, slow).latency == 2.0
    assert race(quick, mute).latency == 1.0
    assert failover(mute, quick).latency == 1.0
    assert failover(mute, mute).latency is None
    assert switchable({"a": mute}).latency is None


def silence(**options: Any) -> StopStrategy:
    return stop_after_silence(min_delay=0.1, **options)


def model(**options: Any) -> StopStrategy:
    async def complete(_: AudioFrame) -> float:
        return 1.0

    return stop_at_end_of_turn(complete, **options)


@pytest.mark.parametrize("stop", [silence, model])
def test_st05_a_turn_waits_as_long_as_its_recogniser_takes(
    stop: Callable[..., StopStrategy],
) -> None:
    """TU08: from the real end of the speech; 1 s when nothing is said."""
    for latency, options, out in (
        (0.5, {}, "(m S 1)-t---E--T"),
        (None, {}, "(S 1)-t---E-------T"),
        (0.5, {"latency": 0.7}, "(m S 1)-t---E----T"),
    ):
        with marbles(TICK) as m:
            stt = Recogniser(m.cold("--t", ITEMS), latency)
            heard = m.hot("(S a)-----E", ITEMS).pipe(transcribe(stt))
            turns = heard.pipe(aggregate_turn(stop=stop(**options)), ops.filter(is_no_judgement))
            m.expect(turns, "^ 2s !").to_be(out, {**ITEMS, "m": p99(0.5)})


def is_no_judgement(item: Event) -> bool:
    return not isinstance(item, Metric) or item.source != "end_of_turn"


def test_st05_it_holds_for_each_turn_and_may_change_during_one() -> None:
    """What is told after the end of the speech counts from the next one on."""
    metrics = {"p": p99(0.3), "q": p99(0.7)}
    with marbles(TICK) as m:
        turns = m.hot("pStE----StE--qSE----StE", {**ITEMS, **metrics}).pipe(
            aggregate_turn(stop=silence()), ops.filter(lambda item: isinstance(item, Turn))
        )
        m.expect(turns, "^ 5s !").to_be("----T------T---------------T", ITEMS)


def measured(heard: str, answers: str, out: str, **values: Any) -> None:
    with marbles(TICK) as m:
        stt = Recogniser(m.cold(answers, ITEMS), None)
        stream = m.hot(heard, ITEMS).pipe(transcribe(stt), ops.filter(is_measurement))
        m.expect(stream, "^ 8s !").to_be(out, values)


def is_measurement(item: Event) -> bool:
    return isinstance(item, Metric)


def first(value: float) -> Any:
    return approx(Metric("stt", "latency", value))


def test_st06_the_last_transcript_is_told_two_seconds_after_it() -> None:
    """From the real end of the speech; interim, blank, and earlier ones do not count."""
    measured("S---E", "--t--ititn", "------f 2100ms m", f=first(0.4), m=last(0.6))
    measured("S---E", "-----t", "-----f 1900ms m", f=first(0.3), m=last(0.3))
    measured("S---E", "5s t", "5s f 1900ms m", f=first(4.8), m=last(4.8))


def test_st06_nothing_is_told_without_a_transcript() -> None:
    measured("S---E", "--t---in", "")
    measured("-----", "--t", "")


def test_st06_speech_that_starts_again_ends_the_measurement() -> None:
    """Whose the next transcript is cannot be told; the next end of speech begins anew."""
    measured("S---E 1500ms S---E", "-----t", "-----f", f=first(0.3))
    measured(
        "S---E 1500ms S---E",
        "-----t 1500ms ----t",
        "-----f 1500ms ----g 1900ms m",
        f=first(0.3),
        g=first(0.3),
        m=last(0.3),
    )


def test_st06_an_end_of_the_stream_is_not_waited_for() -> None:
    with marbles(TICK) as m:
        stt = Recogniser(m.cold("-----t-|", ITEMS), None)
        m.expect(m.hot("S---E--|", ITEMS).pipe(transcribe(stt))).to_be(
            "S---E(f t)-|", {**ITEMS, "f": first(0.3)}
        )


@pytest.mark.parametrize(
    ("start", "stop", "heard"),
    [
        (None, silence(), "S-t-E"),
        (None, silence(), "S---E-t"),
        (None, silence(), "-t"),
        (None, model(), "S-t-E"),
        (None, model(), "S---E-t"),
        (start_on_external(), stop_on_external(), "U-t-V"),
        (start_on_external(), stop_on_external(), "U-V-t"),
        (None, stop_on_dtmf(), "S-t-Ek"),
        (None, rx.never, "S-t-E"),
        (None, silence(), "S-t|"),
    ],
    ids=[
        "silence",
        "silence, late",
        "no voice activity",
        "a model",
        "a model, late",
        "the recogniser's own",
        "the recogniser's own, late",
        "a key",
        "watchdog",
        "end of the stream",
    ],
)
def test_st21_what_happens_at_the_end_of_a_turn_happens_after_its_transcript(
    start: StartStrategy | None, stop: StopStrategy, heard: str
) -> None:
    """In every mode: a `Turn` follows its last final transcript, and holds it."""
    out: list[Event] = []
    with marbles(TICK) as m:
        source = m.hot(heard, ITEMS)
        answers = source.pipe(ops.filter(lambda item: isinstance(item, Transcript | FLOOR)))
        others = source.pipe(ops.filter(lambda item: not isinstance(item, Transcript | FLOOR)))
        turns = others.pipe(
            transcribe(Recogniser(answers, None)),
            aggregate_turn(start=start, stop=stop),
            ops.do_action(out.append),
        )
        m.record(turns, "^ 8s !")
    transcript = out.index(ITEMS["t"])
    [turn] = [place for place, item in enumerate(out) if isinstance(item, Turn)]
    assert transcript < turn
    assert out[turn] == like(Turn, text="text", transcripts=(ITEMS["t"],))


def test_st23_who_is_muted_is_not_sent_to_the_recogniser() -> None:
    """`mute_user` before it takes everything of the user; what was said before is finished."""
    given: list[Any] = []

    def stt(heard: Observable[Heard]) -> Observable[Recognised]:
        return heard.pipe(ops.do_action(given.append), ops.flat_map(lambda _: rx.empty()))

    with marbles(TICK) as m:
        bot = m.hot("--B----P", {"B": BotSpeechStarted(1), "P": BotSpeechStopped(1)})
        source = m.hot("SaaaEaSaaaE|", ITEMS)
        m.record(source.pipe(mute_user(feedback=bot), transcribe(stt)))
    assert given == [ITEMS["S"], ITEMS["a"], like(SpeechStopped, delay=0.0)]
