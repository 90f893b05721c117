"""Strategies that hear no audio."""

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from reactivex import Observable

from rxvoice._types import Operator
from rxvoice.contracts import TurnInput

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class WithoutAudio(Generic[D]):
    """A strategy that is not given audio, of which there is more than of all else.

    Attributes:
        strategy: The strategy.
        needs_audio: False.
    """

    needs_audio: ClassVar[bool] = False

    strategy: Operator[TurnInput, D]

    def __call__(self, heard: Observable[TurnInput], /) -> Observable[D]:
        """Decide."""
        return self.strategy(heard)


def needs_audio(strategy: Operator[TurnInput, Any], /) -> bool:
    """Tell whether a strategy is to be given audio: unless it says that it needs none."""
    return bool(getattr(strategy, "needs_audio", True))


__all__ = ["WithoutAudio", "needs_audio"]
