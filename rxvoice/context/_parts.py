"""Pictures and sound as parts of a message."""

import io
import wave
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rxvoice.aio import in_thread
from rxvoice.audio import pcm_to_bytes
from rxvoice.items import AudioFrame, AudioPart, ImageFrame, ImagePart


async def image_part(
    picture: ImageFrame | NDArray[np.uint8] | str, /, *, text: str = "", quality: int = 85
) -> ImagePart:
    """Make a part of a picture; raw pixels become a JPEG, off the event loop.

    Args:
        picture: An encoded picture or an address, which stay what they are, or pixels of shape
            ``(height, width)``, ``(height, width, 3)`` or ``(height, width, 4)``, ``uint8``, whose
            fourth value is left out.
        text: What is said about it.
        quality: Of the JPEG, 1 to 95.

    Raises:
        ImportError: When there are pixels and Pillow is not installed (extra ``images``).
        ValueError: When the pixels have another shape or type, or ``quality`` makes no sense.
    """
    if isinstance(picture, str):
        return ImagePart(url=picture, text=text)
    if isinstance(picture, ImageFrame):
        return ImagePart(picture.data, picture.mime, text=text)
    if not 1 <= quality <= 95:
        raise ValueError(f"quality must be in 1…95, got {quality}")
    pixels = _checked(picture).copy()  # whoever gave them may go on using their memory
    data = await in_thread(_jpeg, pixels, quality, name="encode a picture")
    return ImagePart(data, text=text)


async def audio_part(audio: AudioFrame | Iterable[AudioFrame], /, *, text: str = "") -> AudioPart:
    """Make a part of a recording: a WAV file of 16 bits, made off the event loop.

    Args:
        audio: Frames that follow each other; what is missing between them is left out.
        text: What is said about it.

    Raises:
        ValueError: When there are no samples, or frames of several sample rates.
    """
    frames = [audio] if isinstance(audio, AudioFrame) else list(audio)
    rates = {frame.rate for frame in frames}
    if len(rates) > 1:
        raise ValueError(f"audio must have one sample rate, got {sorted(rates)}")
    if not sum(len(frame.samples) for frame in frames):
        raise ValueError("audio must not be empty")
    return AudioPart(await in_thread(_wav, frames, name="make a WAV file"), text)


def _checked(pixels: Any) -> NDArray[np.uint8]:
    if getattr(pixels, "dtype", None) != np.uint8:
        kind = getattr(pixels, "dtype", type(pixels).__name__)
        raise ValueError(f"picture must hold pixels of the type uint8, got {kind}")
    shape = pixels.shape
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in (3, 4)) or 0 in shape:
        raise ValueError(f"picture must have the shape (height, width[, 3 or 4]), got {shape}")
    return pixels


def _jpeg(pixels: NDArray[np.uint8], quality: int) -> bytes:
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("pixels need Pillow: install rxvoice[images]") from error
    colours = pixels[:, :, :3] if pixels.ndim == 3 else pixels
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(colours)).save(file, "JPEG", quality=quality)
    return file.getvalue()


def _wav(frames: list[AudioFrame]) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(frames[0].rate)
        wav.writeframes(pcm_to_bytes(np.concatenate([frame.samples for frame in frames])))
    return file.getvalue()


__all__ = ["audio_part", "image_part"]
