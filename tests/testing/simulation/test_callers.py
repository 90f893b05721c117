"""How personas behave, and what a caller keeps of what was meant."""

from random import Random

import pytest

from rxvoice import Event, Fault, ProviderError, SpeechStarted, SpeechStopped, Transcript
from rxvoice.operators import converse
from rxvoice.testing import marbles
from rxvoice.testing.calls import Act, Agent, Call, Caller, conversation
from rxvoice.testing.simulation import PERSONAS, Conditions, Persona
from rxvoice.testing.simulation._chance import spread_around
from rxvoice.testing.simulation._detected import detected
from tests.testing.simulation.agents import eager, jumpy, unstoppable

ANSWER = "This is an answer that takes some time to be spoken to its very end."
LONG = "I would like to have a table for two."


def call(persona: Persona, *, agent: Agent = converse, seed: int = 0) -> tuple[Call, list[Act]]:
    acts: list[Act] = []

    async def caller(user: Caller) -> None:
        nonlocal acts
        acts = user.acts
        await persona(user)

    return conversation(agent, user=caller, llm=[ANSWER] * 30, seed=seed), acts


def test_a_calm_caller_waits_for_the_end_of_each_answer() -> None:
    held, acts = call(Persona(turns=(4, 4)))
    assert [act.intent for act in acts] == ["says"] * 4
    assert [line for line in held.history if line.startswith("bot")] == [f"bot: {ANSWER}"] * 4


def test_lines_in_order_begin_anew() -> None:
    _, acts = call(Persona(lines=("One.", "Two.", "Three."), in_order=True, turns=(4, 4)))
    assert [act.text for act in acts] == ["One.", "Two.", "Three.", "One."]


def test_a_pause_is_in_mid_sentence_and_within_its_range() -> None:
    _, acts = call(Persona(lines=(LONG,), pauses=1.0, pause=(0.4, 0.5), turns=(5, 5)))
    said = [act for act in acts if act.intent == "says"]
    assert len(said) == 5
    for act in said:
        (first, before), (after, last) = act.spans
        assert first == act.begin
        assert last == act.end
        assert 0.4 - 1e-6 <= after - before <= 0.5 + 1e-6


def test_pauses_are_not_always_at_the_same_place() -> None:
    _, acts = call(Persona(lines=(LONG,), pauses=1.0, turns=(8, 8), word_spread=0.0))
    assert len({round(act.spans[0][1] - act.spans[0][0], 3) for act in acts}) > 2


def test_who_interrupts_in_vain_listens_before_they_try_again() -> None:
    persona = Persona(interrupts=1.0, interrupts_after=(0.3, 0.5), turns=(3, 3))
    _, acts = call(persona, agent=unstoppable)
    assert [act.intent for act in acts] == ["says", "interrupts", "interrupts"]
    assert acts[2].begin > acts[1].begin + 3.0  # fifteen words take 3.75 s


def test_who_is_answered_for_listening_hears_that_out() -> None:
    listens = Persona(lines=(LONG,), backchannels=1.0, turns=(2, 2), reaction=0.3)
    held, _ = call(listens, agent=jumpy)
    assert held.history[1].endswith("—")
    assert held.history[3] == f"bot: {ANSWER}"


def test_short_lines_have_no_pause() -> None:
    _, acts = call(Persona(lines=("Just one moment.",), pauses=1.0))
    assert all(len(act.spans) == 1 for act in acts)


def test_an_interruption_comes_within_its_range_of_the_voice() -> None:
    held, acts = call(
        Persona(lines=(LONG,), interrupts=1.0, interrupts_after=(1.0, 1.2), turns=(2, 2))
    )
    assert [act.intent for act in acts] == ["says", "interrupts"]
    heard = next(event.at for event in held.events if type(event.item).__name__ == "AudioFrame")
    assert 1.0 - 1e-6 <= acts[1].begin - heard <= 1.2 + 1e-6


@pytest.mark.parametrize(
    ("persona", "intent"),
    [
        (Persona(backchannels=1.0), "backchannels"),
        (Persona(coughs=1.0), "coughs"),
        (Persona(presses=1.0), "presses"),
    ],
    ids=["backchannels", "coughs", "keys"],
)
def test_what_is_certain_happens_at_each_answer(persona: Persona, intent: str) -> None:
    _, acts = call(persona)
    said = [act for act in acts if act.intent in ("says", "interrupts") and act.text != "Hello?"]
    assert sum(act.intent == intent for act in acts) == len(said)


def test_who_hangs_up_early_does_so_while_the_bot_speaks() -> None:
    held, acts = call(Persona(hangs_up=1.0))
    assert len(acts) == 1
    assert held.duration > acts[0].end + 1.0
    assert any(mark.kind == "|" for _, mark in held.acted)


def test_a_caller_who_hears_nothing_asks_once_and_hangs_up() -> None:
    acts: list[Act] = []

    async def caller(user: Caller) -> None:
        await Persona(turns=(3, 3), patience=2.0, lines=("Yes.",))(user)
        acts.extend(user.acts)

    def deaf(**_: object) -> object:
        return lambda source: source  # pyright: ignore

    held = conversation(deaf, user=caller)  # pyright: ignore[reportArgumentType]
    assert [act.text for act in acts] == ["Yes.", "Hello?"]
    assert acts[1].begin - acts[0].end == pytest.approx(2.0)
    assert held.duration == pytest.approx(acts[1].end + 2.0)


