"""The server: browsers, telephone lines and rooms reach the same agent.

An agent's file has one function::

    def agent(session: CallSession) -> Operator[Event, Event]:
        return converse(..., played=session.played, commands=session.commands)

and ``rxvoice serve agent.py`` serves it. In a program of one's own::

    web.run_app(create_app(Server(agent)))
"""

from ._app import create_app, routes
from ._call_session import CallSession
from ._conversation import Agent, AgentFactory
from ._keys import SERVER
from ._limits import Excess, Limits
from ._options import Options
from ._server import Refused, Server, Started
from ._starts import PhoneStart, RoomStart, Start, WebRtcStart, WebsocketStart

__all__ = [
    "SERVER",
    "Agent",
    "AgentFactory",
    "CallSession",
    "Excess",
    "Limits",
    "Options",
    "PhoneStart",
    "Refused",
    "RoomStart",
    "Server",
    "Start",
    "Started",
    "WebRtcStart",
    "WebsocketStart",
    "create_app",
    "routes",
]
