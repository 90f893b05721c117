"""Server-sent events come out the same however their bytes are cut."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.errors import ProviderError
from rxvoice.providers._sse import ServerEvent, SseDecoder

CASES = Path(__file__).parents[3] / "shared" / "data" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the recorded cases are not here")


def load(name: str) -> list[dict[str, Any]]:
    path = CASES / name
    return json.loads(path.read_text())["cases"] if path.is_file() else []


PARSER = load("sse_parser.json")
UTF8 = load("utf8.json")


def decoded(chunks: list[bytes]) -> list[ServerEvent]:
    decoder = SseDecoder("test")
    return [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.close()


def cut(stream: bytes, places: set[int]) -> list[bytes]:
    ends = [*sorted(place for place in places if place < len(stream)), len(stream)]
    return [stream[a:b] for a, b in zip([0, *ends], ends, strict=False)]


@needs_cases
@pytest.mark.parametrize("case", PARSER, ids=lambda case: case["id"])
def test_cases_of_other_parsers(case: dict[str, Any]) -> None:
    chunks = [base64.b64decode(chunk) for chunk in case["chunks_b64"]]
    wanted = [ServerEvent(name or "", data) for name, data in case["events"]]
    assert decoded(chunks) == wanted
    stream = b"".join(chunks)
    for size in (1, 2, 3, len(stream)):
        assert decoded(cut(stream, set(range(0, len(stream), size)))) == wanted


@needs_cases
@pytest.mark.parametrize("case", UTF8, ids=lambda case: case["id"])
def test_cases_of_utf_8_at_every_cut(case: dict[str, Any]) -> None:
    kind, text = case["kind"], case["data"]
    raw = bytes.fromhex(text.partition(":")[0]) if "hex" in kind else text.encode()
    stream = b"event: e\ndata: <" + raw + b">\n\n"
    whole = decoded([stream])
    assert len(whole) == 1
    assert whole[0].data[0] + whole[0].data[-1] == "<>"
    inner = whole[0].data[1:-1]
    if kind == "invalid hex":
        assert inner.encode() == bytes.fromhex(text.split(":")[2])
    else:
        assert inner == raw.decode()
    for place in range(1, len(stream)):
        assert decoded(cut(stream, {place})) == whole
    assert decoded([stream[i : i + 1] for i in range(len(stream))]) == whole


PIECES = [b"\r", b"\n", b"\r\n", b"data", b"event", b":", b" ", b": ", b"x", b"\xef\xbb\xbf"]
MORE = [b"\xe2\x80\xa8", b"\xf0\x9f", b"\x98\x80", b"\xff", b"id", b"retry", b"\x00", b"data:y"]


@given(st.lists(st.sampled_from(PIECES + MORE), max_size=40), st.sets(st.integers(0, 120)))
def test_events_do_not_depend_on_the_cuts(pieces: list[bytes], places: set[int]) -> None:
    stream = b"".join(pieces)
    assert decoded(cut(stream, places)) == decoded([stream])


@given(st.lists(st.text().filter(lambda text: "\r" not in text), max_size=6), st.data())
def test_what_was_written_is_read(texts: list[str], data: st.DataObject) -> None:
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    stream = "".join(
        "".join(f"data: {line}{end}" for line in text.split("\n")) + end for text in texts
    ).encode(errors="replace")
    wanted = [ServerEvent("", text.encode(errors="replace").decode()) for text in texts]
    places = data.draw(st.sets(st.integers(0, len(stream))))
    assert decoded(cut(stream, places)) == wanted


@pytest.mark.parametrize(
    ("stream", "wanted"),
    [
        (b"\xef\xbb\xbfdata: a\n\n", [("", "a")]),
        (b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [("", "a")]),
        (b"data: a\rdata:b\r\r", [("", "a\nb")]),
        (b"data:  a\n\n", [("", " a")]),
        (b"event: only\n\ndata: b\n\n", [("", "b")]),
        (b"event: one\nevent: two\ndata: b\nid: 7\nretry: 1\n\n", [("two", "b")]),
        (b"data: the last one", [("", "the last one")]),
        (b"", []),
    ],
    ids=["bom", "bom-inside", "returns", "one-blank", "no-data", "fields", "unended", "nothing"],
)
def test_rules(stream: bytes, wanted: list[tuple[str, str]]) -> None:
    assert [(event.name, event.data) for event in decoded([stream])] == wanted


@pytest.mark.parametrize(
    "stream",
    [b"data: " + b"x" * 100, b"data: x\n" * 14 + b"data: xyz", b"x" * 101, b": " + b"x" * 100],
    ids=["line", "lines", "unknown", "comment"],
)
def test_an_event_has_a_bound(stream: bytes) -> None:
    decoder = SseDecoder("acme", longest=100)
    for byte in stream[:100]:
        assert not decoder.feed(bytes([byte]))
    with pytest.raises(ProviderError, match="longer than 100 characters") as caught:
        decoder.feed(stream[100:])
    assert caught.value.provider == "acme"


def test_the_bound_is_that_of_one_event() -> None:
    decoder = SseDecoder("acme", longest=100)
    stream = (b"data: " + b"x" * 80 + b"\n\n" + b": " + b"y" * 80 + b"\n") * 50
    assert len(decoder.feed(stream)) == 50
