"""Time of `import rxvoice` in a fresh interpreter, and what it loads."""

import json
import subprocess
import sys

from measured import Measured

ROUNDS = 7
BARE = ("numpy", "reactivex.operators")
"""What the library cannot do without."""

VENDORS = (
    "anthropic",
    "assemblyai",
    "azure",
    "cartesia",
    "deepgram",
    "elevenlabs",
    "google.cloud",
    "google.genai",
    "hibari",
    "livekit",
    "onnxruntime",
    "openai",
    "sounddevice",
    "torch",
    "twilio",
    "xllamacpp",
)
"""Packages that only a provider may load, and only when it is used."""

PROGRAM = """
import json, sys, time
began = time.perf_counter()
for name in sys.argv[1:]:
    __import__(name)
print(json.dumps([time.perf_counter() - began, sorted(sys.modules)]))
"""


def importing() -> list[Measured]:
    """Measure."""
    times: list[float] = []
    bare: list[float] = []
    modules: list[str] = []
    for _ in range(ROUNDS):
        bare.append(_import(*BARE)[0])
        seconds, modules = _import("rxvoice")
        times.append(seconds)
    vendors = [name for name in VENDORS if name in modules]
    note = f"vendors' packages loaded: {', '.join(vendors) or 'none'}; bare: {' and '.join(BARE)}"
    return [Measured("import rxvoice", min(times), "s", 0.4, min(bare), note)]


def _import(*names: str) -> tuple[float, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *names], stdout=subprocess.PIPE, check=True, text=True
    )
    seconds, modules = json.loads(done.stdout)
    return seconds, modules


__all__ = ["importing"]
