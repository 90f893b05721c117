"""Faults of exceptions."""

from rxvoice.errors import ProviderError
from rxvoice.items import Fault


def is_refused(error: BaseException) -> bool:
    """Tell whether a provider says that trying again cannot help."""
    return isinstance(error, ProviderError) and not error.retryable


def fault_of(source: str, error: Exception, message: str | None = None) -> Fault:
    """Make the fault that tells of an exception; fatal when trying again cannot help.

    Args:
        source: The stage or provider that failed.
        error: The exception.
        message: What to say instead of the exception's type and text.
    """
    text = message or f"{type(error).__name__}: {error}"
    return Fault(source, text, fatal=is_refused(error), cause=error)
