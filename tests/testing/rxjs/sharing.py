"""How the cases of ``share`` are put together.

Where RxJS subscribes anew for ever, a number stands: a shared stream that stays dead would fail or
end again and again, and the test would not come back.
"""

from typing import Any

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.testing import MarbleError
from tests.testing.rxjs.stage import Stage


def share(stage: Stage) -> Observable[Any]:
    """Put a case together; what RxPY's ``share`` cannot be told is left out."""
    match int(stage.case.id.removeprefix("share-")):
        case 1:
            part = _shared(stage).pipe(ops.take(2))
            return rx.concat(part, part)
        case 3 | 4 | 5:
            part = _shared(stage).pipe(ops.take(2))
            return rx.concat(part, stage["firstPause"], part, stage["secondPause"], part)
        case 10:
            part = _shared(stage)
            return rx.concat(part, stage["firstPause"], part)
        case 33 | 34:
            return _shared(stage).pipe(ops.retry(2))
        case 111 | 112 | 114:
            return _reentrant(stage)
        case 116 | 117:
            return stage.main.pipe(ops.take(3), stage.share(), ops.repeat(3))
        case 119 | 121:
            return _retried(stage)
        case 122 | 123:
            return stage.main.pipe(
                ops.do_action(_fail_at_e),
                ops.take_while(lambda letter: letter != "C"),
                stage.share(),
                ops.retry(4),
                ops.repeat(3),
            )
        case _:
            return _shared(stage)


def _shared(stage: Stage) -> Observable[Any]:
    return stage.main.pipe(stage.share())


def _reentrant(stage: Stage) -> Observable[Any]:
    """Add to each number the sum so far, by listening to the result."""
    sums: Observable[Any] = rx.defer(lambda _: shared).pipe(ops.start_with(0))
    shared: Observable[Any] = stage.main.pipe(
        ops.with_latest_from(sums),
        ops.map(_sum),
        stage.share(),
    )
    return shared


def _sum(pair: tuple[Any, Any]) -> str:
    return str(int(pair[0]) + int(pair[1]))


def _retried(stage: Stage) -> Observable[Any]:
    """Subscribe anew after each error, and end the source from outside at the ninth item."""
    end: Subject[None] = Subject()
    count = 0

    def counted(_: Any) -> None:
        nonlocal count
        count += 1
        if count == 9:
            end.on_next(None)

    return stage.main.pipe(ops.take_until(end), stage.share(), ops.retry(4), ops.do_action(counted))


def _fail_at_e(letter: str) -> None:
    if letter == "E":
        raise MarbleError


__all__ = ["share"]
