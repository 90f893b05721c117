"""Conversations with a client."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import Operator, Session
from rxvoice.items import Event
from rxvoice.operators import converse, share
from rxvoice.rtvi import ClientLane, Outgoing, Request
from rxvoice.testing import conversation

from .said import plain


@dataclass
class Talk:
    """What became of a conversation with a client.

    Attributes:
        sent: What the client was sent, and when.
        requests: What it wanted of the application.
        history: The conversation, as `rxvoice.testing.conversation` shows it.
    """

    sent: list[tuple[float, Outgoing]] = field(default_factory=list[tuple[float, Outgoing]])
    requests: list[Request] = field(default_factory=list[Request])
    history: list[str] = field(default_factory=list[str])

    def kinds(self, *wanted: str) -> list[str]:
        """Return the types of what was sent, of those that are wanted."""
        kinds = [message.type for _, message in self.sent]
        return [kind for kind in kinds if not wanted or kind in wanted]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return what the messages of a type say."""
        return [plain(message)["data"] for _, message in self.sent if message.type == kind]


def talk(
    says: Mapping[float, str | bytes],
    *,
    user: str,
    llm: Sequence[str],
    lane: Any = None,
    **options: Any,
) -> Talk:
    """Hold a conversation with a client that sends messages at some times, in seconds."""
    became = Talk()

    def agent(
        *, session: Session, vad: Any, stt: Any, llm: Any, tts: Any
    ) -> Operator[Event, Event]:
        client: ClientLane = ClientLane() if lane is None else lane()

        def held(source: Observable[Event]) -> Observable[Event]:
            live = source.pipe(share())
            for at, message in says.items():
                session.scheduler.call_later(at, lambda message=message: client.take(message))
            inputs = client.inputs.pipe(ops.take_until(live.pipe(ops.last_or_default())))
            events = rx.merge(live, inputs).pipe(
                converse(vad=vad, stt=stt, llm=llm, tts=tts, commands=client.commands), share()
            )
            client.requests.subscribe(became.requests.append)
            session.subscribe(
                events.pipe(client.report()),
                lambda message: became.sent.append((round(session.now, 3), message)),
            )
            return events

        return held

    call = conversation(agent, user=user, llm=llm, **options)
    became.history = [str(one) for one in call.history]
    return became
