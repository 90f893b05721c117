"""Hostile messages: an error of the codec's own, or nothing, and the next one is read."""

import json
import math
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rxvoice.items import AudioFrame, Fault
from rxvoice.telephony import MediaCodec, MessageError, ToLine, recognise
from tests.telephony.lines import CONNECTED, VENDORS, Vendor, genesys, tone

each = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)

TYPES = """
event start media stop dtmf mark connected playedStream clearedAudio error websocket:connected
websocket:dtmf websocket:notify open ping close pause paused resumed discarded update
"""
FIELDS = """
type seq id parameters position payload chunk timestamp track inbound streamSid callSid stream_id
call_control_id streamId callId stream_sid call_sid content-type digit name code media_format
mediaFormat encoding sample_rate channels external internal format PCMU L16 audio rate
PT1S PT9999999999S AAAA //// 8000 -1 1e999 0 NaN
"""
WORDS = [*TYPES.split(), *FIELDS.split(), "\ud800"]
ODD: list[Any] = [None, True, False, 0, -1, 1, 2**63, 10**30, 1.5, math.inf, math.nan, "", [], {}]

values = st.recursive(
    st.sampled_from(ODD) | st.sampled_from(WORDS) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from(WORDS), values, max_size=6).map(json.dumps)
texts = st.text(max_size=40) | st.binary(max_size=40) | objects


def read(codec: MediaCodec, message: str | bytes) -> None:
    """Read a message as a transport does, and check what comes of it."""
    try:
        items = codec.decode(message)
    except MessageError as error:
        items = [Fault(error.vendor, str(error))]
    for item in items:
        if isinstance(item, AudioFrame):
            assert 0.0 <= item.pts < 1e9
        elif isinstance(item, ToLine):
            assert len(item.message) < 2_000
            json.loads(item.message)
        elif isinstance(item, Fault):
            assert len(item.message) < 100


@each
@settings(max_examples=150)
@given(st.lists(texts, max_size=5))
def test_te01_whatever_comes_raises_nothing_but_the_codecs_own_error(
    vendor: Vendor, messages: list[str | bytes]
) -> None:
    for codec in (vendor.codec(), vendor.line.codec()):
        for message in messages:
            read(codec, message)
        for sent in codec.encode(tone(0.02, 8_000)):
            assert sent


@given(texts)
def test_te11_whatever_comes_first_is_looked_at_without_an_error(message: str | bytes) -> None:
    recognise(message)


def mutations(seed: int) -> Callable[[Any], Any]:
    """Return a function that changes a value somewhere."""
    dice = random.Random(seed)

    def changed(value: Any) -> Any:
        if dice.random() < 0.15:
            return dice.choice(ODD + WORDS)
        if isinstance(value, dict):
            pairs: list[tuple[str, Any]] = list(value.items())  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            if pairs and dice.random() < 0.1:
                pairs.pop(dice.randrange(len(pairs)))
            return {key: changed(inner) for key, inner in pairs}
        if isinstance(value, list):
            return [changed(inner) for inner in value]  # pyright: ignore[reportUnknownVariableType]
        return value

    return changed


@each
def test_te01_ten_thousand_messages_that_are_nearly_right_do_no_harm(vendor: Vendor) -> None:
    data = vendor.encode(tone(0.02, vendor.rate).samples)
    good: list[str | bytes] = [CONNECTED, *vendor.start, vendor.media(1, data)]
    good += [genesys(kind, 3, "PT1S") for kind in ("ping", "close", "pause", "resumed", "update")]
    good += [json.dumps({"event": event, event: {"digit": "1", "name": "x"}}) for event in WORDS]
    shapes = [json.loads(message) for message in good if isinstance(message, str)]
    codec = vendor.codec()
    for seed in range(10_000 // 7 + 1):
        if seed % 50 == 0:
            codec = vendor.codec() if seed % 100 else vendor.line.codec()
        message = json.dumps(mutations(seed)(shapes[seed % len(shapes)]))
        cut = seed % 97
        read(codec, message[:-cut] if cut < 5 and cut else message)
        if seed % 10 == 0:
            read(codec, random.Random(seed).randbytes(seed % 400))
