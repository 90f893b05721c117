"""`versus_measure.py` measures what is written by hand with RxPY and without rxvoice."""

import pytest

from .programs import needs_benchmarks, output, run
from .stacks import CHECKS, Programs, at_once, told

pytestmark = needs_benchmarks

NEEDED = """
import sys
import versus_rxpy
print([name for name in ("rxvoice", "soxr", "onnxruntime") if name in sys.modules])
"""


@pytest.fixture(scope="module")
def programs() -> Programs:
    return at_once("rxpy")


@pytest.mark.parametrize("measure", CHECKS)
def test_a_measure_tells_finite_numbers(measure: str, programs: Programs) -> None:
    (found,) = told(programs[measure])
    CHECKS[measure](found)


@pytest.mark.parametrize("measure", ["interrupt", "flood"])
def test_no_packet_of_the_old_answer_comes_after_an_interruption(
    measure: str, programs: Programs
) -> None:
    (found,) = told(programs[measure])
    assert found["stale"]["most"] == 0.0
    assert found["last"]["most"] == 0.0


def test_rxvoice_is_not_needed() -> None:
    assert output(run("-c", NEEDED)).strip() == "[]"
