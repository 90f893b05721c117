"""Let agents hear scenes on virtual time, and score what they did.

The scenes are recordings of users with a script for the bot, listed by a manifest (see
``scene_files``). The agent is the real graph with the real models; only its lines are fixed (see
``scene_stage``). What it did is written as a log, which a scorer of your own can judge::

    uv run --all-extras python tools/scenes.py manifest.json --policy plain --log log.json \
        --scorer score_scenes.py

``--scorer`` names a Python file with a function ``score(log, manifest)`` that returns a dictionary.
"""

import argparse
import fnmatch
import importlib.util
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scene_ears import Ears
from scene_files import Scene, read_scenes
from scene_policies import POLICIES
from scene_stage import Entry, play


def held(scenes: list[Scene], policy: str, ears: Ears) -> dict[str, list[Entry]]:
    """Play all scenes to the agent of a policy; return its log by the names of the scenes."""
    agent = POLICIES[policy](ears)
    return {scene.name: play(scene, agent) for scene in scenes}


def scorer(path: Path) -> Callable[..., dict[str, Any]]:
    """Load the function ``score`` of a Python file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.score


def shown(score: dict[str, Any]) -> str:
    """Return a score as text, what failed last and line by line."""
    lines = json.dumps({k: v for k, v in score.items() if k != "fails"}, indent=1)
    fails = [f"  {' '.join(map(str, fail))}" for fail in score.get("fails", ())]
    return "\n".join([lines, f"failed musts: {len(fails)}", *fails])


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Let agents hear scenes on virtual time.")
    parser.add_argument("manifest", type=Path, help="lists the scenes")
    parser.add_argument("--policy", choices=sorted(POLICIES), default="plain")
    parser.add_argument("--log", type=Path, help="where the log goes")
    parser.add_argument("--scorer", type=Path, help="a Python file with a function score")
    parser.add_argument("--split", help="only the scenes of this part of the data")
    parser.add_argument("--only", default="*", help="only scenes whose names match this pattern")
    args = parser.parse_args()
    scenes = read_scenes(args.manifest, split=args.split)
    scenes = [scene for scene in scenes if fnmatch.fnmatch(scene.name, args.only)]
    began = time.perf_counter()
    log = held(scenes, args.policy, Ears())
    seconds = sum(scene.duration for scene in scenes)
    taken = time.perf_counter() - began
    print(f"{args.policy}: {len(scenes)} scenes, {seconds:.0f} s of audio in {taken:.0f} s")
    if args.log is not None:
        args.log.write_text(json.dumps(log, indent=1) + "\n", encoding="utf-8")
    if args.scorer is not None:
        manifest = {"files": [dict(scene.about) for scene in scenes]}
        print(shown(scorer(args.scorer)(log, manifest)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
