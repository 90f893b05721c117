"""to_wav_files: a call as several recordings."""

import os
from collections.abc import Awaitable
from typing import Literal

from reactivex import Observable

from rxvoice.aio import drain_into, in_thread
from rxvoice.audio import write_wav
from rxvoice.items import Event, Recording
from rxvoice.operators import record
from rxvoice.session import Session, Sink

WAITING = 64
"""Recordings that may wait for a slow disk."""


def to_wav_files(
    path: str | os.PathLike[str],
    *,
    user: Observable[Event] | None = None,
    layout: Literal["stereo", "mono"] = "stereo",
    by: Literal["session", "turn"] = "turn",
    every: float | None = None,
    padding: float = 1.0,
    rate: int | None = None,
) -> Sink[Event]:
    """Record a session as WAV files of 16 bits, one for each turn, or for every so many seconds.

    They hold what `rxvoice.operators.record` says; with ``user`` they are stereo, user left, bot
    right. Each is written in a thread when it is complete. Parent folders are made, existing files
    are replaced.

    The awaitable is done when the stream has completed and the last file is closed; cancelling it
    ends the recording, and what was not complete is lost. It fails as the stream does, after what
    was recorded until then was written, and with an ``OSError`` when a file cannot be written.

    Args:
        path: The files, with ``{number}`` where the number of the turn, or of the piece, is to
            stand: ``"calls/{number:03}.wav"``.
        user: As for `rxvoice.operators.record`, likewise the other arguments.
        layout: Stereo, or both mixed.
        by: ``"turn"``, or ``"session"`` with ``every``.
        every: Seconds of a file by session.
        padding: Seconds before a turn was declared that belong to its file.
        rate: Samples a second of the files; the first frame's unless given.

    Returns:
        The sink.

    Raises:
        ValueError: When an argument makes no sense.
    """
    name = os.fspath(path)
    try:
        numbered = name.format(number=1) != name.format(number=2)
    except (LookupError, ValueError) as error:
        raise ValueError(
            f"path must have {{number}} in it and no other field, got {name}"
        ) from error
    if not numbered:
        raise ValueError(f"path must have {{number}} in it, got {name}")
    recorded = record(user, layout=layout, by=by, every=every, padding=padding, rate=rate)

    async def write(recording: Recording) -> None:
        file = name.format(number=recording.number)
        await in_thread(write_wav, file, recording.samples, recording.rate, name="to_wav_files")

    drain = drain_into(write, capacity=WAITING, policy="error", name="to_wav_files")

    def sink(stream: Observable[Event], session: Session) -> Awaitable[None]:
        return drain(stream.pipe(recorded), session)

    return sink


__all__ = ["to_wav_files"]
