"""`record`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rxvoice.session import Session

from ._recorder import Recorder
from ._reduce import digested
from ._writer import Writer


def record(
    session: Session,
    path: str | Path,
    /,
    *,
    settings: Mapping[str, Any] | None = None,
    sound: bool = False,
) -> Recorder:
    """Record a session, from now until it is closed.

    Args:
        session: One in which nothing was subscribed yet.
        path: The file; one that exists is replaced.
        settings: Told in the tape's header: what is needed to build the agent again.
        sound: Whether audio that comes out is kept, too. Otherwise only its length and digest are:
            replaying makes it again.

    Returns:
        The recording; closing the session closes it.

    Raises:
        RuntimeError: When something was subscribed before.
        OSError: When the file cannot be opened.
    """
    if session.scheduler.tape is not None:
        raise RuntimeError(f"{session.name} is on a tape already")
    header = {
        "rxvoice": version("rxvoice"),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "session": session.name,
        "start": session.scheduler.loop_seconds - session.scheduler.now_seconds,
        "settings": dict(settings or {}),
        "sound": sound,
    }
    keep = _all
    show = _all if sound else digested
    recorder = Recorder(session.scheduler, Writer(Path(path)), header, keep, show)
    session.scheduler.tape = recorder
    return recorder


def _all(item: Any) -> Any:
    return item


__all__ = ["record"]
