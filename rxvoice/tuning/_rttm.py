"""Labels in NIST's Rich Transcription Time Marked format."""

import math
from pathlib import Path

from rxvoice.tuning._labels import Labels
from rxvoice.tuning._segments import Segment, labels_of
from rxvoice.tuning._text import read_text

FIELDS = 8
"""Fields of a SPEAKER line up to the speaker's name; two more may follow."""


def read_rttm(path: Path) -> Labels:
    """Read the ``SPEAKER`` lines of a file; `labels_of` makes turns of them.

    Lines of other types are left out. When there are lines about several recordings, those count
    whose second field is the file's name.

    Raises:
        ValueError: Names the file and the line.
        OSError: When it cannot be read.
    """
    found: dict[str, list[Segment]] = {}
    for number, line in enumerate(read_text(path).splitlines(), 1):
        fields = line.split()
        if not fields or fields[0] != "SPEAKER":
            continue
        if len(fields) < FIELDS:
            raise ValueError(
                f"{path}, line {number}: SPEAKER wants at least {FIELDS} fields, got {len(fields)}"
            )
        start = _seconds(path, number, "start", fields[3])
        duration = _seconds(path, number, "duration", fields[4])
        if duration > 0.0:
            end = round(start + duration, 6)
            found.setdefault(fields[1], []).append((start, end, fields[7]))
    if len(found) > 1 and path.stem not in found:
        raise ValueError(f"{path} is about {', '.join(sorted(found)[:3])}, and not {path.stem}")
    only = next(iter(found), "")
    return labels_of(found.get(path.stem) or found.get(only) or [])


def _seconds(path: Path, number: int, field: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 <= value < math.inf:
        raise ValueError(f"{path}, line {number}: {field} must be seconds, got {text[:20]!r}")
    return value


__all__ = ["read_rttm"]
