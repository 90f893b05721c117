"""Faults of exceptions."""

from rxvoice.errors import ModelUnavailable, ProviderError
from rxvoice.items import Fault


def is_hopeless(error: BaseException) -> bool:
    """Tell whether trying again cannot help: a provider says so, or its model cannot be had."""
    if isinstance(error, ProviderError):
        return not error.retryable
    return isinstance(error, ModelUnavailable)


def fault_of(source: str, error: Exception, message: str | None = None) -> Fault:
    """Make the fault that tells of an exception; fatal when trying again cannot help.

    Args:
        source: The stage or provider that failed.
        error: The exception.
        message: What to say instead of the exception's type and text.
    """
    text = message or f"{type(error).__name__}: {error}"
    return Fault(source, text, fatal=is_hopeless(error), cause=error)
