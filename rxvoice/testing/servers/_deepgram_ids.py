"""Names that Deepgram gives to requests and models."""

from typing import Any


def request_id(number: int) -> str:
    """Return the id of a request."""
    return f"00000000-0000-4000-8000-{number:012d}"


MODEL_UUID = "00000000-0000-4000-9000-000000000001"


def metadata(number: int, model: str) -> dict[str, Any]:
    """Return the metadata that every result carries."""
    info = {"name": f"general-{model}", "version": "2026-01-01.0", "arch": model}
    return {"request_id": request_id(number), "model_info": info, "model_uuid": MODEL_UUID}


__all__ = ["MODEL_UUID", "metadata", "request_id"]
