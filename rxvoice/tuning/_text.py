"""Reading small text files that may be anything."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

LARGEST = 64_000_000


def read_text(path: Path) -> str:
    """Return what is in a file.

    Raises:
        ValueError: When it is no text, or too large to hold labels; names the file.
        OSError: When it cannot be read.
    """
    if not path.is_file():
        raise ValueError(f"{path} is no file")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path} is too large to hold labels")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no text in UTF-8: {error.reason}") from None


def read_json(path: Path) -> Any:
    """Return the JSON value in a file.

    Raises:
        ValueError: When it is none; names the file.
        OSError: When it cannot be read.
    """
    try:
        return from_json(read_text(path), allow_inf_nan=False)
    except ValueError as error:
        if str(error).startswith(str(path)):
            raise
        raise ValueError(f"{path} is no JSON: {error}") from None


def first_error(place: str, error: ValidationError) -> str:
    """Say in one line what is wrong with a value, and where.

    Args:
        place: The file.
        error: What pydantic found.
    """
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    field = ""
    for part in errors[0]["loc"]:
        field += f"[{part}]" if isinstance(part, int) else f".{part}" if field else str(part)
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    message = errors[0]["msg"]
    return f"{place}: {field + ': ' if field else ''}{message[:1].lower()}{message[1:]}{more}"


__all__ = ["first_error", "read_json", "read_text"]
