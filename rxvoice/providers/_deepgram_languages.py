"""Languages that Deepgram's nova models know."""

from typing import Final

LANGUAGES: Final = (
    *("af", "ar", "be", "bg", "bn", "bs", "ca", "cs", "da", "da-DK", "de", "de-CH", "el"),
    *("en", "en-AU", "en-GB", "en-IN", "en-NZ", "en-US", "es", "es-419", "et", "fa", "fi"),
    *("fr", "fr-CA", "he", "hi", "hr", "hu", "hy", "id", "it", "ja", "ka", "kk", "kk-KZ", "kn"),
    *("ko", "ko-KR", "lt", "lv", "mk", "mr", "ms", "ne", "nl", "nl-BE", "no", "pa", "pa-IN"),
    *("pl", "pt", "pt-BR", "pt-PT", "ro", "ru", "sk", "sl", "sr", "sv", "sv-SE", "ta", "te"),
    *("th", "th-TH", "tl", "tr", "uk", "ur", "vi"),
    *("zh", "zh-CN", "zh-HK", "zh-Hans", "zh-Hant", "zh-TW"),
    "multi",
)
"""What is written as ``language``, as of the vendor's announcements until September 2026.

Which model knows which is left to the vendor.
"""

__all__ = ["LANGUAGES"]
