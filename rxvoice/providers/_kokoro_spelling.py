"""How words are spoken, in the signs that Kokoro knows."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from rxvoice.providers._espeak import find, phonemes

LANGUAGES: Final = {
    "a": "en-us",
    "b": "en-gb",
    "e": "es",
    "f": "fr-fr",
    "h": "hi",
    "i": "it",
    "p": "pt-br",
}
"""Language of a voice, by the first letter of its name."""

_RUNS: Final = (
    (1, ";:,.!?"),
    (9, '—…"()“” \u0303ʣʥʦʨᵝꭧAI'),
    (31, "O"),
    (33, "Q"),
    (35, "ST"),
    (39, "W"),
    (41, "Yᵊabcdef"),
    (50, "hijklmnopqrstuvwxyzɑɐɒæ"),
    (75, "βɔɕç"),
    (80, "ɖðʤə"),
    (85, "ɚɛɜ"),
    (90, "ɟ"),
    (92, "ɡ"),
    (99, "ɥ"),
    (101, "ɨɪʝ"),
    (110, "ɯɰŋɳɲɴø"),
    (118, "ɸθœ"),
    (123, "ɹ"),
    (125, "ɾɻ"),
    (128, "ʁɽʂʃʈʧ"),
    (135, "ʊʋ"),
    (138, "ʌɣɤ"),
    (142, "χʎ"),
    (147, "ʒʔ"),
    (156, "ˈˌː"),
    (162, "ʰ"),
    (164, "ʲ"),
    (169, "↓"),
    (171, "→↗↘"),
    (177, "ᵻ"),
)
IDS: Final = {sign: first + at for first, signs in _RUNS for at, sign in enumerate(signs)}
"""Number of each phoneme, from the model's configuration."""

_TIED: Final = {
    "a^ɪ": "I",
    "a^ʊ": "W",
    "d^z": "ʣ",
    "d^ʒ": "ʤ",
    "e^ɪ": "A",
    "o^ʊ": "O",
    "ə^ʊ": "Q",
    "t^s": "ʦ",
    "t^ʃ": "ʧ",
    "ɔ^ɪ": "Y",
    "g": "ɡ",
    "^": "",
}
"""What espeak-ng writes, and the sign that the model knows for it."""

Spell = Callable[[list[str]], list[str]]
"""Tells for each of several texts how it is spoken."""


def speller(language: str, espeak: str | None = None) -> Spell:
    """Return what tells how texts are spoken: hibari for English, else espeak-ng.

    Args:
        language: As espeak-ng names it.
        espeak: The program espeak-ng, to be used for English, too.

    Raises:
        ModelError: When none of them is installed.
    """
    if language in ("en-us", "en-gb") and espeak is None:
        try:
            library: Any = import_module("hibari.g2p")
        except ImportError:
            pass
        else:
            g2p = library.G2P(british=language == "en-gb")
            return lambda texts: [g2p(text) for text in texts]
    program = find(espeak)

    def spell(texts: list[str]) -> list[str]:
        if not texts:
            return []
        marks = [text[-1] if text[-1] in ".,;:!?" else "" for text in texts]
        words = [text.rstrip(".,;:!?") for text in texts]
        found = phonemes(words, language, program, tie="^")
        return [_known(sound) + mark for sound, mark in zip(found, marks, strict=True)]

    return spell


def _known(sound: str) -> str:
    for theirs, ours in _TIED.items():
        sound = sound.replace(theirs, ours)
    return sound


__all__ = ["IDS", "LANGUAGES", "speller"]
