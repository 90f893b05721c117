"""`strip_markdown`."""

from typing import TypeVar, get_args

from rxvoice._types import Operator
from rxvoice.items import Token
from rxvoice.operators._markdown import Code, Markdown
from rxvoice.operators._text_scan import text_scan

T = TypeVar("T")


def strip_markdown(*, code: Code = "unspoken", tables: bool = True) -> Operator[T, T | Token]:
    """Take out of a model's text what a voice cannot say.

    Of emphasis, headings, quotes, bullets, links, pictures and inline code the words remain; lines
    that are drawn (``-----``) go. List items, headings and rows of tables become sentences of their
    own; the cells of a row are joined by commas. Prices, ``2 * 3``, ``snake_case``, addresses of
    pages, and marks that nothing closes stay as they are. So do tokens that are units or not
    spoken.

    Text passes as soon as it is certain that no mark begins in it: a word within ``*`` or backticks
    when that is closed, the text of a link when its address is complete, a row of a table at its
    end. Where the tokens begin and end makes no difference. All other items pass at once; what is
    held comes before a `ResponseEnded` and at completion. An error passes, and drops it.

    It stands between `respond` and `synthesize`.

    Marbles (one column is 20 ms)::

        tokens  -a-b---c-d--|
        strip_markdown()
        out     -a-----C-D--|

        a: Token("It is ")  b: Token("*ve")  c: Token("ry* [go")  C: Token("very ")
        d: Token("od](x.io).")  D: Token("good.")

    Args:
        code: Whether blocks of code are ``"unspoken"``, so that they are remembered, are dropped
            (``"drop"``) or spoken (``"speak"``).
        tables: Whether tables are read.

    Returns:
        The operator. It completes when the source does.

    Raises:
        ValueError: When ``code`` is none of these.
    """
    if code not in get_args(Code):
        raise ValueError(f"code must be one of {get_args(Code)}, got {code!r}")
    return text_scan(lambda: Markdown(code=code, tables=tables), unspoken=False)
