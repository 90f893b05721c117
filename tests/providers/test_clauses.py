import pytest

from rxvoice.providers._clauses import clauses


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, Dr. Smith!", [("Hello", ","), ("Dr. Smith", "!")]),
        ("It costs $3.50 — really?", [("It costs $3.50", ";"), ("really", "?")]),
        ('He said "yes"; then: no.', [('He said "yes"', ";"), ("then", ":"), ("no", ".")]),
        ("One. Two! Three", [("One", "."), ("Two", "!"), ("Three", "")]),
        ("3,000.5 at 7:30, e.g. now", [("3,000.5 at 7:30", ","), ("e.g. now", "")]),
        ("He left - then came back…", [("He left", ";"), ("then came back", ".")]),
        ("你好。我们！", [("你好", "."), ("我们", "!")]),
        (" ... ", []),
        ("", []),
    ],
)
def test_text_is_split_where_a_reader_pauses(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(clause.text, clause.mark) for clause in clauses(text)] == expected


@pytest.mark.parametrize(
    "text", ["Hello, Dr. Smith! It costs $3.50 — really? 😊", 'He said "yes"; (then: no).', "a - b"]
)
def test_nothing_that_is_written_is_lost(text: str) -> None:
    written = " ".join(clause.written for clause in clauses(text))
    assert written.split() == text.split()
    assert [clause.ends_sentence for clause in clauses("No. Well, yes")] == [True, False, False]
