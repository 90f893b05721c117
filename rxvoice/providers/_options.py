"""Options that language models behind HTTP have in common."""


def base_of(given: str | None, usual: str) -> str:
    """Return the address that paths are put behind.

    Raises:
        ValueError: When what was given is no HTTP address.
    """
    url = usual if given is None else given.rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"base_url must begin with http:// or https://, got {given!r}")
    return url


def check_max_tokens(given: int) -> None:
    """Refuse a length that is none.

    Raises:
        ValueError: When it is less than 1.
    """
    if given < 1:
        raise ValueError(f"max_tokens must be at least 1, got {given}")


def check_temperature(given: float | None, most: float) -> None:
    """Refuse a temperature that no model takes.

    Raises:
        ValueError: When it is out of range.
    """
    if given is not None and not 0.0 <= given <= most:
        raise ValueError(f"temperature must be between 0 and {most:g}, got {given}")


__all__ = ["base_of", "check_max_tokens", "check_temperature"]
