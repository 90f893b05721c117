"""Hostile messages: what clients and vendors send, changed at random. A seed makes all of them."""

import base64
import json
import math
import random
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from rxvoice import AudioFrame
from rxvoice.rtvi import (
    InterruptionFrame,
    MessageFrame,
    RawAudioFrame,
    TextFrame,
    TranscriptionFrame,
    encode_frame,
)
from tests.telephony.lines import TELNYX_ALAW, VENDORS, genesys, js

Dice: TypeAlias = random.Random
Wire: TypeAlias = str | bytes

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, -(10**300), 1.5, -0.0, 1e308),
    *(math.inf, -math.inf, math.nan, "", " ", "\ud800", "\x00", "NaN", "1e999", "☎" * 50),
    *([], {}, [[]], {"": None}, [None] * 100, "A" * 5000, "__proto__", "../../etc/passwd"),
)
LOUD = (8000 * np.sin(np.arange(320) / 8)).astype(np.int16)
SOUND = base64.b64encode(LOUD.tobytes()).decode()

CLIENT: tuple[tuple[str, dict[str, Any]], ...] = (
    ("client-ready", {"version": "2.2.0", "about": {"library": "test"}}),
    ("client-message", {"t": "note", "d": {"a": [1, 2]}}),
    ("client-message", {"t": "playout", "d": {"seconds": 0.5}}),
    ("send-text", {"content": "Hello?", "options": {"run_immediately": True}}),
    ("send-text", {"content": "Quiet.", "options": {"audio_response": False}}),
    ("append-to-context", {"role": "user", "content": "A fact.", "run_immediately": True}),
    (
        "llm-function-call-result",
        {"function_name": "f", "tool_call_id": "1", "arguments": {}, "result": {"ok": True}},
    ),
    ("raw-audio", {"base64Audio": SOUND, "sampleRate": 16000, "numChannels": 1}),
    ("raw-audio-batch", {"base64AudioBatch": [SOUND, SOUND], "sampleRate": 16000}),
    ("dtmf", {"buttons": ["1", "#"]}),
    ("dtmf", {"button": "5"}),
    (
        "send-file",
        {"content": "See", "file": {"format": "image/png", "source": {"type": "bytes"}}},
    ),
    ("ui-event", {"event": "click", "payload": {"x": 1}}),
    ("ui-snapshot", {"tree": {"role": "button"}}),
    ("eval-connect", {}),
    ("eval-context", {"messages": [{"role": "user", "content": "x"}]}),
    ("describe-config", {}),
    ("disconnect-bot", {}),
)
"""What clients say, by its type."""


def client_message(dice: Dice) -> Any:
    kind, data = dice.choice(CLIENT[:-1] if dice.random() < 0.95 else CLIENT)
    return {"label": "rtvi-ai", "type": kind, "id": str(dice.randrange(10)), "data": data}


def changed(dice: Dice, value: Any, depth: int = 0) -> Any:
    """Return a value in which something is another thing than it should be."""
    if isinstance(value, dict) and value and dice.random() < 0.85:
        told: dict[str, Any] = {**value}
        name = dice.choice([*told])
        match dice.randrange(8):
            case 0:
                del told[name]
            case 1:
                told[dice.choice(["", name.upper(), f"{name} ", "type", "id"])] = told.pop(name)
            case 2:
                told[dice.choice(["type", "label", "event", "data", "id"])] = odd(dice)
            case _:
                told[name] = changed(dice, told[name], depth + 1)
        return told
    if isinstance(value, list) and value and dice.random() < 0.7:
        items: list[Any] = [*value]
        at = dice.randrange(len(items))
        items[at] = changed(dice, items[at], depth + 1)
        return items * dice.choice([1, 1, 2])
    if isinstance(value, str) and value and dice.random() < 0.3:
        at = dice.randrange(len(value))
        return value[:at] + dice.choice(["", "\x00", "é", "\ud83d", value]) + value[at + 1 :]
    return odd(dice)


def odd(dice: Dice) -> Any:
    value = dice.choice(ODD)
    return {"a": value} if dice.random() < 0.05 else [value] if dice.random() < 0.05 else value


def text_of(dice: Dice, value: Any) -> Wire:
    """Return the JSON of a value, mostly; sometimes what is none, or no text."""
    text = json.dumps(value)
    match dice.randrange(40):
        case 0:
            return text[: dice.randrange(len(text) + 1)]
        case 1:
            at = dice.randrange(len(text) + 1)
            return text[:at] + dice.choice(['"', "{", "]", ",", "\\", "\x00", "☎"]) + text[at:]
        case 2:
            return text.encode()
        case 3:
            return dice.choice(["[", '{"a":', '{"data":[']) * dice.choice([5, 500, 50_000])
        case 4:
            return text.replace(":", ": 1e999, 'x':", 1) + "}" * dice.randrange(3)
        case 5:
            return text[:-1] + ', "n": ' + "9" * dice.choice([30, 400, 5000]) + "}"
        case 6:
            return text + text
        case 7:
            return "\ufeff" + text
        case 8:
            return dice.randbytes(dice.randrange(200))
        case 9:
            return text[:-1] + ', "pad": "' + "x" * dice.choice([10_000, 100_000]) + '"}'
        case _:
            return text


