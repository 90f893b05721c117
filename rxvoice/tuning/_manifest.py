"""Labels of many recordings in one JSON file."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from rxvoice.tuning._labels import LabelledTurn, Labels, Span
from rxvoice.tuning._segments import Segment, labels_of
from rxvoice.tuning._sidecar import Seconds
from rxvoice.tuning._text import first_error


class _Said(BaseModel):
    t0: Seconds
    t1: Seconds
    role: Literal["turn", "part", "filler", "interruption", "backchannel"] = "turn"
    text: str = ""


class _Bot(BaseModel):
    t0: Seconds
    t1: Seconds


class _Entry(BaseModel):
    user: list[_Said] | None = None
    bot: list[_Bot] = []
    pause: tuple[Seconds, Seconds] | None = None
    speech: list[tuple[Seconds, Seconds]] | None = None
    speaker_turns: list[tuple[Seconds, Seconds, str]] | None = None


def read_entry(place: str, value: dict[str, Any]) -> Labels:
    """Read the labels of one entry of a manifest.

    ``user`` holds what the user says, with ``t0``, ``t1``, ``role`` and ``text``; ``part`` and
    ``filler`` that follow each other make one turn with pauses in between, or the one ``pause`` of
    the entry. ``bot`` holds when the bot speaks. Without ``user``, turns are made of
    ``speaker_turns`` or ``speech``.

    Args:
        place: Told in errors.
        value: The entry.

    Raises:
        ValueError: Names the entry and the field, or says that it has no labels.
    """
    try:
        entry = _Entry.model_validate(value)
    except ValidationError as error:
        raise ValueError(first_error(place, error)) from None
    try:
        if entry.user is not None:
            bot = tuple((said.t0, said.t1) for said in entry.bot)
            return Labels(tuple(_turns(entry.user, entry.pause)), bot)
        if entry.speaker_turns is not None:
            return labels_of(entry.speaker_turns)
        if entry.speech is not None:
            segments: list[Segment] = [(start, end, "user") for start, end in entry.speech]
            return labels_of(segments)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
    raise ValueError(f"{place} has no labels: neither user, speaker_turns nor speech")


def _turns(said: Sequence[_Said], pause: Span | None) -> Iterator[LabelledTurn]:
    for joined, group in groupby(said, lambda one: one.role in ("part", "filler")):
        parts = list(group)
        if joined:
            yield _joined(parts, pause)
            continue
        for one in parts:
            role = "turn" if one.role in ("part", "filler") else one.role
            yield LabelledTurn(one.t0, one.t1, one.text, role=role)


def _joined(parts: Sequence[_Said], pause: Span | None) -> LabelledTurn:
    gaps = [(one.t1, other.t0) for one, other in pairwise(parts) if one.t1 < other.t0]
    pauses = [pause] if pause else gaps
    return LabelledTurn(
        parts[0].t0,
        parts[-1].t1,
        " ".join(part.text for part in parts),
        tuple(pauses),
        parts=tuple((part.t0, part.t1, part.text) for part in parts),
    )


__all__ = ["read_entry"]
