"""The copy of a conversation that may be logged (CX19)."""

from typing import Any

import pytest

from rxvoice.context import AudioPart, Context, ImagePart, Message, for_log
from rxvoice.items import Part, ToolCall


def test_cx19_pictures_and_recordings_are_told_by_their_size() -> None:
    image = ImagePart(b"\xff" * 5000, "image/png", text="the door")
    message = Message("user", "Look.", parts=(image, AudioPart(b"\x01" * 70, "the bell")))
    (logged,) = for_log([message])
    assert logged == Message(
        "user",
        "Look.",
        parts=(
            ImagePart(b"(5000 bytes)", "image/png", text="the door"),
            AudioPart(b"(70 bytes)", "the bell"),
        ),
    )
    assert message.parts[0] is image


@pytest.mark.parametrize("url", ["http://a.example/b.png", "https://a.example/" + "c" * 500])
def test_cx19_addresses_stay(url: str) -> None:
    message = Message("user", parts=(ImagePart(url=url),))
    assert for_log([message]) == (message,)


def test_cx19_a_picture_inside_of_an_address_does_not() -> None:
    part: Part = ImagePart(url="data:image/png;base64," + "A" * 1000)
    (logged,) = for_log([Message("user", parts=(part,))])
    assert logged.parts == (ImagePart(url="data:image/png;base64,(1022 characters)"),)


def test_cx19_long_texts_of_a_provider_are_cut_wherever_they_are() -> None:
    data: dict[str, Any] = {
        "signature": "s" * 101,
        "short": "s" * 100,
        "parts": [{"thought": "t" * 500}, ("u" * 200, 7, None)],
        "raw": b"\x00" * 300,
    }
    message = Message("assistant", "x" * 500, provider="p", data=data)
    (logged,) = for_log([message])
    assert logged.data == {
        "signature": "s" * 100 + "… (101 characters)",
        "short": "s" * 100,
        "parts": [
            {"thought": "t" * 100 + "… (500 characters)"},
            ("u" * 100 + "… (200 characters)", 7, None),
        ],
        "raw": b"(300 bytes)",
    }
    assert logged.text == message.text
    assert data["parts"][0]["thought"] == "t" * 500
    assert len(data["signature"]) == 101


def test_cx19_all_else_of_a_conversation_stays() -> None:
    call = ToolCall("1", "look", {"at": "y" * 500})
    plain = (Message("user", "x" * 500), Message("assistant", calls=(call,)))
    context = Context("z" * 500, plain, tool_choice="none", additions=(("a", "b"),))
    assert for_log(context) == context
    longer = context.add(Message("user", parts=(AudioPart(b"12345678901234"),)))
    assert for_log(longer).messages[:2] == plain
    assert for_log(longer).messages[2].parts == (AudioPart(b"(14 bytes)"),)
    assert for_log(Context()) == Context()
