"""`pattern_pairs`."""

from typing import TypeVar

from rxvoice._types import Operator
from rxvoice.items import Fault, Pair, Tagged, Thought, Token
from rxvoice.operators._pairs import Pairs
from rxvoice.operators._text_scan import text_scan

T = TypeVar("T")


def pattern_pairs(*pairs: Pair) -> Operator[T, T | Token | Thought | Tagged | Fault]:
    """Find what a model writes between pairs of delimiters, and do with it what each pair says.

    It is taken out and told (`Tagged`), kept as one unit, kept but not spoken, turned into
    `Thought` pieces, or given to a function that returns what is said instead; see `Pair`. Pairs
    are found across tokens: where these begin and end makes no difference. A token passes as soon
    as it is certain that no pair begins in it; a unit, and what a function is given, once the pair
    is closed; what is not spoken, and thoughts, as they come.

    Within a pair only its closing delimiter is looked for: pairs do not nest, and the first one
    closes. Where several could begin, the longest opening delimiter counts. A pair that is not
    closed by the end of the response, or within its ``limit``, was none, and passes as it is
    written; what is not spoken and thoughts go on to that end.

    A unit is no place for a sentence to end, so that spelling and other tags reach the voice whole.
    A function that fails gives a `Fault`, and what stood within the pair is said as it is.

    It stands between `respond` and `synthesize`. Thoughts are best found where the model is:
    ``respond(lambda context: llm(context).pipe(pattern_pairs(…)))`` tells their start and end.

    All other items pass at once; what is held comes before a `ResponseEnded` and at completion. An
    error passes, and drops it.

    Marbles (one column is 20 ms)::

        tokens  -a-b--c-d--|
        pattern_pairs(Pair.of_tag("voice", "remove"), Pair("<spell>", "</spell>", "keep"))
        out     -x----(t y)-u--|

        a: Token("So. <voi")  b: Token("ce>Bo")  c: Token("b</voice> Ok ")
        d: Token("<spell>A.B.</spell>")  x: Token("So. ")  y: Token(" Ok ")
        t: Tagged("voice", "Bob")  u: Token("<spell>A.B.</spell>", whole=True)

    Args:
        pairs: What to look for.

    Returns:
        The operator. It completes when the source does.

    Raises:
        ValueError: When there is no pair, or two begin alike.
    """
    if not pairs:
        raise ValueError("pairs must not be empty")
    if len({pair.start for pair in pairs}) < len(pairs):
        raise ValueError("two pairs must not begin alike")
    return text_scan(lambda: Pairs(pairs), unspoken=True)
