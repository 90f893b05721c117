"""Simulated callers: what a report says of agents that are known to be good or bad (DX03)."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rxvoice import Event, Operator, ProviderError, Turn
from rxvoice.operators import converse
from rxvoice.testing import VirtualLoop
from rxvoice.testing.calls import Caller, ScriptedLLM, conversation
from rxvoice.testing.simulation import CONDITIONS, PERSONAS, Conditions, Persona, Report, simulate
from tests.testing.simulation.agents import (
    broken,
    endless,
    hasty,
    jumpy,
    moody,
    steadfast,
    twofold,
    unstoppable,
    untidy,
)

IDEAL = CONDITIONS["ideal"]


def rate(report: Report, name: str) -> float:
    value = report.figures[name]
    assert value is not None
    return value


def test_the_same_seed_gives_the_same_report() -> None:
    first = simulate(converse, PERSONAS["mixed"], calls=8, conditions=CONDITIONS["troubled"])
    second = simulate(converse, PERSONAS["mixed"], calls=8, conditions=CONDITIONS["troubled"])
    assert first == second
    assert str(first) == str(second)
    assert first.to_json() == second.to_json()


def test_another_seed_gives_another_report() -> None:
    first = simulate(converse, PERSONAS["mixed"], calls=3)
    second = simulate(converse, PERSONAS["mixed"], calls=3, seed=1)
    assert first.calls != second.calls


def test_the_report_is_the_same_in_another_process_with_another_order_of_hashes() -> None:
    code = (
        "from rxvoice.operators import converse\n"
        "from rxvoice.testing.simulation import CONDITIONS, PERSONAS, simulate\n"
        "print(simulate(converse, PERSONAS['mixed'], calls=4, seed=5,"
        " conditions=CONDITIONS['troubled']).to_json(), end='')"
    )
    here = simulate(converse, PERSONAS["mixed"], calls=4, seed=5, conditions=CONDITIONS["troubled"])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == here.to_json()


def test_a_call_does_not_depend_on_the_calls_before_it() -> None:
    many = simulate(moody, PERSONAS["mixed"], calls=5)
    alone = simulate(moody, PERSONAS["mixed"], only=4)
    assert alone.calls == (many.calls[3],)


def test_any_call_of_a_report_can_be_seen_again() -> None:
    report = simulate(moody, PERSONAS["mixed"], calls=3, keep=1)
    assert len(report.kept) == 1
    for outcome in report.calls:
        call = report.call(outcome.number)
        assert len(call.only(Turn)) == outcome.turns
        assert call.duration == outcome.duration
        assert str(call).startswith("user ")
    with pytest.raises(ValueError, match="number must be that of a call"):
        report.call(4)


def test_a_good_agent_and_a_calm_caller_have_nothing_to_complain_of() -> None:
    report = simulate(converse, calls=5, conditions=IDEAL)
    figures = report.figures
    assert figures["replies"] == figures["turns"] == figures["said"]
    for name in ("interruptions", "cut_offs", "dead_air", "answered_twice", "faults", "failed"):
        assert figures[name] == 0.0
    # speech end 0.2 s before it is declared, 0.6 s of silence, 0.1 s to the first token; the
    # sentence is complete after some words at 200 a second; 0.05 s to the first audio
    assert figures["latency.turn_end.p50"] == pytest.approx(0.8)
    assert figures["latency.first_token.p50"] == pytest.approx(0.1)
    assert 0.95 < rate(report, "latency.p99") < 1.1


def test_an_agent_without_patience_cuts_callers_off_who_pause() -> None:
    pauses = Persona(pauses=1.0, pause=(0.35, 0.55), turns=(3, 3))
    assert rate(simulate(hasty, pauses, calls=5), "cut_offs") > 0.5
    assert rate(simulate(converse, pauses, calls=5), "cut_offs") == 0.0
    assert rate(simulate(hasty, Persona(turns=(3, 3)), calls=5), "cut_offs") == 0.0


def test_who_is_answered_before_they_have_ended_may_be_answered_twice() -> None:
    report = simulate(hasty, PERSONAS["hesitant"], calls=5, conditions=IDEAL)
    assert rate(report, "answered_twice") > 0.1


def test_a_cough_interrupts_an_agent_that_listens_to_noise() -> None:
    coughs = Persona(coughs=1.0, turns=(3, 3))
    cut = rate(simulate(jumpy, coughs, calls=8), "false_interruptions")
    assert cut > 0.4
    assert rate(simulate(converse, coughs, calls=8), "false_interruptions") < cut / 2
    assert rate(simulate(steadfast, coughs, calls=8), "false_interruptions") == 0.0


def test_a_backchannel_interrupts_who_listens_to_words_and_not_to_what_they_mean() -> None:
    listens = Persona(backchannels=1.0, turns=(3, 3))
    report = simulate(steadfast, listens, calls=5)
    assert rate(report, "false_interruptions") > 0.2
    assert rate(report, "noises") > 0
    assert rate(simulate(converse, listens, calls=5), "false_interruptions") == 0.0


def test_an_interruption_ends_the_voice_at_once() -> None:
    cuts = Persona(interrupts=1.0, turns=(4, 4), lines=("I would like to have a table.",))
    report = simulate(converse, cuts, calls=5, conditions=IDEAL)
    assert rate(report, "interruptions") > 0.5
    assert rate(report, "missed_interruptions") == 0.0
    assert report.figures["stop.p50"] == pytest.approx(0.22)  # what makes it speech, and fading out
    assert report.figures["stale_frames"] == 0


def test_an_agent_that_does_not_stop_misses_interruptions() -> None:
    cuts = Persona(interrupts=1.0, interrupts_after=(0.3, 0.5), turns=(3, 3))
    report = simulate(unstoppable, cuts, calls=5)
    assert rate(report, "missed_interruptions") > 0.3
    assert report.figures["interruptions"] == 0.0


def test_audio_that_comes_out_after_an_interruption_is_stale() -> None:
    cuts = Persona(interrupts=1.0, turns=(3, 3))
    assert rate(simulate(twofold, cuts, calls=3), "stale_frames") > 0


def test_a_model_that_hangs_leaves_dead_air_and_a_fault() -> None:
    hangs = Conditions(llm_hangs=1.0)
    report = simulate(converse, Persona(turns=(2, 2)), calls=3, conditions=hangs)
    # they say one line, ask "Hello?" when nothing comes, and hang up when nothing comes again
    assert [outcome.said for outcome in report.calls] == [2, 2, 2]
    assert rate(report, "dead_air") == 1.0
    assert report.figures["latency.p50"] is None
    assert report.faults["llm"] >= 3


@pytest.mark.parametrize(
    ("conditions", "source"),
    [
        (Conditions(llm_fails=1.0), "llm"),
        (Conditions(tts_fails=1.0), "tts"),
        (Conditions(stt_fails=1.0), "stt"),
    ],
    ids=["llm", "tts", "stt"],
)
def test_faults_are_counted_by_their_source(conditions: Conditions, source: str) -> None:
    report = simulate(converse, calls=2, conditions=conditions)
    assert list(report.faults) == [source]
    assert report.figures["failed"] == 0


@pytest.mark.parametrize("conditions", [Conditions(stt_blank=1.0), Conditions(stt_silent=1.0)])
def test_who_is_not_understood_is_not_answered(conditions: Conditions) -> None:
    short = Persona(lines=("Yes.",))
    report = simulate(converse, short, calls=2, conditions=conditions)
    assert report.figures["turns"] == 0
    assert rate(report, "dead_air") == 1.0


def test_who_is_misheard_is_answered() -> None:
    misheard = simulate(converse, calls=1, conditions=Conditions(stt_mishears=1.0), keep=1)
    right = simulate(converse, calls=1, keep=1)
    said = [turn.text for turn in right.call(1).only(Turn)]
    heard = [turn.text for turn in misheard.call(1).only(Turn)]
    assert len(said) == len(heard)
    assert said != heard


def test_a_late_answer_shows_in_the_latency() -> None:
    late = simulate(converse, calls=2, conditions=Conditions(llm_late=1.0, lateness=2.0))
    soon = simulate(converse, calls=2)
    assert rate(late, "latency.p50") == pytest.approx(rate(soon, "latency.p50") + 2.0, abs=0.2)


def test_an_agent_that_fails_makes_its_calls_fail() -> None:
    report = simulate(broken, Persona(turns=(3, 3)), calls=2)
    assert set(report.failed) == {1, 2}
    assert "KeyError: 'the second turn'" in report.failed[1]
    assert report.kept[1].error is not None
    assert "call 1 failed: KeyError" in str(report)


def test_a_call_that_does_not_end_fails_after_the_limit() -> None:
    report = simulate(endless, Persona(turns=(1, 1)), calls=1, limit=60.0)
    assert "has not ended after 60 s" in report.failed[1]
    assert report.calls[0].duration == pytest.approx(60.0)
    assert report.calls[0].replies == 1


def test_a_call_that_leaves_a_timer_behind_fails() -> None:
    report = simulate(untidy, Persona(turns=(1, 1)), calls=1)
    assert "left behind" in report.failed[1]


def test_any_coroutine_function_can_call() -> None:
    async def caller(user: Caller) -> None:
        await user.waits(user.random.uniform(0.0, 1.0))
        await user.says("Hello.")
        await user.hears_all()

    report = simulate(converse, caller, calls=3)
    assert report.persona == "caller"
    assert [outcome.turns for outcome in report.calls] == [1, 1, 1]
    assert len({outcome.duration for outcome in report.calls}) == 3


def test_an_assertion_of_the_caller_makes_the_call_fail() -> None:
    async def caller(user: Caller) -> None:
        await user.says("Hello.")
        assert await user.hears_voice(patience=0.5), "too slow"

    report = simulate(converse, caller, calls=2)
    assert list(report.failed) == [1, 2]
    assert report.failed[1].startswith("AssertionError: too slow")


def test_another_error_of_the_caller_is_raised_with_the_number_of_the_call() -> None:
    async def caller(user: Caller) -> None:
        raise LookupError("forgot my line")

    with pytest.raises(LookupError, match="forgot my line") as raised:
        simulate(converse, caller, seed=9)
    assert raised.value.__notes__ == ["in call 1 of a simulation with the seed 9"]


def test_the_model_may_be_given_as_texts_or_as_a_model() -> None:
    texts = simulate(converse, Persona(turns=(3, 3)), llm=["One.", "Two."], calls=2, keep=2)
    assert texts.call(2).history[1::2] == ["bot: One.", "bot: Two.", "bot: One."]

    def model(context: object) -> object:
        raise ProviderError("gone", provider="mine")

    assert simulate(converse, llm=model, calls=1).faults["llm"] > 0  # pyright: ignore


def test_sound_and_marks_tell_the_same_story() -> None:
    """What is counted without audio is what would be counted with it."""
    bare = simulate(converse, PERSONAS["mixed"], calls=4)
    heard = simulate(converse, PERSONAS["mixed"], calls=4, audio=True)
    for name in ("said", "turns", "cut_offs", "false_interruptions", "dead_air"):
        assert heard.figures[name] == bare.figures[name], name
    assert rate(heard, "latency.p50") == pytest.approx(rate(bare, "latency.p50"), abs=0.04)


def test_every_persona_can_call_under_all_conditions() -> None:
    for name, persona in PERSONAS.items():
        assert persona.name == name
        for conditions in CONDITIONS.values():
            report = simulate(converse, persona, calls=1, conditions=conditions)
            assert report.figures["failed"] == 0, report
            assert report.figures["stale_frames"] == 0, report


def test_what_is_kept_are_the_calls_that_went_wrong() -> None:
    report = simulate(converse, PERSONAS["mixed"], calls=12, keep=3)
    assert len(report.kept) == 3
    ranked = sorted(report.calls, key=lambda outcome: (outcome.strangeness, -outcome.number))
    assert list(report.kept) == [outcome.number for outcome in reversed(ranked[-3:])]


def test_what_is_due_at_one_instant_can_be_shuffled_call_by_call() -> None:
    seeds: list[int | None] = []

    def watched(**parts: Any) -> Operator[Event, Event]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        seeds.append(loop.seed)
        parts.pop("session")
        return converse(**parts)

    first = simulate(watched, PERSONAS["mixed"], calls=3, shuffle=True)
    second = simulate(watched, PERSONAS["mixed"], calls=3, shuffle=True)
    assert first == second
    assert seeds[:3] == seeds[3:]
    assert len(set(seeds)) == 3
    assert first.figures["failed"] == 0
    assert first.figures["stale_frames"] == 0


def test_options_reach_the_agent() -> None:
    slow = simulate(converse, calls=1, conditions=Conditions(llm_fails=1.0), apology="Sorry.")
    assert rate(slow, "replies") > 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"calls": 0}, "calls must be positive"),
        ({"only": 0}, "only must be the number of a call"),
        ({"keep": -1}, "keep must not be negative"),
        ({"limit": 0.0}, "limit must be positive"),
        ({"llm": ScriptedLLM("a")}, "llm must not be a ScriptedLLM"),
        ({"patience": 3.0}, "no parameter 'patience'"),
        ({"conditions": "usual"}, "conditions must be Conditions, got 'usual'"),
    ],
)
def test_wrong_arguments_are_named(wrong: dict[str, object], said: str) -> None:
    with pytest.raises((ValueError, TypeError), match=said):
        simulate(converse, **wrong)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("persona", ["hasty", Persona])
def test_what_is_no_persona_is_refused(persona: Any) -> None:
    with pytest.raises(TypeError, match="persona must be a Persona or a coroutine function"):
        simulate(converse, persona)


def test_a_call_of_a_report_can_become_a_test() -> None:
    """The user's diagram that is printed can be held as a conversation."""
    call = simulate(converse, Persona(turns=(1, 1)), calls=1).call(1)
    again = conversation(converse, user=" ".join(call.user.split("\n")), llm="Yes.")
    assert [turn.text for turn in again.only(Turn)] == [turn.text for turn in call.only(Turn)]


def test_the_report_is_valid_json(tmp_path: Path) -> None:
    report = simulate(converse, PERSONAS["mixed"], calls=2)
    content = json.loads(report.to_json())
    assert content["figures"]["calls"] == 2
    assert [call["number"] for call in content["calls"]] == [1, 2]
    assert content["calls"][0]["latencies"]
