"""Conversations are kept in files (CX24)."""

import asyncio
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rxvoice.context import Context, ContextFiles, Message, tools
from rxvoice.testing import run_virtual

TIME = datetime(2026, 1, 31, 9, 5, 7, tzinfo=UTC)
CONTEXT = Context("be kind", (Message("user", "Hi \ud800 😀"), Message("assistant", "Hello.")))


def ticking(step: timedelta) -> Iterator[datetime]:
    time = TIME
    while True:
        yield time
        time += step


def files(folder: Path, **options: Any) -> ContextFiles:
    return ContextFiles(folder, now=ticking(timedelta(seconds=1)).__next__, **options)


def test_cx24_a_name_tells_date_and_time(tmp_path: Path) -> None:
    kept = files(tmp_path / "a" / "b")

    async def main() -> tuple[str, ...]:
        assert await kept.names() == ()
        assert await kept.save(CONTEXT) == "conversation_2026-01-31_09-05-07.json"
        await kept.save(CONTEXT.append("user", "Bye."))
        return await kept.names()

    names = run_virtual(main())
    assert names == (
        "conversation_2026-01-31_09-05-07.json",
        "conversation_2026-01-31_09-05-08.json",
    )
    assert run_virtual(kept.load(names[0])) == CONTEXT
    assert run_virtual(kept.load(names[1])).messages[-1].text == "Bye."
    assert sorted(os.listdir(tmp_path / "a" / "b")) == list(names)


def test_cx24_files_are_read_and_written_off_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, int] = {}
    replace, read, listed = os.replace, Path.read_text, Path.iterdir

    def watched(name: str, function: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            seen[name] = threading.get_ident()
            return function(*args, **options)

        return call

    monkeypatch.setattr(os, "replace", watched("write", replace))
    monkeypatch.setattr(Path, "read_text", watched("read", read))
    monkeypatch.setattr(Path, "iterdir", watched("list", listed))

    async def main() -> None:
        kept = files(tmp_path)
        await kept.load(await kept.save(CONTEXT))
        await kept.names()

    asyncio.run(main())
    assert seen.keys() == {"write", "read", "list"}
    assert threading.get_ident() not in seen.values()


def test_cx24_only_the_owner_reads_it(tmp_path: Path) -> None:
    name = run_virtual(files(tmp_path).save(CONTEXT))
    assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_cx24_what_is_saved_at_the_same_time_gets_names_of_its_own(tmp_path: Path) -> None:
    kept = ContextFiles(tmp_path, prefix="call-7", now=lambda: TIME)

    async def main() -> list[str]:
        return await asyncio.gather(*(kept.save(Context(str(n))) for n in range(12)))

    names = asyncio.run(main())
    assert len(set(names)) == 12
    assert run_virtual(kept.names()) == tuple(sorted(names))
    texts = {run_virtual(kept.load(name)).system for name in names}
    assert texts == {str(n) for n in range(12)}
    assert all(name.startswith("call-7_2026-01-31_09-05-07") for name in names)
    assert sorted(os.listdir(tmp_path)) == sorted(names)


def test_cx24_a_file_is_complete_or_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    kept = files(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            run_virtual(kept.save(CONTEXT))
    assert os.listdir(tmp_path) == []
    with pytest.raises(TypeError, match="cannot be saved"):
        run_virtual(kept.save(Context(messages=(Message("user", data={"a": object()}),))))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    ["../secret.json", "a/b.json", "/etc/passwd", "..", "", ".hidden.json", "a.txt", "a\x00.json"],
)
def test_cx24_nothing_outside_of_the_folder_is_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"version": 1, "messages": []}')
    inside = tmp_path / "inside"
    (inside / "a").mkdir(parents=True)
    with pytest.raises(ValueError, match="name must be that of a file in the folder"):
        run_virtual(files(inside).load(name))
    (inside / "link.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(ValueError, match="name must be that of a file in the folder"):
        run_virtual(files(inside).load("link.json"))


def test_cx24_what_cannot_be_loaded_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(b"\xff")
    (tmp_path / "old.json").write_text('{"version": 0, "messages": []}')
    (tmp_path / "note.txt").write_text("no conversation")
    kept = files(tmp_path)
    assert run_virtual(kept.names()) == ("bad.json", "old.json")
    with pytest.raises(ValueError, match="decode"):
        run_virtual(kept.load("bad.json"))
    with pytest.raises(ValueError, match="version: 1 can be read"):
        run_virtual(kept.load("old.json"))
    with pytest.raises(FileNotFoundError):
        run_virtual(kept.load("gone.json"))


def test_cx24_tools_are_bound_when_it_is_loaded(tmp_path: Path) -> None:
    async def ring() -> None:
        """Ring."""

    kept = files(tmp_path)
    name = run_virtual(kept.save(Context(tools=tools(ring))))
    (bound,) = run_virtual(kept.load(name, tools=tools(ring))).tools.standard
    assert bound.function is not None
    (unbound,) = run_virtual(kept.load(name)).tools.standard
    assert unbound.function is None


@pytest.mark.parametrize("prefix", ["", "a/b", "../a", ".a"])
def test_cx24_a_prefix_is_a_name(prefix: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="prefix must be"):
        ContextFiles(tmp_path, prefix=prefix)


def test_cx24_the_time_is_that_of_the_clock_unless_given(tmp_path: Path) -> None:
    name = run_virtual(ContextFiles(tmp_path).save(CONTEXT))
    assert datetime.strptime(name, "conversation_%Y-%m-%d_%H-%M-%S.json")
