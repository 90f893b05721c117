"""Fakes of the vendors' servers, on loopback, with a script of faults.

    from rxvoice.testing.servers import Drop, FakeOpenAI, Refuse, Split

    async with FakeOpenAI(
        ["Hello there.", "Good bye."],
        faults=[Refuse(429, retry_after=0.1), Split(seed=3) + Drop(after=4)],
    ) as server:
        client = AsyncOpenAI(api_key="any", base_url=server.api)

A fake runs on the running loop: a usual one, or ``VirtualLoop(real_io=True)``, where seconds take
no time. It listens on a random port of 127.0.0.1, records all that is asked and said, with the
loop's time, and leaves nothing behind.

Faults are data. One fault is met by every request; a list has one entry for each request in
order, None being none, and requests after its end are served well; a mapping has either of these
by path (``{"/v1/speak": Hang()}``). ``a + b`` is both at once. Every fault that has an ``after``
comes after so many messages: events of a stream, frames of a websocket, pieces of audio; a plain
JSON body is one message.

===============  ===================================================================================
`Refuse`         an error status in the vendor's shape, ``retry-after`` included
`Delay`          a slow handshake, a late first message, pauses between messages
`Split`          the bytes on the wire, head and frames included, come in pieces, cut anywhere
`Merge`          several messages come at once
`Drop`           the TCP connection ends, by FIN or RST, before the answer or inside of a message
`Hang`           half-open: nothing more is said, and no ping or close is answered
`Close`          the answer ends early in good form: a close code, or a body as if complete
`Garble`         a message is cut off: malformed JSON, audio that ends inside of a sample
`Mistype`        a field of a message has a value of a wrong type
`Insert`         a message of an unknown type, or any other that the script did not ask for
`Fail`           the vendor's own message that something failed
`Corrupt`        a frame breaks the rules of the websocket, or of HTTP
`Duplicate`      a message comes twice
`Swap`           a message and the next one change places
`Lose`           a message is left out
`Endless`        a message comes again and again, until the client leaves
===============  ===================================================================================

An empty answer is ``Close(after=0)``. A server that nobody listens at is one whose block has
ended: its `FakeServer.url` refuses connections.

A fake of another vendor is a `FakeServer` with a function that answers a `Call`.
"""

from ._answer import Answer
from ._anthropic import FakeAnthropic
from ._assemblyai import FakeAssemblyAI
from ._call import Call
from ._cartesia import FakeCartesia
from ._deepgram import FakeDeepgram
from ._deepgram_flux import FluxTimes
from ._elevenlabs import FakeElevenLabs
from ._exchange import Exchange, Message, Timed
from ._faults import Close, Delay, Drop, Fault, Hang, Merge, Refuse, Split
from ._gemini import FakeGemini
from ._gladia import FakeGladia
from ._inworld import FakeInworld
from ._lmnt import FakeLmnt
from ._message_faults import (
    Corrupt,
    Duplicate,
    Endless,
    Fail,
    Garble,
    Insert,
    Lose,
    Mistype,
    Swap,
)
from ._mistral import FakeMistral
from ._model_reply import ModelReply
from ._openai import FakeOpenAI
from ._openai_chat import ChatReply
from ._plan import FaultScript
from ._rime import FakeRime
from ._said import Heard, Loud, Raw, Said
from ._server import FakeServer
from ._socket import Socket
from ._soniox import FakeSoniox
from ._speechmatics import FakeSpeechmatics
from ._voice import Speech, ToneVoice, pitch
from ._xai import FakeXai

__all__ = [
    "Answer",
    "Call",
    "ChatReply",
    "Close",
    "Corrupt",
    "Delay",
    "Drop",
    "Duplicate",
    "Endless",
    "Exchange",
    "Fail",
    "FakeAnthropic",
    "FakeAssemblyAI",
    "FakeCartesia",
    "FakeDeepgram",
    "FakeElevenLabs",
    "FakeGemini",
    "FakeGladia",
    "FakeInworld",
    "FakeLmnt",
    "FakeMistral",
    "FakeOpenAI",
    "FakeRime",
    "FakeServer",
    "FakeSoniox",
    "FakeSpeechmatics",
    "FakeXai",
    "Fault",
    "FaultScript",
    "FluxTimes",
    "Garble",
    "Hang",
    "Heard",
    "Insert",
    "Lose",
    "Loud",
    "Merge",
    "Message",
    "Mistype",
    "ModelReply",
    "Raw",
    "Refuse",
    "Said",
    "Socket",
    "Speech",
    "Split",
    "Swap",
    "Timed",
    "ToneVoice",
    "pitch",
]
