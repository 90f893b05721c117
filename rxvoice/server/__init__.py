"""The server: browsers, telephone lines and rooms reach the same agent.

An agent's file has one function::

    def agent(session: CallSession) -> Operator[Event, Event]:
        return converse(..., played=session.played, commands=session.commands)

and ``rxvoice serve agent.py`` serves it. In a program of one's own::

    web.run_app(create_app(Server(agent)))
"""

from ._app import create_app, routes
from ._call_session import CallSession
from ._collector import calm_collector
from ._conversation import Agent, AgentFactory
from ._daily import DailyRooms
from ._keys import SERVER
from ._limits import Excess, Limits
from ._livekit_rooms import LiveKitRooms, livekit_signer
from ._options import Options
from ._rooms import ROOM_LIFETIME, Room
from ._served import Served, served
from ._server import Arrival, Refused, Server, Started
from ._starts import PhoneStart, RoomStart, Start, WebRtcStart, WebsocketStart
from ._webhooks_secrets import PhoneSecrets
from ._whatsapp import WhatsAppAccount, WhatsAppCalls, whatsapp_account
from ._whatsapp_webhook import (
    WebhookError,
    WhatsAppEnded,
    WhatsAppEvent,
    WhatsAppOffer,
    WhatsAppWebhook,
)

__all__ = [
    "ROOM_LIFETIME",
    "SERVER",
    "Agent",
    "AgentFactory",
    "Arrival",
    "CallSession",
    "DailyRooms",
    "Excess",
    "Limits",
    "LiveKitRooms",
    "Options",
    "PhoneSecrets",
    "PhoneStart",
    "Refused",
    "Room",
    "RoomStart",
    "Served",
    "Server",
    "Start",
    "Started",
    "WebRtcStart",
    "WebhookError",
    "WebsocketStart",
    "WhatsAppAccount",
    "WhatsAppCalls",
    "WhatsAppEnded",
    "WhatsAppEvent",
    "WhatsAppOffer",
    "WhatsAppWebhook",
    "calm_collector",
    "create_app",
    "livekit_signer",
    "routes",
    "served",
    "whatsapp_account",
]
