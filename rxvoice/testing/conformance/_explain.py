"""Telling of an exception."""

import traceback
from pathlib import PurePath


def explain(error: object) -> str:
    """Describe an exception, and where it was raised."""
    trace = error.__traceback__ if isinstance(error, BaseException) else None
    places = traceback.extract_tb(trace)
    if not places:
        return repr(error)
    place = places[-1]
    return f"{error!r}, raised in {place.name} ({PurePath(place.filename).name}:{place.lineno})"


__all__ = ["explain"]
