"""What is tried with a language model."""

from rxvoice.context import Context
from rxvoice.contracts import Chat

from ._trial import Scenario, Trial


def ask(*contexts: Context) -> Scenario:
    async def scenario(trial: Trial, chat: Chat) -> None:
        probes = [trial.observe(lambda context=context: chat(context)) for context in contexts]
        for probe in probes:
            await trial.over(probe)

    return scenario


def ask_again(context: Context) -> Scenario:
    async def scenario(trial: Trial, chat: Chat) -> None:
        stream = trial.call(chat, context)
        for _ in range(2):
            await trial.over(trial.observe(lambda: stream))

    return scenario


def call_only(context: Context) -> Scenario:
    async def scenario(trial: Trial, chat: Chat) -> None:
        trial.call(chat, context)
        await trial.idle()

    return scenario


def cuts(context: Context) -> list[tuple[str, Scenario]]:
    def cut(turns: int) -> Scenario:
        async def scenario(trial: Trial, chat: Chat) -> None:
            probe = trial.observe(lambda: chat(context))
            for _ in range(turns):
                await trial.pause()
            probe.dispose()

        return scenario

    def cut_at(item: int, *, inside: bool, again: bool = False) -> Scenario:
        async def scenario(trial: Trial, chat: Chat) -> None:
            probe = trial.observe(lambda: chat(context), cut_inside=item if inside else None)
            trial.extend()
            await probe.until(lambda: len(probe.items) > item)
            probe.dispose()
            if again:
                await ask(context)(trial, chat)

        return scenario

    return [
        ("unsubscribed in the turn in which it was subscribed", cut(0)),
        ("unsubscribed a turn later", cut(1)),
        ("unsubscribed five turns later", cut(5)),
        ("unsubscribed after the first item", cut_at(0, inside=False)),
        ("unsubscribed within the first item", cut_at(0, inside=True)),
        ("unsubscribed within the second item", cut_at(1, inside=True)),
        ("cut off, and called again", cut_at(0, inside=False, again=True)),
    ]


__all__ = ["ask", "ask_again", "call_only", "cuts"]
