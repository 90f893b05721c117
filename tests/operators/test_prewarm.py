"""Opening connections while the user speaks."""

import asyncio
from typing import Any, assert_type

import pytest

from rxvoice import Event, Fault, Operator, SpeechStarted, Turn, TurnStarted
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.operators import prewarm
from rxvoice.testing import marbles

ITEMS: dict[str, Event] = {
    **{str(number): TurnStarted(number) for number in range(1, 6)},
    "S": SpeechStarted(0.0),
    "T": Turn("Yes.", 1),
}


class Door:
    """A provider that can be prewarmed.

    Args:
        takes: Seconds that it takes.
        error: What it fails with.

    Attributes:
        began: When it was prewarmed; seconds on the loop's clock.
        open: How many times it is being prewarmed.
    """

    def __init__(self, takes: float = 0.0, error: Exception | None = None) -> None:
        self.began: list[float] = []
        self.open = 0
        self._takes = takes
        self._error = error

    async def prewarm(self) -> None:
        self.began.append(round(asyncio.get_running_loop().time(), 6))
        self.open += 1
        try:
            await asyncio.sleep(self._takes)
            if self._error is not None:
                raise self._error
        finally:
            self.open -= 1


def run(diagram: str, *providers: object, until: str = "^", **options: Any) -> list[Any]:
    """What comes out, as pairs of time and item; a column is 0.1 s."""
    with marbles(tick=0.1) as m:
        out = m.record(m.hot(diagram, ITEMS).pipe(prewarm(*providers, **options)), until)
    return [(round(at, 6), getattr(event, "value", None)) for at, event in out]


def test_it_happens_at_the_first_sign_of_the_user_and_not_again_for_a_while() -> None:
    door = Door()
    run("-S1-T---2-------S3---------|", door, every=1.0)
    assert door.began == [0.1, 1.6]


def test_every_may_be_zero() -> None:
    door = Door()
    run("-S1-T--2|", door, every=0.0)
    assert door.began == [0.1, 0.2, 0.7]


def test_all_who_can_are_prewarmed_at_once_and_the_others_left_alone() -> None:
    slow, quick = Door(1.0), Door()
    run("-1----|", slow, object(), print, quick)
    assert slow.began == quick.began == [0.1]


def test_without_anybody_to_prewarm_the_stream_is_the_same() -> None:
    with marbles() as m:
        source = m.hot("-1-T-|", ITEMS)
        assert source.pipe(prewarm(object())) is source


def test_while_it_is_under_way_it_does_not_begin_again() -> None:
    door = Door(0.5)
    run("-1-2-3-4-5-----|", door, every=0.0)
    assert door.began == [0.1, 0.7]


def test_a_failure_is_one_fault_that_is_not_fatal_and_the_next_attempt_is_made() -> None:
    door = Door(0.1, ProviderRejected("no", provider="deepgram", status=401))
    out = run("-1--2---|", door, every=0.0)
    assert door.began == [0.1, 0.4]
    faults = [(at, item) for at, item in out if isinstance(item, Fault)]
    assert [(at, fault.source, fault.fatal) for at, fault in faults] == [(0.2, "deepgram", False)]
    assert isinstance(faults[0][1].cause, ProviderRejected)


def test_each_provider_tells_of_its_own_failure() -> None:
    doors = [Door(0.0, ProviderError("no", provider=name)) for name in ("stt", "tts")]
    out = run("-1--2|", *doors, Door(0.0, OSError("no")), every=0.0, name="mine")
    assert [item.source for _, item in out if isinstance(item, Fault)] == ["stt", "tts", "mine"]


def test_nothing_waits_for_it() -> None:
    out = run("-(S 1 T)-2|", Door(9.0))
    assert [at for at, _ in out] == [0.1, 0.1, 0.1, 0.3, 0.4]


@pytest.mark.parametrize(
    ("diagram", "until"), [("-1--|", "^"), ("-1--#", "^"), ("-1-----", "^ 300ms !")]
)
def test_what_is_being_opened_at_the_end_is_given_up(diagram: str, until: str) -> None:
    door = Door(9.0)
    run(diagram, door, until=until)
    assert door.began == [0.1]
    assert door.open == 0


def test_a_negative_pause_is_refused() -> None:
    with pytest.raises(ValueError, match="every"):
        prewarm(every=-1.0)


def test_types() -> None:
    assert_type(prewarm(Door()), Operator[Event, Event])
