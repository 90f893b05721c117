"""What the fake says in a response, event by event."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ._model_reply import ModelReply
from ._openai_chat import cut, written_arguments

INCOMPLETE: Final = {"length": "max_output_tokens", "content_filter": "content_filter"}
"""Finish reasons that leave a response incomplete."""

REFUSALS: Final = {
    "previous_response_not_found": "Previous response with id 'resp' not found.",
    "websocket_connection_limit_reached": "This websocket has been open for too long.",
}
"""Finish reasons that are said in place of a response."""

Event = dict[str, Any]


class ResponseEvents:
    """The events of one response.

    Args:
        id_: Of the response.
        asked: The request.
        reply: What is said.
        previous: How many tokens of the conversation the server knew already.

    Attributes:
        response: What is known of it now.
    """

    def __init__(
        self, id_: str, asked: Mapping[str, Any], reply: ModelReply, previous: int = 0
    ) -> None:
        self._asked = asked
        self._reply = reply
        self._number = 0
        self._written = 0
        self._cached = max(previous, reply.cached)
        self.response: dict[str, Any] = {
            "id": id_,
            "object": "response",
            "created_at": 1_700_000_000,
            "status": "in_progress",
            "background": False,
            "error": None,
            "incomplete_details": None,
            "instructions": asked.get("instructions"),
            "metadata": {},
            "model": asked.get("model"),
            "output": [],
            "parallel_tool_calls": True,
            "previous_response_id": asked.get("previous_response_id"),
            "store": asked.get("store", True),
            "temperature": asked.get("temperature", 1.0),
            "tool_choice": asked.get("tool_choice", "auto"),
            "tools": asked.get("tools", []),
            "top_p": 1.0,
            "usage": None,
        }

    def __iter__(self) -> Iterator[tuple[Event, bool]]:
        """The events, and whether each is a token that takes time."""
        yield self._event("response.created", response=dict(self.response)), False
        yield self._event("response.in_progress", response=dict(self.response)), False
        if self._reply.thoughts or self._reply.hidden:
            yield from self._thought()
        if self._reply.tokens or self._reply.refusal:
            yield from self._message()
        for called in self._reply.calls:
            yield from self._call(called.id, called.name, written_arguments(called))
        yield self.ended(), False

    def ended(self, status: str = "") -> Event:
        """Return the last event: as the reply wants it, or with a status such as cancelled."""
        finish = self._reply.finish or ""
        if status or finish in INCOMPLETE:
            kind = "incomplete"
            reason = {"reason": INCOMPLETE[finish]} if finish in INCOMPLETE else None
            changed: dict[str, Any] = {"incomplete_details": reason}
        elif finish == "failed":
            kind = "failed"
            changed = {"error": {"code": "server_error", "message": "The model failed."}}
        else:
            kind, changed = "completed", {}
        self.response |= {"status": status or kind, "usage": self._usage(), **changed}
        return self._event(f"response.{kind}", response=self.response)

    def _thought(self) -> Iterator[tuple[Event, bool]]:
        item = self._item("rs", "reasoning", summary=[])
        place = self._place(item)
        yield self._event("response.output_item.added", **place, item=dict(item)), False
        if pieces := self._reply.thought_pieces:
            at = {**place, "item_id": item["id"], "summary_index": 0}
            empty = {"type": "summary_text", "text": ""}
            yield self._event("response.reasoning_summary_part.added", **at, part=empty), False
            for piece in pieces:
                yield self._event("response.reasoning_summary_text.delta", **at, delta=piece), True
            whole = "".join(pieces)
            part = {"type": "summary_text", "text": whole}
            yield self._event("response.reasoning_summary_text.done", **at, text=whole), False
            yield self._event("response.reasoning_summary_part.done", **at, part=part), False
            item["summary"] = [part]
        if self._reply.hidden:
            item["encrypted_content"] = self._reply.hidden
        yield self._done(place, item), False

    def _message(self) -> Iterator[tuple[Event, bool]]:
        item = self._item("msg", "message", role="assistant", status="in_progress", content=[])
        place = self._place(item)
        yield self._event("response.output_item.added", **place, item=dict(item)), False
        at = {**place, "item_id": item["id"], "content_index": 0}
        refused, sources = self._reply.refusal, self._cited()
        pieces = cut(refused) if refused else self._reply.tokens
        kind, field = ("refusal", "refusal") if refused else ("output_text", "text")

        def part(text: str, cited: Sequence[Event] = ()) -> Event:
            more: Event = {} if refused else {"annotations": list(cited), "logprobs": []}
            return {"type": kind, field: text, **more}

        logs: Event = {} if refused else {"logprobs": []}
        yield self._event("response.content_part.added", **at, part=part("")), False
        for piece in pieces:
            yield self._event(f"response.{kind}.delta", **at, delta=piece, **logs), True
        for index, cited in enumerate(sources):
            name = "response.output_text.annotation.added"
            yield self._event(name, **at, annotation_index=index, annotation=cited), False
        whole = "".join(pieces)
        yield self._event(f"response.{kind}.done", **at, **{field: whole}, **logs), False
        yield self._event("response.content_part.done", **at, part=part(whole, sources)), False
        item |= {"status": "completed", "content": [part(whole, sources)]}
        yield self._done(place, item), False

    def _call(self, id_: str, name: str, written: str) -> Iterator[tuple[Event, bool]]:
        item = self._item("fc", "function_call", call_id=id_, name=name, arguments="")
        item["status"] = "in_progress"
        place = self._place(item)
        yield self._event("response.output_item.added", **place, item=dict(item)), False
        at = {**place, "item_id": item["id"]}
        for piece in re.findall(r"(?s).{1,6}", written):
            yield self._event("response.function_call_arguments.delta", **at, delta=piece), True
        kind = "response.function_call_arguments.done"
        yield self._event(kind, **at, arguments=written, name=name), False
        item |= {"status": "completed", "arguments": written}
        yield self._done(place, item), False

    def _item(self, prefix: str, kind: str, **more: Any) -> dict[str, Any]:
        number = len(self.response["output"])
        return {"id": f"{prefix}_{self.response['id']}_{number}", "type": kind, **more}

    def _place(self, item: dict[str, Any]) -> dict[str, Any]:
        return {"output_index": len(self.response["output"])}

    def _done(self, place: Event, item: dict[str, Any]) -> Event:
        self.response["output"] = [*self.response["output"], item]
        return self._event("response.output_item.done", **place, item=item)

    def _cited(self) -> list[Event]:
        return [
            {
                "type": "url_citation",
                "title": source.title,
                "url": source.url,
                "start_index": 0,
                "end_index": 0,
            }
            for source in self._reply.sources
        ]

    def _usage(self) -> Event:
        """Tokens: words read, deltas written."""
        read = self._cached + len(json.dumps(self._asked.get("input"), ensure_ascii=False).split())
        thought = len(self._reply.thought_pieces)
        return {
            "input_tokens": read,
            "input_tokens_details": {"cached_tokens": self._cached, "cache_write_tokens": 0},
            "output_tokens": self._written,
            "output_tokens_details": {"reasoning_tokens": min(thought, self._written)},
            "total_tokens": read + self._written,
        }

    def _event(self, kind: str, **fields: Any) -> Event:
        self._written += kind.endswith(".delta")
        number, self._number = self._number, self._number + 1
        return {"type": kind, **fields, "sequence_number": number}


def refused(code: str) -> Event:
    """Return the event that a websocket says in place of a response."""
    message = REFUSALS.get(code, "Invalid request.")
    error = {"type": "invalid_request_error", "code": code, "message": message, "param": None}
    return {"type": "error", "status": 400, "error": error}


__all__ = ["INCOMPLETE", "REFUSALS", "Event", "ResponseEvents", "refused"]
