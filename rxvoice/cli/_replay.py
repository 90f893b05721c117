"""``rxvoice replay``: a recorded call, again or in another way."""

import argparse
import asyncio
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import reactivex as rx

from rxvoice.cli import _agent, _outputs, _python_file, _serve
from rxvoice.cli._keep import NAMES, keep
from rxvoice.tape import Tape, diff, fork, read_tape, replay
from rxvoice.tape._diff import audible
from rxvoice.tape._fork import NEAR, known

if TYPE_CHECKING:
    from rxvoice.server import AgentFactory, CallSession


def add_arguments(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "replay",
        help="let an agent live through a recorded call again, or go on in another way",
        description="Give an agent what a tape holds, moment by moment, and compare what comes "
        "out with what came out then. With --fork-at it goes on by itself from there.",
        epilog="The exit status is 0 when all came out as it was recorded, 1 when something else "
        "did, and 2 when the tape or the agent cannot be used.",
    )
    parser.add_argument("tape", type=Path, metavar="CALL.RXV", help="what was recorded")
    parser.add_argument(
        "--agent",
        metavar="AGENT.PY[:NAME]",
        help="a Python file with a function that makes the agent, an operator: without arguments, "
        "or, for a call of `rxvoice serve`, the one that was served; "
        f"NAME is '{_python_file.USUAL}' unless given (default: the local agent)",
    )
    parser.add_argument(
        "--until", type=float, metavar="SECONDS", help="stop there; not with a fork"
    )
    parser.add_argument(
        "--fork-at", type=float, metavar="SECONDS", help="from there on it is another call"
    )
    parser.add_argument(
        "--live",
        action="append",
        default=[],
        metavar="EDGE",
        help="what is asked anew after the fork, such as llama; may be repeated; --edges lists all",
    )
    parser.add_argument("--edges", action="store_true", help="list what the tape answers for")
    parser.add_argument(
        "--system",
        help="another instruction for the local model, which is live then, and its voice; from the "
        "begin of the call unless --fork-at says otherwise",
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep transcript and picture")
    parser.set_defaults(run=run, trouble=2)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if args.system and args.agent is not None:
        raise ValueError("--system is for the local agent; the one of --agent has its own")
    if args.until is not None and (args.fork_at is not None or args.live or args.system):
        raise ValueError("--until is for a replay, and not for a fork")
    for name, seconds in (("--until", args.until), ("--fork-at", args.fork_at)):
        if seconds is not None and not seconds >= 0.0:
            raise ValueError(f"{name} must not be negative, got {seconds:g}")
    tape = read_tape(args.tape)
    if not tape.is_complete:
        _agent.say(
            f"{tape.name} was not ended: the recording process was killed, or the file is damaged; "
            f"it holds {tape.duration:.1f} s"
        )
    if args.edges:
        for name in dict.fromkeys(name for name, _ in tape.edges):
            count = sum(other == name for other, _ in tape.edges)
            print(f"{name}  ({count})")
        return 0
    _outputs.folder("--out", args.out, *NAMES[1:])
    live = [*args.live, *(["llama", "tts"] if args.system else [])]
    agent = asyncio.run(_made(args, tape, answered=not live))
    if args.fork_at is None and not live:
        again = replay(tape, agent, until=args.until)
    else:
        again = fork(tape, agent, at=args.fork_at or 0.0, live=live, realtime=bool(live))
    if args.out is not None:
        keep(args.out, audible(again.events))
    if again.divergence is None:
        end = tape.duration if args.until is None else min(args.until, tape.duration)
        count = len(known(tape, again.events))
        print(f"{count} events in {end:.1f} s, all as they were recorded")
        return 0
    print(diff(known(tape, tape.events), known(tape, again.events), within=NEAR))
    print()
    print(again.divergence)
    return 1


async def _made(args: argparse.Namespace, tape: Tape, *, answered: bool) -> Any:
    called = "call" in _settings(tape)
    if args.agent is not None and called:
        from rxvoice.server import served

        return served(_clear(args.agent))
    if args.agent is not None:
        make = _python_file.load(args.agent)
        try:
            made = make()
            return await made if inspect.isawaitable(made) else made
        except Exception as error:
            raise _python_file.clearly(error, args.agent) from error
    settings = _agent.told(tape.header.get("settings"))
    if settings is None:
        raise ValueError(f"{tape.name} does not say which agent it was; say so with --agent")
    if args.system:
        settings.system = args.system
    local = await _agent.local_agents(settings, answered=answered)
    if called:
        from rxvoice.server import served

        return served(_serve.served_locally(local))
    loudspeaker = _settings(tape).get("loudspeaker")
    if loudspeaker is None:
        return local()
    return local(played=rx.never(), loudspeaker=bool(loudspeaker))  # `rxvoice talk`


def _settings(tape: Tape) -> dict[str, Any]:
    told: object = tape.header.get("settings")
    return cast("dict[str, Any]", told) if isinstance(told, dict) else {}


def _clear(place: str) -> "AgentFactory":
    """Return the function of a file that was served, whose errors say where they come from."""
    from rxvoice.server._conversation import make_agent

    found = _python_file.load(place, "agent", "bot")

    async def agent(session: "CallSession") -> Any:
        try:
            return await make_agent(found, session)
        except Exception as error:
            raise _python_file.clearly(error, place) from error

    return agent
