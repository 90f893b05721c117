"""`versus_measure.py` measures what is written by hand."""

import pytest

from .programs import needs_benchmarks
from .stacks import CHECKS, Programs, at_once, told

pytestmark = needs_benchmarks


@pytest.fixture(scope="module")
def programs() -> Programs:
    return at_once("bare")


@pytest.mark.parametrize("measure", CHECKS)
def test_a_measure_tells_finite_numbers(measure: str, programs: Programs) -> None:
    (found,) = told(programs[measure])
    CHECKS[measure](found)
