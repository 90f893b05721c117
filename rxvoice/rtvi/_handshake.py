"""Getting to know a client."""

import re
from dataclasses import replace
from typing import Any, Final

from ._client import Client, Settings
from ._effects import ClientIsReady, Effects
from ._incoming import refused
from ._json import mapping
from ._messages import PROTOCOL_VERSION, BotReady
from ._options import Version
from ._said import ClientReady

UNKNOWN: Final[Version] = (0, 0, 0)
OLD: Final = 1
"""The major version before the present one, whose clients are served, too."""

_VERSION: Final = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})", re.ASCII)
_LONGEST: Final = 256


def greet(
    client: Client, id_: str, ready: ClientReady, settings: Settings
) -> tuple[Client, Effects]:
    """Answer a client that says that it is ready.

    It is ready whatever it says, but told when its version may not do.
    """
    said = ready.version if isinstance(ready.version, str) else ""
    version, wrong = _checked(said)
    spoken = version if version[0] == OLD else PROTOCOL_VERSION
    bot = BotReady(
        id=id_,
        version=".".join(map(str, spoken)),
        about=settings.about,
        capabilities=settings.capabilities or None,
    )
    complaint = (refused(id_, f"{wrong} Compatibility issues may occur."),) if wrong else ()
    client = replace(
        client,
        reports=replace(client.reports, version=version),
        ready=True,
        version=said if version != UNKNOWN else "",
        library=_library(ready.about),
    )
    request = ClientIsReady(client.version, client.library)
    return client, Effects(answers=(*complaint, bot), requests=(request,))


def _checked(said: str) -> tuple[Version, str]:
    """Return a version, and what is wrong with it."""
    if not said:
        return UNKNOWN, "Client version unknown."
    found = _VERSION.fullmatch(said)
    if found is None:
        return UNKNOWN, "Invalid client version format."
    version = (int(found[1]), int(found[2]), int(found[3]))
    if version[0] in (OLD, PROTOCOL_VERSION[0]):
        return version, ""
    own = ".".join(map(str, PROTOCOL_VERSION))
    return version, f"RTVI version {said} is not compatible with server protocol {own}."


def _library(about: Any) -> str:
    """Return the name of the client's library; what is no description is ignored."""
    name = mapping(about).get("library")
    return name if isinstance(name, str) and len(name) <= _LONGEST else "unknown"


__all__ = ["greet"]
