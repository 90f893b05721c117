"""Messages and keys, in both directions."""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from rxvoice.aio import Scope
from rxvoice.items import KEYS, Dtmf, Event, Fault, MessageReceived, SendMessage

from ._sdk import KEYPAD
from ._wires import Wires

PACKET: Final = 15_000
"""Bytes of a data packet."""

READERS: Final = 50
"""Text streams that may be on their way at once; what is more is refused."""

APART: Final = 0.3
"""Seconds between two keys."""


class Letters:
    """Turns what the SDK receives into items, and sends messages.

    Args:
        room: The SDK's.
        topics: Of what is sent and received as text streams; all else is data packets.
        tell: Is given what comes.
        scope: Owner of the tasks that read text streams.
        name: Told in faults.
    """

    def __init__(
        self,
        room: Any,
        topics: Collection[str],
        tell: Callable[[Event], None],
        scope: Scope,
        name: str,
    ) -> None:
        self._room = room
        self._topics = topics
        self._tell = tell
        self._scope = scope
        self._name = name
        self._reading = 0

    def wire(self, wires: Wires) -> None:
        """Receive from now on."""
        wires.on("data_received", self._receive_packet)
        wires.on("sip_dtmf_received", self._receive_key)
        for topic in self._topics:
            self._room.register_text_stream_handler(topic, self._receive_stream)

    def close(self) -> None:
        """Receive no more."""
        for topic in self._topics:
            self._room.unregister_text_stream_handler(topic)

    async def send(self, message: SendMessage) -> None:
        """Send a message.

        Raises:
            ValueError: When it is too long.
            Exception: Of the SDK.
        """
        to = [message.to] if message.to else []
        data = message.data
        me = self._room.local_participant
        if isinstance(data, Mapping):
            data = json.dumps(data, ensure_ascii=False)
        if message.topic in self._topics and isinstance(data, str):
            await me.send_text(data, topic=message.topic, destination_identities=to)
            return
        packet = data.encode() if isinstance(data, str) else bytes(data)
        if len(packet) > PACKET:
            raise ValueError(f"a message of more than {PACKET} bytes needs one of text_topics")
        await me.publish_data(packet, topic=message.topic, destination_identities=to)

    async def press(self, keys: tuple[str, ...]) -> None:
        """Press keys one after the other."""
        for number, key in enumerate(keys):
            if number:
                await asyncio.sleep(APART)
            await self._room.local_participant.publish_dtmf(code=KEYPAD.index(key), digit=key)

    def _receive_packet(self, packet: Any) -> None:
        self._tell(MessageReceived(packet.data, _who(packet), packet.topic or ""))

    def _receive_key(self, tone: Any) -> None:
        if tone.digit in tuple(KEYS):
            self._tell(Dtmf(tone.digit))

    def _receive_stream(self, reader: Any, who: str) -> None:
        if self._reading >= READERS:
            reader.close()
            self._tell(Fault(self._name, "too many text streams come at once"))
            return
        self._reading += 1
        self._scope.spawn(lambda: self._read(reader, who), name=f"{self._name}: text stream")

    async def _read(self, reader: Any, who: str) -> None:
        try:
            text = await reader.read_all()
        except ConnectionError as error:
            self._tell(Fault(self._name, "a text stream broke off", cause=error))
        else:
            self._tell(MessageReceived(text, who, reader.info.topic))
        finally:
            self._reading -= 1
            reader.close()


def _who(packet: Any) -> str:
    return "" if packet.participant is None else packet.participant.identity


__all__ = ["APART", "PACKET", "READERS", "Letters"]
