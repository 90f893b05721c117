"""Replay a tape in a process of its own, and print a digest of what came out."""

import hashlib
import sys

from rxvoice.tape import read_tape, replay
from rxvoice.tape._canon import canon
from tests.tape.calls import agent_of
from tests.tape.test_any_call import options


def digest_of(path: str, seed: int) -> str:
    """Return a digest of all events of a replay, times and audio included."""
    tape = read_tape(path)
    again = replay(tape, agent_of(audio=True, **options(seed))).check()
    return hashlib.sha256(canon(again.events)).hexdigest()


if __name__ == "__main__":
    sys.stdout.write(digest_of(sys.argv[1], int(sys.argv[2])))
