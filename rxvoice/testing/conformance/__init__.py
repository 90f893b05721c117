"""Checks that a provider keeps its contract, for those who write one.

A check is a function that is called from one test::

    from rxvoice.testing.conformance import check_transcriber

    def test_it_is_a_transcriber() -> None:
        check_transcriber(lambda: my_stt(), audio=HELLO, says="hello")

It makes the provider again and again, each time on a virtual event loop of its own, and gives it
what a conversation would: audio of all rates and sizes, silence, a source that fails, an
interruption at the worst moment. It returns a `Report` of what it looked at and what it had to
skip, or raises one `ConformanceError` that lists *all* points that the provider does not keep: what
the contract wants, what happened, and a diagram of it.

What a provider cannot do is declared (``words=False``), and shows up in the report as skipped.

**A server of its own.** What makes the provider may return an async context manager instead; it is
entered on the loop of each trial. What this opens is not counted as the provider's::

    @asynccontextmanager
    async def with_server() -> AsyncIterator[Transcriber]:
        async with my_fake_server() as url:
            yield my_stt(url=url)

    check_transcriber(with_server, audio=HELLO, says="hello")

**Time.** Loops are virtual: audio comes in the time it lasts and costs none, and one second of
waiting is gone in no time. With ``real_io`` (the default) sockets and threads of this machine get a
millisecond before each jump; without, the check is several times quicker, and right for providers
that use `rxvoice.aio.in_thread` at most. A server has to run on the loop of the trial: for one far
away virtual time is too quick.

**Leaks.** What was opened while the provider ran has to be gone when its stream is over: tasks,
timers, connections of the loop, threads, open files. Threads and files of the first trial, in which
models may be loaded for the process, do not count.
"""

from ._chat import check_chat
from ._end_of_turn import check_end_of_turn
from ._recognise import check_recognise
from ._report import ConformanceError, Failure, Report
from ._sink import check_sink
from ._source import check_source
from ._speak import check_speak
from ._synthesizer import check_synthesizer
from ._transcriber import check_transcriber
from ._trial import Make
from ._vad import check_vad

__all__ = [
    "ConformanceError",
    "Failure",
    "Make",
    "Report",
    "check_chat",
    "check_end_of_turn",
    "check_recognise",
    "check_sink",
    "check_source",
    "check_speak",
    "check_synthesizer",
    "check_transcriber",
    "check_vad",
]
