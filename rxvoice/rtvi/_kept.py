"""Messages that come from a tape."""

import importlib
from typing import Any

from pydantic import ValidationError

from rxvoice.errors import RxvoiceError

from ._messages import Outgoing


def made_again(kept: Any) -> Outgoing:
    """Return the message that was kept.

    Args:
        kept: A `rxvoice.tape._told.Told`.

    Raises:
        RxvoiceError: When there is no such message.
    """
    kind: Any = getattr(importlib.import_module("rxvoice.rtvi"), kept.name, None)
    if not (isinstance(kind, type) and issubclass(kind, Outgoing)):
        raise RxvoiceError(f"there is no message {kept.name}")
    try:
        return kind.model_validate(kept.values)
    except ValidationError:  # such as one that was redacted
        return kind.model_construct(**kept.values)


__all__ = ["made_again"]
