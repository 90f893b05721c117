"""The inside of `play_dtmf`: one subscription."""

from collections import deque
from dataclasses import replace

from reactivex import abc

from rxvoice._disposables import SerialDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.errors import BufferOverflow
from rxvoice.items import AudioFrame, ClearAudio, DtmfOut, Event, ReplyEnded, ReplyStarted
from rxvoice.operators._pacer import EARLY, LATE
from rxvoice.operators._tones import Tones

MAX_BUFFER = 60.0
TELEPHONE = 8_000


class Dialler:
    """One subscription of `play_dtmf`.

    All that leaves lies on one line of time, without overlaps: tones first, then the bot's audio
    that had to wait for them. A single timer waits for whatever comes next.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        *,
        native: bool,
        rate: int | None,
        duration: float,
        gap: float,
        lead: float,
    ) -> None:
        self._observer = observer
        self._clock = clock
        self._native = native
        self._rate = rate
        self._duration = duration
        self._gap = gap
        self._lead = lead
        self._voice: deque[AudioFrame] = deque()
        self._waiting: deque[DtmfOut] = deque()
        self._tones = Tones(TELEPHONE)
        self._voice_rate = TELEPHONE
        self._until = 0.0  # what was sent is heard until then
        self._own_end = 0.0  # likewise what was not just passed on
        self._cleared = -1.0
        self._replying = False
        self._ended = False
        self._disposed = False
        self._timer = SerialDisposable()

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        match item:
            case AudioFrame():
                self._take(item)
                return
            case DtmfOut(urgent=True):
                self._dial(item)
            case DtmfOut():
                self._waiting.append(item)
            case ClearAudio():
                self._observer.on_next(item)
                self._clear()
            case ReplyStarted():
                self._replying = True
                self._observer.on_next(item)
            case ReplyEnded(interrupted=interrupted):
                self._replying = False
                if interrupted:
                    self._waiting.clear()
                self._observer.on_next(item)
            case _:
                self._observer.on_next(item)
                return
        self._turn()

    def on_error(self, error: Exception) -> None:
        """Fail."""
        self.dispose()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Complete once all was heard."""
        self._ended = True
        self._replying = False
        self._turn()

    def dispose(self) -> None:
        """Forget what was not released."""
        self._disposed = True
        self._timer.dispose()
        self._voice.clear()
        self._waiting.clear()

    def _take(self, frame: AudioFrame) -> None:
        self._voice_rate = frame.rate
        if not self._voice and not self._tones.left and frame.pts >= self._until - EARLY:
            self._until = frame.end
            self._observer.on_next(frame)
            return
        if self._tones.left and frame.pts <= self._cleared + EARLY:
            return  # the fading end of what was cleared; behind the tones it would be a shred
        self._voice.append(frame)
        if frame.end - self._voice[0].pts > MAX_BUFFER:
            self.on_error(BufferOverflow(f"play_dtmf: more than {MAX_BUFFER:g} s of audio wait"))
        else:
            self._turn()

    def _dial(self, item: DtmfOut) -> None:
        if self._native:
            self._observer.on_next(item)
            return
        if not self._tones.left:
            self._tones = Tones(self._rate or self._voice_rate)
        for key in item.keys:
            self._tones.add(key, self._duration, self._gap)

    def _clear(self) -> None:
        now = self._clock.now_seconds
        self._voice.clear()
        self._tones.rewind(now)
        self._until = min(self._until, now)
        self._own_end = min(self._own_end, now)
        self._cleared = now

    def _turn(self) -> None:
        """Release all that is due and wait for what comes next."""
        while not self._disposed:
            if self._tones.left:
                due, act = self._until - self._lead, self._sound
            elif self._voice:
                due, act = max(self._until, self._voice[0].pts) - self._lead, self._speak
            elif self._waiting and not self._replying:
                due, act = self._until, self._dial_next
            elif self._ended:
                due, act = self._own_end, self._complete
            else:
                return
            if due > self._clock.now_seconds + EARLY:
                self._timer.disposable = self._clock.call_at(due, self._turn)
                return
            act()

    def _sound(self) -> None:
        now = self._clock.now_seconds
        self._release(self._tones.take(self._until if self._until > now - LATE else now))

    def _speak(self) -> None:
        frame = self._voice.popleft()
        late = self._until > frame.pts
        self._release(replace(frame, pts=self._until) if late else frame)

    def _release(self, frame: AudioFrame) -> None:
        self._until = self._own_end = frame.end
        self._observer.on_next(frame)

    def _dial_next(self) -> None:
        self._dial(self._waiting.popleft())

    def _complete(self) -> None:
        self.dispose()
        self._observer.on_completed()
