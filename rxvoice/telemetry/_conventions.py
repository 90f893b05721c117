"""Names of OpenTelemetry's semantic conventions for generative models, release 0.1.0."""

from collections.abc import Mapping
from typing import Final

from ._tracing import Role

CONVERSATION_ID: Final = "gen_ai.conversation.id"
ERROR_TYPE: Final = "error.type"
FIRST: Final = "gen_ai.response.time_to_first_chunk"
OTHER: Final = "_OTHER"
"""An error that has no name."""
REASONS: Final = "gen_ai.response.finish_reasons"
STREAM: Final = "gen_ai.request.stream"

OPERATIONS: Final[Mapping[Role, str]] = {
    "stt": "speech_to_text",
    "llm": "chat",
    "tts": "text_to_speech",
}
"""There are no words for hearing and speaking yet."""


def conversation_id(given: str, session: str) -> dict[str, str]:
    """Return the id of a conversation as an attribute; none where a session has no name of its own.

    Args:
        given: By the application; empty for what the session is called.
        session: Its name.
    """
    told = given or session.removeprefix("session").strip()
    return {CONVERSATION_ID: told} if told else {}


__all__ = [
    "CONVERSATION_ID",
    "ERROR_TYPE",
    "FIRST",
    "OPERATIONS",
    "OTHER",
    "REASONS",
    "STREAM",
    "conversation_id",
]
