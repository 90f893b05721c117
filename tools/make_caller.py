"""Make rxvoice/data/caller.wav, the recording that `rxvoice demo` plays, from single recordings.

The places of the utterances leave the bot time to answer, except before the one that interrupts:
it comes while the bot answers the thanks. Faint noise lies below everything, as
on any line. Run it from the project's root; the recordings are not part of the project::

    python tools/make_caller.py ../shared/data/audio/stt
"""

import json
import sys
import wave
from pathlib import Path

import numpy as np

RATE = 16_000
NOISE = 12.0  # standard deviation: about -69 dBFS
SCRIPT = [
    (1.0, "tau2-help_me.wav", "Can you help me with something?"),
    (7.0, "tau2-order_status.wav", "I'd like to check my order status please"),
    (16.5, "tau2-thank_you.wav", "Thank you very much"),
    (20.2, "tau2-check_order_12345.wav", "Can you check the status of my order number 12345?"),
]
LENGTH = 25.5


def main() -> None:
    """Write the recording and its transcript."""
    folder = Path(sys.argv[1])
    target = Path("rxvoice/data")
    mixed = np.random.default_rng(7).normal(0.0, NOISE, round(LENGTH * RATE))
    said: list[dict[str, object]] = []
    for start, name, text in SCRIPT:
        with wave.open(str(folder / name)) as recording:
            assert recording.getparams()[:3] == (1, 2, RATE), name
            samples = np.frombuffer(recording.readframes(recording.getnframes()), "<i2")
        at = round(start * RATE)
        mixed[at : at + len(samples)] += samples
        said.append({"start": start, "end": round(start + len(samples) / RATE, 3), "text": text})
    with wave.open(str(target / "caller.wav"), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(np.clip(np.rint(mixed), -32768, 32767).astype("<i2").tobytes())
    (target / "caller.json").write_text(json.dumps(said, indent=1) + "\n")


if __name__ == "__main__":
    main()
