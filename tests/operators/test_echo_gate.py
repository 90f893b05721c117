"""The gate that takes the bot's echo away; test_echo_gate_rooms has rooms, voices and the model."""

import math
from collections.abc import Callable
from typing import Any, assert_type

import numpy as np
import pytest
import reactivex as rx
from numpy.typing import NDArray
from reactivex import Observable

from rxvoice.aio import from_coroutine
from rxvoice.contracts import Operator
from rxvoice.items import AudioFrame, Dtmf, Event, Word
from rxvoice.operators import echo_gate
from rxvoice.operators._echo_gating import EchoGating
from rxvoice.operators._loudspeaker import Loudspeaker
from rxvoice.testing import MarbleError, OnNext, anything, frames, marbles, silence, tone
from rxvoice.testing.chaos import echo
from tests.operators.rooms import audio, heard, timed

NONE: dict[str, Any] = {}


def quiet_after(items: list[tuple[float, Event]], since: float) -> float:
    """The loudest sample from a time on."""
    samples = audio(items)
    rate = next(item.rate for _, item in items if isinstance(item, AudioFrame))
    return float(np.abs(samples[round(since * rate) :].astype(float)).max())


def noise(duration: float, *, level: float = 0.1, seed: int = 0, rate: int = 16_000) -> AudioFrame:
    values = np.random.default_rng(seed).normal(0.0, level * 32768.0, round(duration * rate))
    return AudioFrame(np.rint(values).clip(-32768, 32767).astype(np.int16), rate)


def test_while_nothing_is_played_frames_pass_as_the_same_objects_at_the_same_time() -> None:
    """Issue 4: no cost while the bot is silent."""
    said = frames(noise(0.2))
    items: list[tuple[float, Event]] = [(frame.end, frame) for frame in said]
    with marbles() as m:
        log = m.record(timed(items, 0.3).pipe(echo_gate(timed([(0.0, silence(1.0))]))))
    came = [(at, note.value) for at, note in log if isinstance(note, OnNext)]
    assert [id(frame) for _, frame in came] == [id(frame) for frame in said]
    assert [at for at, _ in came] == pytest.approx([frame.end for frame in said])


def test_the_echo_of_the_bot_is_taken_away() -> None:
    """Issue 4: with the test kit's own echo."""
    played, mic = noise(2.0), silence(3.0)

    def echoing(feedback: Any) -> Operator[Event, Event]:
        return rx.compose(echo(feedback, gain_db=-10.0, delay=0.12), echo_gate(feedback))

    assert quiet_after(heard(echoing, mic, played), 0.0) < 50.0
    loud = heard(lambda feedback: echo(feedback, gain_db=-10.0, delay=0.12), mic, played)
    assert quiet_after(loud, 0.5) > 3_000.0


def test_every_sample_comes_once_at_its_time_and_at_most_40_ms_late() -> None:
    """Issue 4: also where the gate begins and ends to work, at odd sizes of frames."""
    for chunk in (0.01, 0.02, 0.0211, 0.1):
        mic = noise(2.0, level=0.01, seed=1)
        out = heard(echo_gate, mic, noise(0.5), chunk=chunk)
        assert len(audio(out)) == len(mic.samples)
        late = [at - item.end for at, item in out if isinstance(item, AudioFrame)]
        assert max(late[:-1]) < 0.04 + chunk + 1e-9
        assert np.array_equal(audio(out)[-8_000:], mic.samples[-8_000:])


def test_before_anything_is_learnt_only_what_is_louder_than_an_echo_passes() -> None:
    """Issue 4: the first tenths of the first reply."""
    played = noise(0.12)
    shouted, whispered = noise(0.12, level=0.5, seed=2), noise(0.12, level=0.03, seed=2)
    assert quiet_after(heard(echo_gate, shouted, played), 0.04) > 10_000.0
    assert quiet_after(heard(echo_gate, whispered, played), 0.04) < 100.0
    louder = heard(lambda feedback: echo_gate(feedback, loudest=-30.0), whispered, played)
    assert quiet_after(louder, 0.04) > 1_000.0


def test_what_is_taken_back_is_not_expected() -> None:
    """Issue 4: `ClearAudio`; only what was heard until then is taken for echo."""
    speaker = Loudspeaker()
    speaker.play(tone(0.1, 16_000, 1.0))
    speaker.clear(1.02)
    assert speaker.until == 1.02
    assert np.abs(speaker.read(16_000, 320, 16_000)).max() > 0.1
    assert np.abs(speaker.read(16_320, 1_280, 16_000)).max() == 0.0
    speaker.play(tone(0.1, 16_000, 1.02))
    assert np.abs(speaker.read(16_320, 1_280, 16_000)).max() > 0.1
    speaker.clear(1.04)
    assert np.abs(speaker.read(16_640, 960, 16_000)).max() == 0.0


def test_an_echo_later_than_the_longest_delay_is_left() -> None:
    """Issue 4: max_delay."""

    def echoing(longest: float) -> Callable[[Observable[Any]], Operator[Event, Event]]:
        def operator(feedback: Observable[Any]) -> Operator[Event, Event]:
            delayed: Operator[Event, Event] = echo(feedback, gain_db=-6.0, delay=0.7)
            return rx.compose(delayed, echo_gate(feedback, max_delay=longest))

        return operator

    played, mic = noise(0.3), silence(2.0)
    assert quiet_after(heard(echoing(0.4), mic, played), 0.75) > 3_000.0
    assert quiet_after(heard(echoing(0.8), mic, played), 0.75) < 500.0


