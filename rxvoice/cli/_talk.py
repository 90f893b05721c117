"""``rxvoice talk``: talk to the local agent with microphone and loudspeaker."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.cli import _agent
from rxvoice.cli._agent import say
from rxvoice.cli._demo import shown
from rxvoice.cli._keep import keep
from rxvoice.cli._live import LiveView
from rxvoice.items import Event, Stamped
from rxvoice.operators import share
from rxvoice.session import Session, Sink


def add_arguments(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "talk",
        help="talk to the local agent with microphone and loudspeaker",
        description="Talk to an agent that listens, thinks and speaks with local models. Wear "
        "headphones, or it will hear itself. Ctrl-C ends the conversation.",
    )
    parser.add_argument("--microphone", metavar="DEVICE", help="name or number of the input device")
    parser.add_argument("--speaker", metavar="DEVICE", help="name or number of the output device")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="keep the conversation as `rxvoice demo` does"
    )
    _agent.add_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    asyncio.run(_talk(args))
    return 0


async def _talk(args: argparse.Namespace) -> None:
    from rxvoice.sinks import to_speaker, to_wav
    from rxvoice.sources import from_microphone

    microphone = from_microphone(device=_device(args.microphone))
    speaker = to_speaker(device=_device(args.speaker))
    agent = await _agent.local_agent(args)
    stop: Subject[None] = Subject()
    user = microphone.pipe(ops.take_until(stop), share())
    events: list[Stamped] = []
    view = LiveView(sys.stdout, total=None)
    sinks: list[Sink[Event]] = [speaker, shown(events, view)]
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
        sinks.append(to_wav(args.out / "conversation.wav", user=user))
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.on_next, None)
    say("speak; Ctrl-C ends the conversation")
    try:
        async with Session(name="talk") as session:
            await session.run(user.pipe(agent.operator), *sinks)
    finally:
        view.close()
        if args.out is not None and events:
            keep(args.out, events, agent.memory.context)


def _device(text: str | None) -> int | str | None:
    return int(text) if text is not None and text.isdecimal() else text
