"""Transports: the far ends of a session, with both directions over one connection.

A transport has ``incoming``, a stream, and ``outgoing``, a sink::

    line = websocket("wss://example.org/audio")
    await run(line.incoming.pipe(agent), line.outgoing)

`rxvoice.sources.from_websocket` and `rxvoice.sinks.to_websocket` are the halves by themselves.
`Transport` is what all have in common, and `SocketTransport`, `Channel` and `Codec` make one of
whatever carries messages.
"""

from ._aiohttp import ServerChannel, upgrade
from ._contract import Channel, ChannelClosed, Codec, Transport, TransportError, Wire
from ._memory import MemoryChannel, channel_pair, memory_pair
from ._open import accepted, websocket
from ._pcm import PcmCodec
from ._player import Player
from ._server import WebsocketServer, websocket_server
from ._socket import SocketTransport
from ._websockets import WebsocketChannel

__all__ = [
    "Channel",
    "ChannelClosed",
    "Codec",
    "MemoryChannel",
    "PcmCodec",
    "Player",
    "ServerChannel",
    "SocketTransport",
    "Transport",
    "TransportError",
    "WebsocketChannel",
    "WebsocketServer",
    "Wire",
    "accepted",
    "channel_pair",
    "memory_pair",
    "upgrade",
    "websocket",
    "websocket_server",
]
