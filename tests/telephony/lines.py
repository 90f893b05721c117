"""What the vendors' sides of a call say, as their documentation of July 2026 shows it."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import decode_alaw, decode_mulaw, encode_alaw, encode_mulaw
from rxvoice.items import AudioFrame
from rxvoice.telephony import (
    Exotel,
    Genesys,
    Line,
    MediaCodec,
    Plivo,
    Telnyx,
    ToLine,
    Twilio,
    Vonage,
)

Bytes = bytes | str


def js(**told: Any) -> str:
    return json.dumps(told)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def tone(seconds: float, rate: int, pts: float = 0.0) -> AudioFrame:
    times = np.arange(round(seconds * rate)) / rate
    wave = 8_000 * np.sin(2 * np.pi * 440 * (times + pts))
    return AudioFrame(wave.astype(np.int16), rate, pts)


def pcm(samples: NDArray[np.int16]) -> bytes:
    return samples.astype("<i2").tobytes()


def unpcm(data: bytes) -> NDArray[np.int16]:
    return np.frombuffer(data, "<i2").astype(np.int16)


@dataclass(frozen=True)
class Vendor:
    """One vendor's side.

    Attributes:
        line: Its options, without hanging up.
        rate: Samples a second.
        start: Messages up to the beginning of the call.
        media: The message of the n-th packet from 1, with its bytes.
        encode: Writes samples as the line does.
        heard: The audio bytes of a message that the line is sent; None for any other.
        decode: Reads samples that the line is sent.
        clear: What the line is sent to drop what waits.
    """

    name: str
    line: Line
    rate: int
    start: tuple[str, ...]
    media: Callable[[int, bytes], Bytes]
    encode: Callable[[NDArray[np.int16]], bytes]
    heard: Callable[[Bytes], bytes | None]
    decode: Callable[[bytes], NDArray[np.int16]]
    clear: dict[str, Any]

    def codec(self) -> MediaCodec:
        """A codec of a call that has started."""
        codec = self.line.codec()
        for message in self.start:
            codec.decode(message)
        return codec

    def sound(self, messages: list[Bytes]) -> NDArray[np.int16]:
        """The audio in what the line is sent."""
        parts = [data for message in messages if (data := self.heard(message)) is not None]
        return self.decode(b"".join(parts))


def told(message: Bytes) -> dict[str, Any]:
    assert isinstance(message, str)
    return json.loads(message)


def answers(items: list[Any]) -> list[dict[str, Any]]:
    """The messages that a line is owed at once."""
    return [told(item.message) for item in items if isinstance(item, ToLine)]


def _payload(event: str) -> Callable[[Bytes], bytes | None]:
    def heard(message: Bytes) -> bytes | None:
        found = told(message)
        return base64.b64decode(found["media"]["payload"]) if found["event"] == event else None

    return heard


def _binary(message: Bytes) -> bytes | None:
    return message if isinstance(message, bytes) else None


TWILIO_START = js(
    event="start",
    sequenceNumber="1",
    start={
        "accountSid": "AC1",
        "streamSid": "MZ1",
        "callSid": "CA1",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"from": "+15550100", "table": "4"},
    },
    streamSid="MZ1",
)


def twilio_media(number: int, data: bytes, stamp: int | None = None) -> str:
    return js(
        event="media",
        sequenceNumber=str(number + 1),
        media={
            "track": "inbound",
            "chunk": str(number),
            "timestamp": str(20 * number if stamp is None else stamp),
            "payload": b64(data),
        },
        streamSid="MZ1",
    )


def telnyx_start(encoding: str = "PCMU") -> str:
    return js(
        event="start",
        sequence_number="1",
        start={
            "user_id": "U1",
            "call_control_id": "v2:C1",
            "call_session_id": "S1",
            "from": "+15550100",
            "to": "+15550101",
            "media_format": {"encoding": encoding, "sample_rate": 8000, "channels": 1},
            "custom_parameters": {"table": "4"},
        },
        stream_id="T1",
    )


def telnyx_media(number: int, data: bytes) -> str:
    media = {"track": "inbound", "chunk": str(number), "timestamp": str(20 * number)}
    return js(
        event="media",
        sequence_number=str(number + 1),
        media={**media, "payload": b64(data)},
        stream_id="T1",
    )


PLIVO_START = js(
    event="start",
    sequenceNumber=1,
    start={
        "callId": "PC1",
        "streamId": "PS1",
        "accountId": "MA1",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000},
    },
    extra_headers="table=4;from=15550100",
)


def plivo_media(number: int, data: bytes) -> str:
    return js(
        event="media",
        sequenceNumber=number + 1,
        streamId="PS1",
        media={
            "track": "inbound",
            "timestamp": str(1_705_312_200_000 + 20 * number),
            "chunk": number,
            "payload": b64(data),
        },
        extra_headers="table=4",
    )


def exotel_start(rate: int = 8_000) -> str:
    return js(
        event="start",
        sequence_number="1",
        stream_sid="ES1",
        start={
            "stream_sid": "ES1",
            "call_sid": "EC1",
            "account_sid": "EA1",
            "from": "+919876543210",
            "to": "+918047491899",
            "custom_parameters": {"table": "4"},
            "media_format": {
                "encoding": "audio/x-raw",
                "sample_rate": str(rate),
                "bit_rate": "16",
            },
        },
    )


def exotel_media(number: int, data: bytes) -> str:
    return js(
        event="media",
        sequence_number=str(number + 1),
        stream_sid="ES1",
        media={"chunk": str(number), "timestamp": str(20 * number), "payload": b64(data)},
    )


def vonage_connected(rate: int = 16_000) -> str:
    return json.dumps(
        {
            "event": "websocket:connected",
            "content-type": f"audio/l16;rate={rate}",
            "uuid": "VU1",
            "table": "4",
        }
    )


def genesys(kind: str, seq: int, position: str = "PT0S", **parameters: Any) -> str:
    return js(
        version="2",
        type=kind,
        seq=seq,
        serverseq=0,
        id="e160e428-53e2-487c-977d-96989bf5c99d",
        position=position,
        parameters=parameters,
    )


def genesys_media(form: str = "PCMU", *channels: str) -> dict[str, Any]:
    return {
        "type": "audio",
        "format": form,
        "channels": list(channels or ("external",)),
        "rate": 8000,
    }


def genesys_open(*media: dict[str, Any], **parameters: Any) -> str:
    return genesys(
        "open",
        1,
        organizationId="O1",
        conversationId="G1",
        participant={"id": "P1", "ani": "+15550100", "aniName": "A", "dnis": "+15550101"},
        media=list(media or (genesys_media(),)),
        **parameters,
    )


CONNECTED = js(event="connected", protocol="Call", version="1.0.0")

TWILIO = Vendor(
    "twilio",
    Twilio(hang_up=False),
    8_000,
    (CONNECTED, TWILIO_START),
    twilio_media,
    encode_mulaw,
    _payload("media"),
    decode_mulaw,
    {"event": "clear", "streamSid": "MZ1"},
)
TELNYX = Vendor(
    "telnyx",
    Telnyx(hang_up=False),
    8_000,
    (js(event="connected", version="1.0.0"), telnyx_start()),
    telnyx_media,
    encode_mulaw,
    _payload("media"),
    decode_mulaw,
    {"event": "clear"},
)
TELNYX_ALAW = Vendor(
    "telnyx-alaw",
    Telnyx(hang_up=False, bidirectional_codec="PCMA"),
    8_000,
    (telnyx_start("PCMA"),),
    telnyx_media,
    encode_alaw,
    _payload("media"),
    decode_alaw,
    {"event": "clear"},
)
PLIVO = Vendor(
    "plivo",
    Plivo(hang_up=False),
    8_000,
    (PLIVO_START,),
    plivo_media,
    encode_mulaw,
    _payload("playAudio"),
    decode_mulaw,
    {"event": "clearAudio", "streamId": "PS1"},
)
EXOTEL = Vendor(
    "exotel",
    Exotel(),
    8_000,
    (js(event="connected"), exotel_start()),
    exotel_media,
    pcm,
    _payload("media"),
    unpcm,
    {"event": "clear", "stream_sid": "ES1"},
)
VONAGE = Vendor(
    "vonage",
    Vonage(),
    16_000,
    (vonage_connected(),),
    lambda number, data: data,
    pcm,
    _binary,
    unpcm,
    {"action": "clear"},
)
GENESYS = Vendor(
    "genesys",
    Genesys(),
    8_000,
    (genesys_open(),),
    lambda number, data: data,
    encode_mulaw,
    _binary,
    decode_mulaw,
    {
        "version": "2",
        "id": "e160e428-53e2-487c-977d-96989bf5c99d",
        "type": "event",
        "seq": 2,
        "clientseq": 1,
        "parameters": {"entities": [{"type": "barge_in", "data": {}}]},
    },
)
VENDORS = (TWILIO, TELNYX, TELNYX_ALAW, PLIVO, EXOTEL, VONAGE, GENESYS)
