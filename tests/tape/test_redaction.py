"""Tapes that do not tell what was said."""

import asyncio
import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rxvoice.cli import main
from rxvoice.items import AudioFrame, Fault, ToolResult, Transcript, Turn
from rxvoice.session import Session
from rxvoice.tape import Sound, Tape, read_tape, record, redact
from rxvoice.tape._kinds import Kind
from rxvoice.tape._redact import Redactor
from rxvoice.tape._tape import blocks
from rxvoice.testing import run_virtual
from tests.tape.calls import held
from tests.tape.parts import yielding
from tests.tape.test_any_call import options

USER = "[---]'my number is 4711' 3s [--]'stop' 2s [----]'look it up' 3s [-]'yes' 4s"
SAID = (b"4711", b"number is", b"look it up", b"word3")


def text_of(path: Path) -> bytes:
    return b"".join(blocks(path.read_bytes()))


def of(tape: Tape, kind: type) -> list[Any]:
    return [event.item for event in tape.events if isinstance(event.item, kind)]


def sounds(tape: Tape) -> list[Any]:
    return [r.value for r in tape.records if isinstance(r.value, AudioFrame | Sound)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "call.rxv"
    held(path, USER, audio=True, **options(5))
    assert all(word in text_of(path) for word in SAID[:3])
    return path


def test_a_tape_that_was_redacted_holds_nothing_that_was_said(path: Path) -> None:
    copy = path.with_name("copy.rxv")
    redact(path, copy)
    tape = read_tape(copy)
    assert tape.is_complete
    assert tape.header["redact"] == ["audio", "text"]
    assert not [word for word in SAID if word in text_of(copy)]
    assert sounds(tape)
    for sound in sounds(tape):
        assert not (sound.digest if isinstance(sound, Sound) else np.any(sound.samples))
    original = read_tape(path)
    assert next(turn.text for turn in of(tape, Turn)) == "xx xxxxxx xx xxxx"
    assert [event.at for event in tape.events] == [event.at for event in original.events]
    assert [type(e.item) for e in tape.events] == [type(e.item) for e in original.events]


def test_texts_are_replaced_while_it_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    call = held(path, USER, sound=False, redact=["text"], audio=True, **options(5))
    assert not [word for word in SAID if word in text_of(path)]
    heard = [item.text for item in of(read_tape(path), Transcript)]
    assert heard
    assert [len(text) for text in heard] == [len(item.text) for item in call.only(Transcript)]


@pytest.mark.parametrize("sound", [False, True])
def test_audio_is_replaced_while_it_is_recorded(tmp_path: Path, sound: bool) -> None:
    path = tmp_path / "call.rxv"
    call = held(path, USER, sound=sound, redact=["audio"], audio=True, **options(5))
    found = sounds(read_tape(path))
    assert len(found) > 100
    for one in found:
        assert not (one.digest if isinstance(one, Sound) else np.any(one.samples))
    heard = [item.text for item in of(read_tape(path), Transcript)]
    assert heard == [item.text for item in call.only(Transcript)]


def test_numbers_of_tools_are_not_kept_either(path: Path) -> None:
    copy = path.with_name("copy.rxv")
    redact(path, copy, ["text"])
    results = [r.value for r in read_tape(copy).records if r.kind == Kind.NEXT]
    assert {"number": 0} in [value for value in results if isinstance(value, dict)]
    assert all(item.result in (None, {"number": 0}) for item in of(read_tape(copy), ToolResult))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Größe 42, ok?", "xxxxx xx, xx?"),
        ("नमस्ते, दुनिया।", "xxxxxx, xxxxxx।"),
        ("สวัสดี", "xxxxxx"),
        ("e\u0301te\u0301 👟👨\u200d👩 19 €!", "xxxxx xxxx xx x!"),
        ("a_b-c\t(日本)\n", "xxx-x\t(xx)\n"),
    ],
)
def test_no_part_of_a_sign_is_left_in_any_script(text: str, left: str) -> None:
    assert Redactor(["text"])(Turn(text, 1)).text == left


@pytest.mark.parametrize("what", ["text", ["speech"]])
def test_what_cannot_be_redacted_is_refused(path: Path, what: Any) -> None:
    with pytest.raises(ValueError, match="redact must hold"):
        redact(path, path.with_name("copy.rxv"), what)


def test_a_tape_is_not_redacted_in_its_own_place(path: Path) -> None:
    with pytest.raises(ValueError, match="own place"):
        redact(path, path)


def test_the_command_writes_a_copy(path: Path) -> None:
    copy = path.with_name("copy.rxv")
    assert main(["redact", str(path), str(copy), "--keep-audio"]) == 0
    assert read_tape(copy).header["redact"] == ["text"]
    assert any(np.any(sound.samples) for sound in sounds(read_tape(copy)))
    assert main(["redact", str(path), str(copy), "--keep-text"]) == 0
    assert read_tape(copy).header["redact"] == ["audio"]
    assert main(["redact", str(path), str(copy)]) == 0
    assert main(["redact", str(path), str(copy), "--keep-text", "--keep-audio"]) == 2


@dataclass(frozen=True)
class Order:
    """Never made known."""

    name: str
    note: str
    result: Any = None


class Shade(enum.Enum):
    """Never made known."""

    DARK = "dark"


class Level(enum.StrEnum):
    """Likewise."""

    LOW = "low"


class Words(list[str]):
    """A list."""


class VendorError(Exception):
    """Never made known, and made in a way of its own."""

    def __new__(cls, *, status: int) -> "VendorError":
        return super().__new__(cls, status)

    def __init__(self, *, status: int) -> None:
        super().__init__(f"my number is {status}")
        self.status = status


ITEMS: list[Any] = [
    Order("shop", "my number is 4711", {"number": 4711}),
    Fault("llm", "failed: 4711", cause=VendorError(status=4711)),
    [Shade.DARK, Level.LOW, b"4711", memoryview(b"4711"), np.array(["4711"]), Words(["4711"])],
    VendorError(status=4711),
]


@pytest.mark.parametrize("later", [False, True])
def test_items_and_errors_of_classes_that_are_not_known_here(tmp_path: Path, later: bool) -> None:
    path = tmp_path / "call.rxv"

    async def main() -> None:
        async with Session() as session:
            record(session, path, redact=() if later else ["text"])
            session.subscribe(yielding("given", *ITEMS), None, str)
            await asyncio.sleep(1.0)

    run_virtual(main())
    if later:
        assert b"4711" in text_of(path)
        redact(path, path.with_name("copy.rxv"), ["text"])
        path = path.with_name("copy.rxv")
    assert b"4711" not in text_of(path)
    assert b"my number" not in text_of(path)
    tape = read_tape(path)
    order, fault, mixed, error = (r.value for r in tape.records if r.kind in (5, 6))
    assert dict(order.values) == {
        "name": "shop",
        "note": "xx xxxxxx xx xxxx",
        "result": {"number": 0},
    }
    assert (fault.message, fault.cause.told) == ("xxxxxx: xxxx", ("xx xxxxxx xx xxxx",))
    assert dict(mixed[0].values) == {"name": "DARK"}
    assert dict(mixed[1].values) == {"name": "LOW"}
    assert [*mixed[2:4], mixed[4].tolist(), mixed[5]] == [b"", b"", [""], ["xxxx"]]
    assert (error.kind, error.told, error.state) == (
        f"{__name__}:VendorError",
        ("xx xxxxxx xx xxxx",),
        {},
    )
