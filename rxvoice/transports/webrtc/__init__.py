"""WebRTC: browsers and other peers, without a server between.

A server answers offers, and gets a transport for each client that comes::

    peers = PeerConnections(arrived)
    answer = await peers.offer(body)      # POST /api/offer
    peers.candidates(body)                # PATCH /api/offer
    await peers.aclose()

`webrtc` is a client of such a server. Needs the extra ``webrtc``.
"""

from ._chunks import limit_chunks
from ._client import webrtc
from ._ice import Candidate, IceServer
from ._negotiation import Signalling
from ._peers import PeerConnections
from ._transport import WebRtcTransport

__all__ = [
    "Candidate",
    "IceServer",
    "PeerConnections",
    "Signalling",
    "WebRtcTransport",
    "limit_chunks",
    "webrtc",
]
