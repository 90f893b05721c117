"""What a token says, or what is wrong with it."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from rxvoice.errors import RxvoiceError

TokenErrorKind: TypeAlias = Literal[
    "malformed", "wrong key", "expired", "wrong audience", "wrong origin", "used"
]
"""What is wrong with a token. One that was altered is indistinguishable from one of another key."""

_MESSAGES: Final[dict[TokenErrorKind, str]] = {
    "malformed": "the token cannot be read",
    "wrong key": "the token is not from here",
    "expired": "the token has expired",
    "wrong audience": "the token is for something else",
    "wrong origin": "the token is for another page",
    "used": "the token has been used",
}


class TokenError(RxvoiceError):
    """A token does not let anybody in. The message repeats nothing of it.

    Attributes:
        kind: Why not.
    """

    def __init__(self, kind: TokenErrorKind) -> None:
        super().__init__(_MESSAGES[kind])
        self.kind: TokenErrorKind = kind

    @property
    def status(self) -> int:
        """HTTP status of the refusal: 401, or 403 where another token of the kind helps."""
        return 403 if self.kind in ("wrong audience", "wrong origin") else 401


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says.

    Attributes:
        session: Id of the session.
        expires: When it ceases to be valid, in seconds since 1970.
        audience: What it is good for, such as the path ``"/ws"``; everything when empty.
        origin: Whose page may use it; anybody's when empty.
        id: Distinguishes it from all others.
    """

    session: str
    expires: float
    audience: str = ""
    origin: str = ""
    id: str = ""


__all__ = ["Claims", "TokenError", "TokenErrorKind"]
