"""One recording, all policies."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from rxvoice.contracts import Transcriber, Vad
from rxvoice.errors import RxvoiceError
from rxvoice.items import AudioFrame, Fault
from rxvoice.tuning._dictated import dictated
from rxvoice.tuning._held import Held, hold
from rxvoice.tuning._labels import Labels
from rxvoice.tuning._measure import Outcome, measure
from rxvoice.tuning._policy import Judges, Policy
from rxvoice.tuning._recordings import Recording
from rxvoice.tuning._remembered import RememberedVad
from rxvoice.tuning._tape import Tape, listen

T = TypeVar("T")
TAIL = 1.0
"""Seconds of silence after a recording, besides those in which every gate closes."""


class PolicyError(RxvoiceError):
    """A policy failed: its strategy raised, or made none. Says which policy, and where."""


class Bench:
    """Holds recordings against policies.

    Args:
        vad: Detects speech.
        stt: Recognises it; without one the labels are read.
        latency: Seconds after which they are.
        tolerance: Seconds by which they may be wrong.
    """

    def __init__(self, vad: Vad, stt: Transcriber | None, latency: float, tolerance: float) -> None:
        self._vad = vad
        self._stt = stt
        self._latency = latency
        self._tolerance = tolerance

    def run(
        self,
        recording: Recording,
        audio: AudioFrame,
        policies: Sequence[Policy],
        judges: Judges,
        problems: list[str],
    ) -> list[Outcome]:
        """Hold one recording against all policies.

        Args:
            recording: The recording.
            audio: What it holds.
            policies: Those to try.
            judges: Whom they may ask.
            problems: Gets a line for each thing that goes wrong.

        Returns:
            An outcome for each policy.

        Raises:
            PolicyError: When a strategy fails.
        """
        vad = RememberedVad(self._vad)
        tail = TAIL + max(policy.whole_gate()["min_silence"] for policy in policies)
        tapes: dict[tuple[float, ...], Tape] = {}
        outcomes: list[Outcome] = []
        for policy in policies:
            gate = policy.whole_gate()
            key = tuple(gate.values())
            if key not in tapes:
                stt = self._recogniser(recording.labels)
                tapes[key] = tape = listen(audio, tail, vad, gate, stt)
                faults = (event for _, event in tape.events if isinstance(event, Fault))
                problems += [f"{recording.name}: {fault.message}" for fault in faults]

            def held_by(policy: Policy = policy, tape: Tape = tapes[key]) -> Held:
                return hold(tape, recording.labels, policy.takes(judges))

            held = guarded(policy, held_by, recording.name)
            for fault in held.faults:
                if fault.source == "turn":
                    raise PolicyError(
                        f"{policy} failed in {recording.name}: {fault.message}"
                    ) from fault.cause
                problems.append(f"{recording.name}: {fault.message}")
            outcomes.append(measure(recording.name, recording.labels, held, self._tolerance))
        return outcomes

    def _recogniser(self, labels: Labels) -> Transcriber:
        return dictated(labels, self._latency) if self._stt is None else self._stt


def guarded(policy: Policy, work: Callable[[], T], where: str = "") -> T:
    """Say in errors of somebody's strategy which policy it was."""
    try:
        return work()
    except ValueError as error:
        raise ValueError(f"{policy}: {error}") from error
    except Exception as error:
        place = f" in {where}" if where else ""
        message = " ".join(f"{type(error).__name__}: {error}".split())
        raise PolicyError(f"{policy} failed{place}: {message}") from error


__all__ = ["Bench", "PolicyError", "guarded"]
