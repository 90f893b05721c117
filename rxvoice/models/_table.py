"""The files that rxvoice knows."""

from . import _language, _listening, _whisper
from ._file import ModelFile

TABLE: dict[str, ModelFile] = {
    file.key: file for file in (*_listening.FILES, *_language.FILES, *_whisper.FILES)
}
"""Every file by its key."""

LANGUAGE_MODELS = ("qwen2.5-coder-0.5b-instruct", "smollm2-135m-instruct")
"""The language models to take when none was chosen: the first that can be had."""

DEFAULT = (
    "silero-vad",
    "smart-turn-v3.2",
    "moonshine-tiny-en/encoder",
    "moonshine-tiny-en/decoder",
    "moonshine-tiny-en/tokenizer",
)
"""What the default agent needs besides one of `LANGUAGE_MODELS`."""
