"""Trouble on purpose: operators that do to a stream what networks, lines and rooms do.

All are plain operators, for tests and for rehearsals on live streams. What is random comes from a
seed and is the same for each subscription; what takes time takes it from the scheduler, so that
nothing of it is left after unsubscribing, and a test on a virtual loop takes none.

    line = rx.compose(noise(snr_db=15.0, kind="pink"), lossy(0.03, burst=2.0), jitter(0.06))
    events = microphone.pipe(line, converse(...))
"""

from ._delayed import delayed
from ._disconnect_at import disconnect_at
from ._echo import echo
from ._jitter import jitter
from ._lossy import lossy
from ._noise import noise

__all__ = ["delayed", "disconnect_at", "echo", "jitter", "lossy", "noise"]