def client_text(dice: Dice) -> Wire:
    """Return something that a client of the protocol might send."""
    value = client_message(dice)
    for _ in range(dice.choice([0, 0, 1, 1, 1, 2, 4])):
        value = changed(dice, value)
    return text_of(dice, value)


FRAMES: tuple[Callable[[Dice], bytes], ...] = (
    lambda dice: encode_frame(MessageFrame(json.dumps(client_message(dice)))),
    lambda dice: encode_frame(MessageFrame(str(client_text(dice)))),
    lambda dice: encode_frame(AudioFrame(LOUD, 16_000)),
    lambda dice: encode_frame(
        RawAudioFrame(LOUD.tobytes()[: dice.randrange(640)], dice.choice([0, 1, 8000, 2**32 - 1]))
    ),
    lambda dice: encode_frame(TextFrame("Hello?")),
    lambda dice: encode_frame(TranscriptionFrame("Hello?", "user", "then")),
    lambda dice: encode_frame(InterruptionFrame()),
)


def client_frame(dice: Dice) -> Wire:
    """Return something that a client of the protocol might send in binary."""
    data = bytearray(dice.choice(FRAMES)(dice))
    match dice.randrange(12):
        case 0:
            return bytes(data[: dice.randrange(len(data) + 1)])
        case 1 | 2 | 3:
            for _ in range(dice.choice([1, 1, 2, 8])):
                data[dice.randrange(min(len(data), 40))] = dice.randrange(256)
        case 4:
            data += dice.choice(FRAMES)(dice)
        case 5:
            data += bytes([dice.randrange(256)]) + b"\xff" * dice.randrange(12)
        case 6:
            return dice.randbytes(dice.randrange(100))
        case 7:
            return b"\x12" + b"\xff" * 9 + b"\x01" + bytes(data)
        case 8:
            return bytes(data) * dice.choice([2, 50])
        case 9:
            return client_text(dice)
        case _:
            pass
    return bytes(data)


def phone_messages(dice: Dice) -> list[Wire]:
    """Return what a vendor might send in a call, out of order and changed."""
    vendor = dice.choice([*VENDORS, TELNYX_ALAW])
    told: list[Wire] = [*vendor.start] if dice.random() < 0.9 else []
    rest: list[Wire] = []
    size = vendor.rate // 50
    for number in range(1, dice.choice([5, 40, 80])):
        at = number if dice.random() < 0.8 else dice.randrange(10**6)
        data = vendor.encode(np.resize(LOUD, size if dice.random() < 0.9 else dice.randrange(4000)))
        rest.append(vendor.media(at, data))
    rest += [dice.choice(CONTROLS)(dice) for _ in range(dice.randrange(20))]
    for _ in range(len(rest) // 3):
        at = dice.randrange(len(rest))
        rest[at] = _changed_text(dice, rest[at])
    if dice.random() < 0.7:
        dice.shuffle(rest)
    if dice.random() < 0.2:
        told = [_changed_text(dice, one) for one in told]
    if dice.random() < 0.1:
        rest += told
        dice.shuffle(rest)
    if dice.random() < 0.2:
        rest += [message for message in dice.choice(VENDORS).start]
    return told + rest


def _changed_text(dice: Dice, message: Wire) -> Wire:
    if isinstance(message, bytes):
        return message[: dice.randrange(len(message) + 1)] + dice.randbytes(dice.randrange(3))
    try:
        return text_of(dice, changed(dice, json.loads(message)))
    except (ValueError, RecursionError):  # it was changed before
        return message + " "


CONTROLS: tuple[Callable[[Dice], Wire], ...] = (
    lambda dice: js(event="dtmf", dtmf={"digit": dice.choice(["1", "#", "", 5, None])}),
    lambda dice: js(event="mark", mark={"name": dice.choice(["", "1", "0.5", "x" * 999])}),
    lambda dice: js(event="playedStream", name=str(dice.randrange(9))),
    lambda dice: js(event="clearedAudio"),
    lambda dice: js(event="error", payload={"code": dice.choice([1, -1, "x"])}),
    lambda dice: js(event="websocket:dtmf", digit="7"),
    lambda dice: js(event="websocket:notify", payload={"name": str(dice.randrange(9))}),
    lambda dice: genesys("ping", dice.randrange(10**6)),
    lambda dice: genesys("pause", dice.randrange(9)),
    lambda dice: genesys("resumed", 3, discarded=dice.choice(["PT1S", "PT999999999S", "x"])),
    lambda dice: genesys("discarded", 3, discarded="PT9.5S"),
    lambda dice: genesys("update", 4, language="de"),
    lambda dice: genesys("dtmf", 5, digit="*"),
    lambda dice: genesys("error", 6, code=dice.choice([400, "x", None])),
    lambda dice: js(event="stop", stop={"reason": "x"}) if dice.random() < 0.1 else js(event=""),
    lambda dice: genesys("close", 9, reason="end") if dice.random() < 0.1 else genesys("", 9),
)


__all__ = [
    "CLIENT",
    "ODD",
    "Dice",
    "Wire",
    "changed",
    "client_frame",
    "client_text",
    "odd",
    "phone_messages",
    "text_of",
]
