"""The page's frames against those of `rxvoice.rtvi`."""

import base64
import random
from typing import Any

import numpy as np

from rxvoice.audio import pcm_from_bytes
from rxvoice.items import ClearAudio
from rxvoice.rtvi import (
    BotTtsText,
    Frame,
    FrameError,
    InterruptionFrame,
    MessageFrame,
    RawAudioFrame,
    TextFrame,
    TranscriptionFrame,
    decode_frame,
    encode_frame,
)

from .chromium import Scratch, needs_chromium

pytestmark = needs_chromium

READ = """async (all) => {
  const { decodeFrame, FrameError } = await import("/page/frames.js");
  return all.map((one) => {
    try {
      const frame = decodeFrame(Uint8Array.from(atob(one), (c) => c.charCodeAt(0)));
      return frame.samples ? { ...frame, samples: [...frame.samples] } : frame;
    } catch (error) {
      if (error instanceof FrameError) return null;
      throw error;
    }
  });
}"""
WRITE = """async ([json, samples, rate]) => {
  const { encodeMessage, encodeAudio } = await import("/page/frames.js");
  const pcm = Int16Array.from([0, ...samples]).subarray(1);
  return [[...encodeMessage(json)], [...encodeAudio(pcm, rate)]];
}"""

FRAMES: list[Frame] = [
    TextFrame("naïve 🎧", id=2**63, name="a"),
    RawAudioFrame(np.arange(-700, 740, dtype="<i2").tobytes(), 24_000, 1, pts=2**62),
    RawAudioFrame(np.array([1, 2, -3, 5, 7, 8], "<i2").tobytes(), 48_000, 2, id=1),
    RawAudioFrame(b"", 16_000, 0),
    TranscriptionFrame("yes", "me", "2026"),
    MessageFrame('{"label": "rtvi-ai", "type": "bot-ready"}'),
    MessageFrame(BotTtsText(text="x" * 300).wire),
    InterruptionFrame(id=300, name="stop"),
]

UNKNOWN = [
    b"",
    b"\x38\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",  # a number of ten bytes
    b"\x3d1234\x3912345678\x3a\x021 ",  # four bytes, eight bytes, a text
    b"\x3b\x43\x08\x01\x44\x12\x01x\x3c",  # a group in a group
]
"""Fields that frames do not have."""


def read(scratch: Scratch, *written: bytes) -> list[dict[str, Any] | None]:
    return scratch.evaluate(READ, [base64.b64encode(one).decode() for one in written])


def known(data: bytes) -> dict[str, Any] | None:
    """Return a frame as the page should read it; None where it should not."""
    try:
        match decode_frame(data):
            case RawAudioFrame() as frame:
                samples = frame.at(0.0).samples
                return {"kind": "audio", "samples": samples.tolist(), "rate": frame.sample_rate}
            case MessageFrame(data=data_):
                return {"kind": "message", "data": data_}
            case InterruptionFrame():
                return {"kind": "interruption"}
            case TextFrame(text=text):
                return {"kind": "text", "text": text}
            case TranscriptionFrame(text=text):
                return {"kind": "transcription", "text": text}
    except FrameError:
        return None


def test_the_page_reads_every_frame_that_is_written(scratch: Scratch) -> None:
    written = [encode_frame(frame) for frame in FRAMES] + [encode_frame(ClearAudio())]
    assert read(scratch, *written) == [known(one) for one in written]
    assert None not in map(known, written)


def test_the_page_reads_damaged_frames_as_the_server_does(scratch: Scratch) -> None:
    chance = random.Random(7)
    short = [frame for frame in FRAMES if len(encode_frame(frame)) < 100]
    damaged: list[bytes] = []
    for _ in range(4000):
        data = bytearray(UNKNOWN[chance.randrange(len(UNKNOWN))])
        data += encode_frame(chance.choice(short)) + encode_frame(chance.choice(short))
        for _ in range(chance.randrange(3)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        end = len(data) if chance.random() < 0.8 else chance.randrange(1, len(data))
        damaged.append(bytes(data[:end]))
    good = [(one, frame) for one in damaged if (frame := known(one)) is not None]
    assert 1000 < len(good) < 3500
    for told, (_, frame) in zip(read(scratch, *[one for one, _ in good]), good, strict=True):
        if told is not None and told["kind"] == frame["kind"] == "audio":
            given, wanted = np.array(told.pop("samples")), np.array(frame.pop("samples"))
            assert given.shape == wanted.shape
            assert not np.any(np.abs(given - wanted) > 1)  # halves are rounded differently
        assert told == frame
    read(scratch, *damaged)


def test_the_server_reads_what_the_page_writes(scratch: Scratch) -> None:
    json = '{"label":"rtvi-ai","text":"größer"}' * 40
    samples = [-32_768, 32_767, 0, *range(-500, 500)]
    message, audio = scratch.evaluate(WRITE, [json, samples, 16_000])
    assert decode_frame(bytes(message)) == MessageFrame(json)
    frame = decode_frame(bytes(audio))
    assert isinstance(frame, RawAudioFrame)
    assert pcm_from_bytes(frame.audio).tolist() == samples
    assert (frame.sample_rate, frame.num_channels) == (16_000, 1)
