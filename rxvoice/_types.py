"""The type of operators."""

from collections.abc import Callable
from typing import TypeVar

from reactivex import Observable
from typing_extensions import TypeAliasType

A = TypeVar("A")
B = TypeVar("B")

Operator = TypeAliasType("Operator", Callable[[Observable[A]], Observable[B]], type_params=(A, B))
"""A function from a stream to a stream, to be used in ``pipe``."""
