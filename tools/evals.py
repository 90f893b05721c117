"""Let simulated callers call every example, and keep what became of the calls.

For each program in examples/ that has a function ``agent``, and each persona of
`rxvoice.testing.simulation`, it writes into a folder of the release: the report as JSON, and of
the calls that are worth looking at most their diagrams and pictures. Run it before a release, and
compare the numbers with those of the release before::

    uv run --all-extras python tools/evals.py evals

It fails when a call failed or a stale frame came out.
"""

import argparse
import importlib.util
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from rxvoice.testing.calls import Agent
from rxvoice.testing.simulation import CONDITIONS, PERSONAS, Report, simulate

EXAMPLES = Path(__file__).parents[1] / "examples"


def agents() -> Iterator[tuple[str, Agent]]:
    """Yield the name and the agent of each example that has one."""
    for path in sorted(EXAMPLES.glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"examples_{path.stem}", path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path.name} cannot be imported")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        agent = getattr(module, "agent", None)
        if agent is not None:
            yield path.stem, agent


def evaluate(
    calls: int, *, seed: int = 0, audio: bool = False
) -> Iterator[tuple[str, str, str, Report]]:
    """Hold calls with each example: name, persona, conditions and report."""
    for name, agent in agents():
        for persona, who in PERSONAS.items():
            for conditions, how in CONDITIONS.items():
                report = simulate(
                    agent, who, calls=calls, seed=seed, audio=audio, conditions=how, keep=3
                )
                yield name, persona, conditions, report


def keep(folder: Path, name: str, report: Report) -> None:
    """Write a report and its calls."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(report.to_json(), encoding="utf-8")
    for number, call in report.kept.items():
        (folder / f"{name}-call-{number}.txt").write_text(f"{call}\n", encoding="utf-8")
        title = f"{name}, call {number}"
        (folder / f"{name}-call-{number}.svg").write_text(call.svg(title=title), encoding="utf-8")


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Let simulated callers call every example.")
    parser.add_argument("folder", type=Path, help="where the folder of the release is made")
    parser.add_argument("--calls", type=int, default=50, help="by persona (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--audio", action="store_true", help="let the agents hear audio")
    args = parser.parse_args()
    folder = args.folder / version("rxvoice")
    bad = 0
    for name, persona, conditions, report in evaluate(args.calls, seed=args.seed, audio=args.audio):
        keep(folder, f"{name}-{persona}-{conditions}", report)
        figures = report.figures
        failed, stale = figures["failed"] or 0, figures["stale_frames"] or 0
        bad += bool(failed or stale)
        print(f"{name}, {persona}, {conditions}: {failed:g} failed, {stale:g} stale frames")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
