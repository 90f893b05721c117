"""Labels in a JSON file beside the recording."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rxvoice.tuning._labels import LabelledTurn, Labels, Role
from rxvoice.tuning._text import first_error, read_json

Seconds = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]


class _Turn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    start: Seconds
    end: Seconds
    text: str = ""
    role: Role = "turn"
    pauses: list[tuple[Seconds, Seconds]] = []
    notes: Any = None


class _Sidecar(BaseModel):
    model_config = ConfigDict(extra="forbid")

    turns: list[_Turn]
    bot: list[tuple[Seconds, Seconds]] = []
    channel: Annotated[int, Field(ge=0)] | None = None
    notes: Any = None


def read_sidecar(path: Path) -> Labels:
    """Read a file with ``turns``, and perhaps ``bot`` and ``channel``; or with a list of turns.

    Raises:
        ValueError: Names the file and the field.
        OSError: When it cannot be read.
    """
    value = read_json(path)
    try:
        sidecar = _Sidecar.model_validate({"turns": value} if isinstance(value, list) else value)
    except ValidationError as error:
        raise ValueError(first_error(str(path), error)) from None
    turns = (
        LabelledTurn(turn.start, turn.end, turn.text, tuple(turn.pauses), turn.role)
        for turn in sidecar.turns
    )
    try:
        return Labels(tuple(turns), tuple(sidecar.bot), sidecar.channel)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


__all__ = ["Seconds", "read_sidecar"]
