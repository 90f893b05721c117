"""Tokens that let a client into one session for a short time."""

import base64
import json
import random
import re

import pytest

from rxvoice.server._claims import Claims, TokenError, TokenErrorKind
from rxvoice.server._tokens import Tokens, secrets_from_environment
from rxvoice.server._used import Used

NOW = 1_800_000_000.25
OLD, NEW = "an old secret of a server", b"a new secret of a server"


def refused(tokens: Tokens, token: str, now: float = NOW, **options: str | None) -> TokenErrorKind:
    with pytest.raises(TokenError) as caught:
        tokens.check(now, token, **options)  # pyright: ignore[reportArgumentType]
    assert token not in str(caught.value) or not token
    assert caught.value.__cause__ is None
    return caught.value.kind


def payload(token: str) -> list[object]:
    text = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_a_token_says_what_it_was_issued_for() -> None:
    tokens = Tokens([NEW])
    token = tokens.issue(NOW, "s-1", audience="/ws", origin="https://app.example", lifetime=60.0)
    assert re.fullmatch(r"[A-Za-z0-9_.-]{100,250}", token)
    claims = tokens.check(NOW, token, audience="/ws", origin="https://app.example")
    assert claims == Claims("s-1", 1_800_000_061.0, "/ws", "https://app.example", claims.id)
    assert len(claims.id) == 12
    assert tokens.issue(NOW, "s-1") != tokens.issue(NOW, "s-1")


def test_a_token_expires() -> None:
    tokens = Tokens(lifetime=120.0)
    token = tokens.issue(1000.0, "s")
    assert tokens.check(1119.9, token).session == "s"
    assert refused(tokens, token, 1120.0) == "expired"
    assert refused(tokens, token, 1e12) == "expired"


def test_a_token_is_good_for_what_it_says_and_for_everything_when_it_says_nothing() -> None:
    tokens = Tokens()
    for_ws = tokens.issue(NOW, "s", audience="/ws")
    assert refused(tokens, for_ws, audience="/api/offer") == "wrong audience"
    assert refused(tokens, for_ws) == "wrong audience"
    assert tokens.check(NOW, tokens.issue(NOW, "s"), audience="/ws").session == "s"
    for_page = tokens.issue(NOW, "s", origin="https://app.example")
    assert refused(tokens, for_page, origin="https://evil.example") == "wrong origin"
    assert refused(tokens, for_page) == "wrong origin"
    assert tokens.check(NOW, tokens.issue(NOW, "s"), origin="https://any.example").session == "s"
    assert TokenError("wrong origin").status == TokenError("wrong audience").status == 403
    assert TokenError("expired").status == 401


def test_a_secret_is_exchanged_without_a_break() -> None:
    before, between, after = Tokens([OLD]), Tokens([NEW, OLD]), Tokens([NEW])
    old, new = before.issue(NOW, "s"), between.issue(NOW, "s")
    assert between.check(NOW, old) == before.check(NOW, old)
    assert after.check(NOW, new).session == "s"
    assert refused(after, old) == "wrong key"
    assert refused(before, new) == "wrong key"


def test_without_a_secret_tokens_die_with_the_process() -> None:
    token = Tokens().issue(NOW, "s")
    assert refused(Tokens(), token) == "wrong key"


def test_a_token_lets_in_once_where_that_is_wanted() -> None:
    tokens = Tokens([NEW], single_use=True)
    token = tokens.issue(NOW, "s", audience="/ws")
    assert refused(tokens, token, audience="/api/offer") == "wrong audience", "this is no use"
    assert tokens.check(NOW, token, audience="/ws").session == "s"
    assert refused(tokens, token, audience="/ws") == "used"
    assert tokens.check(NOW, tokens.issue(NOW, "s")).session == "s"
    assert Tokens([NEW]).check(NOW, token, audience="/ws") == Tokens([NEW]).check(
        NOW, token, audience="/ws"
    )


def test_what_was_used_is_forgotten_when_it_has_expired() -> None:
    used = Used(1_000)
    for number in range(10_000):
        assert used.add(number * 1.0, str(number), number + 100.0)
        assert len(used) <= 101


