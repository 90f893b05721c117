"""What is posted to a vendor, and what it may say to that."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, cast

from rxvoice.contracts import Written
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.providers._sse import ServerEvent

if TYPE_CHECKING:
    import aiohttp

_LONGEST: Final = 300
"""Characters of a refusal that are told."""

_SMALL: Final = 3
"""Letters of a word that says nothing alone."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a vendor says about a request that it refuses.

    Attributes:
        message: For people.
        code: The vendor's name of it.
        status: The HTTP status that it stands for; 0 when it tells none.
        fatal: Whether nothing else will work either; None: that follows from status and code.
    """

    message: str = ""
    code: str = ""
    status: int = 0
    fatal: bool | None = None


Explain: TypeAlias = Callable[[Mapping[str, Any]], Refusal]


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted, or fetched.

    Attributes:
        url: Where.
        headers: Besides those of all requests.
        body: JSON; of what is posted.
        form: Makes a form, which is posted in place of ``body``.
        secrets: What must not appear in an error.
        private: A text of which no word may.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    form: "Callable[[], aiohttp.FormData] | None" = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    private: str = field(default="", repr=False)


class Decoder(Protocol):
    """Turns the events of one answer into items."""

    @property
    def over(self) -> bool:
        """Whether the answer is complete."""
        ...

    def read(self, event: ServerEvent) -> Iterator[Written]:
        """Take an event.

        Raises:
            ProviderError: When it tells of a failure, or is malformed.
        """
        ...

    def close(self) -> Iterator[Written]:
        """Give what is left when no more events come.

        Raises:
            ProviderError: When the answer is not complete.
        """
        ...


def rejected(
    provider: str,
    told: Refusal,
    secrets: tuple[str, ...] = (),
    *,
    retry_after: float | None = None,
) -> ProviderRejected:
    """Return the error that a refusal is."""
    message = told.message or "refused"
    for secret in filter(None, secrets):
        message = message.replace(secret, "…")
    message = message if len(message) <= _LONGEST else f"{message[: _LONGEST - 1]}…"
    status = told.status or 500
    return ProviderRejected(
        f"status {status}: {message}",
        provider=provider,
        status=status,
        code=told.code,
        retryable=True if status == 409 else None,
        fatal=told.fatal,
        retry_after=retry_after,
    )


def repeats(message: str, private: str) -> bool:
    """Return whether a message has a word of a text; small ones are everywhere, and no secret."""
    return not _words(private).isdisjoint(_words(message))


def _words(text: str) -> set[str]:
    found = re.findall(r"\w+", text.casefold())
    return {word for word in found if len(word) > _SMALL or word.isdecimal()}


def read_object(data: str, provider: str) -> Mapping[str, Any]:
    """Return the JSON object that a text is.

    Raises:
        ProviderError: When it is something else.
    """
    try:
        found: object = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ProviderError("an answer is no JSON", provider=provider) from error
    if not isinstance(found, dict):
        raise ProviderError("an answer is no JSON object", provider=provider)
    return cast("dict[str, Any]", found)


def plain_text(body: bytes) -> str:
    """Return the text that a body is, on one line; nothing of a page, or of what is no text."""
    text = " ".join(body.decode(errors="replace").split())
    return "" if text.startswith("<") or not text.isprintable() else text


def text_at(holder: Mapping[str, Any], key: str, provider: str) -> str:
    """Return a text that must not be lost; an empty one where there is none.

    Raises:
        ProviderError: When there is something else.
    """
    found = holder.get(key)
    if found is None or isinstance(found, str):
        return found or ""
    raise ProviderError(f"{key} of an answer is no text", provider=provider)


__all__ = [
    "Decoder",
    "Explain",
    "Refusal",
    "Request",
    "plain_text",
    "read_object",
    "rejected",
    "repeats",
    "text_at",
]
