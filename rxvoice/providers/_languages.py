"""Languages, as vendors name them."""

import logging
from collections.abc import Collection

logger = logging.getLogger(__name__)


def language_code(language: str, known: Collection[str], /, *, provider: str) -> str:
    """Return a vendor's code of a language.

    The case does not matter, nor whether ``-`` or ``_`` is written. What the vendor does not know
    with its region, it may know without.

    Args:
        language: A BCP 47 tag, such as ``"de-DE"``, or a code of the vendor's own.
        known: The vendor's codes.
        provider: For the log.

    Returns:
        The code; ``language`` itself where the vendor knows neither, which is logged at DEBUG.
    """
    wanted = language.strip()
    codes = {_plain(code): code for code in known}
    plain = _plain(wanted)
    found = codes.get(plain) or codes.get(plain.partition("-")[0])
    if found is None:
        logger.debug("%s: the language %r is not a known one", provider, wanted)
        return wanted
    return found


def _plain(code: str) -> str:
    return code.replace("_", "-").lower()


__all__ = ["language_code"]
