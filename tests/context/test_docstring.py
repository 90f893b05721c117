"""LM04: what a docstring says of a tool and its arguments, in the three styles."""

import pytest

from rxvoice.context._docstring import described

GOOGLE = """Tell the weather.

    Of any city, but not of the past.

    Args:
        city: Its name, and
            where it lies: a country.

            Never blank.
        days (int, optional): How many days.
        pair (tuple[int, tuple(int)]): Two: numbers.
        *rest: Others.
        nothing:

    Returns:
        weather: What it is like.

    Raises:
        ValueError: When there is none.
    """

NUMPY = """Tell the weather.

    Of any city, but not of the past.

    Parameters
    ----------
    city : str
        Its name, and
        where it lies: a country.

        Never blank.
    days : int, optional
        How many days.
    pair
        Two: numbers.
    *rest
        Others.
    nothing : None

    Returns
    -------
    weather : str
        What it is like.

    Raises
    ------
    ValueError
        When there is none.
    """

SPHINX = """Tell the weather.

    Of any city, but not of the past.

    :param city: Its name, and
        where it lies: a country.
        Never blank.
    :type city: str
    :param int days: How many days.
    :arg dict[str, int] pair:
        Two: numbers.
    :keyword rest: Others.
    :param nothing:
    :returns: What it is like.
    :raises ValueError: When there is none.
    """


@pytest.mark.parametrize("docstring", [GOOGLE, NUMPY, SPHINX], ids=["google", "numpy", "sphinx"])
def test_lm04_all_styles_say_the_same(docstring: str) -> None:
    assert described(docstring) == (
        "Tell the weather.\n\nOf any city, but not of the past.",
        {
            "city": "Its name, and where it lies: a country. Never blank.",
            "days": "How many days.",
            "pair": "Two: numbers.",
            "rest": "Others.",
            "nothing": "",
        },
    )


@pytest.mark.parametrize(
    ("docstring", "text", "arguments"),
    [
        ("", "", {}),
        ("   \n  ", "", {}),
        ("One line.", "One line.", {}),
        ("\n    Args:\n        x: Only this.\n    ", "", {"x": "Only this."}),
        ("Say.\n\nKeyword Args:\n  x: This.\n  y: That.", "Say.", {"x": "This.", "y": "That."}),
        ("Say.\nArgs:\n    x: This.\n\nAnd more.", "Say.\nAnd more.", {"x": "This."}),
        ("Say.\n\n:param x: This.\n\nAnd more.", "Say.\n\nAnd more.", {"x": "This."}),
        ("Say.\n\nExample:\n    >>> x: 1\n", "Say.", {}),
        ("Say.\n\nNotes\n-----\nx : y\n    z\n", "Say.", {}),
        ("Say: this.\n\nNote that: so.", "Say: this.\n\nNote that: so.", {}),
        ("A `dict`.\n\n:class:`Dict` is it.", "A `dict`.\n\n:class:`Dict` is it.", {}),
        ("A\n-----\nB", "A\n-----\nB", {}),
        (
            "Say.\n\nParameters\n----------\nx, y : int\n    Both.\n",
            "Say.",
            {"x": "Both.", "y": "Both."},
        ),
        (
            "Say.\n\nOther Parameters\n----------------\nx : {'a', 'b'}\n    It.",
            "Say.",
            {"x": "It."},
        ),
        ("Say.\n\nArgs:\n    see https://x.example", "Say.", {}),
        (
            "Say.\n\nArgs:\n    x: See\n    https://x.example",
            "Say.",
            {"x": "See https://x.example"},
        ),
    ],
)
def test_lm04_other_shapes(docstring: str, text: str, arguments: dict[str, str]) -> None:
    assert described(docstring) == (text, arguments)
