"""Whatever answers in text: agents of other frameworks, rules, a person at a keyboard."""

from collections.abc import AsyncIterator, Callable

from reactivex import Observable

from rxvoice.aio import from_async
from rxvoice.aio._closing import closing
from rxvoice.context import Context
from rxvoice.contracts import Chat, Written
from rxvoice.items import Token


def agent(
    answer: Callable[[Context], AsyncIterator[str | Written]], /, *, name: str = "agent"
) -> Chat:
    """Make a language model of an async generator function.

    It is given the conversation and yields text as it comes, blanks included, or items; empty text
    is left out. An agent of another framework becomes a model by what translates the messages::

        async def chain(context):
            asked = [(message.role, message.text) for message in context.messages]
            async for piece in runnable.astream(asked):
                yield piece.content

        llm = agent(chain)

    What is unsubscribed is closed: its ``finally`` runs, and whatever it waits for is cancelled.

    Args:
        answer: Answers a conversation.
        name: Of the task.

    Returns:
        An `rxvoice.contracts.Chat`. Its streams end as the generator does, and fail with what it
        raises.
    """

    async def written(context: Context) -> AsyncIterator[Written]:
        async with closing(answer(context)) as pieces:
            async for piece in pieces:
                if not isinstance(piece, str):
                    yield piece
                elif piece:
                    yield Token(piece)

    def asked(context: Context) -> Observable[Written]:
        return from_async(lambda: written(context), name=name)

    return asked


__all__ = ["agent"]
