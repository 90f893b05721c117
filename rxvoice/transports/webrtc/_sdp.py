"""Session descriptions of the far end, read and checked before anything believes them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ._ice import Candidate, usable_candidate
from ._media_checks import Kind, check_medium

LONGEST: Final = 100_000
"""Characters of a session description."""

MEDIA: Final = 8
"""Media that it may hold."""

CANDIDATES: Final = 64
"""Candidates that it may hold."""

_LINES: Final = 3000
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DIRECTIONS: Final = ("a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive")


@dataclass(frozen=True, slots=True)
class Medium:
    """A medium of a description.

    Attributes:
        kind: ``"audio"``, ``"video"`` or ``"application"``.
        mid: Its name.
        receives: Whether the far end wants to be sent something.
    """

    kind: str
    mid: str
    receives: bool


@dataclass(frozen=True, slots=True)
class Description:
    """What the far end says of a connection.

    Attributes:
        text: Without candidates.
        media: In order.
        candidates: Those that can be tried.
        identity: What changes when the connection begins anew.
        carrier: Name of the medium whose way all others go, too.
    """

    text: str
    media: tuple[Medium, ...]
    candidates: tuple[Candidate, ...]
    identity: frozenset[str]
    carrier: str

    @property
    def begins_with_sound(self) -> bool:
        """Whether the medium that carries the others is the first one, and audio."""
        return self.media[0].kind == "audio" and self.media[0].mid == self.carrier

    @property
    def wants_audio(self) -> bool:
        """Whether the far end wants to hear something."""
        first = next((medium for medium in self.media if medium.kind == "audio"), None)
        return first is not None and first.receives

    def check_follows(self, before: "Description") -> None:
        """Refuse a description that does not renegotiate another one.

        Raises:
            ValueError: It says why.
        """
        names = [(medium.kind, medium.mid) for medium in self.media]
        if names[: len(before.media)] != [(medium.kind, medium.mid) for medium in before.media]:
            raise ValueError("the offer changes the media that there are")
        if self.identity != before.identity:
            raise ValueError("the offer begins a new connection: it has to ask for restart_pc")


def read_description(sdp: str, kind: Kind) -> Description:
    """Read a session description.

    Raises:
        ValueError: When it cannot be read or used. It says what is wrong and nothing of the
            content.
    """
    if len(sdp) > LONGEST:
        raise ValueError(f"the session description is longer than {LONGEST} characters")
    if not sdp.startswith("v=0") or _CONTROL.search(sdp):
        raise ValueError("the session description cannot be read")
    lines = sdp.splitlines()
    if len(lines) > _LINES:
        raise ValueError(f"the session description has more than {_LINES} lines")
    text, found = _rewritten(lines)
    parsed = _parsed(text)
    media: list[Any] = parsed.media
    if not 1 <= len(media) <= MEDIA:
        raise ValueError(f"the session description must hold 1…{MEDIA} media, got {len(media)}")
    for medium in media:
        check_medium(medium, kind)
    mids: list[str] = [medium.rtp.muxId for medium in media]
    carrier = _check_together(parsed, mids)
    told = [usable_candidate(one, mids[place], place) for place, one in found]
    return Description(
        text,
        tuple(
            Medium(medium.kind, mid, medium.direction in ("recvonly", "sendrecv"))
            for medium, mid in zip(media, mids, strict=True)
        ),
        tuple(one for one in told if one is not None),
        _identity(next(medium for medium in media if medium.rtp.muxId == carrier)),
        carrier,
    )


def _rewritten(lines: Sequence[str]) -> tuple[str, list[tuple[int, str]]]:
    """Take the candidates out, which are tried one by one, and say directions that are implied."""
    sections: list[list[str]] = [[]]
    found: list[tuple[int, str]] = []
    for line in lines:
        if line.startswith("m="):
            sections.append([])
        if not line.startswith(("a=candidate:", "a=end-of-candidates")):
            sections[-1].append(line)
        elif len(sections) > 1 and line.startswith("a=candidate:"):
            found.append((len(sections) - 2, line))
    if len(found) > CANDIDATES:
        raise ValueError(f"the session description has more than {CANDIDATES} candidates")
    implied = next((line for line in sections[0] if line.startswith(_DIRECTIONS)), "a=sendrecv")
    for section in sections[1:]:
        timed = section[0].startswith(("m=audio", "m=video"))
        if timed and not any(line.startswith(_DIRECTIONS) for line in section):
            section.append(implied)
    return "\r\n".join(line for section in sections for line in section) + "\r\n", found


def _parsed(text: str) -> Any:
    from aiortc.sdp import SessionDescription

    try:
        return SessionDescription.parse(text)
    except Exception:  # the parser asserts, looks up and converts without further ado
        raise ValueError("the session description cannot be read") from None


def _check_together(parsed: Any, mids: Sequence[str]) -> str:
    """Return the name of the medium that carries the others."""
    if len({*mids}) < len(mids):
        raise ValueError("two media have the same name")
    if sum(medium.kind == "application" for medium in parsed.media) > 1:
        raise ValueError("there is more than one medium for data channels")
    bundled = [group.items for group in parsed.group if group.semantic == "BUNDLE"]
    if len(mids) > 1 and [{*items} for items in bundled] != [{*mids}]:
        raise ValueError("the media do not go one way (BUNDLE)")
    return bundled[0][0] if len(mids) > 1 else mids[0]


def _identity(medium: Any) -> frozenset[str]:
    return frozenset(
        (medium.ice.usernameFragment, *(one.value for one in medium.dtls.fingerprints))
    )


__all__ = ["CANDIDATES", "LONGEST", "MEDIA", "Description", "Medium", "read_description"]
