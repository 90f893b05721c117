"""Operators with a fault break the law that forbids it, and no fault goes unseen.

That the operators themselves keep these laws is what test_operators.py is about.
"""

from typing import Any

import pytest

from rxvoice.testing.laws import LawBroken, check_operator
from tests.laws.mutation import Change, mutant
from tests.laws.table import TABLE

HERE = "rxvoice.operators."

SWITCH = HERE + "_switch"
REPLY = HERE + "_reply"
STILL = Change(REPLY, "        self._inner.dispose()\n", "")
DEAF = Change(
    REPLY,
    "        if self._over:\n            return\n        if isinstance(item, Uninterruptible)",
    "        if isinstance(item, Uninterruptible)",
)
LOUD = Change(REPLY, "        self._voice.dispose()\n        self._ledger.dispose()\n", "")
ENDED = "        self._observer.on_next(reply.ending)\n"
SPOKEN = "return ReplyEnded(self._number, self._ledger.spoken)"
CUT = "        self._observer.on_next(ReplyEnded(self._number, self._ledger.spoken, True))\n"

MUTANTS = {
    "the old reply is not unsubscribed": (
        "interruption",
        "interruptible",
        [STILL],
    ),
    "the old reply is heard after the interruption": (
        "interruption",
        "interruptible",
        [STILL, DEAF, LOUD],
    ),
    "what is in flight is not cleared": (
        "interruption",
        "interruptible",
        [Change(REPLY, "        if sounding:\n", "        if False:\n")],
    ),
    "the turn passes before the reply has ended": (
        "interruption",
        "interruptible",
        [
            Change(
                SWITCH,
                "        self._cut()\n        self._release()\n",
                "        self._observer.on_next(next(self._waiting.release()))\n"
                "        self._cut()\n        self._release()\n",
            )
        ],
    ),
    "a reply never ends": ("brackets", "interruptible", [Change(SWITCH, ENDED, "")]),
    "an interrupted reply ends twice": (
        "brackets",
        "interruptible",
        [Change(REPLY, CUT, CUT + CUT)],
    ),
    "a failing source leaves the reply open": (
        "brackets",
        "interruptible",
        [
            Change(
                SWITCH,
                "        self._cut()\n        for item in",
                "        for item in",
            )
        ],
    ),
    "words count as spoken that belong to no reply": (
        "history",
        "interruptible",
        [Change(REPLY, SPOKEN, SPOKEN.replace("spoken)", "spoken * 2)"))],
    ),
    "an interrupted reply forgets its last word": (
        "history",
        "interruptible",
        [
            Change(
                REPLY,
                CUT,
                CUT.replace("self._ledger.spoken", '" ".join(self._ledger.spoken.split()[:-1])'),
            )
        ],
    ),
    "a turn stays open when the source ends": (
        "brackets",
        "aggregate_turn",
        [Change(HERE + "_turns", 'self._stop(self._turn, "flush", pending=True)', "pass")],
    ),
    "a turn stops twice": (
        "brackets",
        "aggregate_turn",
        [Change(HERE + "_turns", "        self._turn = None\n        turn", "        turn")],
    ),
    "the strategies stay subscribed": (
        "unsubscribing",
        "aggregate_turn",
        [
            Change(
                HERE + "_aggregate_turn",
                "CompositeDisposable(Disposable(turns.dispose))",
                "CompositeDisposable()",
            )
        ],
    ),
    "the pacer goes on": (
        "unsubscribing",
        "pace",
        [
            Change(
                HERE + "_pace",
                "CompositeDisposable(subscription, Disposable(pacer.dispose))",
                "subscription",
            )
        ],
    ),
    "the pacer loses the source": (
        "unsubscribing_inside",
        "pace",
        [
            Change(
                HERE + "_pace",
                "CompositeDisposable(subscription, Disposable(pacer.dispose))",
                "Disposable(pacer.dispose)",
            )
        ],
    ),
    "words are said in the wrong order": (
        "order",
        "pace",
        [Change(HERE + "_pacer", "self._words.append(item)", "self._words.appendleft(item)")],
    ),
    "an error is taken for the end": (
        "endings",
        "pace",
        [Change(HERE + "_pacer", "        self._error = error\n", "")],
    ),
    "the end comes after the error": (
        "grammar",
        "pace",
        [
            Change(
                HERE + "_pacer",
                "            self._observer.on_error(self._error)\n        else:\n"
                "            self._observer.on_completed()",
                "            self._observer.on_error(self._error)\n"
                "        self._observer.on_completed()",
            )
        ],
    ),
    "the end comes twice": (
        "grammar",
        "sentences",
        [
            Change(
                HERE + "_sentences",
                "                grouping.flush()\n                observer.on_completed()",
                "                grouping.flush()\n                observer.on_completed()\n"
                "                observer.on_completed()",
            )
        ],
    ),
    "subscribers share a state": (
        "independence",
        "sentences",
        [
            Change(
                HERE + "_sentences",
                "    def grouped(",
                "    shared = SentenceSplitter(\n"
                "        min_length=min_length, max_length=max_length, first_clause=first_clause\n"
                "    )\n\n    def grouped(",
            ),
            Change(
                HERE + "_sentences",
                "            grouping = ",
                "            splitter = shared\n            grouping = ",
            ),
        ],
    ),
    "a turn that nothing announced does not cut the reply off": (
        "brackets",
        "interruptible",
        [
            Change(
                SWITCH,
                "if reply is None:\n            self._pass",
                "if reply is None or isinstance(item, Turn):\n            self._pass",
            )
        ],
    ),
    "all turns have the same number": (
        "brackets",
        "aggregate_turn",
        [Change(HERE + "_turns", "        self._number += 1\n", "        self._number = 1\n")],
    ),
    "what waits for an answer comes in the wrong order": (
        "order",
        "respond",
        [Change(HERE + "_one_by_one", "self._waiting.popleft()", "self._waiting.pop()")],
    ),
    "an item that is not known is lost": (
        "order",
        "vad_gate",
        [
            Change(
                HERE + "_gate",
                "        if self._is_open or not isinstance(item, AudioFrame):\n",
                "        if self._is_open:\n",
            )
        ],
    ),
    "audio before the onset is played backwards": (
        "order",
        "vad_gate",
        [
            Change(
                HERE + "_gate",
                "        for frame in prefix:\n",
                "        for frame in reversed(prefix):\n",
            )
        ],
    ),
    "speech never stops when the source ends": (
        "brackets",
        "vad_gate",
        [Change(HERE + "_gate_entry", "            self._gate.finish()\n", "            pass\n")],
    ),
    "the recogniser stays subscribed": (
        "unsubscribing",
        "transcribe",
        [
            Change(
                HERE + "_transcribe",
                "CompositeDisposable(subscription, listening.own)",
                "CompositeDisposable(subscription)",
            )
        ],
    ),
    "a time-out goes on": (
        "unsubscribing",
        "synthesize",
        [
            Change(
                HERE + "_synthesize",
                "own = (voice.subscription, voice.timer, voice.words)",
                "own = (voice.subscription, voice.words)",
            )
        ],
    ),
    "a timer of silence goes on": (
        "unsubscribing",
        "stop_after_silence",
        [
            Change(
                HERE + "_stop_after_silence",
                "                silence, Disposable(patience.dispose)",
                "                Disposable(patience.dispose)",
            )
        ],
    ),
    "a watchdog goes on": (
        "unsubscribing",
        "aggregate_turn",
        [Change(HERE + "_turns", "self._turn.dispose()", "self._turn.stopping.dispose()")],
    ),
    "a task goes on": (
        "unsubscribing",
        "by_sentence",
        [
            Change(
                "rxvoice.aio._lift",
                "CompositeDisposable(fed, Disposable(items.close))",
                "Disposable(items.close)",
            )
        ],
    ),
    "a failing source leaves the response open": (
        "brackets",
        "respond",
        [Change(HERE + "_one_by_one", "            self.answer.cut_off()\n", "            pass\n")],
    ),
    "the model is asked on": (
        "unsubscribing",
        "respond",
        [
            Change(
                HERE + "_response",
                "CompositeDisposable(self._model, self._timer)",
                "CompositeDisposable(self._timer)",
            )
        ],
    ),
}


@pytest.mark.usefixtures("any_failure_will_do")
@pytest.mark.parametrize("fault", MUTANTS)
def test_the_law_sees_the_fault(fault: str) -> None:
    law, name, changes = MUTANTS[fault]
    faulty = mutant(f"{HERE}_{name}", name, changes)
    arguments: dict[str, Any] = {**TABLE.get(name, {}), "laws": [law]}
    with pytest.raises(LawBroken) as caught:
        check_operator(faulty, **arguments)
    assert caught.value.law == law
