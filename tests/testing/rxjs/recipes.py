"""How each case is put together from RxPY's operators.

The cases hold diagrams only; what else an operator was given stands here, by case.
"""

from collections.abc import Callable
from typing import Any

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.scheduler.scheduler import Scheduler

from rxvoice.testing import MarbleError
from tests.testing.rxjs.sharing import share
from tests.testing.rxjs.stage import Stage, failing

_DEBOUNCE = {"04": 1, "05": 1, "06": 1, "08": 2, "10": 1, "11": 1, "13": 4}  # others 5
_TIMEOUT = {"18": 10, "19": 10, "23": 10, "25": 4, "29": 4, "30": 10, "32": 10, "33": 10}
_ATTEMPTS = {"00": 3, "09": 1, "17": 3}  # others without end
_AUDITS = {"12": ("-----x", "---x", "-------x", "--x", "----x"), "19": ("-----|",)}
_CONCURRENT = {"merge-map-13": 1, "merge-map-14": 2}


def build(stage: Stage) -> Observable[Any]:
    """Apply the operator of a case to its sources."""
    result = _RECIPES[stage.case.op](stage)
    return result.pipe(ops.flat_map(rx.just)) if stage.is_chain else result


def _number(stage: Stage) -> str:
    return stage.case.id.rsplit("-", 1)[1]


def _project(stage: Stage) -> Callable[[Any], Any]:
    """Return what a letter becomes: the source of that name, or what the case does instead."""
    match stage.case.id:
        case "exhaust-map-00":
            return lambda letter: stage["e2"].pipe(ops.map(lambda number: number * int(letter)))
        case "merge-map-00":
            return lambda letter: stage["x"].pipe(ops.map(lambda number: number * int(letter)))
        case "merge-map-14":
            return lambda letter: stage["xyz"["abc".index(letter)]]
        case "exhaust-map-04":
            return failing(1, str)
        case "concat-map-24" | "merge-map-23":
            return lambda letter: [letter] * int(letter)
        case "concat-map-25":
            return failing(3, lambda letter: [letter] * int(letter))
        case _:
            common = next((name for name in ("inner", "x") if name in stage), "")
            return lambda letter: stage[letter if letter in stage else common]


def _switch_map(stage: Stage) -> Observable[Any]:
    return stage.main.pipe(ops.switch_map(_project(stage)))


def _switch_all(stage: Stage) -> Observable[Any]:
    return stage.main.pipe(ops.switch_latest())


def _exhaust_map(stage: Stage) -> Observable[Any]:
    return stage.main.pipe(ops.map(_project(stage)), ops.exclusive())


def _concat_map(stage: Stage) -> Observable[Any]:
    project = _project(stage)
    if stage.remedied:
        return stage.main.pipe(ops.concat_map(lambda letter: rx.from_iterable(project(letter))))
    return stage.main.pipe(ops.concat_map(project))


def _merge_map(stage: Stage) -> Observable[Any]:
    most = _CONCURRENT.get(stage.case.id)
    if most is not None:
        return stage.main.pipe(ops.map(_project(stage)), ops.merge(max_concurrent=most))
    return stage.main.pipe(ops.flat_map(_project(stage)))


def _take_until(stage: Stage) -> Observable[Any]:
    return stage.main.pipe(ops.take_until(stage["e2"]))


def _debounce_time(stage: Stage) -> Observable[Any]:
    return stage.main.pipe(ops.debounce(stage.ticks(_DEBOUNCE.get(_number(stage), 5))))


def _audit(stage: Stage) -> Observable[Any]:
    """Let the latest item through whenever a duration ends; an item begins the next one."""
    durations = iter([stage.bench.cold(diagram) for diagram in _AUDITS.get(_number(stage), ())])
    latest: list[Any] = [None]

    def duration(_: Any) -> Observable[Any]:
        if _number(stage) == "10":
            return rx.just("x")
        return next(durations) if _number(stage) in _AUDITS else stage["e2"]

    def remember(item: Any) -> None:
        latest[0] = item

    def audited(_: Any) -> Observable[Any]:
        return rx.defer(duration).pipe(ops.take(1), ops.map(lambda _: latest[0]))

    return stage.main.pipe(ops.do_action(remember), ops.map(audited), ops.exclusive())


def _buffer(stage: Stage) -> Observable[Any]:
    failed = rx.throw(MarbleError())
    boundaries = {"05": rx.empty(), "09": failed}.get(_number(stage))
    source = stage.main if "a" in stage else failed
    return source.pipe(ops.buffer(_endless(stage, boundaries or stage["b"])))


def _window(stage: Stage) -> Observable[Any]:
    return stage.named(stage.main.pipe(ops.window(_endless(stage, stage["closings"]))))


def _endless(stage: Stage, boundaries: Observable[Any]) -> Observable[Any]:
    """Keep boundaries from completing."""
    return boundaries.pipe(ops.concat(rx.never())) if stage.remedied else boundaries


def _retry(stage: Stage) -> Observable[Any]:
    if stage.remedied:
        return _attempt(stage, 1)
    return stage.main.pipe(ops.retry(_ATTEMPTS.get(_number(stage))))


def _attempt(stage: Stage, number: int) -> Observable[Any]:
    """Try again after one tick more each time; in one case, fail the third time."""

    def again(_: Exception, __: Observable[Any]) -> Observable[Any]:
        if number == 3 and stage.case.id == "retry-17":
            return rx.throw(MarbleError())
        pause = rx.timer(stage.ticks(number))
        return pause.pipe(ops.flat_map(lambda _: _attempt(stage, number + 1)))

    return stage.main.pipe(ops.catch(again))


def _group_by(stage: Stage) -> Observable[Any]:
    number = _number(stage)
    key = failing(10, _key) if number in ("13", "27") else _key
    element = failing(10, _turned) if number == "14" else None
    groups: Observable[Any] = stage.main.pipe(
        ops.group_by_until(key, None, _until_third)
        if number in ("23", "24", "27")
        else ops.group_by(key, element)
    )
    return stage.named(groups) if stage.inners else groups.pipe(ops.map(_key_of))


def _key(word: str) -> str:
    return word.lower().strip()


def _turned(word: str) -> str:
    return word[::-1]


def _key_of(group: Any) -> Any:
    return group.key


def _until_third(group: Observable[Any]) -> Observable[Any]:
    return group.pipe(ops.skip(2))


def _timeout(stage: Stage) -> Observable[Any]:
    number = _number(stage)
    time = stage.ticks(_TIMEOUT.get(number, 5))
    other = stage.sources.get("inner")
    if number in ("18", "19"):
        return stage.main.pipe(ops.timeout_with_mapper(rx.timer(time), lambda _: rx.never()))
    due = Scheduler.to_datetime(time) if number == "23" else time
    return stage.main.pipe(ops.timeout(due, other))


_RECIPES: dict[str, Callable[[Stage], Observable[Any]]] = {
    "audit": _audit,
    "buffer": _buffer,
    "concat-map": _concat_map,
    "debounce-time": _debounce_time,
    "exhaust-map": _exhaust_map,
    "group-by": _group_by,
    "merge-map": _merge_map,
    "retry": _retry,
    "share": share,
    "switch-all": _switch_all,
    "switch-map": _switch_map,
    "take-until": _take_until,
    "timeout": _timeout,
    "window": _window,
}

__all__ = ["build"]
