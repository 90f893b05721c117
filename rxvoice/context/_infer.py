"""One answer of a model, beside the conversation."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops

from rxvoice.context._advance import preamble
from rxvoice.errors import ProviderError
from rxvoice.items import Context, Fault, Token

if TYPE_CHECKING:
    from rxvoice.contracts import Chat, Written

_NAME: Final = "infer"


def infer(
    llm: "Chat",
    context: Context | str,
    /,
    *,
    instruction: str = "",
    max_tokens: int | None = None,
) -> Observable[str]:
    """Ask a model once, and take what it writes as one text.

    Nothing of it belongs to the conversation. What it thinks is left out, and so is what it calls:
    it is told to call nothing. A provider that has a method ``once`` is asked by that
    (`rxvoice.contracts.OneShot`); of another one the instruction replaces that of the conversation,
    and it is unsubscribed after so many pieces of text.

    Args:
        llm: The model; it is asked at each subscription.
        context: A conversation, or what the user says.
        instruction: What the model has to do; unless given, what the conversation says.
        max_tokens: Where the text ends at the latest.

    Returns:
        The text, without blanks around it, and the end; empty when the model writes nothing. It
        fails as the model does. Unsubscribing unsubscribes the model.

    Raises:
        ValueError: When ``max_tokens`` is not positive.
    """
    if max_tokens is not None and max_tokens < 1:
        raise ValueError(f"max_tokens must be at least 1, got {max_tokens}")
    asked = Context().append("user", context) if isinstance(context, str) else context
    if asked.tools:
        asked = replace(asked, tool_choice="none")
    once: Callable[..., Chat] | None = getattr(llm, "once", None)
    limit = None if once is not None else max_tokens

    def ask(_: abc.SchedulerBase) -> "Observable[Written]":
        if once is not None:
            return once(max_tokens=max_tokens, instruction=instruction)(asked)
        return llm(_instructed(asked, instruction))

    texts = rx.defer(ask).pipe(ops.do_action(_refuse_fatal), ops.filter(_is_text), ops.map(_text))
    limited = texts if limit is None else texts.pipe(ops.take(limit))
    return limited.pipe(ops.to_list(), ops.map(lambda pieces: "".join(pieces).strip()))


def _instructed(context: Context, instruction: str) -> Context:
    if not instruction:
        return context
    messages = context.messages[preamble(context.messages) :]
    return replace(context, system=instruction, additions=(), messages=messages)


def _refuse_fatal(item: Any) -> None:
    if isinstance(item, Fault) and item.fatal:
        raise ProviderError(item.message, provider=item.source, retryable=False) from item.cause


def _is_text(item: Any) -> bool:
    return isinstance(item, Token) and bool(item.text)


def _text(item: Any) -> str:
    return str(item.text)


__all__ = ["infer"]
