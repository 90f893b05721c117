"""Audio as values: pure functions and small state machines, without streams or clocks."""

from ._align import PcmAligner
from ._channels import deinterleave, interleave, mix, to_mono
from ._dtmf import dtmf_tone
from ._g711 import decode_alaw, decode_mulaw, encode_alaw, encode_mulaw
from ._level import is_silent, loudness
from ._pcm import (
    pcm_from_base64,
    pcm_from_bytes,
    pcm_from_float,
    pcm_to_base64,
    pcm_to_bytes,
    pcm_to_float,
)
from ._played import PlayedTime
from ._rate import SampleStream, convert_rate
from ._resampler import StreamResampler
from ._track import Track
from ._wavread import WavReader
from ._wavwhole import read_wav, write_wav
from ._wavwrite import WavWriter

__all__ = [
    "PcmAligner",
    "PlayedTime",
    "SampleStream",
    "StreamResampler",
    "Track",
    "WavReader",
    "WavWriter",
    "convert_rate",
    "decode_alaw",
    "decode_mulaw",
    "deinterleave",
    "dtmf_tone",
    "encode_alaw",
    "encode_mulaw",
    "interleave",
    "is_silent",
    "loudness",
    "mix",
    "pcm_from_base64",
    "pcm_from_bytes",
    "pcm_from_float",
    "pcm_to_base64",
    "pcm_to_bytes",
    "pcm_to_float",
    "read_wav",
    "to_mono",
    "write_wav",
]
