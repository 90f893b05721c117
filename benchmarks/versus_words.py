"""The words of RESULTS.md around the tables that `versus_told` makes."""

from typing import Final

WORDS: Final = """\
# rxvoice next to its peers

    uv run --all-extras python benchmarks/versus.py        # sets up the peers, measures: {minutes}
    uv run --with matplotlib python benchmarks/charts.py   # draws the charts

{machine}. {versions}.

All stacks do the same work, each in a process and an environment of its own, on one core, by turns,
with asyncio's own loop: [`versus_work.py`](versus_work.py) has the work, `versus_calls.py`,
`versus_load.py` and [`versus_measure.py`](versus_measure.py) the measures, `versus_rxvoice.py`,
`versus_pipecat.py`, `versus_livekit.py`, `versus_rxpy.py` and `versus_bare.py` the agents. The same
detector looks at the same frames of 20 ms; the recogniser, the model and the voice are generators
that answer at once unless a line says otherwise; audio has 16 kHz both ways. Nobody has to wait:
what the peers wait by default before they take a turn as ended is set to nothing.

**Lean** is Pipecat without what it can do without: RTVI, turn tracking, the idle timeout and the
search for tasks that were left. LiveKit Agents has the output of its rooms with the native source
of audio behind it, and no room. **By hand** is what remains when an agent is written for this one
purpose: no errors are handled, nothing can be exchanged, nothing is told. *The best peer* does not
count it.
"""

RXPY: Final = """\
**RxPY by hand** is such an agent of RxPY's operators: `switch_latest` interrupts, `scan` and
`concat_map` make sentences. What RxPY does not have is written out: the way from an async generator
to an observable, and the pace. What it costs more than asyncio by hand is what RxPY costs; rxvoice
has lighter subscriptions, without locks, and costs more for what it does besides. No old packet
leaves it, for to unsubscribe stops the timer of the pace in the same call of the detector, whatever
the voice does.
The pace is that of one answer, so that an answer begins at once, as in rxvoice; with asyncio by
hand it begins when the packet before it has been heard. The growing conversation, which looks each
millisecond whether there is audio, looks longer there.
"""

CHARTS: Final = """\
![First audio, the cost of a turn, and calls on one core](results.svg)
"""

MISSED: Final = """\
## Where an aim is missed

- **First audio**: between two frames the loop sleeps, so that all the code of a turn is cold; back
  to back the same turn takes a third of it (`core.py --only replying`). A reply is a pipe that is
  made anew, with some fourteen subscriptions, and the loop turns several times before its audio is
  there; no single part stands out any more.
- **Voice cancelled**: a task learns of it in the next turn of the loop. Before that come
  `ClearAudio`, the end of the reply, the strategies of the new turn, and the second of the user's
  audio that the gate has held back and the recogniser gets in that moment: an eighth of it. The
  voice is left before the model.
- **As the conversation grows**: a conversation is a tuple, which is copied twice a turn. Between
  100 turns and 10,000, a day of talk, that comes to a quarter of a millisecond.
- **Calls**: 200 were meant to be 13 times as many as Pipecat carries and 4 times as many as LiveKit
  Agents. Both carry more here than that assumed.
- **Kernels**: the bare resampler adds noise (dither); ours must not, for equal input has to give
  equal output, and goes by floats. Frames have times. Messages of the telephone are checked, and
  come as items; a view of bytes is no item. What `vad_gate` adds to its model depends on the
  machine, whose caches the model empties: on an AMD EPYC the same code had 1.11 and 1.15 times.
- **The long call** has more objects at its end because it remembers what was said.
- **Simulated calls**: the aims are those of a stack that was written for this one purpose.
"""

NOT_COMPARED: Final = """\
## What is not comparable

- **Pace**. rxvoice sends packets of 20 ms, each when the one before it has been heard. Pipecat's
  websocket transport sends 40 ms at a time and one such packet ahead; LiveKit Agents hands 50 ms at
  a time to native code that plays them from a queue of 200 ms. To be ahead means fewer wake-ups and
  negative lateness in the table, and more to forget in an interruption. What LiveKit's native
  code does on other threads runs on the same core here.
- **Interruption** of a single call is parity: all stop within some milliseconds of the decision.
  What the peers wait by default before they decide, and what is on its way in networks and in
  players, is another matter.
- **Detection**. The detector is scripted. It runs inline in rxvoice and LiveKit Agents and in a
  thread in Pipecat, because that is how these libraries call one. LiveKit's own detector is native
  code and faster than ours; a real model costs each session some 2 ms more a second.
- **Turns that were written** come in by `LLMMessagesAppendFrame`, by `generate_reply`, and as items
  of the type `Turn`.
- **Frames through stages** are asynchronous generators in LiveKit Agents, as its nodes are, and
  cost what they cost by hand: no more than an operator. Nothing is claimed there, and nothing for
  resampling, which all do with soxr.
- **Virtual time** has no counterpart: the peers read the wall clock, so that they can neither talk
  for an hour in seconds nor hold many calls a second in a test.
- Providers, networks and codecs are not in it. `benchmarks/serving.py` compares whole servers over
  sockets.
"""


__all__ = ["CHARTS", "MISSED", "NOT_COMPARED", "RXPY", "WORDS"]
