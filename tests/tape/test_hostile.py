"""Whatever is in a file: it is read, or refused in a line; nothing of it runs."""

import sys
import zlib
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from rxvoice.cli import main
from rxvoice.context import Message
from rxvoice.errors import ProviderTimeout
from rxvoice.items import AudioFrame, Fault, ToolCall, Turn
from rxvoice.tape import Sound, TapeError, Unknown, read_tape, redact, replay
from rxvoice.tape._canon import canon
from rxvoice.tape._decode import Decoder
from rxvoice.tape._encode import Encoder
from rxvoice.tape._framing import append, defining
from rxvoice.tape._kinds import Kind
from rxvoice.tape._names import class_of
from rxvoice.tape._tags import DEPTH, Tag
from rxvoice.tape._tape import blocks
from rxvoice.tape._varint import put
from rxvoice.tape._writer import HEAD, MAGIC, packed
from tests.tape.calls import agent_of, held

LLM = ["I am here."]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "call.rxv"
    held(path, "[-]'hello' [-]|", llm=LLM, sound=False)
    return path


def ignore(number: int, name: str, names: tuple[str, ...]) -> None:
    """Be told of a class."""


def header() -> bytearray:
    block, body = bytearray(), bytearray()
    Encoder(ignore).put(body, {"rxvoice": "1"})
    append(block, Kind.HEADER, body)
    return block


def of_value(value: bytes) -> bytearray:
    """Return a block with a value somewhere in it."""
    block = header()
    append(block, Kind.NOTE, value)
    return block


def of_item(item: Any) -> bytearray:
    """Return a block with an item in it."""
    block, body = header(), bytearray()

    def define(number: int, name: str, names: tuple[str, ...]) -> None:
        append(block, Kind.CLASS, defining(encoder, number, name, names))

    encoder = Encoder(define)
    encoder.put(body, item)
    append(block, Kind.NOTE, body)
    return block


def of_class(name: Any) -> bytearray:
    """Return a block that names a class, and holds an item of it."""
    block, body = header(), bytearray()
    put(body, 0)
    Encoder(ignore).put(body, name)
    Encoder(ignore).put(body, ("one",))
    append(block, Kind.CLASS, body)
    append(block, Kind.NOTE, bytes([Tag.ITEM, 0, Tag.TRUE]))
    return block


def written(path: Path, *contents: bytes | bytearray) -> Path:
    path.write_bytes(MAGIC + b"".join(packed(bytes(block)) for block in contents))
    return path


def test_a_tape_that_is_cut_anywhere_is_read_up_to_there(path: Path, tmp_path: Path) -> None:
    whole, data = read_tape(path), path.read_bytes()
    torn = tmp_path / "torn.rxv"
    lengths: set[int] = set()
    for size in range(len(data)):
        torn.write_bytes(data[:size])
        try:
            tape = read_tape(torn)
        except TapeError:
            continue
        assert not tape.is_complete
        assert tape.records == whole.records[: len(tape.records)]
        lengths.add(len(tape.records))
    assert len(lengths) > 3


@pytest.mark.parametrize("seed", range(4))
def test_damage_that_checksums_do_not_show_is_read_or_refused(
    path: Path, tmp_path: Path, seed: int
) -> None:
    random = Random(seed)
    parts = [bytearray(block) for block in blocks(path.read_bytes())]
    refused = 0
    for _ in range(60):
        damaged = [bytearray(part) for part in parts]
        for _ in range(random.choice([1, 1, 3, 20])):
            part = random.choice(damaged)
            place = random.randrange(len(part))
            part[place] = random.choice([part[place] ^ 1 << random.randrange(8), 0, 255])
            if random.random() < 0.2:
                del part[place : place + random.randrange(9)]
        damaged_path = written(tmp_path / "damaged.rxv", *damaged)
        try:
            tape = read_tape(damaged_path)
            replay(tape, agent_of(LLM), caller=tape.edges[0][0] if tape.edges else "")
            redact(damaged_path, tmp_path / "copy.rxv")
        except TapeError:
            refused += 1
    assert 0 < refused < 60


def test_any_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "any.rxv"
    random = Random(1)
    for size in [*range(20), 1000, 10_000]:
        for start in (b"", MAGIC, MAGIC + HEAD.pack(size, 0, 0), header()):
            path.write_bytes(start + random.randbytes(size))
            with pytest.raises(TapeError):
                read_tape(path)
        written(path, random.randbytes(size))
        with pytest.raises(TapeError):
            read_tape(path)


