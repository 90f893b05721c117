import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.testing import Diagram, DiagramError, Mark, draw, parse
from rxvoice.testing._notation import Role


def events(text: str, role: Role = "source") -> list[tuple[float, str]]:
    diagram = parse(text, role=role)
    return [(at / 1e6, mark.key or mark.kind) for at, mark in diagram.marks]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("---", []),
        ("a-b|", [(0.0, "a"), (0.04, "b"), (0.06, "|")]),
        ("  a - b  ", [(0.0, "a"), (0.04, "b")]),
        ("-#", [(0.02, "#")]),
        ("a*3b", [(0.0, "a"), (0.02, "a"), (0.04, "a"), (0.06, "b")]),
        ("-*10 a", [(0.2, "a")]),
        ("(a b)*2 c", [(0.0, "a"), (0.0, "b"), (0.02, "a"), (0.02, "b"), (0.04, "c")]),
        ("'hello there' b", [(0.0, "hello there"), (0.02, "b")]),
        ("'x'*2", [(0.0, "x"), (0.02, "x")]),
        (r"'it\'s \\'", [(0.0, r"it's \ "[:-1])]),
        ("(a b |)", [(0.0, "a"), (0.0, "b"), (0.0, "|")]),
        ("(ab) c", [(0.0, "a"), (0.0, "b"), (0.02, "c")]),
        ("(-)a", [(0.02, "a")]),
        ("()a", [(0.02, "a")]),
        ("a 120ms b", [(0.0, "a"), (0.14, "b")]),
        ("1.5s a", [(1.5, "a")]),
        ("a 0.25ms b", [(0.0, "a"), (0.02025, "b")]),
        ("a 1s", [(0.0, "a")]),
        ("1s-", [(0.0, "1"), (0.02, "s")]),
        ("a1s", [(0.0, "a"), (0.02, "1"), (0.04, "s")]),
        ("é…!"[:2], [(0.0, "é"), (0.02, "…")]),
    ],
)
def test_what_a_diagram_means(text: str, expected: list[tuple[float, str]]) -> None:
    assert events(text) == expected


def test_a_hot_diagram_may_have_a_past() -> None:
    assert events("ab-^-c|", "hot") == [
        (-0.06, "a"),
        (-0.04, "b"),
        (0.0, "^"),
        (0.04, "c"),
        (0.06, "|"),
    ]


def test_a_subscription_diagram_has_its_own_time() -> None:
    assert events("--^ 100ms !", "subscription") == [(0.04, "^"), (0.16, "!")]
    assert events("-(^!)", "subscription") == [(0.02, "^"), (0.02, "!")]


def test_the_length_of_a_diagram_counts_all_columns() -> None:
    assert parse("a--").end == 60_000
    assert parse("a 1s ").end == 1_020_000
    assert parse("a-", tick=0.001).end == 2_000


@pytest.mark.parametrize(
    ("text", "role", "column", "problem"),
    [
        ("a(b", "source", 2, "this ( is never closed"),
        ("a'b", "source", 2, "this ' is never closed"),
        ("a)b", "source", 2, ") without anything before it"),
        ("*3", "source", 1, "* without anything before it"),
        ("a*", "source", 2, "* without anything before it"),
        ("a*0", "source", 2, "repeat 1 to 1000000 times"),
        ("a*9999999", "source", 2, "repeat 1 to 1000000 times"),
        ("|*2", "source", 2, "only values and - can be repeated"),
        ("(a(b))", "source", 3, "( cannot stand inside of ( )"),
        ("(a*2)", "source", 3, "* cannot stand inside of ( )"),
        ("a|b", "source", 3, "nothing can happen after the end of the stream"),
        ("a#|", "source", 3, "nothing can happen after the end of the stream"),
        ("a^b", "source", 2, "^ has no meaning in a source diagram"),
        ("a!", "hot", 2, "! has no meaning in a hot diagram"),
        ("^a^", "hot", 3, "a second ^"),
        ("^a", "subscription", 2, "'a' has no meaning in a subscription diagram"),
        ("^|", "subscription", 2, "| has no meaning in a subscription diagram"),
        ("!^", "subscription", 1, "! stands before ^"),
        ("^-!!", "subscription", 4, "a second !"),
        ("a 0.0001ms b", "source", 3, "a pause is a whole number of microseconds"),
    ],
)
def test_a_bad_diagram_is_named_with_its_column(
    text: str, role: Role, column: int, problem: str
) -> None:
    with pytest.raises(ValueError, match=r"column \d+: ") as caught:
        parse(text, role=role)
    assert str(caught.value) == f"column {column}: {problem}\n  {text}\n  {' ' * (column - 1)}^"
    assert isinstance(caught.value, DiagramError)


