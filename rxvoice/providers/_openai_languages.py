"""Languages of OpenAI's recognisers, and of Whisper."""

from typing import Final

from rxvoice.providers._languages import language_code

_CODES: Final = """
af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi
hr ht hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn
no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi
yi yo yue zh
"""
_KNOWN: Final = frozenset(_CODES.split())
"""ISO 639-1 codes, and a few others, that Whisper knows."""


def short_language(language: str | None, *, provider: str) -> str | None:
    """Return a language's code without its region; None for any."""
    return language and language_code(language, _KNOWN, provider=provider)


__all__ = ["short_language"]
