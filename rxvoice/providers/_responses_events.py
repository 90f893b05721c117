"""What the events of a response say."""

from collections.abc import Mapping
from typing import Any, Final

from rxvoice.contracts import Written
from rxvoice.errors import ProviderError
from rxvoice.items import Fault, Source, Sources, Thought, Token, Usage
from rxvoice.providers._loose import count, entries, fields, text
from rxvoice.providers._openai_calls import call_id, whole_call
from rxvoice.providers._openai_errors import failure

ENDS: Final = frozenset(
    {"response.completed", "response.incomplete", "response.failed", "response.cancelled"}
)
"""The last events of a response."""

_TEXT: Final = frozenset(
    {
        "response.output_text.delta",
        "response.refusal.delta",
        "response.audio.transcript.delta",
    }
)
_THOUGHT: Final = frozenset(
    {"response.reasoning_summary_text.delta", "response.reasoning_text.delta"}
)
_NOT_RUN: Final = frozenset(
    {
        "apply_patch_call",
        "computer_call",
        "custom_tool_call",
        "local_shell_call",
        "shell_call",
        "tool_search_call",
    }
)
"""Items by which the model asks for tools that only some applications have."""


class ResponseReader:
    """Reads one response, event by event; an event is known by its ``type`` alone.

    Args:
        source: For faults, thoughts and usage.

    Attributes:
        id: Of the response; empty until it is told.
        over: Whether its last event came.
        complete: Whether it ended well.
        output: What it consists of.
    """

    def __init__(self, source: str) -> None:
        self.id = ""
        self.over = False
        self.complete = False
        self.output: list[Mapping[str, Any]] = []
        self._source = source
        self._heard = False
        self._told: set[str] = set()
        self._spoken: set[int | None] = set()
        self._sources: list[Source] = []
        self._ids: set[str] = set()

    def feed(self, event: Mapping[str, Any]) -> list[Written]:
        """Take an event and return what it says.

        Raises:
            ProviderError: When it tells that the request failed before anything was said.
        """
        kind = text(event.get("type"))
        said: list[Written] = []
        if kind in _TEXT:
            said = _some(Token, event.get("delta"))
            self._spoken.add(count(event.get("output_index")))
        elif kind in _THOUGHT:
            said = _some(Thought, event.get("delta"))
        elif kind == "response.reasoning_summary_part.added" and event.get("summary_index"):
            said = [Thought("\n\n")]
        elif kind == "response.output_text.annotation.added":
            self._cite(fields(event.get("annotation")))
        elif kind == "response.output_item.done":
            said = self._item(fields(event.get("item")), count(event.get("output_index")))
        elif kind in ENDS:
            said = self._end(kind, fields(event.get("response")))
        elif kind == "error":
            said = self._fail(fields(event.get("error")) or event, event.get("status"))
        elif kind.startswith("response."):
            self.id = self.id or text(fields(event.get("response")).get("id"))
        self._heard = self._heard or bool(said)
        return said

    def finish(self) -> list[Written]:
        """Return what there is to say when no more events come.

        Raises:
            ProviderError: When nothing has come at all.
        """
        if self.over:
            return []
        if not self._heard:
            raise ProviderError("the answer is empty", provider=self._source)
        return [Fault(self._source, "the answer ended without an end"), *self._found()]

    def _item(self, item: Mapping[str, Any], place: int | None) -> list[Written]:
        kind, key = text(item.get("type")), text(item.get("id"))
        if key and key in self._told:
            return []
        self._told.add(key)
        self.output.append(item)
        match kind:
            case "function_call":
                id_ = text(item.get("call_id")) or key
                while not id_ or id_ in self._ids:
                    id_ = call_id()
                self._ids.add(id_)
                name, written = text(item.get("name")), item.get("arguments")
                cut_off = item.get("status") == "incomplete"
                return [*whole_call(self._source, id_, name, written, cut_off=cut_off)]
            case "reasoning" if item.get("encrypted_content"):
                return [Thought(provider=self._source, data=dict(item))]
            case "message" if place not in self._spoken:
                return self._whole_message(item)
            case other if other in _NOT_RUN:
                return [Fault(self._source, f"the model asks for a {other}, which is not run")]
            case _:
                return []

    def _whole_message(self, item: Mapping[str, Any]) -> list[Written]:
        """Return the text of a message whose pieces did not come."""
        parts = map(fields, entries(item.get("content")))
        texts = [text(part.get("text")) or text(part.get("refusal")) for part in parts]
        return _some(Token, "".join(texts))

    def _end(self, kind: str, response: Mapping[str, Any]) -> list[Written]:
        self.over = True
        self.complete = kind == "response.completed"
        self.id = self.id or text(response.get("id"))
        said: list[Written] = []
        if self.complete:
            for place, item in enumerate(map(fields, entries(response.get("output")))):
                said += self._item(item, place)  # what has come is known by its id
        elif kind == "response.failed":
            return self._fail(fields(response.get("error")), None, response)
        else:
            reason = text(fields(response.get("incomplete_details")).get("reason")) or "cancelled"
            said.append(Fault(self._source, f"the answer was cut off ({reason})"))
        return said + self._found(response)

    def _fail(
        self, error: Mapping[str, Any], status: object, response: Mapping[str, Any] | None = None
    ) -> list[Written]:
        self.over = True
        problem = failure(error, self._source, status)
        if not self._heard:
            raise problem
        return [Fault(self._source, str(problem), cause=problem), *self._found(response or {})]

    def _found(self, response: Mapping[str, Any] | None = None) -> list[Written]:
        """Return what stands at the end: sources, and what was used."""
        said: list[Written] = [Sources(tuple(self._sources))] if self._sources else []
        used = fields((response or {}).get("usage"))
        read, written = count(used.get("input_tokens")), count(used.get("output_tokens"))
        if read is not None or written is not None:
            cached = count(fields(used.get("input_tokens_details")).get("cached_tokens"))
            thought = count(fields(used.get("output_tokens_details")).get("reasoning_tokens"))
            usage = Usage(
                self._source,
                read or 0,
                written or 0,
                cached_tokens=cached or 0,
                reasoning_tokens=thought or 0,
            )
            said.append(usage)
        return said

    def _cite(self, annotation: Mapping[str, Any]) -> None:
        source = Source(text(annotation.get("title")), text(annotation.get("url")))
        if source.url and source not in self._sources:
            self._sources.append(source)


def _some(kind: type[Token] | type[Thought], piece: object) -> list[Written]:
    return [kind(text(piece))] if text(piece) else []


__all__ = ["ENDS", "ResponseReader"]
