"""What an agent's function is given."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

import reactivex as rx
from reactivex import Observable
from reactivex.subject import Subject

from rxvoice.aio._edge import edge
from rxvoice.aio._fan import Fan
from rxvoice.items import AudioFrame, Command, EndCall, Event, MessageReceived, Played, SendMessage
from rxvoice.rtvi import ClientLane, ClientMessage, Disconnect, Outgoing, Request
from rxvoice.session import Session, Sink

from ._starts import Start, WebsocketStart

if TYPE_CHECKING:
    from rxvoice.aio._taping import Outlet

PLAYOUT = "playout"
"""Type of the client message by which rxvoice's page tells how much of the bot it has played."""


class CallSession(Session):
    """One call: what is known of it, and what can be done about it.

    Args:
        start: How it came about.
        client: The lane of the client protocol, where the far end speaks it.
        grace: As for `Session`.

    Attributes:
        id: The same for the agent, for who started the call, and in logs.
        start: How it came about: `WebsocketStart`, `WebRtcStart`, `PhoneStart` or `RoomStart`.
        client: The lane of the client protocol; None where the far end does not speak it.
        played: How far the far end has heard the bot, for ``converse(played=…)``.
        commands: What the client wants of the conversation, and what was given to `do`, for
            ``converse(commands=…)``.
        received: Messages of the far end for the application.
        requests: What a client of the protocol wants of the application.
        outbox: What `tell` was given, for the far end.
        ending: Emits, for `rxvoice.operators.hang_up`, when the call is to be ended at once.
        whole: What was given to `run` last. A tape of the call holds this stream; what else is
            subscribed is not of the call.
    """

    def __init__(
        self, start: Start, *, client: ClientLane | None = None, grace: float = 5.0
    ) -> None:
        super().__init__(name=f"session {start.session_id}", grace=grace)
        self.id: str = start.session_id
        self.start: Start = start
        self.client: ClientLane | None = client
        self._played: Fan[Played] = Fan()
        self._commands: Subject[Command] = Subject()
        self._received: Subject[MessageReceived] = Subject()
        self._requests: Subject[Request] = Subject()
        self._outbox: Subject[object] = Subject()
        self._ending: Subject[EndCall] = Subject()
        self._playout: Callable[[float], float | None] | None = None
        self._reported = False
        wanted: Observable[Command] = (
            self._commands if client is None else rx.merge(self._commands, client.commands)
        )
        self.whole: Observable[Any] | None = None
        self.played: Observable[Played] = edge(self._played, "played")
        self.commands: Observable[Command] = edge(wanted, "commands")
        self.received: Observable[MessageReceived] = edge(self._received, "received")
        self.requests: Observable[Request] = edge(self._requests, "requests")
        self.outbox: Observable[object] = edge(self._outbox, "outbox")
        self.ending: Observable[EndCall] = edge(self._ending, "ending")
        if client is not None:
            self.subscribe(client.requests, self._asked)

    async def run(self, stream: Observable[Any], /, *sinks: Sink[Any]) -> None:
        """Hold the call; see `Session.run`."""
        self.whole = stream
        await super().run(stream, *sinks)

    def do(self, command: Command, /) -> None:
        """Change the conversation, as `rxvoice.operators.steer` says."""
        self._commands.on_next(command)

    def tell(self, message: SendMessage | Outgoing | Mapping[str, Any] | str, /) -> None:
        """Send the far end a message of the application, at once.

        Args:
            message: A `SendMessage`, a message of the client protocol, or what one holds.
        """
        if isinstance(message, str | Mapping):
            message = SendMessage(message, urgent=True)
        self._outbox.on_next(message)

    def end(self, reason: str = "completed", *, at_once: bool = True) -> None:
        """End the call.

        Args:
            reason: Why.
            at_once: Whether what the bot is saying is cut off. Otherwise it is heard to its end,
                if the agent takes the session's commands.
        """
        if at_once or not self._commands.observers:
            self._ending.on_next(EndCall(reason, at_once=True))
        else:
            self._commands.on_next(EndCall(reason))

    def takes(self, item: Event) -> bool:
        """Keep what comes from the far end but is not for the agent's ears.

        Returns:
            Whether the agent is to be given it.
        """
        match item:
            case AudioFrame():
                if self.client is not None and isinstance(self.start, WebsocketStart):
                    self.client.note_audio(item.end)  # in a replay nobody else tells it
                return True
            case Played():
                if not self._reported:
                    self._played.on_next(item)
                return False
            case MessageReceived(data=str() | bytes() as data) if self.client is not None:
                self.client.take(data)
                return False
            case MessageReceived():
                self._received.on_next(item)
                return True
            case _:
                return True

    def believe_playout(self, heard_at: Callable[[float], float | None], /) -> None:
        """Believe a client that tells how much it has played, rather than the pace.

        Args:
            heard_at: Returns up to what time of the bot's frames has been heard when so many
                seconds were played, of all that was sent; None for not known.
        """
        self._playout = heard_at

    def _outlet(self, stream: Observable[Any]) -> "Outlet | None":
        tape = self.scheduler.tape
        if tape is None or stream is self.whole:
            return super()._outlet(stream)
        return tape.apart()

    def _asked(self, request: Request) -> None:
        match request:
            case Disconnect(at_once=at_once):
                self.end("the client has asked for it", at_once=at_once)
            case ClientMessage(type=kind) if kind == PLAYOUT and self._playout is not None:
                self._note_playout(request, self._playout)
                return
            case ClientMessage() if not self._requests.observers and self.client is not None:
                self.client.send(request.fail("the bot does not answer messages of this type"))
            case _:
                pass
        self._requests.on_next(request)

    def _note_playout(
        self, request: ClientMessage, heard_at: Callable[[float], float | None]
    ) -> None:
        told: object = request.data
        seconds = cast("Mapping[str, object]", told).get("seconds") if _is_object(told) else None
        if not isinstance(seconds, int | float) or not 0.0 <= seconds < 1e9:
            if self.client is not None:
                self.client.send(request.fail("seconds must be a number that is not negative"))
            return
        self._reported = True
        pts = heard_at(float(seconds))
        if pts is not None:
            self._played.on_next(Played(pts))


def _is_object(told: object) -> bool:
    return isinstance(told, Mapping)


__all__ = ["PLAYOUT", "CallSession"]
