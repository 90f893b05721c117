"""What is on the tapes of a server, and what is not."""

import asyncio
import logging
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rxvoice import AudioFrame
from rxvoice.items import Call
from rxvoice.rtvi import TextFrame
from rxvoice.server import (
    CallSession,
    Options,
    PhoneStart,
    RoomStart,
    Start,
    WebRtcStart,
    WebsocketStart,
)
from rxvoice.server import (
    served as of_server,
)
from rxvoice.server._tapes import kept_of
from rxvoice.tape import TapeError, read_tape, redact, replay
from rxvoice.tape._tape import blocks
from rxvoice.testing import run_virtual

from .agents import Client, connected, message, quiet, served
from .recorded import factory, hello, phoned, record


def test_a_full_disk_ends_the_tape_and_not_the_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(block: bytes) -> bytes:
        raise OSError("no space left")

    monkeypatch.setattr("rxvoice.tape._writer.packed", full)
    with caplog.at_level(logging.ERROR), pytest.raises(TapeError, match="holds nothing"):
        record(tmp_path)  # hears the answer to its end
    assert "the tape ends here" in caplog.text


def test_a_tape_that_cannot_be_begun_is_no_reason_to_refuse_a_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with served(factory(), Options(tapes=tmp_path)) as (_, site):
            os.rmdir(tmp_path)
            async with connected(site) as client:
                await hello(client, [])

    run_virtual(main(), real_io=True)
    assert "a call is not kept on a tape" in caplog.text
    tmp_path.mkdir()


async def types(client: Client, sessions: list[CallSession]) -> None:
    """Say something, and type something."""
    await hello(client, sessions)
    for number, typed in enumerate(("My number is 4711", "Stop!")):
        options = {"run_immediately": True}
        await client.send(message("send-text", str(number), content=typed, options=options))
        await client.told("bot-started-speaking")
        await asyncio.sleep(0.3)
    await client.send(TextFrame("it is 4711"))
    await client.send("4711 is no JSON")
    await asyncio.sleep(1.0)


@pytest.mark.parametrize("what", ["text", "audio"])
def test_a_tape_without_words_or_sound_replays_as_far_as_these_do_not_matter(
    tmp_path: Path, what: str
) -> None:
    tape = record(tmp_path, types, redacts=[what])
    (path,) = tmp_path.iterdir()
    hidden = b"4711" not in b"".join(blocks(path.read_bytes()))
    assert hidden == (what == "text")
    found = replay(tape, of_server(factory())).divergence
    if what == "text":
        assert found is None
    else:
        assert found is not None
        assert "SpeechStarted" in str(found)  # it is not heard


def test_a_tape_can_do_without_what_was_said_and_who_called(tmp_path: Path) -> None:
    tape = record(tmp_path, redacts=["text", "audio"])
    (path,) = tmp_path.iterdir()
    assert tape.header["redact"] == ["audio", "text"]
    assert b"hello" not in b"".join(blocks(path.read_bytes()))
    assert not [
        r for r in tape.records if isinstance(r.value, AudioFrame) and r.value.samples.any()
    ]
    assert replay(tape, of_server(factory())).events  # it can be lived through, as far as that goes


@pytest.mark.parametrize("later", [False, True], ids=["at once", "later"])
def test_numbers_of_telephones_are_text(tmp_path: Path, later: bool) -> None:
    async def main() -> None:
        options = Options(tapes=tmp_path, redact=() if later else ("text",))
        async with served(factory(), options) as (server, site):
            started = server.announce({"From": "+15551", "CallToken": "s3cret"})
            async with phoned(site, session=started.session_id) as line:
                await line.say(quiet(0.1, 8000).samples)
            await asyncio.sleep(0.5)

    run_virtual(main(), real_io=True)
    (path,) = tmp_path.iterdir()
    if later:
        start = read_tape(path).header["settings"]["call"]
        assert start.body == {"From": "+15551", "CallToken": ""}
        path = tmp_path / "copy.rxv"
        redact(next(tmp_path.iterdir()), path, ["text"])
    assert b"15551" not in b"".join(blocks(path.read_bytes()))
    start = read_tape(path).header["settings"]["call"]
    assert (start.kind, later or start.session_id) == ("twilio", later or path.stem)


@pytest.mark.parametrize(
    "start",
    [
        RoomStart(session_id="s", url="wss://me:s3cret@host/room?token=s3cret", token="s3cret"),
        WebRtcStart(session_id="s", peer="s3cret", address="s3cret"),
        WebsocketStart(
            session_id="s", body={"a": [{"api_key": "s3cret"}], "passwords": ["s3cret"]}
        ),
        PhoneStart(session_id="s", call=Call("x", "y", parameters={"Authorization": "s3cret"})),
    ],
    ids=lambda start: start.kind,
)
def test_no_secrets_are_on_a_tape(start: Start) -> None:
    kept = kept_of(start)
    assert "s3cret" not in repr(kept) + getattr(kept, "token", "")
    assert type(kept) is type(start)


def test_each_call_has_a_file_of_its_own_that_only_its_owner_reads(tmp_path: Path) -> None:
    async def main() -> None:
        async with served(factory(), Options(tapes=tmp_path)) as (server, _):
            for name in ("../../etc/x y", "../../etc/x y", "." * 3, "n" * 300):
                server.announce({}, session_id=name)
                session = CallSession(WebsocketStart(session_id=name))
                async with session:
                    assert server.tapes is not None
                    server.tapes.begin(session, datetime.now(UTC))

    run_virtual(main(), real_io=True)
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {"_.._etc_x_y.rxv", "_.._etc_x_y-2.rxv", "call.rxv", f"{'n' * 100}.rxv"}
    if os.name == "posix":
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_folder_that_cannot_be_written_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="tapes must be a folder"):
        Options(tapes=tmp_path / "no")
    proc = Path("/proc")
    if proc.is_dir():
        with pytest.raises(ValueError, match="tapes cannot be written into"):
            Options(tapes=proc)
    with pytest.raises(ValueError, match="redact must hold"):
        Options(tapes=tmp_path, redact=("sound",))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="redact needs tapes"):
        Options(redact=("text",))