LONG = bytes([Tag.NATURAL]) + b"\xff" * 1_000_000 + b"\x01"
DEEP = bytes([Tag.LIST, 1]) * 100_000 + bytes([Tag.NONE])
SENSELESS = {
    "a long number": of_value(LONG),
    "values in values": of_value(DEEP),
    "a huge text": of_value(bytes([Tag.TEXT, 255, 255, 255, 255, 127])),
    "huge audio": of_value(bytes([Tag.SAMPLES, 255, 255, 255, 255, 127])),
    "a huge list": of_value(bytes([Tag.LIST, 255, 255, 255, 255, 127, Tag.NONE])),
    "more audio than there may be": of_item(Sound(10**12, 16_000, 0.0, b"")),
    "audio at no rate": of_item([Sound(10, 0, 0.0, b"")]),
    "no UTF-8": of_value(bytes([Tag.TEXT, 2, 0xC3, 0x28])),
    "an array of objects": of_value(bytes([Tag.ARRAY, Tag.TEXT, 2]) + b"|O" + bytes([1, 1, 0])),
    "a list as a key": of_value(bytes([Tag.DICT, 1, Tag.LIST, 0, Tag.NONE])),
    "no class": of_value(bytes([Tag.ITEM, 7])),
    "an unknown tag": of_value(bytes([99])),
    "a class without a name": of_class(3),
}


@pytest.mark.parametrize("name", SENSELESS)
def test_what_makes_no_sense_is_refused_at_once(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "any.rxv", SENSELESS[name])
    with pytest.raises(TapeError, match=r"^any\.rxv"):
        read_tape(path)
    with pytest.raises(TapeError, match=r"^any\.rxv"):
        redact(path, tmp_path / "copy.rxv")
    assert not (tmp_path / "copy.rxv").exists()


def test_a_block_that_unpacks_to_more_than_any_recording_holds_is_refused(tmp_path: Path) -> None:
    packing = zlib.compressobj(1)
    zeros = bytes(1_000_000)
    bomb = b"".join(packing.compress(zeros) for _ in range(80)) + packing.flush()
    path = tmp_path / "bomb.rxv"
    path.write_bytes(MAGIC + HEAD.pack(len(bomb), zlib.crc32(bomb), 1) + bomb)
    with pytest.raises(TapeError, match="cannot be understood"):
        read_tape(path)


@pytest.mark.parametrize(
    "name",
    [
        "foreign:Thing",
        "rxvoice.nowhere:Thing",
        "rxvoice.tape._names:importlib.abc.Loader",
        "rxvoice.clock:asyncio.CancelledError",
        "builtins:eval",
        "subprocess:Popen",
        ":",
        "rxvoice.\x00:a",
        "rxvoice:",
    ],
)
def test_a_class_that_is_not_known_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "foreign.py").write_text("raise SystemExit('it ran')")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    tape = read_tape(written(tmp_path / "any.rxv", of_class(name)))
    assert tape.records[-1].value == Unknown(name, (("one", True),))
    assert class_of(name) is None
    assert "foreign" not in sys.modules


def test_items_of_rxvoice_are_known_by_their_names() -> None:
    for kind in (AudioFrame, Fault, Message, ProviderTimeout, ToolCall, Turn):
        assert class_of(f"{kind.__module__}:{kind.__qualname__}") is kind


def again(value: Any) -> Any:
    decoder, out = Decoder(), bytearray()
    Encoder(decoder.define).put_whole(out, value)
    return decoder.get(bytes(out), 0)[0]


class Broken(dict[str, int]):
    """One that cannot be looked through."""

    def items(self) -> Any:
        raise RuntimeError("not now")


def test_what_cannot_be_kept_costs_the_tape_only_itself() -> None:
    endless: list[Any] = [1]
    endless.append(endless)
    assert again(endless)[1][1][0] == 1
    assert again([10**9000, 1]) == [Unknown("builtins:int"), 1]
    assert again(Broken(a=1)) == Unknown(f"{__name__}:Broken")
    assert canon(endless) == canon(endless)
    deep: Any = None
    for _ in range(5000):
        deep = (deep,)
    assert isinstance(again(deep), tuple)
    for place in range(DEPTH - 1, DEPTH + 1):  # what a frame is made of lies in it
        deep = AudioFrame(np.zeros(3, np.int16), 16_000)
        for _ in range(place):
            deep = (deep,)
        assert isinstance(again(deep), tuple)


@pytest.mark.parametrize("command", [["replay"], ["redact"], ["diff"]])
def test_a_file_that_is_no_tape_is_told_in_a_line(
    path: Path, tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    last = {"replay": [], "redact": [str(tmp_path / "copy.rxv")], "diff": [str(path)]}[command[0]]
    told = {
        "empty": (b"", "is empty"),
        "foreign": (b"RIFF", "is not a tape of rxvoice"),
        "newer": (b"rxvoice tape 2\n\x01", "is a tape of another version of rxvoice"),
        "begun": (b"rxvoice ta", "holds nothing: the recording was killed when it began"),
        "senseless": (written(path, b"\x01\x01\x63").read_bytes(), "an unknown kind, 99"),
    }
    for name, (content, line) in told.items():
        (tmp_path / name).write_bytes(content)
        assert main([*command, str(tmp_path / name), *last]) == 2
        error = capsys.readouterr().err
        assert line in error
        assert error.count("\n") == 1
    for name, line in (("missing", "No such file"), (".", "Is a directory")):
        assert main([*command, str(tmp_path / name), *last]) == 2
        assert line in capsys.readouterr().err
