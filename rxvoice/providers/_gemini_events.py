"""The answers of the Gemini API, piece by piece."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rxvoice.contracts import Written
from rxvoice.errors import ProviderError
from rxvoice.items import Fault, Source, Sources, Thought, Token, Usage
from rxvoice.providers._gemini_contents import NAME
from rxvoice.providers._http_request import Refusal, read_object, rejected, text_at
from rxvoice.providers._loose import count, entries, fields, text
from rxvoice.providers._openai_calls import call_id, whole_call
from rxvoice.providers._sse import ServerEvent

_CONTENT: Final = "STOP"
_SHORT: Final[Mapping[str, str]] = {
    "MAX_TOKENS": "the answer was cut off at its greatest length",
    "MALFORMED_FUNCTION_CALL": "the model called a tool in a way that nobody understands",
    "UNEXPECTED_TOOL_CALL": "the model called a tool that it does not have",
    "TOO_MANY_TOOL_CALLS": "the model called too many tools of the provider",
    "MISSING_THOUGHT_SIGNATURE": "the request lacks a signature of a thought",
}
"""Reasons to finish that say more than that the answer was stopped."""


def explain(body: Mapping[str, Any]) -> Refusal:
    """Read what the vendor says about a request that it refuses."""
    error = fields(body.get("error"))
    reasons = {text(fields(one).get("reason")) for one in entries(error.get("details"))}
    return Refusal(
        text(error.get("message")),
        text(error.get("status")),
        count(error.get("code")) or 0,
        fatal=True if "API_KEY_INVALID" in reasons else None,
    )


class ContentEvents:
    """Reads the events of one answer, each of which is a response of its own.

    Calls come whole, their signatures in front of them. Numbers count from the beginning, so that
    the last ones hold; sources are told at the end.

    Attributes:
        finish: Why the model stopped, in the vendor's word; empty while it has not.
    """

    def __init__(self) -> None:
        self.finish: str = ""
        self._ids: set[str] = set()
        self._counted: Mapping[str, Any] = {}
        self._queries: dict[str, None] = {}
        self._pages: list[Source] = []
        self._cited: dict[int, list[str]] = {}

    @property
    def over(self) -> bool:
        """Whether the answer is complete, but for what may be told beside it."""
        return bool(self.finish)

    def read(self, event: ServerEvent) -> Iterator[Written]:
        """Take an event and give what it says.

        Raises:
            ProviderError: When it tells of a failure, that the prompt was blocked, or is malformed.
        """
        said = read_object(event.data, NAME)
        if "error" in said:
            raise rejected(NAME, explain(said))
        self._counted = fields(said.get("usageMetadata")) or self._counted
        if reason := text(fields(said.get("promptFeedback")).get("blockReason")):
            raise rejected(NAME, Refusal(f"the conversation was blocked: {reason}", reason, 400))
        candidate = next(map(fields, entries(said.get("candidates"))), fields(None))
        for part in map(fields, entries(fields(candidate.get("content")).get("parts"))):
            yield from self._part(part)
        self._note(fields(candidate.get("groundingMetadata")))
        self.finish = text(candidate.get("finishReason")) or self.finish

    def close(self) -> Iterator[Written]:
        """Give what is left; what was used comes last.

        Raises:
            ProviderError: When the answer is not complete.
        """
        if not self.finish:
            raise ProviderError("the answer broke off", provider=NAME)
        if self._pages or self._queries:
            yield Sources(
                tuple(
                    Source(page.title, page.url, " ".join(self._cited.get(place, ())))
                    for place, page in enumerate(self._pages)
                ),
                tuple(self._queries),
            )
        if self.finish != _CONTENT:
            usual = f"the answer was stopped by the provider: {self.finish}"
            yield Fault(NAME, _SHORT.get(self.finish, usual))
        yield self._usage()

    def _part(self, part: Mapping[str, Any]) -> Iterator[Written]:
        signature = text(part.get("thoughtSignature"))
        call = fields(part.get("functionCall"))
        if call:
            id_ = self._unique(text(call.get("id")))
            if signature:
                data = {"functionCall": id_, "thoughtSignature": signature}
                yield Thought(provider=NAME, data=data)
            yield from whole_call(NAME, id_, text(call.get("name")), call.get("args"))
            return
        piece = text_at(part, "text", NAME)
        if piece:
            yield Thought(piece) if part.get("thought") is True else Token(piece)
        if signature:
            yield Thought(provider=NAME, data={"thoughtSignature": signature})

    def _unique(self, id_: str) -> str:
        while not id_ or id_ in self._ids:
            id_ = call_id()
        self._ids.add(id_)
        return id_

    def _note(self, grounding: Mapping[str, Any]) -> None:
        for query in map(text, entries(grounding.get("webSearchQueries"))):
            if query:
                self._queries[query] = None
        first = len(self._pages)
        for chunk in map(fields, entries(grounding.get("groundingChunks"))):
            page = fields(chunk.get("web")) or fields(chunk.get("retrievedContext"))
            page = page or fields(chunk.get("maps"))
            self._pages.append(Source(text(page.get("title")), text(page.get("uri"))))
        for support in map(fields, entries(grounding.get("groundingSupports"))):
            words = text(fields(support.get("segment")).get("text"))
            for place in map(count, entries(support.get("groundingChunkIndices"))):
                if place is not None and words:
                    self._cited.setdefault(first + place, []).append(words)

    def _usage(self) -> Usage:
        def counted(name: str) -> int:
            return count(self._counted.get(name)) or 0

        thoughts = counted("thoughtsTokenCount")
        return Usage(
            NAME,
            input_tokens=counted("promptTokenCount") + counted("toolUsePromptTokenCount"),
            output_tokens=counted("candidatesTokenCount") + thoughts,
            cached_tokens=counted("cachedContentTokenCount"),
            reasoning_tokens=thoughts,
        )


__all__ = ["ContentEvents", "explain"]
