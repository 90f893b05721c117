"""The program espeak-ng, as a process of its own: what it says, and how words are spoken."""

import re
import shutil
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Final

from rxvoice.errors import ModelError

PROGRAMS: Final = ("espeak-ng", "espeak")
"""What it is called, the likelier name first."""

_PATIENCE: Final = 10.0
_LANGUAGE_MARK: Final = re.compile(r"\([^)]*\)")  # (en) around words of another language


def find(program: str | None) -> str:
    """Return where the program is.

    Raises:
        ModelError: When it is not installed.
    """
    for name in PROGRAMS if program is None else (program,):
        if path := shutil.which(name):
            return path
    message = (
        f"{program or PROGRAMS[0]} is not installed (packages of that name are widely available)"
    )
    raise ModelError(message)


class Speaking:
    """One run of a program that reads text and writes audio; its methods block, but for `stop`.

    Args:
        command: The program and its arguments.
        text: What it reads.
    """

    def __init__(self, command: Sequence[str], text: str) -> None:
        self._command = command
        self._text = text
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def start(self) -> None:
        """Start it, unless it has been stopped before.

        Raises:
            ModelError: When it cannot be started.
        """
        with self._lock:
            if self._stopped:
                return
            try:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                raise ModelError(f"cannot run {self._command[0]}: {error.strerror}") from error
        stdin = _pipe(self._process.stdin)
        with suppress(BrokenPipeError):  # it has gone, and `read` tells with which code
            stdin.write(self._text.encode(errors="replace"))
            stdin.close()

    def read(self, size: int) -> bytes:
        """Return what it wrote; less than ``size`` bytes at the end, and none after it.

        Raises:
            ModelError: When it ended with an error.
        """
        process = self._process
        if process is None or self._stopped:
            return b""
        data = _pipe(process.stdout).read(size)
        if not data and (code := process.wait()) and not self._stopped:
            raise ModelError(f"{self._command[0]} failed with code {code}")
        return data

    def stop(self) -> None:
        """End it at once, wherever it is; who reads gets nothing more."""
        with self._lock:
            self._stopped = True
            process = self._process
        if process is not None and process.poll() is None:
            process.kill()

    def close(self) -> None:
        """End it, wait until it is gone and release its pipes."""
        self.stop()
        if self._process is not None:
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                with suppress(BrokenPipeError):
                    _pipe(pipe).close()


def phonemes(
    clauses: Sequence[str], voice: str, program: str, *, tie: str | None = None
) -> list[str]:
    """Return how clauses are spoken, in the international alphabet; blocking.

    Args:
        clauses: Text without marks that would end a clause.
        voice: The language, as espeak-ng names it.
        program: Where espeak-ng is.
        tie: A sign to put between letters that make one sound.

    Raises:
        ModelError: When it cannot be run, fails, or takes more than 10 s.
    """
    options = [] if tie is None else [f"--tie={tie}"]
    command = [program, "-q", "--ipa", *options, "-b", "1", "-v", voice, "--stdin"]
    together = _lines("\n\n".join(clauses), command)
    if len(together) == len(clauses):
        return together
    return [" ".join(_lines(clause, command)) for clause in clauses]


def _lines(text: str, command: Sequence[str]) -> list[str]:
    program, voice = command[0], command[command.index("-v") + 1]
    try:
        done = subprocess.run(
            command,
            input=text.replace("[[", "[ [").encode(
                errors="replace"
            ),  # what is in [[ ]] is taken for phonemes
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=True,
        )
    except OSError as error:
        raise ModelError(f"cannot run {program}: {error.strerror}") from error
    except subprocess.SubprocessError as error:
        reason = "took too long" if isinstance(error, subprocess.TimeoutExpired) else "failed"
        raise ModelError(f"{program} {reason} with the voice {voice!r}") from error
    lines = _LANGUAGE_MARK.sub("", done.stdout.decode(errors="replace")).splitlines()
    return [line.strip() for line in lines if line.strip()]


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


__all__ = ["PROGRAMS", "Speaking", "find", "phonemes"]
