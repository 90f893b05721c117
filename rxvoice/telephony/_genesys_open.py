"""What Genesys offers when it opens a session."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import deinterleave, to_mono
from rxvoice.errors import AudioFormatError

from ._call import Call
from ._coding import L16, PCMU, Coding
from ._message import MessageError, fields, text

VENDOR: Final = "genesys"
RATE: Final = 8_000

Channels: TypeAlias = Literal["external", "internal", "both"]

_NOBODY: Final = "00000000-0000-0000-0000-000000000000"
_CHANNELS: Final = {
    ("external",),
    ("internal",),
    ("external", "internal"),
    ("internal", "external"),
}
_CODINGS: Final = {"PCMU": PCMU, "L16": L16}
_POSITION: Final = re.compile(r"PT(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})S", re.ASCII)


@dataclass(frozen=True, slots=True)
class Media:
    """A format that was offered and chosen.

    Attributes:
        coding: Of the samples.
        channels: Whom they are of, in order: ``"external"`` is who calls.
    """

    coding: Coding
    channels: tuple[str, ...]

    def heard(self, samples: NDArray[np.int16], wanted: Channels) -> NDArray[np.int16]:
        """Return the sound that is wanted, of what comes in this format.

        Raises:
            MessageError: When the second of two channels is cut off.
        """
        if len(self.channels) == 1:
            return samples
        try:
            if wanted == "both":
                return to_mono(samples)
            return deinterleave(samples)[self.channels.index(wanted)]
        except AudioFormatError as error:
            raise MessageError("the second channel is cut off", vendor=VENDOR) from error

    def told(self) -> dict[str, Any]:
        """Return it as Genesys describes it."""
        names = list(self.channels)
        return {"type": "audio", "format": self.coding.name, "channels": names, "rate": RATE}


def choose_media(offered: object, wanted: Channels) -> Media | None:
    """Return what of an offer suits best; None when nothing does.

    One that has the wanted channel alone is better than one that has it among two, μ-law is
    better than linear samples, and the order of the offer decides the rest.

    Args:
        offered: The list of media of the ``open`` message.
        wanted: Whose sound.
    """
    needed = {"external", "internal"} if wanted == "both" else {wanted}
    listed = cast("list[Any]", offered) if isinstance(offered, list) else []
    usable: list[Media] = []
    for told in map(fields, listed):
        coding = _CODINGS.get(text(told.get("format")))
        named = told.get("channels")
        names = tuple(map(text, cast("list[Any]", named))) if isinstance(named, list) else ()
        fits = told.get("type") == "audio" and told.get("rate") == RATE
        if coding and fits and needed <= set(names) and names in _CHANNELS:
            usable.append(Media(coding, names))
    return min(usable, key=lambda one: (len(one.channels), one.coding is not PCMU), default=None)


def genesys_call(told: Mapping[str, Any]) -> Call | None:
    """Return the call that an ``open`` message describes; None when it describes none."""
    stream, parameters = text(told.get("id")), fields(told.get("parameters"))
    if told.get("type") != "open" or not stream or not parameters:
        return None
    person = fields(parameters.get("participant"))
    return Call(
        vendor=VENDOR,
        stream=stream,
        call=text(parameters.get("conversationId")),
        account=text(parameters.get("organizationId")),
        caller=text(person.get("ani")),
        callee=text(person.get("dnis")),
        language=text(parameters.get("language")),
        parameters=fields(parameters.get("inputVariables")),
        rate=RATE,
    )


def updated(call: Call, parameters: Mapping[str, Any]) -> Call:
    """Return a call with what an ``update`` message tells of it."""
    person = fields(parameters.get("participant"))
    return replace(
        call,
        caller=text(person.get("ani"), call.caller),
        callee=text(person.get("dnis"), call.callee),
        language=text(parameters.get("language"), call.language),
    )


def outputs_of(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameter that tells a flow its variables, which are texts; none for none."""
    told = {name: _word(value) for name, value in outputs.items()}
    return {"outputVariables": told} if told else {}


def is_probe(call: Call) -> bool:
    """Tell whether a session only tries the connection, without anybody calling."""
    return call.call == _NOBODY


def seconds(position: object) -> float | None:
    """Return the seconds that a position or a duration is; None when it is none."""
    found = _POSITION.fullmatch(position) if isinstance(position, str) else None
    return float(found[1]) if found else None


def _word(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


__all__ = [
    "RATE",
    "VENDOR",
    "Channels",
    "Media",
    "choose_media",
    "genesys_call",
    "is_probe",
    "outputs_of",
    "seconds",
    "updated",
]
