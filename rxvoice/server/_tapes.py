"""Tapes of a server's calls."""

import contextlib
import logging
import os
import re
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

from rxvoice.rtvi import Reports, Settings
from rxvoice.tape import record
from rxvoice.tape._redact import Redacted

from ._call_session import CallSession
from ._starts import PhoneStart, RoomStart, Start, WebRtcStart

logger = logging.getLogger(__name__)

LONGEST: Final = 100
"""Characters of a file's name that come from the id of its call."""

_UNSAFE: Final = re.compile(r"[^\w.-]", re.ASCII)

_SECRET: Final = re.compile(
    r"token|secret|passw|authori[sz]ation|credential|api[-_ ]?key|signature|cookie", re.IGNORECASE
)


class Tapes:
    """Keeps each call on a tape of its own, named by the id of the call.

    Args:
        folder: Where they are.
        agent: Makes the agents; its name is told unless `settings` say more.
        redact: As for `rxvoice.tape.record`.
        client: How clients of the protocol are served, for replaying.
        reports: What they are told.

    Attributes:
        settings: Told in the header of each tape: what is needed to make the agent again.
    """

    def __init__(
        self,
        folder: Path,
        agent: object,
        *,
        redact: Collection[Redacted] = (),
        client: Settings | None = None,
        reports: Reports | None = None,
    ) -> None:
        name = getattr(agent, "__qualname__", type(agent).__qualname__)
        self.settings: dict[str, Any] = {"agent": f"{agent.__module__}:{name}"}
        self._folder = folder
        self._redact = tuple(redact)
        self._client = {"settings": client or Settings(), "reports": reports or Reports()}

    def begin(self, session: CallSession, began: datetime) -> None:
        """Record a call, from now to its end; one that cannot be recorded goes on without a tape.

        Args:
            session: The call.
            began: The time of day.
        """
        settings = {
            **self.settings,
            "transport": session.start.kind,
            "call": kept_of(session.start),
            "began": began,
            "client": None if session.client is None else self._client,
        }
        path = None
        try:
            path = self._claimed(session.id)
            record(session, path, settings=settings, redact=self._redact)
        except Exception:  # a call is worth more than its tape
            logger.exception("a call is not kept on a tape", extra={"session": session.id})
            if path is not None:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)

    def _claimed(self, name: str) -> Path:
        """Make a file that nobody has, and that only its owner may read."""
        safe = _UNSAFE.sub("_", name)[:LONGEST].lstrip(".") or "call"
        for number in count(1):
            path = self._folder / f"{safe}{'' if number == 1 else f'-{number}'}.rxv"
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            except FileExistsError:
                continue
            return path
        raise AssertionError  # numbers do not end


def check_folder(folder: Path) -> None:
    """See that tapes can be written.

    Raises:
        ValueError: When they cannot.
    """
    if not folder.is_dir():
        raise ValueError(f"tapes must be a folder that there is, got {folder}")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ValueError(f"tapes cannot be written into {folder}: {error.strerror}") from None


def kept_of(start: Start) -> Start:
    """Return what a tape tells of how a call came about: no addresses, tokens or secrets.

    The numbers of a telephone call stay, for agents go by them; redacting texts takes them out.
    """
    kept = replace(start, address="", body=_without_secrets(start.body))
    match kept:
        case PhoneStart(call=call):
            parameters = _without_secrets(call.parameters)
            return replace(kept, call=replace(call, parameters=parameters))
        case RoomStart(url=url):
            parts = urlsplit(url)
            host = parts.netloc.rpartition("@")[2]
            return replace(kept, token="", url=f"{parts.scheme}://{host}{parts.path}")
        case WebRtcStart():
            return replace(kept, peer="")
        case _:
            return kept


def _without_secrets(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: "" if _SECRET.search(name) else _inner(value) for name, value in told.items()}


def _inner(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _without_secrets(cast("Mapping[str, Any]", value))
    if isinstance(value, list):
        return [_inner(one) for one in cast("list[Any]", value)]
    return value


__all__ = ["Tapes", "check_folder", "kept_of"]
