"""`with_feedback`."""

from typing import Any

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import Operator
from rxvoice.operators import with_feedback
from rxvoice.testing import Marbles


def echoing(fed: Observable[Any]) -> Operator[Any, Any]:
    """Merge what comes back, in capitals, until the source ends."""

    def echoed(source: Observable[Any]) -> Observable[Any]:
        shared = source.pipe(ops.share())
        back = fed.pipe(ops.filter(str.islower), ops.map(str.upper))
        return rx.merge(shared, back.pipe(ops.take_until(shared.pipe(ops.last()))))

    return echoed


def test_what_comes_out_comes_back_at_the_same_instant(marbles: Marbles) -> None:
    marbles.expect(marbles.hot("-a-b-|").pipe(with_feedback(echoing))).to_be("-(a A)-(b B)-|")


def test_never_and_empty_stay_so(marbles: Marbles) -> None:
    marbles.expect(marbles.hot("---").pipe(with_feedback(echoing))).to_be("---")
    marbles.expect(marbles.cold("|").pipe(with_feedback(lambda _: ops.map(str)))).to_be("|")


def test_an_error_ends_it_at_once(marbles: Marbles) -> None:
    marbles.expect(marbles.hot("-a#").pipe(with_feedback(echoing))).to_be("-(a A)#")


def test_unsubscribing_leaves_nothing_that_was_on_its_way(marbles: Marbles) -> None:
    source = marbles.hot("-a-b-|")
    marbles.expect(source.pipe(with_feedback(echoing)), "^--!").to_be("-(a A)-")
    marbles.expect_subscriptions(source, "^--!")


def test_each_subscriber_has_a_loop_of_its_own(marbles: Marbles) -> None:
    made: list[Observable[Any]] = []

    def build(fed: Observable[Any]) -> Operator[Any, Any]:
        made.append(fed)
        return echoing(fed)

    stream = marbles.hot("-a-b-|").pipe(with_feedback(build))
    marbles.expect(stream).to_be("-(a A)-(b B)-|")
    marbles.expect(stream, "--^---").to_be("---(b B)-|")
    marbles.run()
    assert len(set(map(id, made))) == 2


def test_a_pipe_that_cannot_be_built_fails_the_stream(marbles: Marbles) -> None:
    def build(_: Observable[Any]) -> Operator[Any, Any]:
        raise LookupError("no such part")

    source = marbles.hot("-a-|")
    marbles.expect(source.pipe(with_feedback(build))).to_be("#", error=LookupError("no such part"))
    marbles.expect_subscriptions(source)
