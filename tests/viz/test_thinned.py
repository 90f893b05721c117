"""Pages of long sessions hold fewer items, and still all that was said."""

from rxvoice.items import Fault, SpeechOngoing, Stamped, Token, Transcript, Turn
from rxvoice.viz import picture
from rxvoice.viz._strip import Dot
from rxvoice.viz._thinned import thinned

MOST = 800


def dots(events: list[Stamped]) -> list[Dot]:
    """All that a page of at most `MOST` items holds."""
    return [dot for lane in thinned(picture(events).strips, MOST) for dot in lane]


def test_few_items_are_all_there() -> None:
    events = [Stamped(at * 0.1, Token(f" {at}")) for at in range(MOST)]
    assert [dot.label for dot in dots(events)] == [f" {at}" for at in range(MOST)]


def test_words_that_follow_each_other_become_one_item() -> None:
    words = [f" word{at}" for at in range(10 * MOST)]
    found = dots([Stamped(at * 0.1, Token(word)) for at, word in enumerate(words)])
    assert MOST / 2 < len(found) <= MOST
    assert "".join(dot.label for dot in found) == "".join(words)
    assert found[1].tip.startswith("0:01.0: 'word10 word11")


def test_words_apart_are_not_joined_and_not_too_many() -> None:
    found = dots([Stamped(at * 2.0, Token(f" {at}")) for at in range(9 * MOST)])
    assert MOST < len(found) <= 2 * MOST
    assert all(dot.label.strip().isdigit() for dot in found)


def test_what_is_final_stays_when_the_rest_is_too_much() -> None:
    events = [Stamped(at * 0.1, Transcript("so", is_final=False)) for at in range(5 * MOST)]
    events += [Stamped(at * 0.1, SpeechOngoing(at * 0.1)) for at in range(5 * MOST)]
    events += [Stamped(at * 20.0, Transcript(f"no. {at}", is_final=True)) for at in range(100)]
    events += [Stamped(at * 20.0, Turn(f"no. {at}", at + 1)) for at in range(100)]
    events.sort(key=lambda event: event.at)
    found = dots(events)
    assert len(found) < MOST * 1.2
    said = [f"no. {at}" for at in range(100)]
    assert [dot.label for dot in found if dot.kind == "dot" and dot.colour == "user"] == said
    assert sum(dot.kind == "ring" for dot in found) > 50


def test_of_too_many_that_are_final_some_are_left_out_and_no_fault() -> None:
    events = [Stamped(at * 0.1, Transcript(f"{at}", is_final=True)) for at in range(10 * MOST)]
    events += [Stamped(at * 7.0, Fault("llm", "no answer")) for at in range(50)]
    events.sort(key=lambda event: event.at)
    found = dots(events)
    assert len(found) < MOST * 1.1
    assert sum(dot.kind == "alarm" for dot in found) == 50
    assert [dot.at for dot in found] == sorted(dot.at for dot in found)
