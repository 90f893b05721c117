"""A stage tells that it lives (OB11)."""

import pytest

from rxvoice.telemetry import Beat, heartbeat
from rxvoice.testing import approx, marbles

ITEMS: dict[str, str] = {}
"""Letters mean themselves."""


def beats(events: str) -> list[Beat]:
    found: list[Beat] = []
    with marbles(0.25) as m:
        m.record(m.hot(events, ITEMS).pipe(heartbeat("vad", found.append)))
    return found


def test_ob11_a_stage_tells_what_passes_it_and_since_when_nothing_does() -> None:
    assert beats("-a-b--c---------|") == [
        Beat("vad", 1.0, 2, 0.25),
        Beat("vad", 2.0, 1, 0.5),
        Beat("vad", 3.0, 0, 1.5),
    ]


def test_ob11_all_items_pass() -> None:
    with marbles(0.25) as m:
        beating = m.hot("-a-b--c--#", ITEMS).pipe(heartbeat("vad", lambda _: None))
        m.expect(beating).to_be("-a-b--c--#")


@pytest.mark.parametrize("ending", ["|", "#"])
def test_ob11_a_stage_that_has_ended_is_silent(ending: str) -> None:
    assert len(beats(f"-a---{ending}------------")) == 1


def test_ob11_two_subscribers_beat_for_themselves() -> None:
    found: list[Beat] = []
    with marbles(0.25) as m:
        beating = m.hot("-a-|", ITEMS).pipe(heartbeat("vad", found.append, every=0.5))
        m.record(beating)
        m.record(beating)
    assert found == [approx(Beat("vad", 0.5, 1, 0.25))] * 2


def test_a_period_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="every must be positive and finite"):
        heartbeat("vad", print, every=0.0)


def test_who_is_told_must_be_a_function_that_nobody_has_to_await() -> None:
    async def later(_: Beat) -> None: ...

    with pytest.raises(TypeError, match="tell must be a function that is not async, got <fun"):
        heartbeat("vad", later)