@pytest.mark.parametrize("tick", [0.0, -1.0, 1e-9])
def test_a_tick_is_at_least_a_microsecond(tick: float) -> None:
    with pytest.raises(ValueError, match="tick"):
        parse("a", tick=tick)


@pytest.mark.parametrize(
    "text",
    ["a-b|", "", "---", "(a b |)", "'hi there'-#", "a 5ms b", "1.5s a", "x*25", "--^---!", "ab^-c"],
)
def test_drawing_gives_the_shortest_form(text: str) -> None:
    role: Role = "subscription" if "!" in text else "hot" if "^" in text else "source"
    assert draw(parse(text, role=role)) == text


@pytest.mark.parametrize("marks", [((0, Mark("value", "a")), (5, Mark("value", "b")))])
def test_what_is_nearer_than_a_tick_cannot_be_drawn(marks: tuple[tuple[int, Mark], ...]) -> None:
    with pytest.raises(ValueError, match="less than a tick"):
        draw(Diagram(marks, 0, 100, 20))


values = st.builds(Mark, st.just("value"), st.sampled_from("ab1sm.0é "), st.booleans()) | st.builds(
    Mark, st.just("value"), st.text("ab '\\-|*()1s\n", max_size=6), st.just(True)
)
values = values.filter(lambda mark: mark.quoted or not mark.key.isspace())
waits = st.integers(0, 40).map(lambda ticks: ticks * 20_000) | st.integers(0, 3_000_000)


@st.composite
def diagrams(draw_from: st.DrawFn) -> Diagram:
    """Everything that a source's diagram can say."""
    now = draw_from(waits)
    marks: list[tuple[int, Mark]] = []
    for group in draw_from(st.lists(st.lists(values, min_size=1, max_size=3), max_size=8)):
        for _ in range(draw_from(st.sampled_from([1, 1, 1, 2, 7]))):
            marks += [(now, mark) for mark in group]
            now += 20_000
        now += draw_from(waits)
    if draw_from(st.booleans()):
        marks.append((now, Mark(draw_from(st.sampled_from(["|", "#"])))))
        now += 20_000 + draw_from(waits)
    return Diagram(tuple(marks), 0, now, 20_000)


@st.composite
def hot_diagrams(draw_from: st.DrawFn) -> Diagram:
    """Everything that a hot diagram can say: a ^ of its own or beside a value marks time 0."""
    diagram = draw_from(diagrams())
    places = [0, *(at for at, _ in diagram.marks)]
    if diagram.marks and diagram.marks[-1][1].kind == "value" and diagram.end not in places:
        places.append(diagram.end)
    zero = draw_from(st.sampled_from(places))
    marks = [*diagram.marks]
    taken = any(at == zero for at, _ in marks)
    if not taken and any(zero < at < zero + 20_000 for at, _ in marks):
        return diagram
    index = next((i for i, (at, _) in enumerate(marks) if at >= zero), len(marks))
    marks.insert(index, (zero, Mark("^")))
    end = max(diagram.end, zero + 20_000)
    return Diagram(tuple((at - zero, mark) for at, mark in marks), -zero, end - zero, 20_000)


@st.composite
def subscription_diagrams(draw_from: st.DrawFn) -> Diagram:
    """Everything that a subscription diagram can say."""
    began = draw_from(waits)
    marks = [(began, Mark("^"))]
    end = began + 20_000
    if draw_from(st.booleans()):
        stopped = draw_from(st.sampled_from([began, end]) | waits.map(lambda wait: end + wait))
        marks.append((stopped, Mark("!")))
        end = stopped + 20_000
    return Diagram(tuple(marks), 0, end + draw_from(waits), 20_000)


every_diagram: list[tuple[Role, st.SearchStrategy[Diagram]]] = [
    ("source", diagrams()),
    ("hot", hot_diagrams()),
    ("subscription", subscription_diagrams()),
]


@pytest.mark.parametrize(("role", "some"), every_diagram, ids=["source", "hot", "subscription"])
@given(data=st.data())
def test_reading_what_was_drawn_gives_the_same(
    role: Role, some: st.SearchStrategy[Diagram], data: st.DataObject
) -> None:
    diagram = data.draw(some)
    assert parse(draw(diagram), role=role) == diagram


@given(
    st.text("ab-|#'()*1 ms.2^!", max_size=15),
    st.sampled_from(["source", "hot", "subscription"]),
    st.sampled_from([0.02, 0.001, 1.0]),
)
def test_every_text_is_a_diagram_or_a_clear_error(text: str, role: Role, tick: float) -> None:
    """And drawing what was read, as short as it can be, says the same."""
    try:
        diagram = parse(text, role=role, tick=tick)
    except DiagramError:
        return
    drawn = draw(diagram)
    assert parse(drawn, role=role, tick=tick) == diagram
    assert draw(parse(drawn, role=role, tick=tick)) == drawn
