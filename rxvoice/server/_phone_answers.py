"""The answers to telephone calls."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from aiohttp import web

from rxvoice.telephony import (
    clean_host,
    exotel_answer,
    plivo_xml,
    texml,
    twiml,
    vonage_ncco,
)

from ._door import told
from ._keys import GUARD, SERVER, WEBHOOKS
from ._start import body_of
from ._webhooks import FORM
from ._webhooks_request import pairs_of
from ._webhooks_signatures import KEY

routes: Final = web.RouteTableDef()

PATH: Final = "/phone"
"""Of the websocket to which all vendors connect."""

SESSION: Final = "session"
"""Name of the parameter by which a call's websocket is told from others'."""

_XML: Final[Mapping[str, Callable[..., str]]] = {
    "plivo": plivo_xml,
    "telnyx": texml,
    "twilio": twiml,
}
_JSON: Final[Mapping[str, Callable[..., Any]]] = {
    "exotel": exotel_answer,
    "vonage": vonage_ncco,
}
_NUMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "from": ("From", "from", "CallFrom"),
    "to": ("To", "to", "CallTo"),
    "uuid": ("uuid",),
}
"""What answers pass on, by the names that vendors give it."""


@routes.get(PATH + "/{vendor:twilio|telnyx|plivo|exotel|vonage}", allow_head=False)
@routes.post(PATH + "/{vendor:twilio|telnyx|plivo|exotel|vonage}")
@routes.post("/")
async def answer(request: web.Request) -> web.Response:
    """Answer a call: it is to be connected to this server's websocket."""
    server = request.app[SERVER]
    vendor = request.match_info.get("vendor", server.options.transport)
    if vendor not in _XML and vendor not in _JSON:
        raise web.HTTPMethodNotAllowed(request.method, ["GET"])
    try:
        host = server.options.proxy or clean_host(request.host)
    except ValueError:
        raise told(web.HTTPBadRequest, "the header Host cannot be used") from None
    signed = await request.app[WEBHOOKS].check(request, vendor)
    asked = await _asked(request)
    if not signed:
        request.app[GUARD].announcing(request)
    announced = server.announce(asked, signed=signed)
    parameters = {SESSION: announced.session_id}
    for name, spellings in _NUMBERS.items():
        value = next((asked[one] for one in spellings if isinstance(asked.get(one), str)), "")
        if value and (name != "uuid" or vendor == "vonage"):
            parameters[name] = value
    return _answer(vendor, host, parameters)


def _answer(vendor: str, host: str, parameters: dict[str, str]) -> web.Response:
    def made(make: Callable[..., Any]) -> Any:
        try:
            return make(host, PATH, parameters=_sendable(vendor, parameters))
        except ValueError:  # the numbers cannot be passed on
            return make(host, PATH, parameters={SESSION: parameters[SESSION]})

    if vendor in _XML:
        return web.Response(text=made(_XML[vendor]), content_type="application/xml")
    return web.json_response(made(_JSON[vendor]))


async def _asked(request: web.Request) -> Mapping[str, Any]:
    """Return what a vendor tells of a call, wherever it puts it."""
    asked: dict[str, Any] = {n: v for n, v in request.query.items() if n != KEY}
    if request.method == "GET":
        return asked
    if request.content_type == "application/json":
        asked.update(await body_of(request))
    elif request.content_type == FORM:
        asked.update(pairs_of((await request.read()).decode(errors="replace")))
    return asked


def _sendable(vendor: str, parameters: dict[str, str]) -> dict[str, str]:
    """Leave out what a vendor cannot pass on."""
    if vendor != "plivo":
        return parameters
    return {name: value for name, value in parameters.items() if not set(value) & set(",;=")}


__all__ = ["PATH", "SESSION", "routes"]
