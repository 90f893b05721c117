"""RT03: the client protocol is for its clients; telephone lines are told nothing of it."""

import pytest

from rxvoice.items import SendMessage
from rxvoice.rtvi import BotStartedSpeaking, ServerMessage
from tests.telephony.lines import VENDORS, Vendor, tone


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_rt03_a_telephone_line_is_sent_nothing_of_the_client_protocol(vendor: Vendor) -> None:
    codec = vendor.codec()
    for item in (BotStartedSpeaking(), ServerMessage(content={"a": 1}), SendMessage("hello")):
        assert codec.encode(item) == []
    assert vendor.sound(codec.encode(tone(0.2, vendor.rate))).size  # but it is told what is heard
