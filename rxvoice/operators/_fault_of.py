"""Faults of exceptions."""

from rxvoice.errors import classify
from rxvoice.items import Fault


def is_hopeless(error: BaseException) -> bool:
    """Tell whether nothing that comes after can succeed: with bad credentials, without a model."""
    return classify(error).fatal


def fault_of(source: str, error: Exception, message: str | None = None) -> Fault:
    """Make the fault that tells of an exception; fatal when nothing after it can succeed.

    Args:
        source: The stage or provider that failed.
        error: The exception.
        message: What to say instead of the exception's type and text.
    """
    found = classify(error)
    text = message or f"{type(error).__name__}: {error}"
    if found.hint and found.hint not in text:
        text = f"{text} ({found.hint})"
    return Fault(source, text, fatal=found.fatal, cause=error)
