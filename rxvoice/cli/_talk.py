"""``rxvoice talk``: talk to the local agent with microphone and loudspeaker."""

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.audio._portaudio import require
from rxvoice.cli import _agent, _outputs
from rxvoice.cli._agent import say
from rxvoice.cli._demo import shown
from rxvoice.cli._keep import NAMES, keep
from rxvoice.cli._live import LiveView
from rxvoice.items import Event, Played, Stamped
from rxvoice.operators import share
from rxvoice.session import Session, Sink
from rxvoice.sinks import to_speaker, to_wav
from rxvoice.sources import from_microphone
from rxvoice.tape import record, taped


def add_arguments(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "talk",
        help="talk to the local agent with microphone and loudspeaker",
        description="Talk to an agent that listens, thinks and speaks with local models. The "
        "bot's echo is taken out of what the microphone hears. Ctrl-C ends the conversation.",
    )
    parser.add_argument("--microphone", metavar="DEVICE", help="name or number of the input device")
    parser.add_argument("--speaker", metavar="DEVICE", help="name or number of the output device")
    parser.add_argument(
        "--headphones",
        action="store_true",
        help="there is no echo: what you say over the bot reaches it sooner",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="keep the conversation as `rxvoice demo` does"
    )
    parser.add_argument(
        "--tape",
        type=Path,
        metavar="FILE",
        help="keep the call on a tape, for `rxvoice replay` (such as call.rxv)",
    )
    _agent.add_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    require("microphone")
    _outputs.folder("--out", args.out, *NAMES)
    _outputs.tape("--tape", args.tape)
    events: list[Stamped] = []
    try:
        with LiveView(sys.stdout) as view:
            asyncio.run(_talk(args, events, view))
    finally:
        if args.out is not None and events:
            keep(args.out, events)
    return 0


async def _talk(args: argparse.Namespace, events: list[Stamped], view: LiveView) -> None:
    microphone = from_microphone(device=_device(args.microphone))
    played: Subject[Played] = Subject()
    speaker = to_speaker(device=_device(args.speaker), played=played)
    operator = await _agent.local_agent(args, played=played, loudspeaker=not args.headphones)
    stop: Subject[None] = Subject()
    user = microphone.pipe(ops.take_until(stop), taped("caller"), share())
    sinks: list[Sink[Event]] = [speaker, shown(events, view)]
    if args.out is not None:
        sinks.append(to_wav(args.out / "conversation.wav", user=user))
    _on_interrupt(lambda: stop.on_next(None))
    say("speak; Ctrl-C ends the conversation, twice ends it at once")
    async with Session(name="talk") as session:
        if args.tape is not None:
            told = {**_agent.settings(args), "loudspeaker": not args.headphones}
            record(session, args.tape, settings=told)
        await session.run(user.pipe(operator), *sinks)


def _on_interrupt(stop: Callable[[], None]) -> None:
    """Call ``stop`` at the first Ctrl-C; the second one is the usual KeyboardInterrupt."""
    loop = asyncio.get_running_loop()

    def interrupted() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        stop()

    # Windows has no signal handlers on loops; there the first Ctrl-C ends at once.
    with contextlib.suppress(NotImplementedError):
        loop.add_signal_handler(signal.SIGINT, interrupted)


def _device(text: str | None) -> int | str | None:
    return int(text) if text is not None and text.isdecimal() else text
