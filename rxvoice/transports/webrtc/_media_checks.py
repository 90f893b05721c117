"""What a medium of a session description must have."""

import re
from typing import Any, Final, Literal

Kind = Literal["offer", "answer"]

_ICE: Final = re.compile(r"[!-~]{1,256}")
_MID: Final = re.compile(r"[!-~]{1,64}")
_FINGERPRINT: Final = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){15,63}")
_HASHES: Final = ("sha-256", "sha-384", "sha-512")
_CODECS: Final = 128
_FINGERPRINTS: Final = 8


def check_medium(medium: Any, kind: Kind) -> None:
    """Refuse a medium with which no connection can be made.

    Args:
        medium: As aiortc has read it.
        kind: Of the description.

    Raises:
        ValueError: It says why, and nothing of the content.
    """
    if medium.kind not in ("audio", "video", "application"):
        raise ValueError("a medium is neither audio, video nor application")
    if not _MID.fullmatch(medium.rtp.muxId or ""):
        raise ValueError("a medium has no name (mid)")
    ice = medium.ice
    if not _ICE.fullmatch(ice.usernameFragment or "") or not _ICE.fullmatch(ice.password or ""):
        raise ValueError("a medium has no ICE user name or password")
    _check_keys(medium.dtls, kind)
    if medium.kind == "application":
        _check_data(medium)
    else:
        _check_sound_or_picture(medium)


def _check_keys(dtls: Any, kind: Kind) -> None:
    if dtls is None or not 1 <= len(dtls.fingerprints) <= _FINGERPRINTS:
        raise ValueError("a medium has no fingerprint or does not say who begins (setup)")
    if not all(_FINGERPRINT.fullmatch(one.value) for one in dtls.fingerprints):
        raise ValueError("a fingerprint cannot be read")
    if not any(one.algorithm.lower() in _HASHES for one in dtls.fingerprints):
        raise ValueError("no fingerprint is a SHA-256, SHA-384 or SHA-512")
    if kind == "answer" and dtls.role not in ("client", "server"):
        raise ValueError("the answer does not say who begins (setup)")


def _check_data(medium: Any) -> None:
    port = medium.fmt[0] if medium.profile == "DTLS/SCTP" else medium.sctp_port
    if not str(port).isdecimal() or not 0 < int(port) < 65_536:
        raise ValueError("the medium for data channels has no port of its own")


def _check_sound_or_picture(medium: Any) -> None:
    if "RTP/SAVP" not in medium.profile or not medium.rtcp_mux:
        raise ValueError("a medium is not encrypted, or does not use one port (rtcp-mux)")
    if not all(0 < one.id < 256 for one in medium.rtp.headerExtensions):
        raise ValueError("a header extension has a number that is out of range")
    if len(medium.rtp.codecs) > _CODECS:
        raise ValueError(f"a medium has more than {_CODECS} codecs")
    if not _knows_codec(medium):
        raise ValueError(f"no codec for {medium.kind} is known here")


def _knows_codec(medium: Any) -> bool:
    from aiortc.codecs import CODECS
    from aiortc.rtcpeerconnection import find_common_codecs

    try:
        return bool(find_common_codecs(CODECS[medium.kind], medium.rtp.codecs))
    except Exception:  # parameters of codecs are converted without further ado
        return False


__all__ = ["Kind", "check_medium"]
