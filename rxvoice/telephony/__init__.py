"""Telephone lines: the media streams of vendors, as items.

A vendor is an options object: `Twilio`, `Telnyx`, `Plivo`, `Exotel`, `Vonage`, `Genesys`. It gives
a `MediaCodec` for each call, which translates between the messages of the vendor's websocket and
items, and what hangs the call up. `detect` tells whose websocket it is, and functions such as
`twiml` write the answer that makes a vendor open one::

    line = Twilio(account=TwilioAccount(account_sid=..., auth_token=...))
    codec = line.codec()
    for item in codec.decode(message):      # AudioFrame, Dtmf, CallStarted, Played, ...
        ...
    for message in codec.encode(frame):     # AudioFrame, ClearAudio, DtmfOut, ...
        ...
    await line.hanging_up(codec.call)()
"""

from ._answers import exotel_answer, plivo_xml, texml, twiml, vonage_ncco
from ._call import (
    Call,
    CallEnded,
    CallPaused,
    CallResumed,
    CallStarted,
    CallUpdated,
    FromLine,
    ToLine,
)
from ._codec import MediaCodec
from ._detect import Detection, detect, detect_async, recognise
from ._exotel import Exotel
from ._genesys import Genesys
from ._genesys_codec import GenesysCodec
from ._hang_up import HangUp
from ._host import clean_host, stream_url
from ._line import Line
from ._message import MessageError
from ._plivo import Plivo
from ._plivo_account import PlivoAccount
from ._telnyx import Telnyx
from ._telnyx_account import TelnyxAccount
from ._twilio import Twilio
from ._twilio_account import TwilioAccount
from ._vonage import Vonage
from ._vonage_account import VonageAccount

__all__ = [
    "Call",
    "CallEnded",
    "CallPaused",
    "CallResumed",
    "CallStarted",
    "CallUpdated",
    "Detection",
    "Exotel",
    "FromLine",
    "Genesys",
    "GenesysCodec",
    "HangUp",
    "Line",
    "MediaCodec",
    "MessageError",
    "Plivo",
    "PlivoAccount",
    "Telnyx",
    "TelnyxAccount",
    "ToLine",
    "Twilio",
    "TwilioAccount",
    "Vonage",
    "VonageAccount",
    "clean_host",
    "detect",
    "detect_async",
    "exotel_answer",
    "plivo_xml",
    "recognise",
    "stream_url",
    "texml",
    "twiml",
    "vonage_ncco",
]
