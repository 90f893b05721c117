"""`record`."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any

from rxvoice.session import Session

from ._recorder import Recorder
from ._redact import Redacted, redacted_settings
from ._reduce import reduces
from ._writer import Writer


def record(
    session: Session,
    path: str | Path,
    /,
    *,
    settings: Mapping[str, Any] | None = None,
    sound: bool = False,
    redact: Collection[Redacted] = (),
) -> Recorder:
    """Record a session, from now until it is closed.

    Args:
        session: One in which nothing was subscribed yet.
        path: The file; one that exists is replaced.
        settings: Told in the tape's header: what is needed to build the agent again.
        sound: Whether audio that comes out is kept, too. Otherwise only its length and digest are:
            replaying makes it again.
        redact: What is not kept: ``"text"``, of which only the shape is left, and ``"audio"``, of
            which the length is. What was said cannot be found out from such a tape.

    Returns:
        The recording; closing the session closes it.

    Raises:
        TypeError: When ``settings`` are no mapping.
        ValueError: When there is nothing like this to redact.
        RuntimeError: When something is subscribed already, or the session is closed.
        OSError: When the file cannot be opened.
        TapeError: When another session is being recorded to it.
    """
    if session.scheduler.tape is not None:
        raise RuntimeError(f"{session.name} is on a tape already")
    if found := _cannot_begin(session):
        raise RuntimeError(f"{session.name} {found}: record before anything is subscribed")
    told: Any = settings
    if not isinstance(told, Mapping | None):
        raise TypeError(f"settings must be a mapping, got {settings!r}")
    header = {
        "rxvoice": version("rxvoice"),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "session": session.name,
        "start": session.scheduler.loop_seconds - session.scheduler.now_seconds,
        "settings": redacted_settings(settings or {}, redact),
        "seed": Random().getrandbits(32),
        "sound": sound,
        "redact": sorted(redact),
    }
    keep, show = reduces(sound=sound, redact=redact)
    recorder = Recorder(session.scheduler, Writer(Path(path)), header, keep, show)
    session.scheduler.tape = recorder
    return recorder


# pyright: reportPrivateUsage=false
def _cannot_begin(session: Session) -> str:
    """Tell why a tape would not hold all of a session; nothing when it would."""
    if session._closed:
        return "is closed"
    whole = type(session)._outlet is Session._outlet  # a call of a server has more beside it
    return "is under way" if whole and session._subscriptions else ""


__all__ = ["record"]
