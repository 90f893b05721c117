"""Where streams begin."""

from ._from_livekit import from_livekit
from ._from_memory import from_memory
from ._from_microphone import from_microphone
from ._from_signals import from_signals
from ._from_wav import from_wav
from ._from_webrtc import from_webrtc
from ._from_websocket import from_websocket

__all__ = [
    "from_livekit",
    "from_memory",
    "from_microphone",
    "from_signals",
    "from_wav",
    "from_webrtc",
    "from_websocket",
]
