"""`check_source`."""

from collections.abc import Callable
from typing import Any, Final

from reactivex import Observable

from rxvoice.errors import RxvoiceError

from ._examination import Examination, Settings, usable
from ._failing import judge_failing
from ._report import Report
from ._source_trials import SourceTrials, sound_of
from ._trial import Make

POINTS: Final = usable(
    {
        "gives audio": "audio frames come, and no Fault",
        "completes": "it completes after the last frame",
        "frames": "each frame holds samples, and all have one rate",
        "times": "pts begins at 0, and each frame begins where the one before ends",
        "duration": "all of the audio comes",
        "cold": "each subscription starts anew, with the same audio",
        "independent": "two subscriptions at once get the same audio",
        "closes": "whatever is opened for a subscription is closed when it is over",
        "failure": "what cannot be opened gives an error that says so, and never hangs",
    }
)


def check_source(
    make: Make[Observable[Any]],
    /,
    *,
    duration: float | None = None,
    completes: bool = True,
    repeatable: bool = True,
    several: bool = True,
    listen: float = 0.5,
    opened: Callable[[], int] | None = None,
    failing: Make[Observable[Any]] | None = None,
    real_io: bool = True,
    patience: float = 30.0,
) -> Report:
    """Check that a source gives audio as all sources of rxvoice do.

    Args:
        make: Makes the stream.
        duration: Seconds of audio that it gives, where that is known.
        completes: Whether it comes to an end by itself; otherwise it is unsubscribed after
            ``listen`` virtual seconds.
        repeatable: Whether each subscription gets the same audio.
        several: Whether it can be subscribed several times at once.
        listen: Virtual seconds to listen to a source that never completes.
        opened: Tells how many devices, files or the like it has open at this moment.
        failing: Makes one that cannot be opened. It has to fail with an error of rxvoice or an
            ``OSError``.
        real_io: Whether it uses sockets or threads of its own; without, the check is quicker.
        patience: Virtual seconds that it may be silent.

    Returns:
        What was looked at, and what was skipped.

    Raises:
        ConformanceError: With all points that failed.
        ValueError: When an argument makes no sense.
    """
    __tracebackhide__ = True
    if not listen > 0.0:
        raise ValueError(f"listen must be positive, got {listen}")
    exam = Examination("check_source", POINTS, make, Settings(real_io, patience))
    for point, given, why in (
        ("completes", completes, "completes=False"),
        ("duration", duration is not None, "no duration= was given"),
        ("cold", repeatable, "repeatable=False"),
        ("independent", several, "several=False"),
        ("closes", opened is not None, "no opened= was given"),
    ):
        if not given:
            exam.skip(point, why)
    judge = SourceTrials(exam, opened, listen=None if completes else listen)

    trial = exam.run("listened to", judge.listen(1), hang="completes" if completes else "usable")
    if trial is None or not judge.audio(trial, duration if completes else None):
        return exam.conclude()
    sound = sound_of(trial.probes[0].values)
    exam.run("never subscribed", judge.unused(), hang="usable")

    trial = exam.run("listened to twice", judge.listen(1, times=2), hang="cold")
    if repeatable:
        judge.alike(trial, "cold", sound)
    if several:
        trial = exam.run("two listeners at once", judge.listen(2), hang="independent")
        judge.alike(trial, "independent", sound if repeatable else None)
    for title, scenario in judge.cuts():
        exam.run(title, scenario)
    errors = (RxvoiceError, OSError)
    judge_failing(exam, "failure", failing, judge.listen(1), errors=errors, faults=False)
    return exam.conclude()


__all__ = ["check_source"]
