"""Who is in the room."""

from collections.abc import Callable
from typing import Any

from rxvoice.items import Connected, Disconnected, Event

from ._sdk import is_program, reason_of
from ._wires import Wires


class People:
    """Tells who comes and leaves, and knows who is heard.

    LiveKit's own programs, which are agents and recorders, are nobody unless one is named. When
    the SDK begins a broken connection anew, it lets everybody leave and come again: that is told
    only of those who do not come.

    Args:
        rtc: The SDK.
        hear: Identity of who is heard; who comes first unless given.
        tell: Is given `Connected` and `Disconnected`.
        found: Is called when somebody is to be heard from now on.
        lost: Is called when who was heard has left.

    Attributes:
        heard: Identity of who is heard; empty as long as that is nobody.
    """

    def __init__(
        self,
        rtc: Any,
        hear: str | None,
        tell: Callable[[Event], None],
        found: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        self.heard: str = ""
        self._rtc = rtc
        self._hear = hear
        self._tell = tell
        self._found = found
        self._lost = lost
        self._present: dict[str, Connected] = {}
        self._introduced = False
        self._broken = False
        self._missing: dict[str, Any] = {}

    def wire(self, wires: Wires) -> None:
        """Hear of who comes and leaves."""
        wires.on("participant_connected", self.come)
        wires.on("participant_disconnected", self.go)
        wires.on("participant_attributes_changed", self._changed)
        wires.on("participant_name_changed", self._changed)

    def introduce(self) -> None:
        """Tell who is there, and from now on who comes and leaves."""
        self._introduced = True
        for connected in list(self._present.values()):
            self._tell(connected)

    def come(self, participant: Any) -> None:
        """Take somebody in."""
        who = participant.identity
        self._missing.pop(who, None)
        if who in self._present or (is_program(self._rtc, participant) and who != self._hear):
            return
        self._present[who] = _described(participant)
        if self._introduced:
            self._tell(self._present[who])
        self._choose()

    def go(self, participant: Any) -> None:
        """Let somebody go."""
        who = participant.identity
        if self._broken:
            self._missing[who] = participant
            return
        if self._present.pop(who, None) is None:
            return
        if self._introduced:
            reason = reason_of(self._rtc, participant.disconnect_reason)
            self._tell(Disconnected(who, reason))
        if who == self.heard:
            self.heard = ""
            self._lost()

    def hold(self, broken: bool) -> None:
        """Tell of nobody who leaves while the connection is broken, or of those who did."""
        self._broken = broken
        if not broken:
            missing, self._missing = self._missing, {}
            for participant in missing.values():
                self.go(participant)

    def choose_again(self) -> None:
        """Hear somebody else who is there."""
        self._choose()

    def _choose(self) -> None:
        if self.heard:
            return
        fits = (who for who in self._present if self._hear in (None, who))
        self.heard = next(fits, "")
        if self.heard:
            self._found()

    def _changed(self, *given: Any) -> None:
        for participant in given:
            who = getattr(participant, "identity", None)
            if who in self._present:
                self._present[who] = _described(participant)


def _described(participant: Any) -> Connected:
    return Connected(participant.identity, participant.name, dict(participant.attributes))


__all__ = ["People"]
