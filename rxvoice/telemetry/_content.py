"""Content of messages in the form of OpenTelemetry's conventions for generative models."""

import json


def message(role: str, text: str) -> str:
    """Return a list of one message, as JSON."""
    part = {"type": "text", "content": text}
    return json.dumps([{"role": role, "parts": [part]}], ensure_ascii=False)


def instructions(text: str) -> str:
    """Return a model's instruction, as JSON."""
    return json.dumps([{"type": "text", "content": text}], ensure_ascii=False)


def anything(value: object) -> str:
    """Return arguments or a result, as JSON; what JSON cannot hold is told by its ``str``."""
    return json.dumps(value, ensure_ascii=False, default=str)


__all__ = ["anything", "instructions", "message"]
