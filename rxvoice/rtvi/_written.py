"""What a language model writes, in sentences."""

from rxvoice.items import Token

from ._segments import splitter


class Written:
    """Groups the tokens of a reply into sentences, each of which is spoken or not."""

    def __init__(self) -> None:
        self._splitter = splitter()
        self._spoken = True

    def take(self, token: Token) -> list[tuple[str, bool]]:
        """Take a token and return the sentences that it completes, and whether they are spoken."""
        before = [] if token.spoken is self._spoken else self.flush()
        self._spoken = token.spoken
        complete = self._splitter.feed_whole if token.whole else self._splitter.feed
        return before + [(text, token.spoken) for text in complete(token.text)]

    def flush(self) -> list[tuple[str, bool]]:
        """Return what is left."""
        return [(text, self._spoken) for text in self._splitter.flush()[0]]


__all__ = ["Written"]
