"""What a vendor is answered to a call, so that it opens a websocket."""

import re
from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from ._host import stream_url
from ._message import written

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_CONTROL: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEADERS: Final = 512
_QUERY: Final = 256
_PAIRS: Final = 3


def twiml(host: str, path: str = "/ws", /, *, parameters: Mapping[str, str] | None = None) -> str:
    """Return the TwiML that connects a call to a websocket, both ways.

    Args:
        host: Of the server, as for `clean_host`.
        path: Of the websocket.
        parameters: What `Call.parameters` will hold. Twilio tells the numbers nowhere else:
            give them as ``from`` and ``to``.

    Raises:
        ValueError: When the host is none, or a parameter holds what XML cannot.
    """
    url = quoteattr(stream_url(host, path))
    inside = f"<Connect><Stream url={url}>{_parameters(parameters)}</Stream></Connect>"
    return f"{_HEAD}<Response>{inside}</Response>"


def texml(
    host: str,
    path: str = "/ws",
    /,
    *,
    codec: Literal["PCMU", "PCMA"] = "PCMU",
    parameters: Mapping[str, str] | None = None,
) -> str:
    """Return the TeXML that connects a call of Telnyx's to a websocket, both ways.

    Args:
        host: Of the server, as for `clean_host`.
        path: Of the websocket.
        codec: Of both directions; tell `Telnyx` when it is not μ-law.
        parameters: What `Call.parameters` will hold.

    Raises:
        ValueError: When the host is none, the codec is another one, or a parameter holds what XML
            cannot.
    """
    if codec not in ("PCMU", "PCMA"):
        raise ValueError(f"codec must be PCMU or PCMA, got {codec!r}")
    url = quoteattr(stream_url(host, path))
    form = f'codec="{codec}" bidirectionalMode="rtp" bidirectionalCodec="{codec}"'
    inside = f"<Connect><Stream url={url} {form}>{_parameters(parameters)}</Stream></Connect>"
    return f"{_HEAD}<Response>{inside}</Response>"


def plivo_xml(
    host: str, path: str = "/ws", /, *, parameters: Mapping[str, str] | None = None
) -> str:
    """Return the XML that connects a call of Plivo's to a websocket, both ways.

    Args:
        host: Of the server, as for `clean_host`.
        path: Of the websocket.
        parameters: What `Call.parameters` will hold: at most 512 bytes, and none of ``,;=``.

    Raises:
        ValueError: When the host is none, or a parameter cannot be sent.
    """
    pairs = [f"{name}={value}" for name, value in (parameters or {}).items()]
    headers = ",".join(pairs)
    if any(len(re.findall("[,;=]", pair)) != 1 for pair in pairs):
        raise ValueError("parameters must hold none of the signs , ; =")
    _check_size("parameters", headers, _HEADERS)
    form = 'bidirectional="true" keepCallAlive="true" contentType="audio/x-mulaw;rate=8000"'
    extra = f" extraHeaders={_attribute(headers)}" if headers else ""
    url = escape(stream_url(host, path))
    return f"{_HEAD}<Response><Stream {form}{extra}>{url}</Stream></Response>"


def vonage_ncco(
    host: str,
    path: str = "/ws",
    /,
    *,
    rate: Literal[8_000, 16_000, 24_000] = 16_000,
    parameters: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Return the NCCO that connects a call of Vonage's to a websocket; to be sent as JSON.

    Args:
        host: Of the server, as for `clean_host`.
        path: Of the websocket.
        rate: Samples a second.
        parameters: What `Call.parameters` will hold, at most 512 bytes as JSON. Give the call's
            ``uuid`` if it is to be hung up.

    Raises:
        ValueError: When the host is none, the rate is another one, or the parameters are too long.
    """
    if rate not in (8_000, 16_000, 24_000):
        raise ValueError(f"rate must be 8000, 16000 or 24000 Hz, got {rate}")
    headers = dict(parameters or {})
    _check_size("parameters", written(headers), _HEADERS)
    endpoint: dict[str, Any] = {
        "type": "websocket",
        "uri": stream_url(host, path),
        "content-type": f"audio/l16;rate={rate}",
    }
    if headers:
        endpoint["headers"] = headers
    return [{"action": "connect", "endpoint": [endpoint]}]


def exotel_answer(
    host: str,
    path: str = "/ws",
    /,
    *,
    rate: Literal[8_000, 16_000, 24_000] = 8_000,
    parameters: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return what the address of a Voicebot applet of Exotel's answers; to be sent as JSON.

    Args:
        host: Of the server, as for `clean_host`.
        path: Of the websocket.
        rate: Samples a second.
        parameters: What `Call.parameters` will hold: at most three, of 256 characters.

    Raises:
        ValueError: When the host is none, the rate is another one, or there are too many
            parameters.
    """
    if rate not in (8_000, 16_000, 24_000):
        raise ValueError(f"rate must be 8000, 16000 or 24000 Hz, got {rate}")
    given = dict(parameters or {})
    if len(given) > _PAIRS:
        raise ValueError(f"parameters must be at most {_PAIRS}, got {len(given)}")
    _check_size("parameters", urlencode(given), _QUERY)
    if rate != 8_000:
        given["sample-rate"] = str(rate)
    query = f"?{urlencode(given)}" if given else ""
    return {"url": f"{stream_url(host, path)}{query}"}


def _parameters(parameters: Mapping[str, str] | None) -> str:
    return "".join(
        f"<Parameter name={_attribute(name)} value={_attribute(value)}/>"
        for name, value in (parameters or {}).items()
    )


def _attribute(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("parameters must hold no control characters")
    return quoteattr(value)


def _check_size(name: str, value: str, most: int) -> None:
    size = len(value.encode(errors="replace"))
    if size > most:
        raise ValueError(f"{name} must have at most {most} bytes, got {size}")


__all__ = [
    "exotel_answer",
    "plivo_xml",
    "texml",
    "twiml",
    "vonage_ncco",
]
