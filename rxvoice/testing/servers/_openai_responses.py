"""OpenAI's responses, over HTTP and over websockets."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, cast

from ._call import Call
from ._clock import wait
from ._exchange import Message, fields_of
from ._model_reply import ModelReply, as_reply
from ._openai_chat import ChatReply
from ._openai_response import REFUSALS, ResponseEvents, refused
from ._socket import Socket

Take = Callable[[], Awaitable[str | bytes | ChatReply]]
Busy = Callable[[], contextlib.AbstractContextManager[None]]


async def respond(call: Call, reply: str | bytes | ChatReply) -> None:
    """Answer a request for a response by HTTP."""
    if isinstance(reply, bytes):
        async with call.stream() as answer:
            for event in re.split(rb"(?<=\n\n)|(?<=\r\n\r\n)", reply):
                if event:
                    await answer.send(event)
        return
    said = as_reply(reply)
    asked = call.exchange.json
    events = ResponseEvents(f"resp_fake{call.exchange.number}", asked, said)
    if not asked.get("stream"):
        pauses = said.latency + said.between * max(0, len(said.tokens) - 1)
        await wait(pauses)
        *_, (last, _) = events
        await call.json(last["response"])
        return
    async with call.stream("named sse") as answer:
        await _say(events, said, answer.send)


class Responses:
    """One websocket: responses one after the other, the last ones being remembered.

    Args:
        call: The request that opened it.
        take: Takes the next reply from the script.
        busy: Counts what is being written.
        cancellable: Whether a response can be cancelled.
    """

    def __init__(self, call: Call, take: Take, busy: Busy, *, cancellable: bool) -> None:
        self._call = call
        self._take = take
        self._busy = busy
        self._cancellable = cancellable
        self._known: dict[str, int] = {}
        self._made = 0
        self._writing: asyncio.Task[None] | None = None
        self._events: ResponseEvents | None = None

    async def run(self) -> None:
        """Serve it until the client leaves."""
        async with self._call.socket() as socket:
            async for message in socket:
                asked = fields_of(message)
                match asked.get("type"):
                    case "response.create" if self._writing is not None:
                        await socket.send(refused("response_already_in_flight"))
                    case "response.create":
                        await self._create(socket, asked)
                    case "response.cancel" if self._cancellable:
                        await self._cancel(socket, asked)
                    case _:
                        await socket.send(refused("unknown_event"))

    async def _create(self, socket: Socket, asked: Mapping[str, Any]) -> None:
        previous = asked.get("previous_response_id")
        wrong = wrong_response(asked)
        if previous is not None and previous not in self._known:
            await socket.send(refused("previous_response_not_found"))
        elif wrong:
            await socket.send(refused(wrong))
        else:
            self._writing = self._call.spawn(self._write(socket, asked))

    async def _write(self, socket: Socket, asked: Mapping[str, Any]) -> None:
        try:
            with self._busy():
                reply = await self._take()
                if isinstance(reply, bytes):
                    for event in recorded(reply):
                        await socket.send(event)
                    return
                said = as_reply(reply)
                if said.finish in REFUSALS:
                    await socket.send(refused(said.finish))
                    return
                self._made += 1
                id_ = f"resp_fake{self._call.exchange.number}_{self._made}"
                known = self._known.get(str(asked.get("previous_response_id")), 0)
                self._events = ResponseEvents(id_, asked, said, known)
                await _say(self._events, said, socket.send, before_last=self._over)
                if self._events.response["status"] == "completed":
                    self._known = {id_: self._events.response["usage"]["total_tokens"]}
        finally:
            if self._writing is asyncio.current_task():
                self._over()

    async def _cancel(self, socket: Socket, asked: Mapping[str, Any]) -> None:
        writing, events = self._writing, self._events
        if writing is None or events is None or events.response["id"] != asked.get("response_id"):
            return  # it is over already
        self._over()
        writing.cancel()
        await asyncio.wait([writing])
        await socket.send(events.ended("cancelled"))

    def _over(self) -> None:
        self._writing = None


async def _say(
    events: ResponseEvents,
    reply: ModelReply,
    send: Callable[[Message], Awaitable[None]],
    *,
    before_last: Callable[[], None] = lambda: None,
) -> None:
    pause = reply.latency
    for event, is_token in events:
        if is_token:
            await wait(pause)
            pause = reply.between
        if event["type"] in _LAST:
            before_last()
        await send(event)


def recorded(stream: bytes) -> Iterator[str]:
    """The data of a recorded event stream."""
    for line in stream.decode().splitlines():
        if line.startswith("data:") and line != "data: [DONE]":
            yield line.removeprefix("data:").strip()


def wrong_response(asked: Mapping[str, Any]) -> str:
    """What is wrong with a request for a response; empty for nothing."""
    if not isinstance(asked.get("model"), str):
        return "missing_model"
    given = asked.get("input")
    if not isinstance(given, list):
        return "missing_input"
    items = cast("list[Any]", given)
    if not items and not asked.get("previous_response_id"):
        return "missing_input"
    known = asked.get("previous_response_id") is not None
    calls = {item.get("call_id") for item in items if item.get("type") == "function_call"}
    answers = {item.get("call_id") for item in items if item.get("type") == "function_call_output"}
    if calls - answers:
        return "no_tool_output"
    return "no_tool_call" if answers - calls and not known else ""


_LAST = frozenset({"response.completed", "response.incomplete", "response.failed"})

__all__ = ["Responses", "recorded", "respond", "wrong_response"]
