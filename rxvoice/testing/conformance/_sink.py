"""`check_sink`."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.items import AudioFrame
from rxvoice.session import Sink

from ._examination import Examination, Settings, usable
from ._report import Report
from ._sink_trials import SinkTrials
from ._trial import Make

POINTS: Final = usable(
    {
        "subscribes": "it subscribes to the stream exactly once, before it returns",
        "lazy": "nothing happens before it is called",
        "completes": "what it returns is done when the stream has completed and all was written",
        "writes": "what the stream gave is written, in order and without gaps",
        "other items": "items that are no audio are ignored",
        "odd frames": "frames of any size and rate, empty ones too, do no harm",
        "empty stream": "a stream that completes at once is no failure",
        "stream fails": "when the stream fails, what it returns fails or is done",
        "cancelling": "cancelling what it returns, at any instant, makes it stop: it unsubscribes, "
        "and leaves no task, timer, connection, thread or open file",
        "session closed": "when the session is closed it stops likewise, and whoever awaits what "
        "it returned goes on",
        "used again": "it can be used again after it was done",
        "clears": "ClearAudio drops what would be heard later, and what follows is written",
        "failure": "what cannot be opened makes it fail, and never hangs",
    },
    stream=False,
)

Samples = NDArray[np.int16]


def check_sink(
    make: Make[Sink[Any]],
    /,
    *,
    audio: AudioFrame | None = None,
    written: Callable[[], Samples] | None = None,
    clears: bool = False,
    failing: Make[Sink[Any]] | None = None,
    real_io: bool = True,
    patience: float = 30.0,
) -> Report:
    """Check that a sink keeps `rxvoice.session.Sink`.

    Args:
        make: Makes the sink.
        audio: What it is given to write, in frames of 20 ms on the session's clock; half a second
            of noise at 16 kHz unless given.
        written: Returns the samples that the last sink of ``make`` has written, at the rate of
            ``audio``; silence before and after does not count.
        clears: Whether it holds audio that was not heard yet, and drops it at `ClearAudio`.
        failing: Makes one that cannot be opened.
        real_io: Whether it uses sockets or threads of its own; without, the check is quicker.
        patience: Virtual seconds that it may take to be done.

    Returns:
        What was looked at, and what was skipped.

    Raises:
        ConformanceError: With all points that failed.
        ValueError: When an argument makes no sense.
    """
    __tracebackhide__ = True
    exam = Examination("check_sink", POINTS, make, Settings(real_io, patience))
    if written is None:
        exam.skip("writes", "no written= was given")
    if not clears or written is None:
        exam.skip("clears", "clears=False" if written is not None else "no written= was given")
    noise = np.random.default_rng(0).integers(1000, 9000, 8000).astype(np.int16)
    sound = AudioFrame(noise, 16_000) if audio is None else audio
    if not np.any(sound.samples):
        raise ValueError("audio must hold samples other than 0")
    judge = SinkTrials(exam, sound, written)
    if exam.run("some audio", judge.plays(), hang="completes") is None:
        return exam.conclude()
    exam.run("never called", judge.unused, hang="usable")
    for title, scenario, point in (
        ("items that are no audio", judge.others, "other items"),
        ("odd frames", judge.odd, "odd frames"),
        ("a stream that completes at once", judge.empty, "empty stream"),
        ("a stream that fails", judge.stream_fails, "stream fails"),
        ("used twice", judge.again, "used again"),
    ):
        exam.run(title, scenario, hang=point)
    if clears and written is not None:
        exam.run("cleared", judge.clear, hang="clears")
    for title, frames in (("a turn later", 0), ("after a frame", 1), ("midway", 10)):
        scenario = judge.cancelled(frames)
        exam.run(f"cancelled {title}", scenario, hang="cancelling", residue="cancelling")
        scenario = judge.closed(frames)
        name = f"session closed {title}"
        exam.run(name, scenario, hang="session closed", residue="session closed")
    if failing is None:
        exam.skip("failure", "no failing= was given")
    else:
        exam.run("cannot be opened", judge.cannot_open, hang="failure", make=failing)
    return exam.conclude()


__all__ = ["check_sink"]
