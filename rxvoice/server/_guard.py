"""What every request has to pass."""

import asyncio
import errno
import json
import re
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from aiohttp import web
from aiohttp.typedefs import Middleware

from ._limits import Excess
from ._options import Options
from ._origins import Origins
from ._rates import PeerStarts, client_address
from ._server import Refused

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

_OPEN: Final = ("/", "/client", "/client/", "/health", "/metrics", "/metrics/sessions")
"""Paths that tell nothing and start nothing."""

_OPEN_BELOW: Final = ("/files/", "/page/", "/phone", "/whatsapp")
"""Paths with ways of their own to tell who asks, or with nothing that is secret."""

_STARTING: Final = re.compile(r"/phone|(/sessions/[^/]+)?(/ws|/api/offer)")
"""Paths whose requests begin calls, but for those that go on with one."""


class Guard:
    """Refuses requests from where none may come, and too many of them.

    Args:
        options: Of the server.
        proven: Tells whether a request has brought a token, or a key, that is valid.
        count: Is told why a request was refused.
    """

    def __init__(
        self,
        options: Options,
        proven: Callable[[web.Request], bool],
        count: Callable[[str], object],
    ) -> None:
        hosts = [options.proxy] if options.proxy else []
        self._origins = Origins(options.host, allowed=options.allowed_origins, hosts=hosts)
        self._starts = PeerStarts(options.limits)
        self._announced = PeerStarts(options.limits)
        self._proven = proven
        self._told = count
        self._proxies = options.proxies
        self._tunnel = bool(options.proxy) and not options.proxies

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches the server."""
        return self._origins.loopback

    def secure(self, request: web.Request) -> bool:
        """Tell whether a request came by TLS, as far as that is known."""
        told = request.headers.get("X-Forwarded-Proto", "") if self._proxies else ""
        return request.secure or self._tunnel or told.strip().lower() in ("https", "wss")

    def address(self, request: web.Request) -> str:
        """Return whose request it is."""
        forwarded = request.headers.getall("X-Forwarded-For", [])
        return client_address(request.remote or "", forwarded, proxies=self._proxies)

    def announcing(self, request: web.Request) -> None:
        """Count a request that announces a call.

        Raises:
            Refused: When there were too many of its address.
        """
        self._take(self._announced, request)

    def forgive(self, request: web.Request) -> None:
        """Count a start no more: whose it is has been proven, and many may come from there."""
        now = asyncio.get_running_loop().time()
        self._starts.give_back(now, self.address(request))

    @property
    def middleware(self) -> Middleware:
        """What aiohttp puts before each request."""

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            secure = self.secure(request)
            if request.method == "OPTIONS":
                status, headers = self._origins.preflight(request.headers, secure=secure)
                if status >= 400:
                    return refused(status, "pages of that origin may not ask this", headers)
                return web.Response(status=status, headers=headers)
            path = request.path
            is_open = path in _OPEN or path.startswith(_OPEN_BELOW)
            token = is_open or self._proven(request)
            refusal = self._origins.check(request.headers, token=token, secure=secure)
            if refusal is not None:
                self._told(refusal.kind)
                return refused(refusal.status, refusal.message)
            cors = self._origins.cors(request.headers, secure=secure)
            try:
                self._count(request)
                answer = await handler(request)
            except Refused as error:
                excess = error.excess
                self._told(excess.kind)
                return refused(excess.status, excess.message, {**excess.headers, **cors})
            except web.HTTPException as error:
                error.headers.update(cors)
                raise as_json(error) from None
            except web.RequestPayloadError:
                return refused(400, "the body cannot be read", {**cors, "Connection": "close"})
            except ConnectionResetError:
                if request.transport is not None and not request.transport.is_closing():
                    raise
                return web.Response(status=400)  # nobody is there any more
            except OSError as error:
                if error.errno != errno.ENAMETOOLONG:
                    raise
                return refused(404, "Not Found", cors)
            if not answer.prepared:
                answer.headers.update(cors)
            return answer

        return guarded

    def _count(self, request: web.Request) -> None:
        if request.method in ("GET", "POST"):
            if request.path == "/start":
                self._take(self._announced, request)
            elif _STARTING.fullmatch(request.path):
                self._take(self._starts, request)

    def _take(self, starts: PeerStarts, request: web.Request) -> None:
        excess = starts.take(asyncio.get_running_loop().time(), self.address(request))
        if excess is not None:
            raise Refused(excess)


def refused(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """Return an answer that says in a line what is wrong."""
    return web.json_response({"error": message}, status=status, headers=headers)


def as_json(error: web.HTTPException) -> web.HTTPException:
    """Let an error that the web server has made say in JSON what is wrong, as all others do."""
    if error.status == 413 or error.text == f"{error.status}: {error.reason}":
        said = Excess("message_size").message if error.status == 413 else error.reason
        error.body = json.dumps({"error": said}).encode()
        error.content_type = "application/json"
    return error


__all__ = ["Guard", "refused"]
