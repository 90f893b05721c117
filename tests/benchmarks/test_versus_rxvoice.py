"""`versus_measure.py` measures rxvoice, and an interruption leaves nothing of the old answer."""

import pytest

from .programs import needs_benchmarks
from .stacks import CHECKS, Programs, at_once, told

pytestmark = needs_benchmarks


@pytest.fixture(scope="module")
def programs() -> Programs:
    return at_once("rxvoice")


@pytest.mark.parametrize("measure", CHECKS)
def test_a_measure_tells_finite_numbers(measure: str, programs: Programs) -> None:
    (found,) = told(programs[measure])
    CHECKS[measure](found)


@pytest.mark.parametrize("measure", ["interrupt", "flood"])
def test_no_packet_of_the_old_answer_comes_after_an_interruption(
    measure: str, programs: Programs
) -> None:
    (found,) = told(programs[measure])
    assert found["stale"]["count"] == 1
    assert found["stale"]["most"] == 0.0
    assert found["last"]["most"] == 0.0
