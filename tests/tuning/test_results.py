"""The table and the picture."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
import reactivex as rx

from rxvoice.contracts import StopStrategy
from rxvoice.providers.energy import energy
from rxvoice.tuning import LabelledTurn, Tuning, sweep, tune
from tests.tuning.recordings import recording
from tests.tuning.test_tune import PAUSING, at_once

SVG = "{http://www.w3.org/2000/svg}"


def shown(tuning: Tuning, kind: str) -> str:
    """Ask as a notebook does."""
    return getattr(tuning, f"_repr_{kind}_")()


def silent() -> StopStrategy:
    """Never stop."""
    return lambda _: rx.never()


@pytest.fixture(scope="module")
def tuning() -> Tuning:
    noisy = recording(
        LabelledTurn(1.0, 2.0, "one"),
        LabelledTurn(4.0, 4.5, "mm", role="backchannel"),
        duration=6.0,
        name="noisy",
    )
    policies = [
        "silence(min_delay=0.1,0.9)",
        *sweep("mine<b>(wait=0.05,0.3)", **{"mine<b>": at_once}),
    ]
    return tune([PAUSING, noisy], policies, vad=energy(), latency=0.0)


def test_the_table_has_a_line_a_policy(tuning: Tuning) -> None:
    lines = str(tuning).splitlines()
    assert lines[0] == (
        "2 recordings, 0:16.0 of audio: 3 labelled turns, 1 labelled pauses in them"
    )
    assert lines[2].split() == [
        *("policy", "cut", "off", "turns", "pauses", "missed", "p50", "p90", "extra", "dropped")
    ]
    assert lines[4].split() == [
        *("silence(min_delay=0.1)", "33.3", "%", "1", "1", "0", "340", "ms", "340", "ms", "1", "0")
    ]
    assert lines[5].split() == [
        *("*", "silence(min_delay=0.9)", "0.0", "%", "0", "0", "0", "1140", "ms", "1140", "ms"),
        *("1", "0"),
    ]
    assert lines[6].split()[:4] == ["*", "mine<b>(wait=0.05)", "33.3", "%"]
    assert any(line.startswith("extra: ") for line in lines)


def test_a_notebook_shows_picture_and_table(tuning: Tuning) -> None:
    html = shown(tuning, "html")
    assert "<svg" in html
    assert html.count("<tr>") == 5
    assert "mine&lt;b&gt;(wait=0.05)" in html
    assert "mine<b>" not in html
    assert shown(tuning, "svg") == tuning.svg()


def test_the_picture_has_a_line_a_policy_and_a_sign_a_setting(tuning: Tuning) -> None:
    root = ElementTree.fromstring(tuning.svg(title="Mine & yours"))
    assert root.findtext(f"{SVG}title") == "Mine & yours"
    lines = [
        path for path in root.iter(f"{SVG}path") if re.search(r"-line line", path.get("class", ""))
    ]
    joined = [path for path in lines if path.get("transform") is None]
    assert [path.get("class") for path in joined] == ["soft-line line dashes", "user-line line"]
    tips = [group.findtext(f"{SVG}title") for group in root.iter(f"{SVG}g")]
    assert tips == [
        "silence(min_delay=0.1): 33.3 % cut off, 340 ms",
        "silence(min_delay=0.9): 0.0 % cut off, 1140 ms",
        "mine<b>(wait=0.05): 33.3 % cut off, 290 ms",
        "mine<b>(wait=0.3): 33.3 % cut off, 540 ms",
    ]
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert "silence by min_delay" in texts
    assert "mine<b> by wait" in texts
    assert {"0.1", "0.9", "0.3"} <= set(texts)


def test_in_the_picture_fewer_cut_offs_are_lower_and_less_delay_is_left(tuning: Tuning) -> None:
    root = ElementTree.fromstring(tuning.svg())
    places: list[tuple[float, float]] = []
    for group in root.iter(f"{SVG}g"):
        sign = group.find(f"{SVG}path")
        assert sign is not None
        found = re.fullmatch(r"translate\(([\d.]+) ([\d.]+)\)", sign.get("transform", ""))
        assert found
        places.append((float(found[1]), float(found[2])))
    fast, slow, faster, middle = places
    assert faster[0] < fast[0] < middle[0] < slow[0]
    assert slow[1] > fast[1] == faster[1] == middle[1]


def test_what_never_took_a_turn_has_no_place_in_the_picture() -> None:
    made = recording(LabelledTurn(1.0, 2.0, "one"), duration=3.0)
    result = tune([made], sweep("never", never=silent), vad=energy())
    root = ElementTree.fromstring(result.svg())
    assert len(list(root.iter(f"{SVG}g"))) == 8
    description = root.findtext(f"{SVG}desc")
    assert description is not None
    assert description.endswith("never: 0.0 % cut off, unknown delay")


def test_recordings_without_turns_give_a_table_and_a_picture() -> None:
    noise = recording(duration=2.0, also=[(0.5, 1.0)])
    result = tune([noise], ["silence"], vad=energy())
    (score,) = result
    assert (score.turns, score.dropped, score.cut_off_rate) == (0, 1, 0.0)
    assert score.delay(50) is None
    assert "–" in str(result)
    ElementTree.fromstring(result.svg())


@pytest.mark.parametrize("width", [100.0, float("nan")])
def test_a_picture_too_narrow_is_refused(tuning: Tuning, width: float) -> None:
    with pytest.raises(ValueError, match="width must be at least 360"):
        tuning.svg(width=width)
