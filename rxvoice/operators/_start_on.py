"""Start strategies that decide at single items."""

from collections.abc import Callable

from reactivex import Observable
from reactivex import operators as ops

from rxvoice.contracts import StartStrategy, TurnInput
from rxvoice.items import StartTurn
from rxvoice.operators._without_audio import WithoutAudio


def start_on(counts: Callable[[TurnInput], bool], decision: StartTurn, /) -> StartStrategy:
    """Let a turn start at each item that counts; audio does not."""

    def started(source: Observable[TurnInput]) -> Observable[StartTurn]:
        return source.pipe(ops.filter(counts), ops.map(lambda _: decision))

    return WithoutAudio(started)
