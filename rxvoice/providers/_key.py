"""Keys of vendors."""

import os

from rxvoice.errors import ProviderError


def key_of(given: str | None, variable: str, *, provider: str) -> str:
    """Return the key that was given, else what the environment holds at this moment.

    Args:
        given: The caller's argument ``api_key``.
        variable: The vendor's own name of the variable.
        provider: For the error.

    Raises:
        ValueError: When there is neither, or it is no key; it names the variable.
    """
    key = given or os.environ.get(variable, "")
    if not key.strip():
        raise ValueError(f"{provider} needs a key: give api_key, or set {variable}")
    key = key.strip()
    if not (key.isascii() and key.isprintable()):
        message = f"the key of {provider} has characters that no key has: api_key, or {variable}"
        raise ValueError(message)
    return key


def provider_key(given: str | None, variable: str, *, provider: str) -> str:
    """Return the key as `key_of` does, for whoever is in the midst of a stream.

    Raises:
        ProviderError: When there is none; it is fatal, and names the variable.
    """
    try:
        return key_of(given, variable, provider=provider)
    except ValueError as error:
        raise ProviderError(str(error), provider=provider, retryable=False) from error


__all__ = ["key_of", "provider_key"]
