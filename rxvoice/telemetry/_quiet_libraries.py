"""`quiet_libraries`."""

import logging
from collections.abc import Iterable, Mapping
from typing import Final

NOISY: Final[Mapping[str, int]] = {
    "aiohttp.access": logging.WARNING,
    "aioice": logging.WARNING,
    "aiortc": logging.WARNING,
    "anthropic": logging.WARNING,
    "asyncio": logging.INFO,
    "botocore": logging.WARNING,
    "deepgram": logging.WARNING,
    "faster_whisper": logging.WARNING,
    "google_genai": logging.WARNING,
    "hpack": logging.WARNING,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "livekit": logging.WARNING,
    "mcp": logging.WARNING,
    "openai": logging.WARNING,
    "opentelemetry": logging.WARNING,
    "sentry_sdk": logging.WARNING,
    "urllib3": logging.WARNING,
    "websockets": logging.WARNING,
}
"""Libraries that log each request, or each packet, and from which level on they are told."""

KEYS: Final = frozenset({"websockets"})
"""Those that log headers, with keys in them, at DEBUG."""


def quiet_libraries(*, loud: Iterable[str] = ()) -> None:
    """Let libraries that log each request be silent, up to what is worth to be known.

    Only levels that nobody has set are changed, and nothing else: no handlers. The command line
    does this; an application that has a configuration of its own need not.

    Args:
        loud: Names of loggers that are left alone, or set free again when this was called before.
            ``websockets`` stays at INFO all the same, for below it tells keys.
    """
    wanted = set(loud)
    for name, level in NOISY.items():
        logger = logging.getLogger(name)
        if name in wanted:
            if logger.level in (level, logging.NOTSET):
                logger.setLevel(logging.INFO if name in KEYS else logging.NOTSET)
        elif logger.level == logging.NOTSET:
            logger.setLevel(level)


__all__ = ["quiet_libraries"]
