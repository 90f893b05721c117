"""How spans are made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["stt", "llm", "tts"]
"""What a service does in an agent."""


@dataclass(frozen=True, slots=True)
class Service:
    """What is not in the events about a service.

    Attributes:
        role: What it does.
        provider: Who runs it, in OpenTelemetry's words, such as ``"openai"``; empty for what
            its `rxvoice.Usage` says.
        model: Such as ``"gpt-5"``; empty where nobody says.
    """

    role: Role
    provider: str = ""
    model: str = ""

    def __post_init__(self) -> None:
        if self.role not in ("stt", "llm", "tts"):
            raise ValueError(f"role must be stt, llm or tts, got {self.role!r}")


def _usual() -> dict[str, Service]:
    return {}


@dataclass(frozen=True, slots=True)
class Tracing:
    """What spans tell.

    Attributes:
        services: By the name that `rxvoice.operators.respond`, `transcribe` and `synthesize` have
            for them; ``"stt"``, ``"llm"`` and ``"tts"`` are known.
        content: Whether what was said, thought of and answered is told, and with what tools were
            called.
        instruction: The instruction of the model, or returns it when the model is asked; told only
            if given.
    """

    services: Mapping[str, Service] = field(default_factory=_usual, hash=False)
    content: bool = False
    instruction: str | Callable[[], str] | None = None

    def service(self, source: str) -> Service | None:
        """Return what a source is; None when that is not known."""
        known = self.services.get(source)
        if known is not None:
            return known
        return Service(source) if source in ("stt", "llm", "tts") else None

    def named(self, role: Role) -> Service:
        """Return the first service of a role."""
        for service in self.services.values():
            if service.role == role:
                return service
        return Service(role)

    def instructed(self) -> str:
        """Return the instruction of the model; empty when it is not told."""
        if self.instruction is None or isinstance(self.instruction, str):
            return self.instruction or ""
        return self.instruction()


__all__ = ["Role", "Service", "Tracing"]
