"""Providers that cannot be called are refused where they are given."""

from collections.abc import Callable
from typing import Any

import pytest

from rxvoice.operators import respond, synthesize, transcribe, vad_gate
from rxvoice.testing import ScriptedLLM, ScriptedSTT, ScriptedTTS, ScriptedVAD


def made(*, model: str = "small") -> Callable[[Any], Any]:
    """Make a provider, as those of vendors are made."""
    return lambda stream: stream


@pytest.mark.parametrize(
    ("operator", "message"),
    [
        (transcribe, r"stt must be a function of a stream of audio, got <function .*; is made\("),
        (synthesize, r"tts must be a function of a stream of sentences, got .*; is made\(\) meant"),
        (respond, r"llm must be a function of a conversation, got <function .*; is made\(\) mean"),
    ],
)
def test_a_provider_without_its_parentheses_is_refused_at_once(
    operator: Callable[[Any], Any], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        operator(made)
    operator(made())


@pytest.mark.parametrize("operator", [transcribe, synthesize, respond, vad_gate])
def test_a_module_is_no_provider(operator: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match=r"must be a function .*, got <module 'pytest'"):
        operator(pytest)


def test_whatever_can_be_called_as_one_is_a_provider() -> None:
    class Hears:
        def __call__(self, stream: Any, /, *options: Any, fast: bool = True) -> Any:
            return stream

    transcribe(Hears())
    transcribe(ScriptedSTT("hello"))
    synthesize(ScriptedTTS())
    respond(ScriptedLLM("hello"))
    vad_gate(ScriptedVAD())