def test_more_uses_than_can_be_remembered_let_nothing_in_twice() -> None:
    randomly = random.Random(5)
    used, seen = Used(50), set[str]()
    offered = [(str(number), 1000.0 + randomly.randrange(300)) for number in range(500)]
    for _ in range(20_000):
        id, expires = randomly.choice(offered)
        if used.add(0.0, id, expires):
            assert id not in seen
            seen.add(id)
        assert len(used) <= 50
    tokens = Tokens(single_use=True, max_used=10)
    late = [tokens.issue(NOW, "s", lifetime=100.0 + number) for number in range(20)]
    for token in late:
        tokens.check(NOW, token)
    assert {refused(tokens, token) for token in late} == {"used"}
    assert tokens.check(NOW, tokens.issue(NOW, "s", lifetime=200.0)).session == "s"


def test_every_altered_character_is_noticed() -> None:
    tokens = Tokens([NEW])
    token = tokens.issue(NOW, "s")
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    for place, character in enumerate(token):
        for other in alphabet.replace(character, ""):
            altered = token[:place] + other + token[place + 1 :]
            assert refused(tokens, altered) in ("wrong key", "malformed"), (place, other)


def test_what_is_no_token_is_refused() -> None:
    tokens = Tokens([NEW])
    token = tokens.issue(NOW, "s")
    head, body, mac = token.split(".")
    for wrong in [
        *["", ".", "..", "rx1..", f"rx1.{body}.", f"{body}.{mac}", f"rx2.{body}.{mac}"],
        *[token + "=", token + "\n", " " + token, token * 8, f"{token}é", head, body],
        *[token.replace(".", "\0"), "\ud800", token[:-1]],
    ]:
        assert refused(tokens, wrong) in ("malformed", "wrong key"), wrong
    assert refused(tokens, f"rx1.{body}.{mac[:40]}") == "wrong key"
    assert payload(token)[0] == "s"


def test_a_token_signed_for_another_purpose_is_not_accepted() -> None:
    import hashlib
    import hmac

    head, body, _ = Tokens([NEW]).issue(NOW, "s").split(".")
    digest = hmac.digest(NEW, f"{head}.{body}".encode(), hashlib.sha256)
    mac = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert refused(Tokens([NEW]), f"{head}.{body}.{mac}") == "wrong key"


def test_secrets_come_from_the_environment() -> None:
    given = {"RXVOICE_SECRET": f"{NEW.decode().replace(' ', '-')}, {OLD.replace(' ', '-')}"}
    token = Tokens([OLD.replace(" ", "-")]).issue(NOW, "s")
    assert Tokens(secrets_from_environment(given)).check(NOW, token).session == "s"
    issued = Tokens(secrets_from_environment(given)).issue(NOW, "s")
    assert Tokens([NEW.decode().replace(" ", "-")]).check(NOW, issued).session == "s"
    nowhere = Tokens(secrets_from_environment({}))
    assert nowhere.check(NOW, nowhere.issue(NOW, "s")).session == "s"
    with pytest.raises(ValueError, match="RXVOICE_SECRET") as caught:
        secrets_from_environment({"RXVOICE_SECRET": "too-short"})
    assert "too-short" not in str(caught.value)


def test_options_are_checked_where_they_are_given() -> None:
    for wrong in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="lifetime"):
            Tokens(lifetime=wrong)
        with pytest.raises(ValueError, match="lifetime"):
            Tokens().issue(NOW, "s", lifetime=wrong)
    with pytest.raises(ValueError, match="max_used"):
        Tokens(max_used=0)
    with pytest.raises(ValueError, match="16 bytes"):
        Tokens([b"x" * 15])
    with pytest.raises(ValueError, match="long"):
        Tokens().issue(NOW, "s" * 1_000)


def test_hostile_texts_are_refused_and_quickly() -> None:
    randomly = random.Random(13)
    tokens = Tokens([NEW, OLD], single_use=True)
    good = [tokens.issue(NOW, f"s{number}", audience="/ws") for number in range(20)]
    pieces = [
        *"._-=aZ9+/ \0é",
        "rx1.",
        "\ud800",
        "🎈",
        *(part for t in good for part in t.split(".")),
    ]
    for _ in range(20_000):
        if randomly.random() < 0.5:
            text = "".join(randomly.choices(pieces, k=randomly.randrange(8)))
        else:
            token = list(randomly.choice(good))
            for _ in range(randomly.randrange(1, 4)):
                token[randomly.randrange(len(token))] = randomly.choice(pieces)
            text = "".join(token)
        if text in good:
            continue
        with pytest.raises(TokenError) as caught:
            tokens.check(NOW, text, audience="/ws")
        assert caught.value.kind in ("malformed", "wrong key")
    assert all(tokens.check(NOW, token, audience="/ws") for token in good)
