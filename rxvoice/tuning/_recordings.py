"""`Recording` and `read_recordings`."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, cast

from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame
from rxvoice.tuning._audio import SUFFIXES, read_audio
from rxvoice.tuning._labels import Labels
from rxvoice.tuning._manifest import read_entry
from rxvoice.tuning._rttm import read_rttm
from rxvoice.tuning._sidecar import read_sidecar
from rxvoice.tuning._text import read_json

MANIFEST = "manifest.json"
SLACK = 0.25
"""Seconds by which a label may lie behind the end of its recording."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What somebody said, and where their turns really ended.

    Attributes:
        name: Told in results.
        labels: Where the turns are.
        source: The user's audio, or the file with it.
    """

    name: str
    labels: Labels
    source: AudioFrame | Path

    def load(self) -> tuple[AudioFrame, str]:
        """Read the audio.

        Returns:
            The audio from time 0, and what is wrong with the file although it can be used.

        Raises:
            AudioFormatError: When it cannot be used, or the labels go beyond its end.
            OSError: When the file cannot be opened.
        """
        if isinstance(self.source, AudioFrame):
            audio, told = AudioFrame(self.source.samples, self.source.rate), ""
        else:
            audio, told = read_audio(self.source, self.labels.channel)
        if self.labels.end > audio.duration + SLACK:
            raise AudioFormatError(
                f"{self.name} ends at {audio.duration:.2f} s, but a turn is labelled until "
                f"{self.labels.end:.2f} s"
            )
        return audio, told


@dataclass(frozen=True, slots=True)
class Recordings:
    """Recordings with labels.

    Attributes:
        items: The recordings.
        problems: Which could not be used and why, one line each.
    """

    items: tuple[Recording, ...]
    problems: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Recording]:
        return iter(self.items)


def read_recordings(
    path: str | os.PathLike[str], *, only: str = "*", kinds: Sequence[str] = ("scene",)
) -> Recordings:
    """Find recordings and read their labels; docs/tuning.md describes the formats.

    Args:
        path: A folder with recordings, each beside its ``NAME.json`` or ``NAME.rttm``; one such
            recording; a manifest, or a folder with ``manifest.json``.
        only: A pattern for file names, such as ``"call-*"``.
        kinds: Of a manifest, the kinds of entries that are wanted; those without a kind are.

    Returns:
        The recordings by name. What cannot be used is told in ``problems``.

    Raises:
        ValueError: When nothing at all can be used, or a manifest is none.
        OSError: When the place cannot be read.
    """
    place = Path(path)
    if not place.exists():
        raise FileNotFoundError(f"there is no file or folder {place}")
    manifest = place / MANIFEST if place.is_dir() else place
    if manifest.suffix == ".json" and manifest.is_file():
        found = _from_manifest(manifest, only, kinds)
    else:
        found = _from_files(place, only)
    if not found.items:
        why = "; ".join(found.problems[:3]) or "no recordings were found"
        raise ValueError(f"{place} has nothing to tune on: {why}")
    return found


def _from_files(place: Path, only: str) -> Recordings:
    files = sorted(place.iterdir()) if place.is_dir() else [place]
    items: list[Recording] = []
    problems: list[str] = []
    bare: list[str] = []
    for file in files:
        if file.suffix.lower() not in SUFFIXES or not fnmatch(file.name, only):
            continue
        sidecar, rttm = file.with_suffix(".json"), file.with_suffix(".rttm")
        try:
            if sidecar.exists():
                items.append(Recording(file.name, read_sidecar(sidecar), file))
            elif rttm.exists():
                items.append(Recording(file.name, read_rttm(rttm), file))
            else:
                bare.append(file.name)
        except (ValueError, OSError) as error:
            problems.append(_line(error))
    if bare:
        names = ", ".join(bare[:3]) + (f" and {len(bare) - 3} more" if len(bare) > 3 else "")
        problems.append(f"no labels, neither NAME.json nor NAME.rttm: {names}")
    return Recordings(tuple(items), tuple(problems))


def _from_manifest(manifest: Path, only: str, kinds: Sequence[str]) -> Recordings:
    value = read_json(manifest)
    entries = cast("dict[str, Any]", value).get("files") if isinstance(value, dict) else None
    if not isinstance(entries, list):
        raise ValueError(f"{manifest}: files must be a list of recordings")
    items: list[Recording] = []
    problems: list[str] = []
    for index, one in enumerate(cast("list[Any]", entries)):
        entry = cast("dict[str, Any]", one) if isinstance(one, dict) else {}
        file = entry.get("file")
        if not isinstance(file, str):
            problems.append(f"{manifest}: files[{index}].file must be a path")
            continue
        if "kind" in entry and entry["kind"] not in kinds:
            continue
        name = Path(file).name
        if not fnmatch(name, only):
            continue
        try:
            labels = read_entry(f"{manifest}: {file}", entry)
        except ValueError as error:
            problems.append(_line(error))
        else:
            items.append(Recording(name, labels, manifest.parent / file))
    return Recordings(tuple(items), tuple(problems))


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


__all__ = ["Recording", "Recordings", "read_recordings"]
