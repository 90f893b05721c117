"""Feeding an operator by hand."""

import pytest
import reactivex as rx
from reactivex import operators as ops

from rxvoice.items import SpeechStarted, SpeechStopped, Transcript, Turn, TurnStarted
from rxvoice.operators import aggregate_turn
from rxvoice.testing import feed, kinds

HELLO = Transcript("hello", is_final=True, is_finalized=True)


def test_items_go_in_time_passes_and_kinds_are_compared() -> None:
    """DX04: items, pauses, and the kinds that come out."""
    script = [SpeechStarted(0.0), 0.5, SpeechStopped(0.5), 0.1, HELLO, 1.0]
    out = feed(aggregate_turn(), script)
    assert kinds(out) == [SpeechStarted, TurnStarted, SpeechStopped, Transcript, Turn]
    assert [at for at, _ in out] == pytest.approx([0.0, 0.0, 0.5, 0.6, 1.1])
    assert kinds([item for _, item in out]) == kinds(out)


def test_a_source_may_stay_open() -> None:
    silent = feed(ops.last(), ["a"], complete=False)
    assert silent == []
    assert feed(ops.last(), ["a", 1, "b"]) == [(1.0, "b")]


def test_what_goes_wrong_is_raised() -> None:
    with pytest.raises(OSError, match="gone"):
        feed(lambda _: rx.throw(OSError("gone")), ["a"])
    with pytest.raises(ValueError, match="negative pause, got -1"):
        feed(ops.last(), ["a", -1])
    with pytest.raises(AssertionError, match="still"):
        feed(lambda source: rx.defer(_leak), ["a"], settle=0.0)


def _leak(_: object) -> rx.Observable[str]:
    import asyncio

    asyncio.get_running_loop().call_later(1_000.0, print)
    return rx.never()
