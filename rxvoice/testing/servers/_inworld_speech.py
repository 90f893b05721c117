"""What Inworld makes of a text: pieces of audio with the times of their words."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import numpy as np

from rxvoice.items import Word

from ._clock import wait
from ._inworld_shapes import audio_chunk, format_of
from ._voice import ToneVoice

_NEAR = 1e-9


async def chunks(
    text: str, voice: ToneVoice, config: Mapping[str, Any]
) -> AsyncIterator[dict[str, Any]]:
    """Give a text's pieces as they are made.

    With the strategy ASYNC the times of the words come after the audio, in a piece of their own.
    """
    _, rate = format_of(config)
    words = voice.speak(text, rate).words
    late = config.get("timestampTransportStrategy") == "ASYNC" and "timestampType" in config
    at = 0.0
    for pause, piece in voice.timed(text, rate):
        await wait(pause)
        began: list[Word] = []
        if not late:
            end = at + piece.duration
            began = [word for word in words if at - _NEAR <= word.pts < end - _NEAR]
        yield audio_chunk(piece.samples, began, config, len(text))
        at += piece.duration
    if late and words:
        yield audio_chunk(np.zeros(0, np.int16), list(words), config, len(text))


__all__ = ["chunks"]