def test_a_hole_in_the_frames_times_does_not_bring_the_echo_back() -> None:
    """Issue 4: what was learnt stays, and is put to its new place."""
    mic, played = frames(silence(4.0)), noise(4.0)
    mic = [frame for frame in mic if not 2.0 <= frame.pts < 2.31]
    items: list[tuple[float, Event]] = [(frame.end, frame) for frame in mic]
    bot: list[tuple[float, Event]] = [(max(f.pts - 0.04, 0.0), f) for f in frames(played)]
    with marbles() as m:
        fed = timed(bot)
        line = timed(items, 4.1).pipe(echo(fed, gain_db=-10.0, delay=0.2), echo_gate(fed))
        log = m.record(line)
    came = [note.value for _, note in log if isinstance(note, OnNext)]
    assert max(int(np.abs(f.samples).max()) for f in came if f.pts > 1.0) < 100
    assert sum(len(f.samples) for f in came) == sum(len(f.samples) for f in mic)


def test_memory_is_bounded_and_starts_when_something_is_played() -> None:
    """Issue 4: nobody reads while the user is muted."""
    speaker = Loudspeaker()
    for at in range(700):
        speaker.play(tone(0.1, 16_000, at / 10))
    kept = sum(len(f.samples) for f in speaker._coming)  # pyright: ignore[reportPrivateUsage]
    assert kept <= 60 * 16_000
    made: list[int] = []
    gating = EchoGating(made.append, reach=0.5)  # pyright: ignore[reportArgumentType]
    for frame in frames(noise(1.0)):
        assert gating.hear(frame, frame.end) == [frame]
    assert made == []


def test_what_is_no_audio_passes_at_once() -> None:
    """Issue 4: in both directions."""
    with marbles() as m:
        fed = m.hot("(p w)--", {"p": noise(1.0), "w": Word("Hi", 0.0)})
        mic = m.hot("-k-(f k)|", {"k": Dtmf("5"), "f": silence(0.02)})
        m.expect(mic.pipe(echo_gate(fed))).to_be("-k-k(f|)", {"k": Dtmf("5"), "f": anything})


def test_never_and_empty_stay_so() -> None:
    with marbles() as m:
        fed = m.hot("p---", {"p": noise(1.0)})
        never = m.cold("-", NONE)
        m.expect(never.pipe(echo_gate(fed)), "^--!").to_be("")
        m.expect(m.cold("|", NONE).pipe(echo_gate(fed))).to_be("|")
        m.expect_subscriptions(never, "^--!")
        m.expect_subscriptions(fed, "^--!", "(^!)")


def test_errors_of_either_side_end_it_after_what_was_held_back() -> None:
    with marbles() as m:
        values = {"p": noise(1.0), "s": silence(0.02)}
        fed, broken = m.hot("p-----", values), m.hot("p--#", values)
        mic = m.hot("-s-#", {"s": silence(0.02)})
        m.expect(mic.pipe(echo_gate(fed))).to_be("---(f#)", {"f": anything})
        m.expect(m.hot("-----", NONE).pipe(echo_gate(broken))).to_be("---#")
        m.expect_subscriptions(fed, "^--!")


def test_unsubscribing_ends_both_and_forgets_all() -> None:
    with marbles() as m:
        values = {"p": noise(1.0), "s": silence(0.02)}
        fed, mic = m.hot("p-----", values), m.hot("ssssss", values)
        m.expect(mic.pipe(echo_gate(fed)), "^---!").to_be("-sss", {"s": anything})
        m.expect_subscriptions(fed, "^---!")
        m.expect_subscriptions(mic, "^---!")


def test_two_subscribers_learn_each_for_themselves() -> None:
    operators: list[Operator[Event, Event]] = []
    played, mic = noise(1.0), noise(1.0, seed=3)

    def once(feedback: Any) -> Operator[Event, Event]:
        if not operators:
            operators.append(echo_gate(rx.defer(lambda _: feeds[0])))
        return operators[0]

    feeds: list[Observable[Event]] = []
    results: list[NDArray[np.int16]] = []
    for _ in range(2):
        feeds[:] = [timed([(max(f.pts - 0.04, 0.0), f) for f in frames(played)])]
        results.append(audio(heard(once, mic, silence(0.0))))
    assert np.array_equal(results[0], results[1])
    assert not np.array_equal(results[0], mic.samples)


def test_a_subscriber_that_raises_at_once_leaves_nothing_behind() -> None:
    with marbles() as m:
        fed = m.hot("p---", {"p": noise(1.0)})

        def refuse(_: Event) -> None:
            raise MarbleError

        async def refused() -> None:
            with pytest.raises(MarbleError):
                rx.of(silence(0.02)).pipe(echo_gate(fed)).subscribe(refuse)

        m.expect(from_coroutine(refused)).to_be("(n|)", {"n": None})
        m.expect_subscriptions(fed, "(^!)")


@pytest.mark.parametrize(
    ("argument", "value"),
    [("max_delay", -0.1), ("max_delay", 2.1), ("max_delay", math.nan), ("loudest", math.inf)],
)
def test_bad_arguments_are_refused_at_the_call(argument: str, value: float) -> None:
    with pytest.raises(ValueError, match=argument):
        echo_gate(rx.never(), **{argument: value})  # pyright: ignore[reportArgumentType]


def test_its_type_is_an_operator_of_events() -> None:
    assert_type(echo_gate(rx.never()), Operator[Event, Event])
