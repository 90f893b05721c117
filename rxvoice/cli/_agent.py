"""The agent of the command line: local models only."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any, cast

from rxvoice import models
from rxvoice._types import Operator
from rxvoice.cli._models import Meter
from rxvoice.context import Context
from rxvoice.errors import RxvoiceError
from rxvoice.items import Event
from rxvoice.operators import converse, stop_at_end_of_turn

INSTRUCTION = (
    "You are a friendly voice assistant on the telephone. Answer in two or three short, plain "
    "sentences, without lists, code, links or emoji. Say so when you do not know something."
)
MAX_TOKENS = 60  # some 15 s of speech
TOLD = {"llm": str, "threads": int | None, "system": str, "temperature": float}
"""What a tape tells of the agent, and of which types it is."""

APOLOGY = "I am sorry, I did not get that. Could you say it again?"


def add_arguments(
    parser: argparse._ActionsContainer,  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add what all commands with an agent have in common."""
    parser.add_argument(
        "--llm",
        default="auto",
        metavar="MODEL",
        help="language model: auto (the 0.5B when it can be had, else smollm2-135m-instruct), "
        "a key of `rxvoice models`, or a .gguf file (default: %(default)s)",
    )
    parser.add_argument(
        "--threads",
        type=int,
        metavar="N",
        help="processor threads of the language model (default: all but one; all of them are "
        "faster where nothing else runs)",
    )
    parser.add_argument("--system", default=INSTRUCTION, help="the model's instruction")
    parser.add_argument(
        "--temperature",
        type=float,
        default=0.0,
        help="0 for always the likeliest words (default: %(default)g)",
    )


def settings(args: argparse.Namespace) -> dict[str, Any]:
    """Return what a tape tells of the agent, so that it can be made again."""
    return {"agent": "local", **{name: getattr(args, name) for name in TOLD}}


def told(settings: Any) -> argparse.Namespace | None:
    """Return what a tape tells of the agent, as arguments; None when it was not the local one."""
    if not isinstance(settings, dict):
        return None
    known = cast("dict[str, Any]", settings)
    if known.get("agent") != "local":
        return None
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    args = parser.parse_args([])
    for name, kinds in TOLD.items():
        if isinstance(known.get(name), kinds):
            setattr(args, name, known[name])
    return args


async def local_agent(args: argparse.Namespace, **options: Any) -> Operator[Event, Event]:
    """Load the local models, all at once, and put the agent together.

    Each subscription of it is a conversation of its own.

    Args:
        args: The command's.
        **options: For `converse`.

    Raises:
        RxvoiceError: As for `local_agents`.
    """
    return (await local_agents(args))(**options)


async def local_agents(
    args: argparse.Namespace, *, answered: bool = False
) -> Callable[..., Operator[Event, Event]]:
    """Load the local models, all at once.

    Args:
        args: The command's.
        answered: Whether a tape answers for the models that work in threads, so that they are not
            loaded.

    Returns:
        What puts an agent together, given options for `converse`.

    Raises:
        RxvoiceError: When a model cannot be had, or the extra ``local`` is not installed.
    """
    try:
        import hibari  # noqa: F401  # pyright: ignore[reportMissingTypeStubs, reportUnusedImport]
        import xllamacpp  # noqa: F401  # pyright: ignore[reportMissingTypeStubs, reportUnusedImport]
    except ImportError as error:
        raise RxvoiceError(
            f"{error.name} is missing; install the local models' runtimes with "
            "`pip install 'rxvoice[local]'`"
        ) from error
    from rxvoice.providers.hibari import hibari as voice
    from rxvoice.providers.llama import llama
    from rxvoice.providers.moonshine import moonshine
    from rxvoice.providers.silero import silero
    from rxvoice.providers.smart_turn import smart_turn

    context = Context(args.system)
    vad, stt, turns = silero(), moonshine(), smart_turn()
    tts = voice()
    llm = llama(
        model=args.llm,
        temperature=args.temperature,
        threads=args.threads,
        max_tokens=MAX_TOKENS,
    )
    if answered:
        await vad.prepare()
    else:
        await _prepare(
            vad.prepare(), stt.prepare(), turns.prepare(), llm.prepare(context), tts.prepare()
        )

    def agent(**options: Any) -> Operator[Event, Event]:
        wishes: dict[str, Any] = {"stop": stop_at_end_of_turn(turns), **options}
        return converse(
            vad=vad,
            stt=stt,
            llm=llm,
            tts=tts,
            memory=args.system,
            apology=APOLOGY,
            first_clause=20,
            **wishes,
        )

    return agent


async def _prepare(*loading: Awaitable[object]) -> None:
    """Load models, and show how far that is."""
    meter = Meter(sys.stderr)
    say("loading the models …")
    try:
        with models.watch(meter):
            await asyncio.gather(*loading)
    finally:
        meter.end()


def say(line: str) -> None:
    """Tell the person at the terminal, beside what the command prints."""
    print(line, file=sys.stderr, flush=True)
