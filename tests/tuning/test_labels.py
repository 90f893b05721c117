"""Labels: sidecars, manifests, RTTM, and what is wrong with them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rxvoice.tuning import LabelledTurn, Labels, Recordings, read_recordings
from tests.tuning.recordings import tones, write_wav


def labelled(folder: Path, labels: Any, *, suffix: str = ".json") -> Recordings:
    """Write a recording of four seconds with labels, and read it."""
    write_wav(folder / "call.wav", tones([(1.0, 2.0)], 4.0))
    text = labels if isinstance(labels, str) else json.dumps(labels)
    (folder / f"call{suffix}").write_text(text, encoding="utf-8")
    return read_recordings(folder)


def the_problem(folder: Path, labels: Any, *, suffix: str = ".json") -> str:
    with pytest.raises(ValueError, match="nothing to tune on") as failure:
        labelled(folder, labels, suffix=suffix)
    text = str(failure.value)
    assert "\n" not in text
    return text


def test_a_sidecar_tells_turns_pauses_roles_and_the_bot(tmp_path: Path) -> None:
    found = labelled(
        tmp_path,
        {
            "turns": [
                {"start": 0.5, "end": 2.0, "text": "hello there", "pauses": [[1.0, 1.5]]},
                {"start": 2.5, "end": 3, "role": "backchannel", "notes": {"mine": True}},
            ],
            "bot": [[2.2, 3.5]],
            "channel": 0,
        },
    )
    assert [one.name for one in found] == ["call.wav"]
    assert found.items[0].labels == Labels(
        (
            LabelledTurn(0.5, 2.0, "hello there", ((1.0, 1.5),)),
            LabelledTurn(2.5, 3.0, role="backchannel"),
        ),
        bot=((2.2, 3.5),),
        channel=0,
    )


def test_a_list_of_turns_is_enough(tmp_path: Path) -> None:
    found = labelled(tmp_path, [{"start": 1, "end": 2}])
    assert found.items[0].labels == Labels((LabelledTurn(1.0, 2.0),))


WRONG: list[tuple[Any, str]] = [
    ({"turns": [{"start": 1.0}]}, "call.json: turns[0].end: field required"),
    (
        {"turns": [{"start": -1, "end": 2}]},
        "call.json: turns[0].start: input should be greater",
    ),
    ({"turns": [{"start": 2, "end": 1}]}, "call.json: turns[0].end must be after its start"),
    (
        {"turns": [{"start": 1, "end": 2}, {"start": 1.5, "end": 3}]},
        "call.json: turns[1].start is 1.5, before the end of the one before, 2",
    ),
    (
        {"turns": [{"start": 1, "end": 2, "pauses": [[0.5, 1.5]]}]},
        "call.json: turns[0].pauses[0] must be in order and within 1 and 2 s",
    ),
    (
        {"turns": [{"start": 1, "end": 2, "role": "cough"}]},
        "call.json: turns[0].role: input should be 'turn', 'interruption' or 'backchannel'",
    ),
    ({"turns": [{"start": 1, "end": 2, "pause": []}]}, "turns[0].pause: extra inputs are not"),
    ({"turns": [{"start": 1, "end": "x"}, {}]}, "(and 2 more)"),
    ({"turns": [], "bot": [[2, 1]]}, "call.json: bot[0] must be in order"),
    ({}, "call.json: turns: field required"),
    ("[", "call.json is no JSON"),
    ('{"turns": [{"start": NaN, "end": 1}]}', "call.json is no JSON"),
    ("[" * 100_000, "call.json is no JSON"),
    ("7", "call.json: input should be a valid dictionary"),
]


@pytest.mark.parametrize(("labels", "told"), WRONG)
def test_an_error_names_the_file_and_the_field(tmp_path: Path, labels: Any, told: str) -> None:
    assert told in the_problem(tmp_path, labels)


def test_labels_that_are_no_text_are_told(tmp_path: Path) -> None:
    write_wav(tmp_path / "call.wav", tones([], 1.0))
    (tmp_path / "call.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"call\.json is no text in UTF-8"):
        read_recordings(tmp_path)


def test_words_are_spread_over_the_time_in_which_somebody_speaks() -> None:
    turn = LabelledTurn(1.0, 4.0, "a b c d", pauses=((2.0, 3.0),))
    assert [(word.text, word.pts, word.end) for word in turn.words()] == [
        ("a", 1.0, 1.5),
        ("b", 1.5, 2.0),
        ("c", 3.0, 3.5),
        ("d", 3.5, 4.0),
    ]


def test_parts_say_where_words_are() -> None:
    turn = LabelledTurn(1.0, 4.0, "a b c", parts=((1.0, 2.0, "a"), (3.0, 4.0, "b c")))
    assert [(word.text, word.pts) for word in turn.words()] == [("a", 1.0), ("b", 3.0), ("c", 3.5)]


def test_unknown_words_are_signs_in_every_stretch_of_speech() -> None:
    words = LabelledTurn(1.0, 4.0, pauses=((2.0, 3.0),)).words()
    assert {word.text for word in words} == {"…"}
    assert any(word.end <= 2.0 for word in words)
    assert any(word.pts >= 3.0 for word in words)


RTTM = """\
;; a comment
SPKR-INFO call 1 <NA> <NA> <NA> unknown anna <NA> <NA>
SPEAKER call 1 0.50 0.50 <NA> <NA> anna <NA> <NA>
SPEAKER call 1 1.50 0.50 <NA> <NA> anna <NA> <NA>
SPEAKER call 1 2.10 0.20 <NA> <NA> bot <NA> <NA>
SPEAKER call 1 2.50 0.50 <NA> <NA> berta <NA> <NA>
SPEAKER call 1 2.80 0.70 <NA> <NA> anna <NA> <NA>
"""


def test_rttm_gives_turns_with_pauses(tmp_path: Path) -> None:
    """One who goes on soon has paused, what overlaps is one turn, and the bot is the bot."""
    found = labelled(tmp_path, RTTM, suffix=".rttm")
    assert found.items[0].labels == Labels(
        (LabelledTurn(0.5, 2.0, pauses=((1.0, 1.5),)), LabelledTurn(2.5, 3.5)), ((2.1, 2.3),)
    )


def test_of_an_rttm_file_about_several_the_recordings_own_lines_count(tmp_path: Path) -> None:
    found = labelled(tmp_path, RTTM + "SPEAKER other 1 3 1 <NA> <NA> anna\n", suffix=".rttm")
    assert found.items[0].labels.end == 3.5
    others = "SPEAKER a 1 0 1 <NA> <NA> anna\nSPEAKER b 1 0 1 <NA> <NA> anna\n"
    assert "is about a, b, and not call" in the_problem(tmp_path, others, suffix=".rttm")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("SPEAKER call 1 x 1 <NA> <NA> anna", "call.rttm, line 1: start must be seconds, got 'x'"),
        ("SPEAKER call 1 0 -1 <NA> <NA> anna", "call.rttm, line 1: duration must be seconds"),
        ("SPEAKER call 1 0 inf <NA> <NA> anna", "call.rttm, line 1: duration must be seconds"),
        ("SPEAKER call 1 0", "call.rttm, line 1: SPEAKER wants at least 8 fields, got 4"),
    ],
)
def test_a_bad_line_of_rttm_is_named(tmp_path: Path, line: str, told: str) -> None:
    assert told in the_problem(tmp_path, line, suffix=".rttm")


MANIFEST = {
    "files": [
        {
            "file": "pause.wav",
            "user": [
                {"t0": 0.5, "t1": 1.0, "role": "part", "text": "so"},
                {"t0": 1.5, "t1": 2.0, "role": "filler", "text": "um"},
                {"t0": 2.5, "t1": 3.0, "role": "part", "text": "yes"},
                {"t0": 3.2, "t1": 3.4, "role": "backchannel", "text": "mm"},
            ],
            "bot": [{"t0": 3.1, "t1": 3.9, "text": "Fine."}],
            "kind": "scene",
        },
        {"file": "one.wav", "user": [{"t0": 0, "t1": 1, "role": "part"}], "pause": [0.2, 0.4]},
        {"file": "meeting.wav", "kind": "vad", "speech": [[0.5, 1.0], [1.2, 2.0]]},
        {"file": "broken.wav", "kind": "scene", "user": [{"t0": 1}]},
        {"file": "text.json", "kind": "scene"},
        {"kind": "scene"},
        7,
    ]
}


def test_a_manifest_has_labels_of_many(tmp_path: Path) -> None:
    """One broken entry costs that entry."""
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    found = read_recordings(tmp_path)
    assert [one.name for one in found] == ["pause.wav", "one.wav"]
    turn, backchannel = found.items[0].labels.turns
    assert (turn.start, turn.end, turn.text) == (0.5, 3.0, "so um yes")
    assert turn.pauses == ((1.0, 1.5), (2.0, 2.5))
    assert backchannel.role == "backchannel"
    assert found.items[0].labels.bot == ((3.1, 3.9),)
    assert found.items[1].labels.turns[0].pauses == ((0.2, 0.4),)
    broken, bare, nameless, number = found.problems
    assert "broken.wav: user[0].t1: field required" in broken
    assert "text.json has no labels" in bare
    assert "files[5].file must be a path" in nameless
    assert "files[6].file must be a path" in number


def test_other_kinds_and_single_files_of_a_manifest_can_be_chosen(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    found = read_recordings(tmp_path / "manifest.json", kinds=["vad"], only="m*")
    assert [one.name for one in found] == ["meeting.wav"]
    assert found.items[0].labels == Labels((LabelledTurn(0.5, 2.0, pauses=((1.0, 1.2),)),))


@pytest.mark.parametrize("text", ["{}", "[]", '{"files": 3}'])
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"manifest\.json: files must be a list of recordings"):
        read_recordings(tmp_path)


def test_a_recording_without_labels_is_told_and_the_others_count(tmp_path: Path) -> None:
    labelled(tmp_path, [{"start": 1, "end": 2}])
    for name in "abcd":
        write_wav(tmp_path / f"{name}.wav", np.zeros(160, np.int16))
    found = read_recordings(tmp_path)
    assert len(found) == 1
    assert found.problems == (
        "no labels, neither NAME.json nor NAME.rttm: a.wav, b.wav, c.wav and 1 more",
    )


def test_one_recording_alone_can_be_given(tmp_path: Path) -> None:
    labelled(tmp_path, [{"start": 1, "end": 2}])
    assert len(read_recordings(tmp_path / "call.wav")) == 1


def test_a_place_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no file or folder"):
        read_recordings(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="no recordings were found"):
        read_recordings(tmp_path)


def test_a_negative_channel_is_refused() -> None:
    with pytest.raises(ValueError, match="channel must not be negative"):
        Labels((), channel=-1)
