"""An agent and its far end."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from inspect import isawaitable
from typing import Any, Final, TypeAlias, cast

from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import CompositeDisposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.aio._edge import edge
from rxvoice.aio._fan import Fan
from rxvoice.clock import loop_scheduler
from rxvoice.errors import RxvoiceError
from rxvoice.items import AudioFrame, SendMessage
from rxvoice.operators import dejitter, hang_up, probe, share
from rxvoice.rtvi import Outgoing, ServerMessage
from rxvoice.transports import Transport

from ._call_session import CallSession
from ._client_codec import plain
from ._idle import until_idle
from ._starts import PhoneStart, WebsocketStart

Agent: TypeAlias = Operator[Any, Any]
"""From the user's audio to everything that is heard, said and decided."""

AgentFactory: TypeAlias = Callable[[CallSession], Agent | Awaitable[Agent]]
"""Makes the agent of one call: a function, or a coroutine function."""


_MAKING: Final = 60.0
"""Seconds that making an agent may take; its caller waits meanwhile."""


async def make_agent(factory: AgentFactory, session: CallSession) -> Agent:
    """Make the agent of a call.

    Raises:
        TypeError: When the factory returns something else.
        RxvoiceError: When it has not returned anything within `_MAKING` seconds.
    """
    agent: Any = factory(session)
    if isawaitable(agent) and not isinstance(agent, Observable):  # those can be awaited, too
        patience = asyncio.timeout(_MAKING)
        try:
            async with patience:
                agent = await agent
        except TimeoutError:
            if not patience.expired():
                raise  # its own
            raise RxvoiceError(f"the agent was not made within {_MAKING:g} s") from None
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
    beside = [session.ending] if lane is None else [session.ending, lane.inputs]
    came = edge(transport.incoming, "caller")
    source = came.pipe(_beside(*beside, keep=session.takes), share())
    heard = cast("Observable[AudioFrame]", source.pipe(ops.filter(_is_audio)))
    if isinstance(session.start, PhoneStart | WebsocketStart):  # rooms and WebRTC even it out
        source = source.pipe(dejitter())
    idle = until_idle(session.start.idle_timeout, session.end)
    events: Observable[Any] = source.pipe(probe("caller"), hang_up(agent), probe("agent"), idle)
    if lane is None:
        return events.pipe(_beside(session.outbox))
    tell = lane.report(user_audio=heard, began=began or datetime.now(UTC))
    everything = events.pipe(_told(tell), _beside(session.outbox))
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


def _told(tell: Operator[Any, Any]) -> Operator[Any, Any]:
    """Let everything pass, and behind each item what an operator makes of it."""

    def both(source: Observable[Any]) -> Observable[Any]:
        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            items: Fan[Any] = Fan()

            def on_next(item: Any) -> None:
                observer.on_next(item)  # sound leaves before the words about it
                items.on_next(item)

            own = CompositeDisposable()
            with begun(own):
                own.add(
                    tell(items).subscribe(
                        observer.on_next,
                        observer.on_error,
                        observer.on_completed,
                        scheduler=clock,
                    )
                )
                own.add(
                    source.subscribe(
                        on_next, observer.on_error, items.on_completed, scheduler=clock
                    )
                )
            return own

        return Observable(subscribe)

    return both


def _beside(
    *extra: Observable[Any], keep: Callable[[Any], bool] | None = None
) -> Operator[Any, Any]:
    """Put what other streams emit beside the source's, for as long as that lasts.

    Args:
        extra: The others.
        keep: Tells which of the source's items pass; all unless given.
    """

    def merged(source: Observable[Any]) -> Observable[Any]:
        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)

            def pass_kept(item: Any) -> None:
                if keep is None or keep(item):
                    observer.on_next(item)

            own = CompositeDisposable()
            with begun(own):
                for stream in extra:
                    own.add(stream.subscribe(observer.on_next, observer.on_error, scheduler=clock))
                own.add(
                    source.subscribe(
                        observer.on_next if keep is None else pass_kept,
                        observer.on_error,
                        observer.on_completed,
                        scheduler=clock,
                    )
                )
            return own

        return Observable(subscribe)

    return merged


__all__ = ["Agent", "AgentFactory", "conversation", "make_agent"]
