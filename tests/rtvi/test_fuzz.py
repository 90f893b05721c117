"""RT10, TE08: whatever a client sends, it is used or answered by an error, and never raises."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rxvoice.items import ReplyStarted
from rxvoice.rtvi import (
    Client,
    Effects,
    ErrorResponse,
    MessageFrame,
    Settings,
    encode_frame,
    observe,
    receive,
    receive_frame,
)
from rxvoice.rtvi._said import KINDS

from .said import plain

FIELDS = [
    *("version", "about", "t", "d", "content", "options", "run_immediately", "audio_response"),
    *("file", "format", "source", "type", "bytes", "url", "role", "function_name", "tool_call_id"),
    *("arguments", "result", "base64Audio", "base64AudioBatch", "sampleRate", "numChannels"),
    *("buttons", "button", "event", "payload", "tree", "job_id", "reason", "messages", "skip_tts"),
    *("function_call_report_level", "llm_markers", "vad_user_speaking", "library"),
]
EVALUATION = ["eval-connect", "eval-configure", "eval-context", "eval-cancel", "eval-image"]

leaves: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["2.2.0", "1.4.0", "user", "bytes", "url", "image/png", "AAAA", "#", "full"]),
    st.sampled_from([*EVALUATION, 1, 2, 16_000]),
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=12,
)
messages = st.fixed_dictionaries(
    {},
    optional={
        "label": st.sampled_from(["rtvi-ai"] * 20 + ["other", ""]),
        "type": st.sampled_from([*KINDS] * 3) | values,
        "id": st.text(max_size=5) | values,
        "data": st.dictionaries(st.sampled_from(FIELDS), values, max_size=6) | values,
    },
)
whole = st.fixed_dictionaries(
    {
        "label": st.just("rtvi-ai"),
        "type": st.sampled_from([*KINDS]),
        "id": st.text(max_size=5),
        "data": st.dictionaries(st.sampled_from(FIELDS), values, max_size=6),
    }
)
OPEN = Settings(evaluation=True, urls=True)
BUSY = observe(Client(), ReplyStarted(1))[0]


def check(client: Client, effects: Effects) -> None:
    """What follows makes sense, and can be sent."""
    assert isinstance(client, Client)
    for answer in effects.answers:
        assert plain(answer)["type"] in ("error", "error-response", "bot-ready", "user-input")
    refused = [a for a in effects.answers if isinstance(a, ErrorResponse)]
    if refused and not client.ready:
        assert not effects.commands + effects.inputs + effects.requests


@given(messages | whole | values, st.booleans())
@settings(max_examples=400)
def test_rt10_any_json_is_used_or_answered(message: Any, is_open: bool) -> None:
    raw = json.dumps(message)
    client, effects = receive(BUSY, raw, settings=OPEN if is_open else Settings())
    check(client, effects)
    assert receive_frame(
        BUSY, encode_frame(MessageFrame(raw)), settings=OPEN if is_open else Settings()
    ) == (client, effects)


@given(st.text() | st.binary(max_size=200))
@settings(max_examples=300)
def test_rt10_any_text_or_bytes_are_used_or_answered(raw: str | bytes) -> None:
    check(*receive(BUSY, raw, settings=OPEN))


@given(whole, st.data())
@settings(max_examples=200)
def test_rt10_a_message_that_was_damaged_is_used_or_answered(message: Any, data: Any) -> None:
    raw = bytearray(json.dumps(message).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        raw = raw or bytearray(b" ")
    check(*receive(BUSY, bytes(raw), settings=OPEN))


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_te08_any_bytes_are_a_frame_or_answered(data: bytes) -> None:
    check(*receive_frame(BUSY, data, settings=OPEN))
