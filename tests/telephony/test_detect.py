"""TE11: the first messages tell the vendor."""

import json
import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from rxvoice.telephony import MessageError, detect, detect_async, recognise
from rxvoice.testing import run_virtual
from tests.telephony.lines import VENDORS, Vendor, genesys_open

each = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)


@each
def test_te11_the_first_or_the_second_message_tells_the_vendor_and_the_call(vendor: Vendor) -> None:
    found = detect([*vendor.start, "more"])
    assert found.call is not None
    assert found.call.vendor == vendor.line.vendor
    assert found.messages == vendor.start
    codec = vendor.line.codec()
    for message in found.messages:
        codec.decode(message)
    told = codec.call
    assert told is not None
    assert (told.stream, told.call) == (found.call.stream, found.call.call)


@each
def test_te11_no_second_message_is_waited_for_where_the_first_one_tells_all(vendor: Vendor) -> None:
    def messages() -> Iterator[str]:
        yield vendor.start[-1]
        raise AssertionError("a second message was asked for")

    assert detect(messages()).call is not None


def test_te11_no_message_at_all_is_an_error() -> None:
    with pytest.raises(MessageError, match="without any message"):
        detect([])


def test_te11_only_one_message_is_worth_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "rxvoice.telephony"):
        found = detect(['{"event": "connected"}'])
    assert (found.call, found.messages) == (None, ('{"event": "connected"}',))
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    "message",
    ["", "x", b"\xff\xfe", "[]", "{}", '{"event": "start", "start": {}}', '{"type": "open"}'],
)
def test_te11_what_no_vendor_says_is_none(
    message: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert recognise(message) is None
    assert detect([message, message, "more"]).messages == (message, message)
    assert not caplog.records


def test_te11_messages_are_looked_at_while_they_come() -> None:
    async def messages(*told: str) -> AsyncIterator[str]:
        for message in told:
            yield message

    async def main() -> None:
        found = await detect_async(messages("{}", genesys_open(), "more"))
        assert found.call is not None
        assert (found.call.vendor, len(found.messages)) == ("genesys", 2)
        with pytest.raises(MessageError, match="without any message"):
            await detect_async(messages())
        assert (await detect_async(messages("{}"))).call is None

    run_virtual(main())


def test_te11_messages_may_be_bytes() -> None:
    call = recognise(genesys_open().encode())
    assert call is not None
    assert call.vendor == "genesys"
    assert json.loads(genesys_open())["id"] == call.stream
