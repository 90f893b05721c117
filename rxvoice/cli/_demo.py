"""``rxvoice demo``: a recorded caller talks to the local agent."""

import argparse
import asyncio
import sys
from importlib.resources import as_file, files
from pathlib import Path

import reactivex as rx
from reactivex import Observable

from rxvoice.audio import WavReader
from rxvoice.cli import _agent, _outputs
from rxvoice.cli._keep import NAMES, keep
from rxvoice.cli._live import LiveView
from rxvoice.items import Event, Stamped
from rxvoice.operators import share
from rxvoice.session import Session, Sink
from rxvoice.sinks import to_wav
from rxvoice.sources import from_wav
from rxvoice.tape import record

TICK = 0.1


def add_arguments(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "demo",
        help="let a recorded caller talk to the local agent",
        description="Play a recording of a caller, at real speed, to an agent that listens, thinks "
        "and speaks with local models, and keep the conversation in a folder: the stereo "
        "recording (caller left, bot right), the transcript, a table of latencies and a picture.",
    )
    parser.add_argument(
        "--input", type=Path, metavar="WAV", help="any other recording (default: the shipped one)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("rxvoice-demo"),
        metavar="FOLDER",
        help="where to keep the conversation (default: %(default)s)",
    )
    parser.add_argument(
        "--tape",
        type=Path,
        metavar="FILE",
        help="keep the call on a tape, too, for `rxvoice replay` (such as call.rxv)",
    )
    _agent.add_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if args.input is not None:
        _play(args, args.input)
    else:
        with as_file(files("rxvoice") / "data" / "caller.wav") as recording:
            _play(args, recording)
    return 0


def _play(args: argparse.Namespace, recording: Path) -> None:
    with WavReader(recording) as reader:
        total = None if reader.announced is None else reader.announced / reader.rate
    _outputs.other("--out", args.out / NAMES[0], recording)
    _outputs.other("--tape", args.tape, recording)
    _outputs.folder("--out", args.out, *NAMES)
    _outputs.tape("--tape", args.tape)
    events: list[Stamped] = []
    try:
        with LiveView(sys.stdout, total=total) as view:
            asyncio.run(converse_with(args, recording, args.out, shown(events, view)))
    except BaseException:
        if events:
            keep(args.out, events)
        raise
    keep(args.out, events)


async def converse_with(
    args: argparse.Namespace, recording: Path, folder: Path, *sinks: Sink[Event]
) -> None:
    """Let the caller of a recording talk to the local agent.

    Args:
        args: What `rxvoice.cli._agent` needs, and ``tape``: a file, or None.
        recording: The caller's audio, a WAV file.
        folder: Gets ``conversation.wav``.
        sinks: Get the events.
    """
    operator = await _agent.local_agent(args)
    caller = from_wav(recording, realtime=True).pipe(share())
    sound = to_wav(folder / "conversation.wav", user=caller)
    async with Session(name="demo") as session:
        if args.tape is not None:
            record(session, args.tape, settings=_agent.settings(args))
        await session.run(caller.pipe(operator), sound, *sinks)


def shown(events: list[Stamped], view: LiveView) -> Sink[Event]:
    """Collect the events with their times and show them as they come."""

    def sink(stream: Observable[Event], session: Session) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def on_next(event: Event) -> None:
            stamped = Stamped(session.now, event)
            events.append(stamped)
            view.show(stamped)

        def end(_: object = None) -> None:
            ticking.dispose()
            if not done.done():
                done.set_result(None)

        ticking = session.subscribe(rx.interval(TICK), lambda _: view.tick(session.now))
        session.subscribe(stream, on_next, end, end)
        return done

    return sink
