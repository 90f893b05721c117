"""Every combination of start and stop strategies keeps the laws.

Whatever the user and the bot do: overlap, transcripts that come late, twice or never, marks that
make no sense, a key that is held, a microphone that is muted, strategies that fail.
"""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable
from reactivex import operators as ops

from rxvoice._types import Operator
from rxvoice.contracts import StartStrategy, StopStrategy
from rxvoice.items import (
    AudioFrame,
    BotSpeechStarted,
    BotSpeechStopped,
    Dtmf,
    Event,
    Fault,
    Metric,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    UserMuted,
    UserStarted,
    UserStopped,
    WakePhraseHeard,
)
from rxvoice.operators import (
    aggregate_turn,
    all_of,
    any_of,
    bot_speaks,
    lasting,
    not_,
    speaks,
    start_after_words,
    start_on_dtmf,
    start_on_external,
    start_on_speech,
    start_on_transcript,
    start_on_wake_phrase,
    start_when,
    stop_after_silence,
    stop_at_end_of_turn,
    stop_on_external,
    stop_when,
    while_bot_speaks,
    words,
)
from rxvoice.testing import OnNext, marbles
from rxvoice.testing import strategies as some
from rxvoice.testing.laws import LAWS, Case, Parts, cases
from rxvoice.testing.strategies import Timeline

TICK = 0.1


async def sure(audio: AudioFrame) -> float:
    return 1.0


async def unsure(audio: AudioFrame) -> float:
    return 0.2


def failing(at: type) -> Callable[[Observable[Any]], Observable[Any]]:
    """Return a strategy that fails at the first item of a type."""

    def fail(item: object) -> bool:
        if isinstance(item, at):
            raise ValueError("boom")
        return False

    return ops.filter(fail)


def unmade(source: Observable[Any]) -> Observable[Any]:
    raise ValueError("boom")


STARTS: dict[str, Callable[[], StartStrategy]] = {
    "speech": start_on_speech,
    "transcript": start_on_transcript,
    "finals": lambda: start_on_transcript(interim=False, interrupts=False),
    "words": lambda: start_after_words(2),
    "wake": lambda: start_on_wake_phrase("hey robot", timeout=2.0),
    "wake once": lambda: start_on_wake_phrase("hey robot", once=True),
    "external": lambda: start_on_external(announce=True),
    "key": start_on_dtmf,
    "lasting": lambda: start_when(lasting(0.3)),
    "over the bot": lambda: start_when(all_of(bot_speaks(), any_of(lasting(0.5), words(2)))),
    "by turns": lambda: while_bot_speaks(start_when(words(2)), otherwise=start_on_speech()),
    "fails at speech": lambda: failing(SpeechStarted),
    "fails at text": lambda: failing(Transcript),
    "unmade": lambda: unmade,
}
STOPS: dict[str, Callable[[], StopStrategy]] = {
    "silence": stop_after_silence,
    "at once": lambda: stop_after_silence(min_delay=0.0, latency=0.0),
    "eager": lambda: stop_after_silence(eager_delay=0.2),
    "sure": lambda: stop_at_end_of_turn(sure),
    "unsure": lambda: stop_at_end_of_turn(unsure),
    "external": stop_on_external,
    "hushed": lambda: stop_when(not_(speaks())),
    "words": lambda: stop_when(words(3, across=True)),
    "fails at silence": lambda: failing(SpeechStopped),
    "fails at text": lambda: failing(Transcript),
    "unmade": lambda: unmade,
}


def policies() -> st.SearchStrategy[tuple[list[str], list[str]]]:
    """Names of start and stop strategies."""
    return st.tuples(
        st.lists(st.sampled_from(list(STARTS)), min_size=1, max_size=3),
        st.lists(st.sampled_from(list(STOPS)), min_size=1, max_size=3),
    )


def turns(
    policy: tuple[Sequence[str], Sequence[str]], feedback: Observable[Event]
) -> Operator[Event, Event]:
    starts, stops = policy
    return aggregate_turn(
        start=[STARTS[name]() for name in starts],
        stop=[STOPS[name]() for name in stops],
        feedback=feedback,
    )


ODD: tuple[Any, ...] = (
    UserStarted("key"),
    UserStopped("key"),
    Dtmf("1"),
    UserMuted(True),
    UserMuted(False),
    Transcript("well, hey robot", True),
    Transcript("stop it now", True, True),
    Transcript("", True, True),
)
BOT = st.sampled_from([BotSpeechStarted(1), BotSpeechStopped(1)])


@st.composite
def users(draw: st.DrawFn) -> Timeline[Any]:
    heard: Timeline[Any] = draw(some.hearing())
    odd: Timeline[Any] = draw(some.timelines(st.sampled_from(ODD), max_size=3))
    return heard.merge(odd)


