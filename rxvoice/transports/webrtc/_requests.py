"""What clients of ``/api/offer`` send."""

from typing import Any, Final

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from ._ice import LONGEST_CANDIDATE, Candidate, usable_candidate
from ._sdp import LONGEST

PATCHED: Final = 64
"""Candidates that come at once."""

_ID: Final = 100


def _either(snake: str, camel: str) -> AliasChoices:
    return AliasChoices(snake, camel)


class Offer(BaseModel):
    """The body of a POST."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    sdp: str = Field(max_length=LONGEST)
    type: str = Field(pattern="^offer$")
    pc_id: str | None = Field(None, max_length=_ID, validation_alias=_either("pc_id", "pcId"))
    restart_pc: bool | None = Field(None, validation_alias=_either("restart_pc", "restartPc"))
    request_data: Any = Field(None, validation_alias=_either("request_data", "requestData"))


class _Candidate(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    candidate: str = Field(max_length=LONGEST_CANDIDATE)
    sdp_mid: str | None = Field(None, max_length=64, validation_alias=_either("sdp_mid", "sdpMid"))
    sdp_mline_index: int | None = Field(
        None, ge=0, le=64, validation_alias=_either("sdp_mline_index", "sdpMLineIndex")
    )


class Patch(BaseModel):
    """The body of a PATCH."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    pc_id: str = Field(max_length=_ID, validation_alias=_either("pc_id", "pcId"))
    candidates: list[_Candidate] = Field(max_length=PATCHED)

    def usable(self) -> list[Candidate]:
        """Return those that can be tried.

        Raises:
            ValueError: When one cannot be read.
        """
        found: list[Candidate] = []
        for one in self.candidates:
            if not one.candidate.strip():
                continue  # the end of them, which nobody waits for
            if one.sdp_mid is None and one.sdp_mline_index is None:
                raise ValueError("a candidate does not say for which medium it is")
            usable = usable_candidate(one.candidate, one.sdp_mid, one.sdp_mline_index)
            if usable is not None:
                found.append(usable)
        return found


def read_offer(body: object) -> Offer:
    """Read the body of a POST.

    Raises:
        ValueError: It names the fields that are wrong, and nothing of their content.
    """
    try:
        return Offer.model_validate(body)
    except ValidationError as error:
        raise ValueError(f"the offer cannot be read: {_wrong(error)}") from None


def read_patch(body: object) -> Patch:
    """Read the body of a PATCH.

    Raises:
        ValueError: It names the fields that are wrong, and nothing of their content.
    """
    try:
        return Patch.model_validate(body)
    except ValidationError as error:
        raise ValueError(f"the candidates cannot be read: {_wrong(error)}") from None


def _wrong(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)[:5]
    return "; ".join(
        f"{'.'.join(str(part) for part in one['loc']) or 'body'}: {one['msg']}" for one in found
    )


__all__ = ["PATCHED", "Offer", "Patch", "read_offer", "read_patch"]
