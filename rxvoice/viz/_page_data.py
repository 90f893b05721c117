"""What the page of a picture is given: lanes as JSON of bounded size."""

import base64
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import convert_rate, encode_mulaw

from ._strip import Dot, Sounding, Strip
from ._thinned import LONGEST, thinned

_MOST_DOTS: Final = 8_000
_LONGEST_LABEL: Final = 80
_LONGEST_TIP: Final = 200
_RATES: Final = (16_000, 8_000)


def page_data(strips: Sequence[Strip], *, sound: int) -> list[dict[str, Any]]:
    """Return lanes for the page's script.

    Args:
        strips: The lanes.
        sound: How many bytes of audio there may be; a sample takes one.
    """
    sounds = [each for strip in strips for each in strip.sounds if each.pieces]
    playable = _playable(sounds, sound)
    return [
        {
            "name": strip.name,
            "stream": strip.stream,
            "colour": strip.colour,
            "inner": strip.inner,
            "rows": strip.rows,
            "segments": [
                [_time(each.start), _time(each.end), each.how, _tip(each.tip), each.row, each.begun]
                for each in strip.segments[-_MOST_DOTS:]
            ],
            "dots": [
                [_time(each.at), each.kind, each.colour, _label(each), _tip(each.tip), each.row]
                for each in dots
            ],
            "kinds": strip.kinds,
            "bars": [
                [
                    *(_time(each.start), _time(each.end), each.colour, each.label[:_LONGEST_LABEL]),
                    *(_tip(each.tip), strip.kinds.index(each.bar)),
                ]
                for each in strip.bars[-_MOST_DOTS:]
            ],
            "sounds": [_sound(each, playable.get(id(each))) for each in strip.sounds],
        }
        for strip, dots in zip(strips, thinned(strips, _MOST_DOTS), strict=True)
    ]


def _label(dot: Dot) -> str:
    return dot.label[: LONGEST if dot.kind == "word" else _LONGEST_LABEL]


def _time(at: float) -> float:
    return round(at, 3)


def _tip(text: str) -> str:
    return text if len(text) <= _LONGEST_TIP else f"{text[:_LONGEST_TIP]}…"


def _playable(sounds: Sequence[Sounding], most: int) -> dict[int, int]:
    """Choose the rate at which each piece can be heard; those that come first, when not all."""
    whole = sum(each.shown - each.start for each in sounds)
    rate = next((rate for rate in _RATES if whole * rate <= most), _RATES[-1])
    found: dict[int, int] = {}
    for each in sounds:
        mine = min(rate, each.rate)
        size = int((each.shown - each.start) * mine)
        if size > most:
            continue
        most -= size
        found[id(each)] = mine
    return found


def _sound(sound: Sounding, rate: int | None) -> dict[str, Any]:
    levels = bytes(round(each * 255) for each in sound.levels)
    data = {
        "start": _time(sound.start),
        "shown": _time(sound.shown),
        "rate": sound.rate,
        "segment": sound.segment,
        "levels": base64.b64encode(levels).decode(),
    }
    if rate is None:
        return data
    samples: NDArray[np.int16] = np.concatenate(sound.pieces)
    samples = samples[: max(0, math.ceil((sound.shown - sound.start) * sound.rate))]
    if rate != sound.rate:
        samples = convert_rate(samples, sound.rate, rate)
    heard = base64.b64encode(encode_mulaw(samples)).decode()
    return data | {"at": rate, "heard": heard}


__all__ = ["page_data"]
