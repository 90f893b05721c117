"""The spans of one turn."""

from collections.abc import Mapping

from rxvoice.items import ReplyEnded, ResponseEnded, ResponseLatency, Turn, Usage

from ._content import instructions, message
from ._conventions import FIRST, OPERATIONS, REASONS, STREAM
from ._ledger import Ledger
from ._span import CONVERSATION, Attribute
from ._tracing import Role, Service, Tracing


class TurnSpans:
    """A turn, the services that worked for it, and what they told.

    Args:
        ledger: Of the call.
        tracing: What is told.
        providers: Who was switched to, by the name of what switches.
        number: Of the turn.
        at: When it begins.
        attributes: What is known of it by then.

    Attributes:
        number: Of the turn.
        span: Of the turn.
        replying: Whether a reply is in progress.
        is_raw: Whether it has no reply: a speech-to-speech model answers.
    """

    def __init__(
        self,
        ledger: Ledger,
        tracing: Tracing,
        providers: Mapping[str, str],
        number: int,
        at: float,
        attributes: Mapping[str, Attribute],
    ) -> None:
        self.number = number
        self.replying = False
        self.is_raw = False
        self._ledger = ledger
        self._tracing = tracing
        self._providers = providers
        self._text = ""
        self._llm: int | None = None
        self._tts: int | None = None
        self._called = False
        self._characters = 0
        self.span: int = ledger.start(
            "turn", "turn", at, CONVERSATION, {"rxvoice.turn.number": number, **attributes}
        )

    def heard(self, turn: Turn, start: float, end: float, latency: float | None) -> None:
        """Take what the user said, and tell who recognised it.

        Args:
            turn: What they said.
            start: When they began.
            end: When the last transcript came.
            latency: Seconds from the end of the speech to the first final transcript.
        """
        self._text = turn.text
        told: dict[str, Attribute] = {"rxvoice.user.characters": len(turn.text)}
        if self._tracing.content:
            told["rxvoice.user.text"] = turn.text
        self._ledger.note(self.span, told)
        if turn.transcripts:
            stt = self._service("stt", self._tracing.named("stt"), start)
            if latency is not None:
                self._ledger.note(stt, {"rxvoice.stt.latency": latency})
            if self._tracing.content:
                self._ledger.note(stt, {"rxvoice.stt.text": turn.text})
            self._ledger.end(stt, end)

    def response_started(self, at: float) -> None:
        """Take that the model is asked."""
        self._cut_off(at)
        self._called = False
        self._llm = self._service("llm", self._tracing.named("llm"), at)
        told: dict[str, Attribute] = {}
        if instruction := self._tracing.instructed():
            told["gen_ai.system_instructions"] = instructions(instruction)
        if self._tracing.content and self._text:
            told["gen_ai.input.messages"] = message("user", self._text)
        self._ledger.note(self._llm, told)

    def tool_called(self) -> None:
        """Take that a tool is called, by the response that is under way if there is one."""
        self._called = True

    def response_ended(self, ended: ResponseEnded, at: float) -> None:
        """Take that the model has answered."""
        if self._llm is None:
            return
        reason = "error" if ended.failed else "tool_call" if self._called else "stop"
        self._ledger.note(self._llm, {REASONS: (reason,)})
        if ended.failed:
            self._ledger.fail(self._llm, "the response failed")
        if self._tracing.content and ended.text:
            said = message("assistant", ended.text)
            self._ledger.note(self._llm, {"gen_ai.output.messages": said})
        self.end_llm(at)

    def first(self, source: str, took: float, at: float) -> None:
        """Take a time to the first byte; what is no service, such as a search, has no span."""
        service = self._tracing.service(source)
        if service is None or service.role == "stt":
            return
        if service.role == "llm":
            if self._llm is not None:
                self._ledger.note(self._llm, {FIRST: took, STREAM: True})
            return
        self.end_tts(at)
        self._tts = self._service("tts", service, at - took, source)
        self._ledger.note(self._tts, {FIRST: took, STREAM: True})
        self._ledger.add(self._tts, "rxvoice.usage.characters", self._characters)
        self._characters = 0

    def used(self, usage: Usage) -> None:
        """Take what a provider has used."""
        if usage.total_tokens and self._llm is not None:
            span = self._llm
            self._ledger.add(span, "gen_ai.usage.input_tokens", usage.input_tokens)
            self._ledger.add(span, "gen_ai.usage.output_tokens", usage.output_tokens)
            self._ledger.add(span, "gen_ai.usage.cache_read.input_tokens", usage.cached_tokens)
            self._ledger.add(span, "gen_ai.usage.reasoning.output_tokens", usage.reasoning_tokens)
            self._provided(span, "llm", usage.source)
        elif usage.characters and self._tts is None:
            self._characters += usage.characters
        elif self._tts is not None:
            self._ledger.add(self._tts, "rxvoice.usage.characters", usage.characters)
            self._ledger.add(self._tts, "rxvoice.usage.audio", usage.audio)
            self._provided(self._tts, "tts", usage.source)

    def waited(self, latency: ResponseLatency) -> None:
        """Take how long the user waited."""
        told: dict[str, Attribute] = {"rxvoice.latency": latency.value}
        for part in latency.parts:
            name = f"rxvoice.latency.{part.source}.{part.name}"
            before = told.get(name, 0.0)
            told[name] = part.value + (before if isinstance(before, float) else 0.0)
        self._ledger.note(self.span, told)

    def failed(self, source: str) -> int:
        """Return the span that a fault of this source belongs to."""
        service = self._tracing.service(source)
        span = None if service is None else {"llm": self._llm, "tts": self._tts}.get(service.role)
        return self.span if span is None else span

    def reply_ended(self, reply: ReplyEnded) -> None:
        """Take what the bot was heard to say."""
        told: dict[str, Attribute] = {
            "rxvoice.turn.interrupted": reply.interrupted,
            "rxvoice.bot.characters": len(reply.spoken),
        }
        if self._tracing.content:
            told["rxvoice.bot.text"] = reply.spoken
        self._ledger.note(self.span, told)

    def end_llm(self, at: float) -> None:
        """Close the model's span, if it is open."""
        if self._llm is not None:
            self._ledger.end(self._llm, at)
            self._llm = None

    def _cut_off(self, at: float) -> None:
        """Close the model's span without an end of the response, if it is open."""
        if self._llm is not None:
            told: dict[str, Attribute] = {REASONS: ("error",), "rxvoice.cancelled": True}
            self._ledger.note(self._llm, told)
        self.end_llm(at)

    def end_tts(self, at: float) -> None:
        """Close the voice's span, if it is open."""
        if self._tts is not None:
            self._ledger.end(self._tts, at)
            self._tts = None

    def end(self, at: float, attributes: Mapping[str, Attribute] | None = None) -> None:
        """Close everything but tools in the background."""
        self._cut_off(at)
        self.end_tts(at)
        self._ledger.note(self.span, attributes or {})
        self._ledger.end(self.span, at)

    def _service(self, role: Role, service: Service, at: float, source: str = "") -> int:
        operation = OPERATIONS[role]
        told: dict[str, Attribute] = {"gen_ai.operation.name": operation}
        provider = self._providers.get(source or role) or service.provider
        if provider:
            told["gen_ai.provider.name"] = provider
        if role == "tts":
            told["gen_ai.output.type"] = "speech"
        if service.model:
            told["gen_ai.request.model"] = service.model
        name = "chat" if role == "llm" else role
        return self._ledger.start(role, f"{name} {service.model}".strip(), at, self.span, told)

    def _provided(self, span: int, role: Role, provider: str) -> None:
        if not (self._providers.get(role) or self._tracing.named(role).provider):
            self._ledger.note(span, {"gen_ai.provider.name": provider})


__all__ = ["TurnSpans"]
