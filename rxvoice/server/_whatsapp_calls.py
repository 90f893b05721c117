"""Calls of WhatsApp: the webhook, and the connections."""

import logging
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Final

from aiohttp import web

from rxvoice.errors import ProviderError
from rxvoice.items import Call

from ._door import told
from ._keys import SERVER
from ._server import Arrival, Refused, Server
from ._starts import PhoneStart
from ._whatsapp import WhatsAppCalls
from ._whatsapp_webhook import WebhookError, WhatsAppOffer

if TYPE_CHECKING:
    from rxvoice.transports.webrtc import WebRtcTransport

logger = logging.getLogger(__name__)

routes: Final = web.RouteTableDef()
VENDOR: Final = "whatsapp"
CALLS: Final = web.AppKey("whatsapp", WhatsAppCalls)
GOING_ON: Final = web.AppKey("whatsapp_going_on", dict[str, "WebRtcTransport"])


@routes.get("/whatsapp")
async def verify(request: web.Request) -> web.Response:
    """Answer the question by which Meta tries the webhook's address."""
    try:
        return web.Response(text=request.app[CALLS].webhook.verify(request.query))
    except WebhookError as error:
        raise _refusal(error) from None


@routes.post("/whatsapp")
async def receive(request: web.Request) -> web.Response:
    """Take what Meta tells of calls: they are held beside the request."""
    try:
        events = request.app[CALLS].webhook.receive(await request.read(), request.headers)
    except WebhookError as error:
        raise _refusal(error) from None
    for event in events:
        if isinstance(event, WhatsAppOffer):
            request.app[SERVER].beside(
                lambda event=event: _take(request.app, event), "take a call of WhatsApp"
            )
        elif (transport := request.app[GOING_ON].get(event.call)) is not None:
            request.app[SERVER].beside(transport.aclose, "end a call of WhatsApp")
    return web.Response(text="OK")


async def _take(app: web.Application, offer: WhatsAppOffer) -> None:
    """Answer a call and hold it, or refuse it."""
    from rxvoice.transports.webrtc import IceServer, WebRtcTransport

    server, calls = app[SERVER], app[CALLS]
    if server.room < 1:
        await _quietly(calls.reject(offer.call))
        return
    transport = WebRtcTransport(
        ice_servers=[IceServer(url) for url in server.options.ice_servers], name=VENDOR
    )
    try:
        new = await calls.accept(offer, transport.answer)
    except (ProviderError, ValueError) as error:
        logger.error("a call was not taken: %s", error, extra={"vendor": VENDOR})
        new = False
    if not new:
        await transport.aclose()
        return
    app[GOING_ON][offer.call] = transport

    async def finish(_: str) -> None:
        app[GOING_ON].pop(offer.call, None)
        await transport.aclose()  # an agent that has failed did not use it
        await _quietly(calls.terminate(offer.call))

    try:
        server.launch(Arrival(transport, _start(server, offer), finish=finish))
    except Refused:
        await finish("")


def _start(server: Server, offer: WhatsAppOffer) -> PhoneStart:
    return PhoneStart(
        session_id=server.announce({}).session_id,
        body={"name": offer.name} if offer.name else {},
        arguments=server.options.arguments,
        idle_timeout=server.options.idle_timeout,
        call=Call(
            vendor=VENDOR,
            stream=offer.call,
            call=offer.call,
            caller=offer.caller,
            callee=offer.callee,
            encoding="opus",
            rate=48_000,
        ),
    )


async def _quietly(action: Awaitable[None]) -> None:
    try:
        await action
    except ProviderError as error:  # it is over already, or Meta will notice
        logger.info("%s", error, extra={"vendor": VENDOR})


def _refusal(error: WebhookError) -> web.HTTPException:
    kinds = {401: web.HTTPUnauthorized, 403: web.HTTPForbidden}
    return told(kinds.get(error.status, web.HTTPBadRequest), str(error))


__all__ = ["CALLS", "GOING_ON", "routes"]
