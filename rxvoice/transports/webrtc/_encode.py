"""What the far end is told of items, unless somebody says otherwise."""

import json
from collections.abc import Iterable, Mapping

from rxvoice.items import SendMessage
from rxvoice.transports._contract import Wire


def encode_message(item: object, /) -> Iterable[Wire]:
    """Return the message that an item is to be sent as: of `SendMessage` alone."""
    match item:
        case SendMessage(data=str() | bytes() as data):
            return [data]
        case SendMessage(data=Mapping() as data):
            return [json.dumps(data, ensure_ascii=False)]
        case _:
            return []


__all__ = ["encode_message"]
