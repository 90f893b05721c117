"""What a conversation looks like on the terminal while it goes on."""

import math
from types import TracebackType
from typing import Final, Self, TextIO

from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    Event,
    Fault,
    ReplyEnded,
    ReplyStarted,
    SpeechStarted,
    SpeechStopped,
    Stamped,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Word,
)
from rxvoice.reports import minutes, plain

from ._cells import head, wrap
from ._screen import Screen, Styled
from ._status import BOT, SOFT, USER, Bot, User, progress

_REDRAW: Final = 1 / 15  # seconds; more often is not seen
_CUT: Final = "33"
_ALARM: Final = "31"


class LiveView:
    """Shows a conversation on a terminal while it goes on.

    What is finished scrolls by, one line for each: the user's turns, the bot's replies as they
    were spoken, interruptions, faults. Below stand three lines that are redrawn in place, at most
    15 times a second: the user with what was recognised so far, the bot with the words as they are
    spoken, and the time. Where the stream is no terminal (a pipe, a file, a CI job) only the
    finished lines are written, without any codes.

    Time is that of the events; the view reads no clock, so call `tick` while no events come. The
    cursor is never hidden. Colours honour ``NO_COLOR``. When the stream cannot be written to any
    more, nothing is shown and nothing is raised.

    Args:
        stream: Where to write, for instance ``sys.stdout``.
        total: Length of the recording in seconds, for the bar; `None` when it is not known.
        width: Cells of a line; by default the terminal's, at each redraw.

    Raises:
        ValueError: When `total` is negative or not finite, or `width` is below 1.
    """

    def __init__(
        self, stream: TextIO, *, total: float | None = None, width: int | None = None
    ) -> None:
        if total is not None and not (math.isfinite(total) and total >= 0):
            raise ValueError(f"total must be finite and at least 0, got {total}")
        if width is not None and width < 1:
            raise ValueError(f"width must be at least 1, got {width}")
        self._screen = Screen(stream, width)
        self._total = total
        self._now = 0.0
        self._drawn_at = -math.inf
        self._is_closed = False
        self._finished: list[list[Styled]] = []
        self._user = User()
        self._bot = Bot()
        self._interrupting = 0

    def show(self, stamped: Stamped) -> None:
        """Show an event.

        Args:
            stamped: The event and when it came, in seconds on the session's clock.
        """
        self._now = max(self._now, stamped.at)
        self._take(stamped.item, stamped.at)
        self._draw()

    def tick(self, at: float) -> None:
        """Show that time goes on.

        Args:
            at: Seconds on the session's clock.
        """
        self._now = max(self._now, at)
        self._draw()

    def close(self) -> None:
        """Write what was begun, take the status lines away and leave the cursor below the rest.

        Further calls do nothing, and nothing is shown any more.
        """
        if self._is_closed:
            return
        if self._user.finals:
            self._say("user", self._user.start, " ".join(self._user.finals), USER)
        if self._bot.words:
            self._say("bot", self._bot.start, self._bot.text, BOT)
        self._screen.write(self._finished, [])
        self._is_closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _take(self, item: Event, at: float) -> None:
        user, bot = self._user, self._bot
        match item:
            case SpeechStarted(delay=delay):
                user.is_speaking = True
                user.start = at - delay if user.start is None else user.start
            case SpeechStopped():
                user.is_speaking = False
            case Transcript(text=text, is_final=True):
                user.finals += [plain(text)] if text.strip() else []
                user.interim = ""
            case Transcript(text=text):
                user.interim = plain(text)
            case TurnStarted(number=number):
                user.start = at if user.start is None else user.start
                self._interrupting = number
            case Turn(text=text):
                self._say("user", at if user.start is None else user.start, plain(text), USER)
                self._user = User(user.is_speaking)
            case TurnDropped():
                self._user = User(user.is_speaking)
            case ReplyStarted(number=number):
                self._bot = Bot(number, is_thinking=True)
                self._interrupting = 0
            case AudioFrame() if len(item.samples):
                bot.hear(item, at)
            case Word():
                bot.start = at if bot.start is None else bot.start
                bot.words.append(item)
            case ClearAudio():
                bot.end = min(bot.end, at)
            case ReplyEnded():
                self._end(item, at)
            case Fault(source=source, message=message, fatal=fatal):
                name = "fatal" if fatal else "fault"
                self._say(name, at, plain(f"{source}: {message}"), _ALARM)
            case _:
                pass

    def _end(self, item: ReplyEnded, at: float) -> None:
        bot = self._bot if self._bot.turn == item.number else Bot(item.number)
        text = plain(item.spoken) or bot.text
        if item.interrupted and (text or bot.start is not None):
            text = f"{text} {self._screen.signs.dash}".lstrip()
        if text:
            self._say("bot", at if bot.start is None else bot.start, text, BOT)
        if item.interrupted:
            by = f" by turn {self._interrupting}" if self._interrupting else ""
            self._say("//", at, f"the answer to turn {item.number} was interrupted{by}", _CUT)
        ended = Bot(item.number)
        ended.end = bot.end if not item.interrupted else -math.inf
        self._bot = ended

    def _say(self, name: str, at: float | None, text: str, code: str) -> None:
        """Add a finished line; on a terminal it is wrapped, with the text aligned."""
        time = minutes(self._now if at is None else at)
        front: list[Styled] = [(f"{time:>7}  ", SOFT), (f"{name:<5}  ", code)]
        body = code if name not in ("user", "bot") else ""
        if not self._screen.is_terminal:
            self._finished.append([*front, (text, body)])
            return
        indent = 16 if self._screen.width >= 40 else 2
        if indent == 2:
            self._finished.append([(head(f"{time} {name}", self._screen.width), code)])
            front = [("  ", "")]
        for index, line in enumerate(wrap(text, self._screen.width - indent)):
            self._finished.append([*(front if index == 0 else [(" " * indent, "")]), (line, body)])

    def _draw(self) -> None:
        if self._is_closed:
            return
        if self._screen.is_terminal and not self._finished:
            if self._now - self._drawn_at < _REDRAW - 1e-9:
                return
        elif not self._finished:
            return
        width, signs = self._screen.width, self._screen.signs
        status = [
            self._user.line(self._now, width, signs),
            self._bot.line(self._now, width, signs),
            progress(self._now, self._total, width, signs),
        ]
        self._screen.write(self._finished, status)
        self._finished = []
        self._drawn_at = self._now
