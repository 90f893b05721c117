"""Tokens, read by LiveKit's own verifier."""

import pytest
from livekit import api

from rxvoice.transports.livekit import livekit_room, livekit_token

KEY = "key"
SECRET = "thirty-two bytes of a good secret"


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"):
        monkeypatch.delenv(name, raising=False)


def test_a_token_holds_what_it_was_made_for() -> None:
    token = livekit_token(
        "room",
        "älice",
        name="Alice",
        kind="agent",
        metadata="m",
        attributes={"a": "b"},
        can_publish_data=False,
        hidden=True,
        api_key=KEY,
        api_secret=SECRET,
    )
    claims = api.TokenVerifier(KEY, SECRET).verify(token)
    assert (claims.identity, claims.name, claims.kind) == ("älice", "Alice", "agent")
    assert (claims.metadata, claims.attributes) == ("m", {"a": "b"})
    grants = claims.video
    assert grants is not None
    assert (grants.room, grants.room_join, grants.hidden) == ("room", True, True)
    assert (grants.can_publish, grants.can_subscribe) == (True, True)
    assert (grants.can_publish_data, grants.can_update_own_metadata) == (False, False)
    assert not grants.room_admin


def test_a_token_of_our_own_grants_what_theirs_does() -> None:
    grants = api.VideoGrants(room_join=True, room="room", can_update_own_metadata=False)
    theirs = api.AccessToken(KEY, SECRET).with_identity("alice").with_grants(grants)
    read = api.TokenVerifier(KEY, SECRET).verify
    ours = read(livekit_token("room", "alice", api_key=KEY, api_secret=SECRET)).video
    other = read(theirs.with_kind("standard").to_jwt()).video
    assert ours is not None
    ours.hidden = None
    assert ours == other


@pytest.mark.parametrize(("secret", "age"), [(SECRET + "x", 0.0), (SECRET, 4000.0)])
def test_another_secret_and_an_old_token_are_refused(secret: str, age: float) -> None:
    import time

    token = livekit_token(
        "room", "alice", api_key=KEY, api_secret=secret, now=time.time() - age, ttl=3600.0
    )
    with pytest.raises(Exception, match=r"Signature|expired"):
        api.TokenVerifier(KEY, SECRET).verify(token)


def test_keys_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEKIT_API_KEY", KEY)
    monkeypatch.setenv("LIVEKIT_API_SECRET", SECRET)
    assert api.TokenVerifier().verify(livekit_token("room", "alice")).identity == "alice"


def test_what_is_missing_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="api_key or LIVEKIT_API_KEY and api_secret or LIVEKIT"):
        livekit_token("room", "alice")
    with pytest.raises(ValueError, match="at least 32 bytes"):
        livekit_token("room", "alice", api_key=KEY, api_secret="x" * 31)
    with pytest.raises(ValueError, match="identity"):
        livekit_token("room", "", api_key=KEY, api_secret=SECRET)
    with pytest.raises(ValueError, match="ttl"):
        livekit_token("room", "alice", ttl=0.0, api_key=KEY, api_secret=SECRET)


def test_tr04_a_room_needs_a_url_and_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"url or LIVEKIT_URL; token, or room and LIVEKIT_API_KEY"):
        livekit_room()
    with pytest.raises(ValueError, match=r"without token, or LIVEKIT_API_KEY and LIVEKIT_API_SEC"):
        livekit_room("ws://example.org", room="room")
    with pytest.raises(ValueError, match="ws://"):
        livekit_room("example.org", "token")
    monkeypatch.setenv("LIVEKIT_URL", "wss://example.org")
    monkeypatch.setenv("LIVEKIT_API_KEY", KEY)
    monkeypatch.setenv("LIVEKIT_API_SECRET", "short")
    with pytest.raises(ValueError, match="at least 32 bytes"):
        livekit_room(room="room")
    monkeypatch.setenv("LIVEKIT_API_SECRET", SECRET)
    assert livekit_room(room="room").name == "livekit"
    for options in ({"rate": 7}, {"out_rate": 22_050 + 1}, {"frame": 0.0}, {"reserve": 2.0}):
        with pytest.raises(ValueError, match=next(iter(options))):
            livekit_room("ws://example.org", "token", **options)  # type: ignore[arg-type]


def test_no_secret_is_shown() -> None:
    line = livekit_room("ws://example.org", "very-secret")
    assert "very-secret" not in repr(line) + repr(vars(line))
