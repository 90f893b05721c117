"""Sweeps and policies."""

from typing import Any

import pytest

from rxvoice.contracts import EndOfTurn
from rxvoice.operators import stop_after_silence
from rxvoice.tuning import Policy, sweep
from rxvoice.tuning._policy import SOUND, Judges


def written(text: str, **strategies: Any) -> list[str]:
    return [str(policy) for policy in sweep(text, **strategies)]


def test_a_range_includes_its_last_value_and_has_no_crumbs() -> None:
    values = [policy.settings["min_delay"] for policy in sweep("silence(min_delay=0.1..0.7/0.2)")]
    assert values == [0.1, 0.3, 0.5, 0.7]


def test_a_name_alone_is_one_policy() -> None:
    assert written("silence") == ["silence"]
    assert written(" silence( ) ") == ["silence"]


def test_commas_separate_values_and_settings() -> None:
    assert written("silence(min_delay=0.2,0.4, latency=1)") == [
        "silence(min_delay=0.2, latency=1)",
        "silence(min_delay=0.4, latency=1)",
    ]


def test_the_first_setting_with_several_values_runs_along_a_line() -> None:
    policies = sweep("silence(latency=1, min_delay=0.2,0.4, vad.min_silence=0.1,0.3)")
    assert [policy.line for policy in policies] == [
        "silence(latency=1, vad.min_silence=0.1)",
        "silence(latency=1, vad.min_silence=0.1)",
        "silence(latency=1, vad.min_silence=0.3)",
        "silence(latency=1, vad.min_silence=0.3)",
    ]
    assert {policy.along for policy in policies} == {"min_delay"}
    assert [policy.gate for policy in policies[:3]] == [
        {"min_silence": 0.1},
        {"min_silence": 0.1},
        {"min_silence": 0.3},
    ]


def test_values_keep_their_kinds() -> None:
    def mine(*, count: int, loud: bool, how: str) -> Any:
        raise NotImplementedError

    (policy,) = sweep("mine(count=2, loud=true, how=softly)", mine=mine)
    assert policy.settings == {"count": 2, "loud": True, "how": "softly"}
    assert isinstance(policy.settings["count"], int)
    steps = [policy.settings["count"] for policy in sweep("mine(count=1..3/1)", mine=mine)]
    assert [(step, type(step)) for step in steps] == [(1, int), (2, int), (3, int)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a sweep must be like"),
        ("(min_delay=1)", "a sweep must be like"),
        ("silence(min_delay=1", "must end with ')'"),
        ("silence(0.2)", "must name a setting before '0.2'"),
        ("silence(=0.2)", "a setting without a name"),
        ("silence(min_delay=1, min_delay=2)", "a setting twice"),
        ("silence(min_delay=)", "lacks a value"),
        ("silence(min_delay=1,,2)", "lacks a value"),
        ("silence(min_delay=0..1)", "a range must be like"),
        ("silence(min_delay=a..b/c)", "a range must be like"),
        ("silence(min_delay=nan..1/1)", "a range must be like"),
        ("silence(min_delay=1..0/0.1)", "must go up"),
        ("silence(min_delay=0..1/0)", "must go up"),
        ("silence(min_delay=0..1/0.000001)", "must go up in at most 500 steps"),
        ("silence(min_delay=0..99/1, latency=0..99/1)", "10000 combinations"),
        ("quiet", "there is no strategy 'quiet'; there are silence, end_of_turn"),
        (
            "silence(delay=1)",
            "silence has no setting 'delay'; it has min_delay, latency, eager_delay, vad.",
        ),
        ("silence(vad.speed=1)", "silence has no setting 'speed'"),
        ("silence(vad.threshold=2)", "vad.threshold must be in 0…1, got 2"),
        ("silence(vad.threshold=high)", "vad.threshold must be a number, got 'high'"),
        ("end_of_turn(model=1)", "end_of_turn has no setting 'model'"),
    ],
)
def test_what_cannot_be_read_is_shown(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r".") as failure:
        sweep(text)
    assert told in str(failure.value)


def test_a_strategy_is_given_the_model_by_the_name_of_its_parameter() -> None:
    given: list[Any] = []

    def first(model: EndOfTurn, /, *, wait: float = 0.5) -> Any:
        given.append((model, wait))
        return stop_after_silence()

    def second(wait: float, end_of_turn: EndOfTurn) -> Any:
        given.append((end_of_turn, wait))
        return stop_after_silence()

    async def judge(_: Any) -> float:
        return 0.5

    for make in (first, second):
        (policy,) = sweep("mine(wait=0.25)", mine=make)
        assert policy.asks(SOUND)
        policy.takes(Judges(sound=judge))
    assert given == [(judge, 0.25), (judge, 0.25)]
    assert not sweep("silence")[0].asks(SOUND)


def test_a_function_that_takes_anything_gets_anything() -> None:
    given: list[Any] = []

    def mine(**options: Any) -> Any:
        given.append(options)
        return stop_after_silence()

    sweep("mine(a=1, b=2)", mine=mine)[0].takes(Judges())
    assert given == [{"a": 1, "b": 2}]


@pytest.mark.parametrize(
    "made", [None, 3, [], [3], {"stop": 3}, {"begin": stop_after_silence()}, {}]
)
def test_what_is_no_strategy_is_refused(made: Any) -> None:
    with pytest.raises(TypeError, match="mine must"):
        Policy("mine", lambda: made).takes(Judges())


def test_turns_stand_alone() -> None:
    parts = {"turns": stop_after_silence(), "stop": stop_after_silence()}
    with pytest.raises(TypeError, match="mine must give start and stop, or turns alone"):
        Policy("mine", lambda: parts).takes(Judges())
