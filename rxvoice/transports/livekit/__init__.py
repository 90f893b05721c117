"""Rooms of a LiveKit server as far ends of a session.

`livekit_room` joins one, and `livekit_token` lets somebody else into it::

    room = livekit_room("wss://example.livekit.cloud", token)
    await run(room.incoming.pipe(agent), room.outgoing)
"""

from ._methods import RpcFailed, RpcMethod, RpcRequest
from ._open import livekit_room
from ._token import livekit_token
from ._transport import LiveKitTransport

__all__ = [
    "LiveKitTransport",
    "RpcFailed",
    "RpcMethod",
    "RpcRequest",
    "livekit_room",
    "livekit_token",
]
