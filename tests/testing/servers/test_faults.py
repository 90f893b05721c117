"""Faults as data."""

from collections.abc import Callable
from typing import Any

import pytest

from rxvoice.testing.servers import (
    Close,
    Delay,
    Drop,
    Endless,
    Fault,
    Garble,
    Hang,
    Merge,
    Mistype,
    Refuse,
    Split,
    ToneVoice,
)
from rxvoice.testing.servers._edits import garbled, mistyped
from rxvoice.testing.servers._plan import Plan

MESSAGE = {"type": "Results", "start": 0.5, "channel": {"alternatives": [{"transcript": "hi"}]}}


def test_faults_are_added_up() -> None:
    both = Split(seed=3) + Drop(after=4)
    assert both.parts == (Split(seed=3), Drop(after=4))
    assert (both + Delay(1.0)).parts == (Split(seed=3), Drop(after=4), Delay(1.0))
    assert (Delay(1.0) + both).parts[1:] == both.parts
    assert both == Split(seed=3) + Drop(after=4)
    assert {both: 1}[Split(seed=3) + Drop(after=4)] == 1


def test_a_plan_hands_out_one_entry_a_request() -> None:
    plan = Plan([Refuse(429)] * 2 + [None, Split() + Hang()])
    taken = [plan.take("/x") for _ in range(6)]
    assert taken == [(Refuse(429),), (Refuse(429),), (), (Split(), Hang()), (), ()]


def test_a_single_fault_is_met_by_every_request() -> None:
    plan = Plan(Hang())
    assert [plan.take("/x") for _ in range(3)] == [(Hang(),)] * 3
    assert Plan(None).take("/x") == ()


def test_paths_have_plans_of_their_own_and_the_first_that_fits_counts() -> None:
    plan = Plan({"/a/*/stream": [Hang()], "/a/*": Close(), "/b": None})
    assert plan.take("/a/1") == (Close(),)
    assert plan.take("/a/1/stream") == (Hang(),)
    assert plan.take("/a/1/stream") == ()
    assert plan.take("/b") == plan.take("/c") == ()


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (lambda: Refuse(200), "status"),
        (lambda: Refuse(429, retry_after=-1.0), "retry_after"),
        (lambda: Delay(first=-1.0), "first"),
        (lambda: Delay(answer=float("inf")), "answer"),
        (lambda: Split(size=0), "size"),
        (lambda: Split(most=0), "most"),
        (lambda: Split(pause=-1.0), "pause"),
        (lambda: Merge(0), "count"),
        (lambda: Drop(after=-1), "after"),
        (lambda: Drop(after=None, inside=True), "inside"),
        (lambda: Hang(after=-1), "after"),
        (lambda: Close(after=-1), "after"),
        (lambda: Close(code=99), "code"),
        (lambda: Close(reason="ż" * 62), "reason"),
        (lambda: Garble(after=-1), "after"),
        (lambda: Endless(every=0.0), "every"),
        (lambda: ToneVoice(character=0.0), "character"),
        (lambda: ToneVoice(latency=-1.0), "latency"),
    ],
)
def test_bad_arguments_are_named(make: Callable[[], Fault], argument: str) -> None:
    with pytest.raises(ValueError, match=f"^{argument}"):
        make()


@pytest.mark.parametrize("seed", range(8))
def test_a_seed_chooses_a_field_but_not_the_type(seed: int) -> None:
    spoiled: Any = mistyped(MESSAGE, Mistype(seed=seed))
    assert spoiled != MESSAGE
    assert spoiled["type"] == "Results"
    assert spoiled == mistyped(MESSAGE, Mistype(seed=seed))


def test_the_fields_that_seeds_choose_are_all_there_are() -> None:
    spoiled = [str(mistyped(MESSAGE, Mistype(seed=seed))) for seed in range(100)]
    assert len(set(spoiled)) == 5  # start, channel, alternatives, their first, its transcript


def test_a_field_is_named_by_its_path() -> None:
    spoiled: Any = mistyped(MESSAGE, Mistype(field="channel.alternatives.0.transcript"))
    assert spoiled["channel"]["alternatives"] == [{"transcript": 7}]
    assert MESSAGE["channel"] == {"alternatives": [{"transcript": "hi"}]}  # not the script's own


def test_what_is_no_object_has_no_fields() -> None:
    assert mistyped(b"audio", Mistype()) == b"audio"
    assert mistyped("[DONE]", Mistype(field="x")) == "[DONE]"
    assert mistyped({"type": "x"}, Mistype()) == {"type": "x"}


def test_garbled_audio_ends_inside_of_a_sample() -> None:
    assert garbled(bytes(8)) == bytes(5)
    assert garbled(bytes(6)) == bytes(3)
    assert garbled("abcd") == "ab"
    assert garbled({"a": 1}) == '{"a'
