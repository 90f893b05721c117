"""A program with the command line of Piper, that tests start: its voices are tones.

The file of a voice says in JSON what it does: ``stall`` (writes half of the sound and no more),
``mute`` (writes nothing and waits), ``die`` (ends after half of the sound, with that code),
``noise`` (bytes of error output before each sentence), ``deaf`` (ends before it has read anything).
What it was started with and what it says it appends to the file ``log`` beside the voice.
"""

import json
import os
import sys
import time

KNOWN = ("--model", "--config", "--speaker", "--length_scale", "--noise_scale", "--noise_w")


def tone(text: str) -> bytes:
    """Return the sound of a line: 10 ms at 16 kHz for each letter, loud and low."""
    letter = b"".join(
        (4000 if i % 80 < 40 else -4000).to_bytes(2, "little", signed=True) for i in range(160)
    )
    return letter * len(text)


def write(data: bytes) -> None:
    for at in range(0, len(data), 999):  # cut in the midst of a sample
        sys.stdout.buffer.write(data[at : at + 999])
        sys.stdout.buffer.flush()


def main() -> None:
    arguments, given = sys.argv[1:], dict[str, str]()
    arguments.remove("--output_raw")
    while arguments:
        name = arguments.pop(0)
        if name not in KNOWN:
            raise SystemExit(f"unknown: {name}")
        given[name] = arguments.pop(0)
    with open(given["--model"]) as file:
        voice = json.load(file)
    folder = os.path.dirname(given["--model"])

    def log(*told: object) -> None:
        with open(os.path.join(folder, "log"), "a", encoding="utf-8") as file:
            file.write(json.dumps([os.getpid(), *told]) + "\n")

    log("start", given)
    if voice.get("deaf"):
        raise SystemExit(3)
    for line in sys.stdin:
        if not (line := line.strip()):
            continue
        log("say", line)
        sys.stderr.write("x" * voice.get("noise", 0))
        sys.stderr.flush()
        sound = tone(line)
        if "stall" in voice or "die" in voice:
            write(sound[: len(sound) // 2])
        if "die" in voice:
            os._exit(voice["die"])
        while "stall" in voice or "mute" in voice:
            time.sleep(60)  # until it is killed
        write(sound)


if __name__ == "__main__":
    main()
