"""Many calls of simulated callers, in virtual time, and what became of them."""

from ._conditions import CONDITIONS, Conditions
from ._limit import Limit
from ._outcome import Outcome
from ._persona import Persona
from ._personas import PERSONAS
from ._report import Report
from ._simulate import simulate

__all__ = [
    "CONDITIONS",
    "PERSONAS",
    "Conditions",
    "Limit",
    "Outcome",
    "Persona",
    "Report",
    "simulate",
]
