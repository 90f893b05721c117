"""Offers as browsers make them."""

from typing import Any

FINGERPRINT = ":".join(f"{number:02X}" for number in range(32))

_SESSION = (
    "v=0",
    "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE 0 1 2",
    "a=extmap-allow-mixed",
    "a=msid-semantic: WMS",
)

_COMMON = (
    "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0",
    "a=ice-ufrag:gEzB",
    "a=ice-pwd:2V0sLhFmmKGKtWxsrEdIOcnz",
    "a=ice-options:trickle",
    f"a=fingerprint:sha-256 {FINGERPRINT}",
    "a=setup:actpass",
)

_AUDIO = (
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
    *_COMMON,
    "a=mid:0",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=sendrecv",
    "a=msid:- 6a9ef1f4-7c1b-4c4f-8c1a-4a0f5d1b8d3e",
    "a=rtcp-mux",
    "a=rtcp-rsize",
    "a=rtpmap:111 opus/48000/2",
    "a=rtcp-fb:111 transport-cc",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=rtpmap:63 red/48000/2",
    "a=fmtp:63 111/111",
    "a=rtpmap:9 G722/8000",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:126 telephone-event/8000",
    "a=ssrc:1704235234 cname:ovSMhS2T2hUcFJzY",
    "a=candidate:1 1 udp 2113937151 192.0.2.7 51472 typ host generation 0 network-cost 999",
    "a=candidate:2 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active generation 0",
    "a=candidate:3 1 udp 2113937151 2f8bd44d-8b0f-4e6c-9d8e-1d8b9f9f7b3c.local 51473 typ host",
)

_VIDEO = (
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97 102",
    *_COMMON,
    "a=mid:1",
    "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "a=sendrecv",
    "a=rtcp-mux",
    "a=rtpmap:96 VP8/90000",
    "a=rtcp-fb:96 goog-remb",
    "a=rtcp-fb:96 nack pli",
    "a=rtpmap:97 rtx/90000",
    "a=fmtp:97 apt=96",
    "a=rtpmap:102 H264/90000",
    "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f",
)

_DATA = (
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    *(line for line in _COMMON if not line.startswith("a=rtcp")),
    "a=mid:2",
    "a=sctp-port:5000",
    "a=max-message-size:262144",
)

LINES = (*_SESSION, *_AUDIO, *_VIDEO, *_DATA)
"""Of an offer with sound, pictures and messages, shaped like Chromium's."""


REACHABLE = tuple(line for line in LINES if ".local" not in line)
"""The same without the name that all machines around would be asked for."""


def sdp(lines: tuple[str, ...] = LINES) -> str:
    return "\r\n".join(lines) + "\r\n"


def body(**more: Any) -> dict[str, Any]:
    """Return what a client posts."""
    return {"sdp": sdp(REACHABLE), "type": "offer", "pc_id": None, "restart_pc": False, **more}
