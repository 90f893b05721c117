"""What a minimal agent needs before it says a word."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent

IMPORT: Final = """
import gc, json, os, sys, time
def resident():
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
before = resident()
began = time.perf_counter()
for name in sys.argv[1:]:
    __import__(name)
taken = time.perf_counter() - began
print(json.dumps([taken, (resident() - before) / 1e6]))
"""
"""Has nothing of the other modules, for these import numpy, which counts."""

PACKAGES: Final = """
import json
from importlib.metadata import distributions
print(json.dumps({each.name: each.version for each in distributions()}))
"""

NAMES: Final = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
print(json.dumps(importlib.import_module(sys.argv[2]).MINIMAL))
"""


def about(
    python: Path, module: str, output: Callable[[Sequence[str]], str], *, rounds: int
) -> dict[str, Any]:
    """Tell an environment's packages and space, time and memory of a stack's imports.

    Args:
        python: The environment's, which has nothing but the stack.
        module: The module of the stack here, which names what is imported.
        output: Runs a command and returns what it prints.
        rounds: How often it is imported; the least counts.
    """
    packages: dict[str, str] = json.loads(output([str(python), "-c", PACKAGES]))
    names: list[str] = json.loads(output([str(python), "-c", NAMES, str(HERE), module]))
    command = [str(python), "-c", IMPORT, *names]
    runs = [json.loads(output(command)) for _ in range(rounds)]
    paths = python.parent.parent.rglob("*")
    size = sum(path.stat().st_size for path in paths if path.is_file() and not path.is_symlink())
    return {
        "packages": packages,
        "count": len(packages),
        "size": size / 1e6,
        "import": min(seconds for seconds, _ in runs),
        "memory": min(memory for _, memory in runs),
    }


__all__ = ["about"]