def test_the_tempo_and_the_reaction_lie_around_their_medians() -> None:
    random = Random(1)
    drawn = sorted(spread_around(random, 0.6, 0.4) for _ in range(400))
    assert 0.55 < drawn[200] < 0.65
    assert 0.35 < drawn[64] < 0.45  # 0.6 / e^0.4, one deviation below
    assert spread_around(random, 0.6, 0.0) == 0.6


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"lines": ()}, "lines must hold words"),
        ({"lines": ("Hello", " ")}, "lines must hold words"),
        ({"turns": (3, 2)}, "turns must be a range"),
        ({"turns": (0, 2)}, "turns must be a range"),
        ({"word": 0.0}, "word must be positive"),
        ({"reaction_spread": -1.0}, "reaction_spread must not be negative"),
        ({"pause": (1.0, 0.5)}, "pause must be a range"),
        ({"coughs": 1.1}, "coughs must be a probability"),
        ({"patience": float("nan")}, "patience must be positive"),
    ],
)
def test_personas_refuse_what_makes_no_sense(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Persona(**wrong)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"tokens": 0.0}, "tokens must be positive"),
        ({"ttft": -0.1}, "ttft must not be negative"),
        ({"words": (0, 3)}, "words must be a range"),
        ({"llm_fails": 2.0}, "llm_fails must be a probability"),
    ],
)
def test_conditions_refuse_what_makes_no_sense(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Conditions(**wrong)  # pyright: ignore[reportArgumentType]


def test_named_personas_are_told_apart() -> None:
    assert len({str(persona) for persona in PERSONAS.values()}) == len(PERSONAS)


def test_transcripts_keep_their_order_however_late_each_is() -> None:
    delays = iter([0.9, 0.1, 0.1])

    async def caller(user: Caller) -> None:
        user.recogniser = lambda text, is_final: (text, next(delays))
        await user.says("one two three")
        await user.waits(2.0)

    held = conversation(converse, user=caller, llm="Yes.")
    texts = [transcript.text for transcript in held.only(Transcript)]
    assert texts == ["one", "one two", "one two three"]


def test_a_recogniser_may_fail_or_say_nothing() -> None:
    answers: list[str | Exception | None] = [ProviderError("gone", provider="stt"), None, ""]

    async def caller(user: Caller) -> None:
        user.recogniser = lambda text, is_final: (answers.pop(0), 0.1)
        for _ in range(3):
            await user.says("hello")
            await user.waits(2.0)

    held = conversation(converse, user=caller)
    assert [fault.message for fault in held.only(Fault)] == ["gone"]
    assert [transcript.text for transcript in held.only(Transcript)] == [""]


@pytest.mark.parametrize("pauses", [{0: 1.0}, {3: 1.0}])
def test_a_pause_must_lie_between_two_words(pauses: dict[int, float]) -> None:
    async def caller(user: Caller) -> None:
        await user.says("one two three", pauses=pauses)

    with pytest.raises(ValueError, match="between two of 3 words"):
        conversation(converse, user=caller)


def test_hearing_for_a_while_ends_with_the_voice() -> None:
    heard: list[bool] = []

    async def caller(user: Caller) -> None:
        await user.says("hello")
        heard.append(await user.hears_for(0.3))
        heard.append(await user.hears_for(20.0))
        await user.hears_end(silence=0.1)
        heard.append(await user.hears_for(1.0, patience=0.5))

    conversation(converse, user=caller, llm="A short answer.")
    assert heard == [True, False, False]


def test_silence_begins_when_the_audio_is_cleared() -> None:
    silences: list[float] = []

    async def caller(user: Caller) -> None:
        await user.says("hello")
        await user.hears_for(1.0)
        speaking = user.now
        await user.says("stop")
        await user.hears_end(silence=0.5)
        silences.append(user.now - speaking)

    conversation(eager, user=caller, llm=[ANSWER, "Yes."])
    # a word takes 0.3 s, its transcript 0.2 s more, and the voice 0.02 s to fall silent
    assert silences == [pytest.approx(1.02)]


def test_sound_becomes_speech_after_a_while_and_silence_likewise() -> None:
    marks: dict[str, Event] = {
        "S": SpeechStarted(0.0),
        "E": SpeechStopped(0.0),
        "t": Transcript("hi", True),
        "a": SpeechStarted(0.7, 0.2),
        "z": SpeechStopped(1.7, 0.2),
    }
    with marbles(tick=0.1) as m:
        user = m.hot("      SE---S--t--ES--E-----|", values=marks)
        m.expect(user.pipe(detected(0.2, 0.2))).to_be("-------at--------z---|", values=marks)


def test_speech_that_goes_on_at_the_end_stops_there() -> None:
    marks: dict[str, Event] = {
        "S": SpeechStarted(0.0),
        "E": SpeechStopped(0.0),
        "a": SpeechStarted(0.2, 0.2),
        "y": SpeechStopped(0.4),
        "z": SpeechStopped(0.4, pytest.approx(0.1)),  # pyright: ignore[reportArgumentType]
    }
    with marbles(tick=0.1) as m:
        speaks = m.hot("S---|", values=marks)
        m.expect(speaks.pipe(detected(0.2, 0.2))).to_be("--a-(y|)", values=marks)
        pauses = m.hot("S--E|", values=marks)
        m.expect(pauses.pipe(detected(0.2, 0.2))).to_be("--a-(z|)", values=marks)


def test_what_is_too_short_for_speech_and_a_failure_leave_nothing_behind() -> None:
    marks: dict[str, Event] = {"S": SpeechStarted(0.0), "E": SpeechStopped(0.0)}
    with marbles(tick=0.1) as m:
        m.expect(m.hot("SE|", values=marks).pipe(detected(0.2, 0.2))).to_be("--|")
        m.expect(m.hot("S-#", values=marks).pipe(detected(0.3, 0.2))).to_be("--#")
