"""`echo_gate`."""

import math

from reactivex import Observable

from rxvoice._types import Operator
from rxvoice.audio._echo_canceller import EchoCanceller
from rxvoice.audio._echo_filter import BLOCK
from rxvoice.items import Event
from rxvoice.operators._without_echo import without_echo

ROOM = 0.14  # seconds that the path is longer than the delay, for what the room adds


def echo_gate(
    feedback: Observable[Event], /, *, max_delay: float = 0.4, loudest: float = -3.0
) -> Operator[Event, Event]:
    """Take the bot's voice out of what the microphone hears, so that it does not interrupt itself.

    Put it before `vad_gate`. ``feedback`` is what is played: `AudioFrame` items whose ``pts`` are
    the times at which they are heard, as they leave `rxvoice.operators.pace`, and `ClearAudio`,
    which takes back what is not heard yet. While nothing is played, and until its last echo has
    died away, the user's frames pass untouched, the same objects at the same time. While something
    is, they come 20 ms late, cut into pieces of 20 ms, with the same ``pts``: first without the
    echo that an adaptive filter predicts, then dampened at the frequencies where more of it may be
    left. What is no audio passes at once.

    How far the loudspeaker is and how it sounds is learnt from the first second of what it plays
    and followed from then on. Before that, only what is louder than an echo can be passes; so one
    who cuts in right at the beginning of the first reply may be heard some tenths of a second late.
    With headphones there is nothing to learn but that, and soon all passes as it is.

    Marbles (one column is 20 ms)::

        played ssss----------
        mic    -qqqqssssqqqqq|
        echo_gate(played)
        out    --qqqqqqqqqqqq(q|)

    Args:
        feedback: What the pipe gives, from `rxvoice.operators.with_feedback`. What it holds besides
            does not matter, and it need not end.
        max_delay: Seconds that may lie between the time at which something is heard by its ``pts``
            and its echo in the user's audio, buffers and networks included. What is later is not
            recognised as echo; the cost grows with it.
        loudest: How loud an echo may be that is not known yet, in dB compared with what is played.

    Returns:
        The operator. It ends as the source does, and fails, too, when ``feedback`` does.

    Raises:
        ValueError: When ``max_delay`` is not from 0 to 2 s or ``loudest`` is not finite.

    Where the numbers come from: rooms made of seeded noise and labelled recordings, see
    ``docs/echo.md``. While something is played, 20 ms of 16 kHz take 0.1 ms; what was learnt takes
    0.3 MB.
    """
    if not 0.0 <= max_delay <= 2.0:
        raise ValueError(f"max_delay must be from 0 to 2 s, got {max_delay}")
    if not math.isfinite(loudest):
        raise ValueError(f"loudest must be finite, got {loudest}")
    parts = math.ceil((max_delay + ROOM) / BLOCK - 1e-9)
    gain = 10.0 ** (loudest / 10.0)

    return without_echo(
        feedback,
        lambda rate: EchoCanceller(rate, parts=parts, loudest=gain),
        reach=parts * BLOCK,
    )
