"""The table of files that rxvoice knows."""

import pytest

from rxvoice.models import (
    DEFAULT,
    LANGUAGE_MODELS,
    TABLE,
    Address,
    ModelFile,
    Part,
    Wheels,
)

HASH = "0" * 64


def test_every_file_can_be_had_from_its_authors_and_from_wheels() -> None:
    for file in TABLE.values():
        assert isinstance(file.places[0], Address), file.key
        assert isinstance(file.places[-1], Wheels), file.key
        assert file.licence in ("MIT", "BSD-2-Clause", "Apache-2.0")
        assert file.purpose


def test_keys_variables_and_hashes_are_distinct() -> None:
    files = TABLE.values()
    assert len({file.variable for file in files}) == len(files)
    assert len({file.sha256 for file in files}) == len(files)
    assert all(TABLE[file.key] is file for file in files)


def test_the_defaults_are_in_the_table() -> None:
    assert set(DEFAULT) | set(LANGUAGE_MODELS) <= set(TABLE)


def test_split_files_know_every_part() -> None:
    wheels = TABLE["qwen2.5-coder-1.5b-instruct"].places[-1]
    assert isinstance(wheels, Wheels)
    assert len(wheels.parts) == 22
    assert sum(part.size for part in wheels.parts) == 1_117_320_768


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"key": "A"}, "key must be like"),
        ({"key": "a/b/c"}, "key must be like"),
        ({"key": "../a"}, "key must be like"),
        ({"sha256": "F" * 64}, "sha256 must be 64 lower-case hex digits"),
        ({"size": 0}, "size must be positive, got 0"),
        ({"name": "../evil"}, "name must be a plain file name"),
        ({"name": ".lock"}, "name must be a plain file name"),
    ],
)
def test_a_bad_entry_is_refused(changed: dict[str, object], message: str) -> None:
    good: dict[str, object] = {"key": "a", "sha256": HASH, "size": 1, "name": "a.bin"}
    with pytest.raises(ValueError, match=message):
        ModelFile(**{**good, **changed})  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/x", "host/x", "http:///x"])
def test_an_address_must_be_one_of_the_web(url: str) -> None:
    with pytest.raises(ValueError, match="url must be an http or https address"):
        Address(url)


@pytest.mark.parametrize("requirement", ["x", "--index-url=x", "x>=1", "x==1 --pre", "x @ file:y"])
def test_a_requirement_must_name_one_version(requirement: str) -> None:
    with pytest.raises(ValueError, match="requirement must be 'name==version'"):
        Part(requirement, "m")


def test_other_arguments_of_a_part_are_checked() -> None:
    with pytest.raises(ValueError, match="member must name a file"):
        Part("x==1", "")
    with pytest.raises(ValueError, match="platform must be a platform tag"):
        Part("x==1", "m", platform="--pre")
    with pytest.raises(ValueError, match="sizes must not be negative"):
        Part("x==1", "m", wheel=-1)
    with pytest.raises(ValueError, match="sha256 must be"):
        Part("x==1", "m", sha256="x")
    with pytest.raises(ValueError, match="parts must name at least one"):
        Wheels(())


def test_parts_must_say_what_they_are_and_add_up() -> None:
    part = Part("x==1", "m")
    with pytest.raises(ValueError, match="parts of a must each say their size and sha256"):
        ModelFile("a", HASH, 4, "a", places=(Wheels((part, part)),))
    whole = Part("x==1", "m", size=1, sha256=HASH)
    with pytest.raises(ValueError, match="parts of a must together have 4 bytes"):
        ModelFile("a", HASH, 4, "a", places=(Wheels((whole, whole)),))
