"""Programs that speak: text in, samples out."""

import asyncio
import logging
import math
import os
import signal
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar, cast

from rxvoice.aio import closing
from rxvoice.audio import PcmAligner
from rxvoice.errors import AudioFormatError, ProviderError, ProviderTimeout
from rxvoice.items import AudioFrame

T = TypeVar("T")

logger = logging.getLogger(__name__)

_PIECE: Final = 0.1
"""Seconds of sound in a frame, at most."""

_AHEAD: Final = 2**18
"""Bytes of sound that are read before anybody wants them; then the program has to wait."""

_TAIL: Final = 2048
"""Bytes of the error output that are kept."""


class Program(asyncio.SubprocessProtocol):
    """A process that reads one text and writes its sound.

    It runs in a group of its own, and all of the group is killed when it is closed, so that a
    program that was started by another one ends, too. Its error output is always read, and only
    the end of it kept.

    Args:
        provider: For errors.
    """

    _transport: asyncio.SubprocessTransport

    def __init__(self, provider: str) -> None:
        loop = asyncio.get_running_loop()
        self._provider = provider
        self._sound = asyncio.StreamReader(limit=_AHEAD, loop=loop)
        self._told = b""
        self._gone: asyncio.Future[None] = loop.create_future()

    @property
    def is_running(self) -> bool:
        """Whether it has neither ended nor closed its output."""
        return self._transport.get_returncode() is None and not self._sound.at_eof()

    def give(self, text: str) -> None:
        """Write the text as one line; it is the only one."""
        pipe = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))
        pipe.write(" ".join(text.split()).encode("utf-8", "replace") + b"\n")
        pipe.write_eof()

    async def read(self, size: int, *, patience: float) -> bytes:
        """Return what it writes, at most so many bytes; none when it has written all.

        Raises:
            ProviderTimeout: When nothing comes for ``patience`` seconds.
        """
        return await self._waited(self._sound.read(size), patience)

    async def ended(self, *, patience: float) -> int:
        """Wait for its end and return its exit code, negative when a signal ended it.

        Raises:
            ProviderTimeout: When it has not ended after ``patience`` seconds.
        """
        await self._waited(asyncio.shield(self._gone), patience)
        code = self._transport.get_returncode() or 0
        if code and logger.isEnabledFor(logging.DEBUG):
            told = self._told.decode("utf-8", "replace")
            logger.debug("%s failed", self._provider, extra={"pii.text": told})
        return code

    async def aclose(self) -> None:
        """Kill it, unless it has ended, and wait until nothing of it is left."""
        if self._transport.get_returncode() is None:
            with suppress(ProcessLookupError, PermissionError):  # it ended just now
                os.killpg(self._transport.get_pid(), signal.SIGKILL)
        for number in (0, 1, 2):
            pipe: Any = self._transport.get_pipe_transport(number)
            if pipe is not None and not pipe.is_closing():
                pipe.close()
        await asyncio.shield(self._gone)

    async def _waited(self, wanted: Awaitable[T], patience: float) -> T:
        try:
            async with asyncio.timeout(None if patience == math.inf else patience):
                return await wanted
        except TimeoutError:
            message = f"{self._provider} gave nothing for {patience:g} s"
            raise ProviderTimeout(message, provider=self._provider) from None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the pipes."""
        self._transport = cast("asyncio.SubprocessTransport", transport)
        pipe = self._transport.get_pipe_transport(1)
        if pipe is not None:
            self._sound.set_transport(pipe)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Take what it writes."""
        if fd == 1:
            self._sound.feed_data(data)
        else:
            self._told = (self._told + data)[-_TAIL:]

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """Note the end of its output."""
        if fd == 1:
            self._sound.feed_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that it has ended and all pipes are closed."""
        self._transport.close()
        self._sound.feed_eof()
        if not self._gone.done():
            self._gone.set_result(None)


async def start(command: Sequence[str], *, provider: str) -> Program:
    """Start a program.

    Args:
        command: The program and its arguments.
        provider: For errors.

    Raises:
        ProviderError: When it cannot be started; fatal when there is no such program.
    """
    starting = asyncio.ensure_future(
        asyncio.get_running_loop().subprocess_exec(
            lambda: Program(provider),
            *command,
            start_new_session=True,
            env={"PYTHONUTF8": "1", **os.environ},
        )
    )
    try:
        _, program = await asyncio.shield(starting)
    except asyncio.CancelledError:  # half started, only the process itself could be killed
        with suppress(OSError):
            _, program = await starting
            await program.aclose()
        raise
    except OSError as error:
        missing = isinstance(error, FileNotFoundError | PermissionError | NotADirectoryError)
        message = f"the program {command[0]!r} cannot be started: {error.strerror}"
        raise ProviderError(message, provider=provider, retryable=not missing) from error
    return program


async def spoken(
    program: Program, text: str, *, provider: str, rate: int, patience: float
) -> AsyncGenerator[AudioFrame]:
    """Have a program speak, and end it.

    Args:
        program: Writes 16-bit samples, or a WAV file, and ends then.
        text: What it gets.
        provider: For errors.
        rate: Samples a second, where it writes no WAV file.
        patience: Seconds without a sound after which it has failed; infinite for none.

    Raises:
        ProviderError: When it fails or gives no sound.
    """
    aligner, heard = PcmAligner(rate), False
    async with closing(program):
        program.give(text)
        try:
            while data := await program.read(2 * round(rate * _PIECE), patience=patience):
                for frame in aligner.push(data):
                    heard = True
                    yield frame
            for frame in aligner.flush():
                heard = True
                yield frame
        except AudioFormatError as error:
            message = f"what {provider} writes is no audio"
            raise ProviderError(message, provider=provider) from error
        code = await program.ended(patience=patience)
        if code:
            how = f"with the exit code {code}" if code > 0 else f"by the signal {-code}"
            raise ProviderError(f"{provider} was ended {how}", provider=provider)
        if not heard:
            raise ProviderError(f"{provider} gave no sound", provider=provider)


def has_words(text: str) -> bool:
    """Return whether there is anything to speak."""
    return any(map(str.isalnum, text))


def check_timeout(timeout: float) -> None:
    """Refuse what is no time to wait.

    Raises:
        ValueError: When it is not positive.
    """
    if math.isnan(timeout) or timeout <= 0.0:
        raise ValueError(f"timeout must be positive, got {timeout}")


__all__ = ["Program", "check_timeout", "has_words", "spoken", "start"]
