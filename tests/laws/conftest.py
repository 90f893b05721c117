"""How many cases the laws are tried on.

With ``RXVOICE_LAWS=thorough`` many more, and others every time.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile("laws", settings.get_profile("rxvoice"), max_examples=20)
settings.register_profile(
    "thorough laws",
    settings.get_profile("rxvoice"),
    max_examples=2_000,
    derandomize=False,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "any failure", settings.get_profile("rxvoice"), max_examples=200, phases=[Phase.generate]
)
CHOSEN = "thorough laws" if os.environ.get("RXVOICE_LAWS") == "thorough" else "laws"


@pytest.fixture(autouse=True)
def as_many_cases_as_asked_for() -> Iterator[None]:
    settings.load_profile(CHOSEN)
    yield
    settings.load_profile("rxvoice")


@pytest.fixture
def any_failure_will_do(as_many_cases_as_asked_for: None) -> None:
    """Do not look for the shortest case."""
    settings.load_profile("any failure")


@pytest.fixture
def half_as_many_cases(as_many_cases_as_asked_for: None) -> None:
    """Try what is much like something else on fewer cases."""
    chosen = settings.get_profile(CHOSEN)
    settings.register_profile("half", chosen, max_examples=chosen.max_examples // 2)
    settings.load_profile("half")
