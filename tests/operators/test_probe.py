"""A stream that is looked at."""

import sys

import pytest
import reactivex as rx
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import Operator, Session, run
from rxvoice.operators import probe
from rxvoice.testing import MarbleError, marbles, run_virtual, tone
from rxvoice.viz import Probes


def signs(probes: Probes, name: str) -> list[tuple[float, int, str]]:
    """When what happened in a lane, and in which segment; items by what they are."""
    return [
        (round(note.at, 6), note.segment, note.sign or str(note.item))
        for note in probes.notes()[name]
    ]


def test_each_reply_in_a_switch_map_is_a_segment_of_one_lane() -> None:
    probes = Probes()
    with probes, marbles() as m:
        turns = m.hot("a---b------|")
        replies = {"a": m.cold("-x-x-x|"), "b": m.cold("-y-y|")}
        spoken = turns.pipe(ops.switch_map(lambda turn: replies[turn].pipe(probe("reply"))))
        m.expect(spoken).to_be("-x-x-y-y---|")
    assert signs(probes, "reply") == [
        *((0.0, 0, "^"), (0.02, 0, "x"), (0.06, 0, "x"), (0.08, 0, "!")),
        *((0.08, 1, "^"), (0.1, 1, "y"), (0.14, 1, "y"), (0.16, 1, "|")),
    ]


def test_an_error_is_told_and_goes_on() -> None:
    probes = Probes()
    with probes, marbles() as m:
        m.expect(m.cold("-a-#").pipe(probe("words"))).to_be("-a-#")
    notes = probes.notes()["words"]
    assert [note.sign for note in notes] == ["^", "", "#"]
    assert isinstance(notes[-1].item, MarbleError)


def test_who_leaves_early_is_told_once() -> None:
    probes = Probes()
    with probes, marbles() as m:
        m.expect(m.cold("-a-b-c-").pipe(probe("words")), subscription="^---!").to_be("-a-b-")
        m.expect(m.cold("-(a|)").pipe(probe("one"), ops.take(1))).to_be("-(a|)")
    assert [note.sign for note in probes.notes()["words"]] == ["^", "", "", "!"]
    assert [note.sign for note in probes.notes()["one"]] == ["^", "", "!"]


def test_while_nobody_records_an_item_costs_two_calls_at_most() -> None:
    def calls(*stages: Operator[int, int]) -> int:
        subject: Subject[int] = Subject()
        count = 0

        def counted(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += event == "call"

        with subject.pipe(*stages).subscribe(lambda _: None):
            before = sys.getprofile()
            sys.setprofile(counted)
            try:
                for number in range(100):
                    subject.on_next(number)
            finally:
                sys.setprofile(before)
        return count

    assert calls(probe("numbers")) - calls() <= 200


def test_a_session_is_watched_on_its_own_clock() -> None:
    async def main() -> Probes:
        probes = Probes()
        await run(rx.timer(1.0))  # the loop is older than the session
        async with Session() as session:
            probes.watch(session)
            await session.run(rx.timer(0.5).pipe(probe("timer")))
        return probes

    assert signs(run_virtual(main()), "timer") == [(0.0, 0, "^"), (0.5, 0, "0"), (0.5, 0, "|")]


def test_both_who_watches_the_session_and_who_watches_the_context_are_told() -> None:
    async def main() -> tuple[Probes, Probes]:
        inner, outer = Probes(), Probes()
        with outer:
            async with Session() as session:
                inner.watch(session)
                await session.run(rx.of(1, 2).pipe(probe("numbers")))
        return inner, outer

    inner, outer = run_virtual(main())
    assert signs(inner, "numbers") == signs(outer, "numbers")
    assert [event.item for event in outer.items("numbers")] == [1, 2]


def test_a_given_recorder_is_the_only_one() -> None:
    async def main() -> tuple[Probes, Probes]:
        given, context = Probes(), Probes()
        with context:
            await run(rx.of(1).pipe(probe("numbers", to=given)))
        return given, context

    given, context = run_virtual(main())
    assert given.names == ["numbers"]
    assert context.names == []


def test_lanes_stand_in_the_order_in_which_their_probes_were_made() -> None:
    async def main() -> Probes:
        with Probes() as probes:
            await run(rx.of(1).pipe(probe("first"), ops.map(str), probe("second")))
        return probes

    assert run_virtual(main()).names == ["first", "second"]


def test_what_is_kept_is_bounded_and_the_picture_says_so() -> None:
    async def main() -> Probes:
        with Probes(limit=10) as probes:
            await run(rx.range(0, 100).pipe(probe("numbers")))
        return probes

    probes = run_virtual(main())
    assert [event.item for event in probes.items("numbers")] == list(range(91, 100))
    assert probes.dropped("numbers") == 92
    assert "Not kept: 92 earlier in numbers" in probes.svg()


def test_audio_is_bounded_in_bytes() -> None:
    frame = tone(0.02)

    async def main() -> Probes:
        with Probes(audio=10 * frame.samples.nbytes) as probes:
            await run(rx.repeat_value(frame, 50).pipe(probe("audio")))
        return probes

    assert len(run_virtual(main()).items("audio")) == 10


def test_there_are_at_most_48_lanes() -> None:
    async def main() -> Probes:
        with Probes() as probes:
            await run(rx.merge(*(rx.of(n).pipe(probe(f"lane {n}")) for n in range(60))))
        return probes

    probes = run_virtual(main())
    assert len(probes.names) == 48
    assert "12 more lanes" in probes.svg()


def test_from_an_instant_on_what_still_lasts_is_known() -> None:
    probes = Probes()
    with probes, marbles() as m:
        m.expect(m.cold("-a---b---|").pipe(probe("long"))).to_be("-a---b---|")
        m.expect(m.cold("-a|").pipe(probe("short"))).to_be("-a|")
    late = probes.notes(0.09)
    assert [(round(note.at, 6), note.item) for note in late["long"]] == [(0.1, "b"), (0.18, None)]
    assert list(late["short"]) == []


@pytest.mark.parametrize("name", ["", "  "])
def test_a_nameless_probe_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name must not be empty"):
        probe(name)
