"""What a telephone line tells besides its sound."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as the vendor describes it.

    Attributes:
        vendor: Such as ``"twilio"``.
        stream: The vendor's id of the media stream.
        call: The vendor's id of the call, by which it is hung up; empty where it tells none.
        account: Whose call it is; empty where the vendor does not tell.
        caller: Number of who calls; empty where the vendor does not tell.
        callee: Number that was called; the same.
        language: Tag of what is spoken; the same.
        parameters: What the answer to the call, or the vendor's flow, has given along.
        encoding: Of the audio from the line: ``"PCMU"``, ``"PCMA"`` or ``"L16"``.
        rate: Samples a second of the line.
    """

    vendor: str
    stream: str
    call: str = ""
    account: str = ""
    caller: str = ""
    callee: str = ""
    language: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    encoding: str = "PCMU"
    rate: int = 8_000


@dataclass(frozen=True, slots=True)
class CallStarted:
    """The line is there; audio follows.

    Attributes:
        call: Whose.
    """

    call: Call


@dataclass(frozen=True, slots=True)
class CallUpdated:
    """The vendor has told something new of a call.

    Attributes:
        call: What is known of it now.
    """

    call: Call


@dataclass(frozen=True, slots=True)
class CallPaused:
    """The line is silent both ways, for instance because the caller is on hold."""


@dataclass(frozen=True, slots=True)
class CallResumed:
    """The line is back after `CallPaused`."""


@dataclass(frozen=True, slots=True)
class CallEnded:
    """Nothing more comes from the line.

    Attributes:
        reason: The vendor's word for why; empty where it tells none.
    """

    reason: str = ""


__all__ = [
    "Call",
    "CallEnded",
    "CallPaused",
    "CallResumed",
    "CallStarted",
    "CallUpdated",
]
