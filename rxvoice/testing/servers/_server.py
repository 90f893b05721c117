"""A server on loopback that records what clients ask, and answers with faults."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from ._call import Call, whole_seconds
from ._clock import now, turn
from ._exchange import Exchange, Json, Message
from ._faults import Drop, Fault
from ._plan import FaultScript, Plan
from ._protocol import WiredProtocol
from ._wire import Wire

Serve = Callable[[Call], Awaitable[None]]


class FakeServer:
    """A server on a random port of loopback, on the running loop.

    It is an asynchronous context manager. Leaving the block ends all connections, and raises
    what went wrong in the fake itself. A vendor's fake is a subclass that overrides `serve`, and
    the methods that give a vendor's own shape to refusals and the like.

    Args:
        serve: Answers one request; by default the method of this name does.
        faults: What goes wrong: one fault for every request; or a list with one entry a request,
            in order, requests after the last being served well; or either of these by path.
        key: The API key that clients must have; None: any, or none.

    Attributes:
        requests: One record a request, in order; refused ones too.
        connections: How many TCP connections there were.
        closing: Whether the end of the block was reached.
    """

    def __init__(
        self,
        serve: Serve | None = None,
        *,
        faults: FaultScript = None,
        key: str | None = None,
    ) -> None:
        self.requests: list[Exchange] = []
        self.connections: int = 0
        self.closing: bool = False
        self._serve = self.serve if serve is None else serve
        self._plan = Plan(faults)
        self._key = key
        self._port: int | None = None
        self._listener: asyncio.Server | None = None
        self._protocols: web.Server | None = None
        self._wires: dict[int, Wire] = {}
        self._open: set[Wire] = set()
        self._waiting: list[tuple[Callable[[], object], asyncio.Future[None]]] = []
        self._errors: list[Exception] = []

    @property
    def url(self) -> str:
        """``http://127.0.0.1:…``; when the server is closed, connections to it are refused."""
        return f"http://{self._address}"

    @property
    def ws_url(self) -> str:
        """``ws://127.0.0.1:…``."""
        return f"ws://{self._address}"

    @property
    def open_connections(self) -> int:
        """How many TCP connections there are now."""
        return len(self._open)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so; looked at whenever something was sent, received or ended."""
        if condition():
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (condition, done)
        self._waiting.append(entry)
        try:
            await done
        finally:
            self._waiting.remove(entry)

    def script_faults(self, faults: FaultScript) -> None:
        """Replace what goes wrong, from the next request on."""
        self._plan = Plan(faults)

    async def drop_connections(self, *, reset: bool = False) -> None:
        """End all TCP connections now, by FIN or by RST."""
        for wire in list(self._open):
            await wire.drop(reset=reset)

    async def serve(self, call: Call) -> None:
        """Answer one request. A subclass overrides it; this one knows no paths."""
        await call.refuse(404)

    def authorized(self, exchange: Exchange) -> bool:
        """Return whether a request has the key."""
        return self._key is None or self._key in self.keys_of(exchange)

    def keys_of(self, exchange: Exchange) -> list[str]:
        """Return the keys that a request shows: that of ``Authorization: Bearer …``."""
        return exchange.headers.get("Authorization", "").split(" ")[1:]

    def headers(self) -> dict[str, str]:
        """Return the headers of every answer."""
        return {}

    def retry_headers(self, seconds: float) -> dict[str, str]:
        """Return the headers that ask a client to wait."""
        return whole_seconds(seconds)

    def refusal(self, status: int, text: str | None) -> Json | str:
        """Return the body of a refusal: a JSON object, or plain text."""
        return {"error": text or f"status {status}"}

    def refusal_headers(self, status: int, text: str | None) -> dict[str, str]:
        """Return the headers of a refusal, besides those of every answer."""
        return {}

    def unknown(self) -> Message:
        """Return a message of a type that clients do not know."""
        return {"type": "SomethingNew"}

    def failure(self, text: str) -> Message:
        """Return the message that something failed."""
        return {"type": "error", "message": text}

    def changed(self) -> None:
        """Look whether somebody waits for what is so now."""
        for condition, done in self._waiting:
            if not done.done() and condition():
                done.set_result(None)

    def failed(self, error: BaseException) -> None:
        """Remember that the fake itself went wrong, for the end of the block."""
        if isinstance(error, Exception):
            self._errors.append(error)

    async def __aenter__(self) -> Self:
        self._protocols = web.Server(
            self._handle,
            handler_cancellation=True,
            access_log=None,
            tcp_keepalive=False,
            lingering_time=0.0,
        )
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._protocol, "127.0.0.1", 0)
        self._port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._aclose()
        if self._errors and error is None:
            raise self._errors[0]

    async def _aclose(self) -> None:
        assert self._listener is not None
        assert self._protocols is not None
        self.closing = True
        self._listener.close()
        for wire in list(self._open):
            wire.abort()
        while self._open or self._protocols.connections:
            await turn()
        await self._listener.wait_closed()

    def _protocol(self) -> WiredProtocol:
        assert self._protocols is not None
        return WiredProtocol(self._protocols(), self._made, self._lost)

    def _made(self, wire: Wire) -> None:
        self.connections += 1
        self._open.add(wire)
        self.changed()

    def _lost(self, wire: Wire) -> None:
        self._open.discard(wire)
        self.changed()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        wire = request.transport
        if not isinstance(wire, Wire):
            raise ConnectionResetError("the client left")
        exchange = Exchange(
            number=len(self.requests),
            began=now(),
            method=request.method,
            path=request.path,
            query=request.url.query,
            headers=request.headers,
        )
        self.requests.append(exchange)
        self.changed()
        call = Call(self, request, exchange, wire, self._faults_of(request.path))
        try:
            exchange.body = await request.read()
            await call.run(self._serve)
        except ConnectionError:
            exchange.left = not self.closing
        except web.HTTPException as error:  # no websocket's handshake
            await call.refuse(error.status, error.text)
        except Exception as error:
            self.failed(error)
            if call.response is None:
                await call.refuse(500, repr(error))
            else:
                wire.abort()
        finally:
            exchange.ended = now()
            self.changed()
        return web.Response() if call.response is None else call.response

    def _faults_of(self, path: str) -> tuple[Fault, ...]:
        try:
            return self._plan.take(path)
        except Exception as error:  # the script of a test is wrong, which has to fail it
            self.failed(error)
            return (Drop(after=None),)

    @property
    def _address(self) -> str:
        if self._port is None:
            raise RuntimeError("the server has no address before `async with` has entered it")
        return f"127.0.0.1:{self._port}"


__all__ = ["FakeServer", "Serve"]
