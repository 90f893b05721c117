"""Whole calls as diagrams: a scripted user, language model and voice, in virtual time."""

from ._act import Act, Intent, Recogniser
from ._call import Call
from ._caller import Behaviour, Caller
from ._conversation import conversation
from ._llm import Response, ScriptedLLM, ScriptExhausted
from ._parts import Agent
from ._stt import ScriptedSTT
from ._tts import ScriptedTTS
from ._vad import ScriptedVAD

__all__ = [
    "Act",
    "Agent",
    "Behaviour",
    "Call",
    "Caller",
    "Intent",
    "Recogniser",
    "Response",
    "ScriptExhausted",
    "ScriptedLLM",
    "ScriptedSTT",
    "ScriptedTTS",
    "ScriptedVAD",
    "conversation",
]
