"""An agent and its far end."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from inspect import isawaitable
from typing import Any, TypeAlias, TypeVar, cast

import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import CompositeDisposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.items import AudioFrame, Event, SendMessage
from rxvoice.operators import dejitter, hang_up, share
from rxvoice.rtvi import Outgoing, ServerMessage
from rxvoice.transports import Transport

from ._call_session import CallSession
from ._client_codec import plain
from ._idle import until_idle
from ._starts import PhoneStart, WebsocketStart

A = TypeVar("A")
Agent: TypeAlias = Operator[Any, Any]
"""From the user's audio to everything that is heard, said and decided."""

AgentFactory: TypeAlias = Callable[[CallSession], Agent | Awaitable[Agent]]
"""Makes the agent of one call: a function, or a coroutine function."""


async def make_agent(factory: AgentFactory, session: CallSession) -> Agent:
    """Make the agent of a call.

    Raises:
        TypeError: When the factory returns something else.
    """
    made: Any = factory(session)
    agent: object = await made if isawaitable(made) else made
    if not callable(agent):
        raise TypeError(f"the agent's function must return an operator, got {agent!r}")
    return cast("Agent", agent)


def conversation(
    session: CallSession, transport: Transport, agent: Agent, *, began: datetime | None = None
) -> Observable[object]:
    """Return everything that happens in a call, for the transport's sink and for whoever watches.

    What comes from the far end goes to the agent, but for what is the session's own. A client of
    the protocol is told what happens, and takes part.

    Args:
        session: The call.
        transport: Its far end.
        agent: Its agent.
        began: The time of day; now unless given.

    Returns:
        A cold stream, for one subscription. It completes, and fails, as the agent's stream does,
        which ends soon after the far end has left or the call was ended: see
        `rxvoice.operators.hang_up`.
    """
    lane = session.client
    live: Observable[Event] = transport.incoming.pipe(ops.filter(session.takes), share())
    source = live.pipe(_beside(session.ending))
    if lane is not None:
        source = source.pipe(_beside(lane.inputs))
    heard = cast("Observable[AudioFrame]", source.pipe(ops.filter(_is_audio)))
    if isinstance(session.start, PhoneStart | WebsocketStart):  # rooms and WebRTC even it out
        source = source.pipe(dejitter())
    idle = until_idle(session.start.idle_timeout, session.end)
    events: Observable[Any] = source.pipe(hang_up(agent), idle)
    if lane is None:
        return events.pipe(_beside(session.outbox))
    tell = lane.report(user_audio=heard, began=began or datetime.now(UTC))

    def told(shared: Observable[Any]) -> Observable[Any]:
        return rx.merge(shared, shared.pipe(tell))  # sound leaves before the words about it

    everything = events.pipe(ops.publish(told), _beside(session.outbox))
    if isinstance(session.start, WebsocketStart):
        return everything  # its codec knows the protocol
    return everything.pipe(ops.map(_as_message))


def _as_message(item: object) -> object:
    """Return what a transport that carries texts sends of the protocol; all else as it is."""
    match item:
        case Outgoing():
            return SendMessage(item.wire, urgent=True)
        case SendMessage():
            return SendMessage(ServerMessage(content=plain(item.data)).wire, urgent=item.urgent)
        case _:
            return item


def _is_audio(item: object) -> bool:
    return isinstance(item, AudioFrame)


def _beside(extra: Observable[Any]) -> Operator[A, A]:
    """Put what another stream emits beside the source's, for as long as that lasts."""

    def merged(source: Observable[A]) -> Observable[A]:
        def subscribe(
            observer: abc.ObserverBase[A], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            own = CompositeDisposable()
            with begun(own):
                own.add(extra.subscribe(observer.on_next, observer.on_error, scheduler=clock))
                own.add(
                    source.subscribe(
                        observer.on_next,
                        observer.on_error,
                        observer.on_completed,
                        scheduler=clock,
                    )
                )
            return own

        return Observable(subscribe)

    return merged


__all__ = ["Agent", "AgentFactory", "conversation", "make_agent"]
