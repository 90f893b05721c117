"""Running one trial, however badly the provider behaves."""

import asyncio
import contextlib
import warnings

from rxvoice.errors import StragglerError
from rxvoice.testing._stuck import VirtualTimeError

from ._explain import explain
from ._loop import TrialLoop
from ._residue import Residue, complaints
from ._trial import Make, P, Scenario, Trial


def perform(
    title: str,
    make: Make[P],
    scenario: Scenario,
    *,
    real_io: bool,
    patience: float,
    ending: float = 1.0,
) -> Trial:
    """Run one trial.

    Args:
        title: What is tried.
        make: Makes the provider.
        scenario: What is done with it.
        real_io: As for `VirtualLoop`.
        patience: Virtual seconds that an answer may take.
        ending: Real seconds that a thread may take to end.
    """
    before = Residue()
    loop = TrialLoop(real_io=real_io)
    trial = Trial(title, loop, patience)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        task = loop.create_task(trial.play(make, scenario), name="the check")
        try:
            _run(loop, task, trial, patience)
        finally:
            _close(loop, task, trial, patience)
    trial.left += before.left(ending)
    trial.left += complaints(warned)
    return trial


def _run(loop: TrialLoop, task: "asyncio.Task[None]", trial: Trial, patience: float) -> None:
    try:
        loop.run_until_complete(task)
    except VirtualTimeError as stuck:
        trial.stuck(str(stuck))
    except StragglerError as error:
        trial.left += [f"{name} (the session waited for it in vain)" for name in error.stragglers]
    except Exception as error:
        if loop.overdue and not task.done():
            waited = f"it still makes timers after {patience:g} virtual seconds"
            trial.stuck("\n".join([waited, *(f"  {line}" for line in loop.opened())]))
        elif not task.done():
            raise
        else:
            trial.error = error


def _close(loop: TrialLoop, task: "asyncio.Task[None]", trial: Trial, patience: float) -> None:
    """End everything, however badly it behaves, and close the loop."""
    loop.deadline = float("inf")
    _idle(loop, patience)
    if trial.hung:
        trial.note()
    for _ in range(2):
        for left in asyncio.all_tasks(loop):
            left.cancel()
        _idle(loop, patience)
    if task.done() and not task.cancelled():
        task.exception()  # so that nobody complains that it was not looked at
    with contextlib.suppress(Exception):
        loop.run_until_complete(loop.shutdown_asyncgens())
    for context in loop.unhandled:
        error = context.get("exception")
        trial.unheard.append(f"{context.get('message')}: {explain(error)}")
    loop.close()


def _idle(loop: TrialLoop, patience: float) -> None:
    """Run what is ready or due within the patience."""
    with contextlib.suppress(VirtualTimeError):
        loop.run_until_idle(loop.time() + patience)


__all__ = ["perform"]
