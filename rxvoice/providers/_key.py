"""Keys of vendors."""

import os


def key_of(given: str | None, variable: str, *, provider: str) -> str:
    """Return the key that was given, else what the environment holds at this moment.

    Args:
        given: The caller's argument ``api_key``.
        variable: The vendor's own name of the variable.
        provider: For the error.

    Raises:
        ValueError: When there is neither; it names the variable.
    """
    key = given or os.environ.get(variable, "")
    if not key.strip():
        raise ValueError(f"{provider} needs a key: give api_key, or set {variable}")
    return key.strip()


__all__ = ["key_of"]
