"""Where streams end."""

from ._to_livekit import to_livekit
from ._to_memory import to_memory
from ._to_speaker import to_speaker
from ._to_tk import to_tk
from ._to_wav import to_wav
from ._to_wav_files import to_wav_files
from ._to_webrtc import to_webrtc
from ._to_websocket import to_websocket

__all__ = [
    "to_livekit",
    "to_memory",
    "to_speaker",
    "to_tk",
    "to_wav",
    "to_wav_files",
    "to_webrtc",
    "to_websocket",
]
