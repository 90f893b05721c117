"""What the laws must know of an operator besides what its docstring shows.

An entry holds arguments of `rxvoice.testing.laws.check_operator`. A law that does not hold for an
operator stands under ``skip`` with the reason in words.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from hypothesis import strategies as st

from rxvoice.items import AudioFrame, Token, Word
from rxvoice.operators import by_sentence
from rxvoice.testing.laws import Parts, tag_of, tagged
from rxvoice.testing.strategies import audio


def voice(parts: Parts) -> Mapping[str, Any]:
    """A voice whose words and audio tell to which reply they belong, as the sentences do."""

    async def speak(text: str) -> AsyncIterator[AudioFrame | Word]:
        async for item in parts["tts"].iterate():
            yield tagged(item, tag_of(Token(text)) or 0)

    return {"tts": by_sentence(speak)}


TABLE: Mapping[str, Mapping[str, Any]] = {
    "converse": {"names": voice},
    "disconnect_at": {"skip": {"endings": "it is there to end a stream with an error of its own"}},
    "echo": {"stand_ins": {"played": audio(ending=st.sampled_from(["|", ""]))}},
    "share": {
        "skip": {"independence": "subscribers have one subscription to the source between them"}
    },
}
