"""Pictures and sound become parts of a message (CX17)."""

import asyncio
import io
import sys
import threading
import wave
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rxvoice import AudioFrame, ImageFrame
from rxvoice.context import AudioPart, ImagePart, audio_part, image_part
from rxvoice.testing import run_virtual, tone

PIXELS = np.full((8, 12, 3), (200, 30, 30), np.uint8)


@pytest.mark.parametrize(
    ("pixels", "mode"),
    [
        (PIXELS, "RGB"),
        (np.dstack([PIXELS, np.zeros((8, 12), np.uint8)]), "RGB"),
        (PIXELS[:, :, 0], "L"),
        (PIXELS[::2, ::-1], "RGB"),
    ],
)
def test_cx17_pixels_become_a_jpeg(pixels: Any, mode: str) -> None:
    part = run_virtual(image_part(pixels, text="a red wall"))
    picture = Image.open(io.BytesIO(part.data))
    assert picture.format == "JPEG"
    assert picture.mode == mode
    assert picture.size == (12, pixels.shape[0])
    assert np.abs(np.asarray(picture).reshape(-1, len(mode))[0][0] - 200) < 8
    assert (part.media_type, part.text) == ("image/jpeg", "a red wall")


def test_cx17_pixels_are_encoded_off_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []
    save = Image.Image.save

    def watched(self: Image.Image, *args: Any, **options: Any) -> None:
        threads.append(threading.get_ident())
        save(self, *args, **options)

    monkeypatch.setattr(Image.Image, "save", watched)
    asyncio.run(image_part(PIXELS))
    assert threads != [threading.get_ident()]
    assert len(threads) == 1


def test_cx17_pixels_may_be_used_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A camera writes its next picture into the same memory."""
    pixels, written = PIXELS.copy(), threading.Event()
    convert = Image.fromarray

    def late(given: Any) -> Image.Image:
        assert written.wait(5.0)
        return convert(given)

    async def main() -> ImagePart:
        making = asyncio.ensure_future(image_part(pixels))
        await asyncio.sleep(0)
        pixels[:] = 0
        written.set()
        return await making

    monkeypatch.setattr(Image, "fromarray", late)
    picture = Image.open(io.BytesIO(asyncio.run(main()).data))
    assert np.abs(np.asarray(picture, int) - PIXELS).max() < 10


def test_cx17_recordings_are_made_off_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []
    opened: Any = wave.open

    def watched(*args: Any) -> Any:
        threads.append(threading.get_ident())
        return opened(*args)

    monkeypatch.setattr(wave, "open", watched)
    asyncio.run(audio_part(tone(0.02)))
    assert len(threads) == 1
    assert threads != [threading.get_ident()]


def test_cx17_what_is_encoded_and_addresses_stay() -> None:
    frame = ImageFrame(b"\x89PNG", "image/png", 3.0)
    assert run_virtual(image_part(frame, text="t")) == ImagePart(b"\x89PNG", "image/png", text="t")
    url = "https://a.example/b.png"
    assert run_virtual(image_part(url)) == ImagePart(url=url)


@pytest.mark.parametrize(
    ("pixels", "told"),
    [
        (PIXELS.astype(np.float32), "uint8"),
        (PIXELS[0, 0], "shape"),
        (PIXELS[:, :, :2], "shape"),
        (PIXELS[:0], "shape"),
        (7, "uint8"),
    ],
)
def test_cx17_what_is_no_picture_is_refused(pixels: Any, told: str) -> None:
    with pytest.raises(ValueError, match=f"picture must .*{told}"):
        run_virtual(image_part(pixels))
    with pytest.raises(ValueError, match="quality must be in"):
        run_virtual(image_part(PIXELS, quality=0))


def test_cx17_without_pillow_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match=r"rxvoice\[images\]"):
        run_virtual(image_part(PIXELS))


def test_cx17_audio_becomes_a_wav_file() -> None:
    frames = [tone(0.02), tone(0.02, pts=5.0)]
    part = run_virtual(audio_part(iter(frames), text="the bell"))
    assert part == AudioPart(part.data, "the bell")
    with wave.open(io.BytesIO(part.data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        samples = np.frombuffer(file.readframes(10_000), "<i2")
    assert np.array_equal(samples, np.concatenate([frame.samples for frame in frames]))
    assert run_virtual(audio_part(frames[0])).data[:4] == b"RIFF"


def test_cx17_what_is_no_recording_is_refused() -> None:
    with pytest.raises(ValueError, match="audio must not be empty"):
        run_virtual(audio_part([]))
    with pytest.raises(ValueError, match="audio must not be empty"):
        run_virtual(audio_part(AudioFrame(np.zeros(0, np.int16), 8_000)))
    with pytest.raises(ValueError, match=r"one sample rate, got \[8000, 16000\]"):
        run_virtual(audio_part([tone(0.02), AudioFrame(np.zeros(1, np.int16), 8_000)]))
