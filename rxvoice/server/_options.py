"""How a server serves."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rxvoice.rtvi import Reports, Settings
from rxvoice.tape._redact import Redacted, Redactor
from rxvoice.telephony import clean_host

from ._hosts import in_punycode
from ._limits import Limits
from ._lines import OpenLine
from ._livekit_rooms import LiveKitRooms
from ._starts import IDLE
from ._tapes import check_folder
from ._webhooks_secrets import PhoneSecrets
from ._whatsapp import WhatsAppAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a server serves.

    Attributes:
        host: Address that it listens on.
        port: The port; 0 for any that is free.
        proxy: Host by which the world reaches it, such as that of a tunnel, kept without a scheme
            and slashes; the one that a request names unless given.
        proxies: How many proxies of one's own a request passes, which tell whose it is by
            ``X-Forwarded-For`` and ``X-Forwarded-Proto``.
        limits: How many calls there may be, and how much is taken from clients.
        drain: Seconds that calls may go on after the server was told to stop.
        idle_timeout: Seconds in which nobody says anything after which a call is ended; None for
            never.
        title: Of the page.
        transport: What the page uses first, ``"websocket"`` or ``"webrtc"``; or a telephone vendor,
            whose calls are answered at ``/``, too.
        client: How clients of the protocol are served.
        reports: What they are told.
        arguments: For agents, as ``Start.arguments``.
        allowed_origins: Pages of other hosts that may connect, such as ``https://example.org``.
        secrets: Sign tokens, as for `Tokens`; random unless given, so that they end with the
            process.
        ice_servers: STUN and TURN servers for WebRTC, such as ``"stun:stun.example.org"``.
        tokens: Whether clients need a token, which ``POST /start`` gives; unless given, they do
            where the server is reached beyond this machine.
        api_key: What ``POST /start`` wants as a bearer token, if anything.
        lines: What makes the options of telephone vendors, by their names, in place of those that
            the environment tells of, such as ``{"twilio": lambda: Twilio(account=…)}``.
        phone: What the requests of telephone vendors are checked by; unless given, what the
            accounts of ``lines`` and the environment tell when the application is made.
        rooms: Makes what makes rooms of LiveKit, for who starts calls in them; unless given, what
            the environment tells of.
        whatsapp: Whose calls of WhatsApp are taken; nobody's unless given.
        pictures: Whether ``/sessions/{id}/picture.svg`` draws calls, with what was said in them.
        watch_loop: Whether ``/metrics`` tells, while there are calls, how late the event loop is,
            and who has kept it for more than 20 ms; for that a thread looks at it 100 times a
            second.
        folder: Whose files are served below ``/files/``; none unless given.
        tapes: Folder in which each call is kept, as ``ID.rxv``; see `rxvoice.tape` and `served`.
            None are kept unless given. Tapes hold what was said, and numbers of telephones.
        redact: What tapes do not hold: ``"text"``, ``"audio"``, as for `rxvoice.tape.record`.

    Raises:
        ValueError: When a number or a host makes no sense, or a folder is not there or cannot be
            written.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    proxy: str = ""
    proxies: int = 0
    limits: Limits = field(default_factory=Limits)
    drain: float = 30.0
    idle_timeout: float | None = IDLE
    title: str = "rxvoice"
    transport: str = "all"
    client: Settings = field(default_factory=Settings)
    reports: Reports = field(default_factory=Reports)
    arguments: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)
    ice_servers: tuple[str, ...] = ()
    tokens: bool | None = None
    api_key: str = field(default="", repr=False)
    lines: Mapping[str, OpenLine] = field(default_factory=dict[str, OpenLine])
    rooms: Callable[[], LiveKitRooms] | None = None
    phone: PhoneSecrets | None = None
    whatsapp: WhatsAppAccount | None = None
    pictures: bool = False
    watch_loop: bool = True
    folder: Path | None = None
    tapes: Path | None = None
    redact: tuple[Redacted, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65_535:
            raise ValueError(f"port must be in 0…65535, got {self.port}")
        if self.proxy:
            try:
                object.__setattr__(self, "proxy", clean_host(in_punycode(self.proxy.strip())))
            except ValueError as error:
                raise ValueError(f"proxy: {error}") from None
        if self.proxies < 0:
            raise ValueError(f"proxies must not be negative, got {self.proxies}")
        if self.folder is not None and not self.folder.is_dir():
            raise ValueError(f"folder must be one that there is, got {self.folder}")
        Redactor(self.redact)
        if self.tapes is not None:
            check_folder(self.tapes)
        elif self.redact:
            raise ValueError("redact needs tapes")
        if not 0.0 <= self.drain < math.inf:
            raise ValueError(f"drain must be finite and not negative, got {self.drain}")
        if self.idle_timeout is not None and self.idle_timeout <= 0.0:
            raise ValueError(f"idle_timeout must be positive, got {self.idle_timeout}")
        if self.ice_servers:
            from rxvoice.transports.webrtc import IceServer

            for url in self.ice_servers:
                try:
                    IceServer(url)
                except ValueError as error:
                    raise ValueError(f"ice_servers: {error}, got {url!r}") from None


__all__ = ["Options"]