@given(policies(), cases(users(), {"bot": some.timelines(BOT, max_size=4)}))
def test_tu01_every_combination_of_strategies_keeps_the_laws(
    policy: tuple[list[str], list[str]], case: Case
) -> None:
    """TU01, TU18, TU24: brackets, order, ends, nothing left, whatever comes and fails."""

    def make(parts: Parts) -> Operator[Event, Event]:
        return turns(policy, parts["bot"])

    for law in LAWS.values():
        law(make, case)


KINDS = "SEoitufnphUVkMm"


def item_of(kind: str, index: int) -> Any:
    """Return an item; transcripts have a word of their own."""
    return {
        "S": SpeechStarted(index * TICK, 0.0),
        "E": SpeechStopped(index * TICK, 0.0),
        "o": SpeechOngoing(index * TICK),
        "i": Transcript(f"interim w{index}", False),
        "t": Transcript(f"w{index}", True),
        "u": Transcript(f"please stop it w{index}", True),
        "f": Transcript(f"yes w{index}", True, True),
        "n": Transcript("", True, True),
        "p": Transcript(f"well, hey robot w{index}", True),
        "h": Transcript(f"so hey w{index}", True),
        "U": UserStarted("key"),
        "V": UserStopped("key"),
        "k": Dtmf("1"),
        "M": UserMuted(True),
        "m": UserMuted(False),
    }[kind]


AT_TEXT = ("transcript", "words", "wake_phrase")
"""Reasons for which a turn starts with the transcript that came just before.

A condition may also begin to hold by a timer.
"""

Script = list[tuple[str, int]]
scripts = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from([0, 0, 1, 1, 2, 5, 9, 30])), max_size=20
)


def held(
    policy: tuple[Sequence[str], Sequence[str]], script: Script, bot: Script
) -> list[tuple[float, Any]]:
    """Return what comes out, long after the last item."""
    values = {chr(0x4E00 + index): item_of(kind, index) for index, (kind, _) in enumerate(script)}
    heard = "".join(letter + "-" * pause for letter, (_, pause) in zip(values, script, strict=True))
    marks = {"B": BotSpeechStarted(1), "P": BotSpeechStopped(1)}
    spoken = "".join(kind + "-" * pause for kind, pause in bot)
    with marbles(TICK) as m:
        log = m.record(m.hot(heard, values).pipe(turns(policy, m.hot(spoken, marks))))
    return [(at, note.value) for at, note in log if isinstance(note, OnNext)]


BOTS = st.lists(st.tuples(st.sampled_from("BP"), st.integers(0, 9)), max_size=6)


def words_of(text: str) -> list[int]:
    return [int(word[1:]) for word in text.split() if word[0] == "w" and word[1:].isdigit()]


@given(policies(), scripts, BOTS)
def test_tu01_no_text_of_a_turn_is_lost_and_none_is_repeated(
    policy: tuple[list[str], list[str]], script: Script, bot: Script
) -> None:
    """TU01, TU10: all that was said since a turn started is in it, and in no other one."""
    said: list[int] = []
    since: list[int] | None = None
    previous: list[int] = []
    perhaps: list[int] = []
    for _, item in held(policy, script, bot):
        match item:
            case TurnStarted(reason=reason):
                assert since is None
                since = list(previous) if reason in AT_TEXT else []
                perhaps = previous if reason == "condition" else []
            case Transcript(is_final=True):
                previous = words_of(item.text)
                if since is not None:
                    since += previous
            case Turn(text=text):
                assert since is not None
                assert words_of(text) in (since, [*perhaps, *since])
                said += words_of(text)
                since = None
            case TurnDropped():
                assert since == []
                since = None
            case Fault() | Metric() | WakePhraseHeard():
                pass
            case _:
                previous = []
    assert said == sorted(set(said))


@given(policies(), scripts, BOTS)
def test_tu16_no_turn_stays_open_once_the_user_is_silent(
    policy: tuple[list[str], list[str]], script: Script, bot: Script
) -> None:
    """TU16: whatever its strategies wait for, and though no transcript ever comes."""
    log = held(policy, script, bot)
    speaking = holding = False
    latest = 0.0
    opened: TurnStarted | None = None
    for at, item in log:
        match item:
            case SpeechStarted() | SpeechOngoing():
                speaking = True
            case SpeechStopped():
                speaking = False
            case UserMuted(muted=True):
                speaking = holding = False
            case UserStarted() | UserStopped():
                holding = isinstance(item, UserStarted)
            case TurnStarted():
                opened = item
            case Turn() | TurnDropped():
                opened = None
                assert at <= latest + 5.0 + 1e-6
            case _:
                pass
        if item != UserMuted(False) and not isinstance(item, Turn | TurnDropped):
            latest = at
    assert opened is None or speaking or holding
