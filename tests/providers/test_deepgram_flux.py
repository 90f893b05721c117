"""Deepgram's Flux against its fake: messages, the contract, faults, and turns."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from reactivex.subject import Subject

from rxvoice.audio import pcm_from_bytes
from rxvoice.contracts import Transcriber
from rxvoice.errors import ProviderError
from rxvoice.items import (
    EagerTurn,
    Fault,
    Transcript,
    Turn,
    TurnStarted,
    UserResumed,
    UserStarted,
    UserStopped,
    UserStopping,
    Word,
)
from rxvoice.operators import (
    aggregate_turn,
    start_on_external,
    stop_on_external,
    transcribe,
)
from rxvoice.providers._deepgram_turns import FluxReader
from rxvoice.providers._ear import Settled
from rxvoice.providers.deepgram import deepgram_flux
from rxvoice.testing import run_virtual, tone
from rxvoice.testing.conformance import check_transcriber
from rxvoice.testing.servers import (
    Close,
    Delay,
    Drop,
    Fail,
    FakeDeepgram,
    FluxTimes,
    Garble,
    Hang,
    Insert,
    Loud,
    Mistype,
    Refuse,
    Said,
    Split,
)
from rxvoice.testing.servers import Fault as ServerFault

from .ear_calls import Call, called
from .hearing import Scene, heard, listening, tells_of_it

SPOKEN = [Said("Hello there, friend.", at=0.3), Said("Good bye.", at=3.0)]
PAUSED = [Said("Well,", at=0.3), Said("good bye.", at=0.9)]
EAGER: dict[str, Any] = {"eager_eot_threshold": 0.4, "eot_threshold": 0.7}


def flux(server: FakeDeepgram, **options: Any) -> Transcriber:
    return deepgram_flux(base_url=server.url, api_key="k", **options)


def served(fault: Any = None) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Transcriber]:
        said = Loud("Hello there.", word=0.2)
        async with FakeDeepgram(said, faults=fault, key="k") as server:
            yield flux(server)

    return make


async def without_marks(scene: Scene) -> None:
    await scene.say(marks=False)
    await scene.quiet(1.0)
    await scene.end()


def brief(items: list[Any]) -> list[tuple[str, str]]:
    """Kinds and texts; an interim text is told by dots after it."""
    told = list[tuple[str, str]]()
    for item in items:
        match item:
            case Transcript():
                told.append(("Transcript", item.text + ("" if item.is_final else " …")))
            case UserStarted() | UserStopping() | UserResumed() | UserStopped():
                assert item.source == "flux"
                told.append((type(item).__name__, ""))
            case Turn():
                told.append(("Turn", item.text))
            case EagerTurn():
                told.append(("EagerTurn", item.turn.text))
            case _:
                pass
    return told


# What it says.


def turn(event: str, text: str = "hi", **fields: Any) -> dict[str, Any]:
    words = [
        {"word": word, "confidence": 0.9, "start": 0.5 + n, "end": 1.0 + n}
        for n, word in enumerate(text.split())
    ]
    told: dict[str, Any] = {"type": "TurnInfo", "event": event, "turn_index": 0, "words": words}
    told |= {"audio_window_start": 0.0, "audio_window_end": 3.0, "transcript": text}
    return {**told, "end_of_turn_confidence": 0.1, **fields}


def read(*messages: Any, language: str | None = "en") -> list[Any]:
    reader = FluxReader(language)
    return [event for message in messages for event in reader.read(message)]


def test_st20_st21_a_turn_begins_before_its_words_and_ends_after_them() -> None:
    interim = Transcript(
        "hi", is_final=False, language="en", words=(Word("hi", 0.5, 1.0),), pts=0.5, end=1.0
    )
    final = Transcript(
        "hi",
        is_final=True,
        is_finalized=True,
        language="en",
        words=(Word("hi", 0.5, 1.0),),
        pts=0.5,
        end=1.0,
    )
    assert read(turn("StartOfTurn"), turn("EagerEndOfTurn"), turn("EndOfTurn")) == [
        UserStarted("flux", 0.5),
        interim,
        interim,
        UserStopping("flux", 1.0),
        final,
        UserStopped("flux", 1.0),
        Settled(3.0),
    ]


def test_st20_a_turn_that_goes_on_takes_the_guess_back_before_its_words() -> None:
    told = read(turn("StartOfTurn"), turn("EagerEndOfTurn"), turn("TurnResumed", "hi you"))
    assert told[-2] == UserResumed("flux", 2.0)
    assert (told[-1].text, told[-1].is_final) == ("hi you", False)


def test_updates_between_turns_mean_nothing() -> None:
    assert not read(turn("Update", ""), turn("Update", " "))


def test_a_turn_whose_beginning_was_missed_begins_with_its_words() -> None:
    assert brief(read(turn("Update"), turn("EndOfTurn"))) == [
        ("UserStarted", ""),
        ("Transcript", "hi …"),
        ("Transcript", "hi"),
        ("UserStopped", ""),
    ]


def test_words_without_times_have_those_of_the_audio() -> None:
    words = [{"word": "hi", "confidence": 0.9}]
    started, transcript = read(turn("StartOfTurn", words=words))
    assert started == UserStarted("flux", 3.0)
    assert (transcript.words, transcript.pts, transcript.end) == ((), 0.0, 3.0)


def test_what_is_left_when_the_stream_ends_is_final() -> None:
    reader = FluxReader("en")
    for message in (turn("StartOfTurn"), turn("Update", "hi you")):
        list(reader.read(message))
    transcript, stopped = reader.rest()
    assert isinstance(transcript, Transcript)
    assert (transcript.text, transcript.is_final, transcript.is_finalized) == ("hi you", True, True)
    assert stopped == UserStopped("flux", 2.0)
    assert not list(reader.rest())


@pytest.mark.parametrize("message", ["?", b"?", {}, {"type": "Connected"}, {"type": "New", "x": 1}])
def test_what_it_does_not_know_means_nothing(message: Any) -> None:
    assert not read(message)


def test_what_the_server_warns_of_is_told_by_its_code_and_an_error_ends_the_connection() -> None:
    (fault,) = read({"type": "Warning", "code": "UNPARSABLE", "description": "what was said"})
    assert isinstance(fault, Fault)
    assert fault.message == "the server tells of Warning UNPARSABLE"
    with pytest.raises(ProviderError) as caught:
        read({"type": "Error", "code": "INTERNAL_SERVER_ERROR", "description": "what was said"})
    assert "INTERNAL_SERVER_ERROR" in str(caught.value)
    assert "what was said" not in str(caught.value)
    assert caught.value.retryable


# The contract, and faults.


def test_st01_it_keeps_the_contract() -> None:
    report = check_transcriber(
        served(),
        audio=tone(0.4),
        says="hello there",
        marks=False,
        failing=served(Refuse(401)),
    )
    assert set(report.skipped) == {"finalized", "blank final"}  # which are about marks


BORNE = [Split(seed=1), Insert(after=0) + Insert(after=2), Delay(answer=0.3, between=0.02)]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_it_bears(fault: ServerFault) -> None:
    scene = heard(served(fault), without_marks)
    assert scene.texts == ["Hello there."]
    assert not tells_of_it(scene)


ONCE = [Refuse(500), Close(after=2, code=1011), Drop(after=1), Drop(after=2), Hang(after=2)]


@pytest.mark.parametrize("fault", [*ONCE, Fail(after=1)], ids=str)
def test_st15_what_goes_wrong_once_loses_nothing(fault: ServerFault) -> None:
    scene = heard(served([fault]), without_marks)
    assert scene.texts == ["Hello there."]
    assert scene.error is None
    assert len(scene.faults) == 1


@pytest.mark.parametrize(
    "fault", [*ONCE, Garble(), Fail(after=1), Mistype(after=1, field="words")], ids=str
)
def test_co14_what_goes_on_is_told_and_is_not_fatal(fault: ServerFault) -> None:
    scene = heard(served(fault), without_marks)
    assert tells_of_it(scene)
    assert not getattr(scene.error, "fatal", False)


def test_co15_wrong_credentials_are_fatal() -> None:
    scene = heard(served(Refuse(401)), without_marks)
    assert getattr(scene.error, "fatal", False)


# Turns.


def test_st20_st21_turns_begin_before_their_words_and_end_after_them() -> None:
    call = called(FakeDeepgram(SPOKEN), flux, 5.0)
    assert brief(call.told) == [
        ("UserStarted", ""),
        ("Transcript", "Hello …"),
        ("Transcript", "Hello there, …"),
        ("Transcript", "Hello there, friend. …"),
        ("Transcript", "Hello there, friend."),
        ("UserStopped", ""),
        ("UserStarted", ""),
        ("Transcript", "Good …"),
        ("Transcript", "Good bye. …"),
        ("Transcript", "Good bye."),
        ("UserStopped", ""),
    ]
    assert call.of(UserStarted) == [UserStarted("flux", 0.3), UserStarted("flux", 3.0)]
    assert call.of(UserStopped) == [UserStopped("flux", 1.05), UserStopped("flux", 3.5)]
    assert all(final.is_finalized for final in call.finals)


def test_st20_a_turn_ends_by_silence_when_audio_stops() -> None:
    """Half a second after the last audio; the turn ends 0.6 s of silence after the words."""

    async def main() -> None:
        async with FakeDeepgram([Said("Hello", at=0.1)]) as server:
            call = Call(flux(server))
            await call.say(0.4)
            await server.until(lambda: len(call.of(UserStopped)))
            (stopped,) = call.of(UserStopped)
            assert call.when(stopped) == pytest.approx(1.0, abs=0.02)
            await call.end()

    run_virtual(main(), real_io=True)


def test_audio_that_waits_for_more_is_sent_before_the_silence() -> None:
    """Which half a second of audio in frames of 20 ms does, for 80 ms are sent at a time."""

    async def main() -> None:
        async with FakeDeepgram(Loud("Hello.", word=0.2)) as server:

            async def play(scene: Scene) -> None:
                await scene.give(tone(0.5))
                await scene.wait(1.0)

            await listening(flux(server), play)
            sent = pcm_from_bytes(server.requests[0].audio())
            assert np.array_equal(sent[:8_000], tone(0.5).samples)
            assert len(sent) > 12_000
            assert not sent[8_000:].any()

    run_virtual(main(), real_io=True)


def test_a_turn_that_is_under_way_at_the_end_is_final() -> None:
    fake = FakeDeepgram([Said("Hello there, friend.", at=0.3)])
    call = called(fake, flux, 0.9)
    assert brief(call.told)[-2:] == [("Transcript", "Hello there,"), ("UserStopped", "")]
    assert fake.requests[0].said("CloseStream")


@pytest.mark.parametrize("announce", [False, True])
def test_st20_turns_are_made_by_flux_alone(announce: bool) -> None:
    """Through the whole path: no voice detector, no timers, a guess that is taken back."""

    def path(server: FakeDeepgram) -> Any:
        start = start_on_external(announce=announce, interrupts=announce)
        turns = aggregate_turn(start=start, stop=stop_on_external())
        return rx.compose(transcribe(flux(server, **EAGER)), turns)

    call = called(FakeDeepgram(PAUSED, flux=FluxTimes(eager=0.3, end=0.8)), path, 3.0)
    assert [entry for entry in brief(call.told) if entry[0] != "Transcript"] == [
        ("UserStarted", ""),
        ("UserStopping", ""),
        ("EagerTurn", "Well,"),
        ("UserResumed", ""),
        ("UserStopping", ""),
        ("EagerTurn", "Well, good bye."),
        ("UserStopped", ""),
        ("Turn", "Well, good bye."),
    ]
    assert [started.interrupts for started in call.of(TurnStarted)] == [True] * announce
    (made,) = call.of(Turn)
    (final,) = call.finals
    assert (final.pts, final.end) == (0.3, 1.4)
    assert call.when(made) == pytest.approx(1.4 + 0.8, abs=0.1)


# Options.


def test_st22_st25_options_are_in_the_address_and_lists_repeat_their_name() -> None:
    fake = FakeDeepgram()
    options: dict[str, Any] = {
        "model": "flux-general-multi",
        "keyterm": ["rxvoice", "Łódź"],
        "language_hint": ["es-MX", "DE"],
        "eot_timeout_ms": 3000,
        "mip_opt_out": False,
        "extra": {"tag": "test"},
        **EAGER,
    }
    called(fake, lambda s: flux(s, **options), 0.2)
    query = fake.requests[0].query
    assert query.getall("keyterm") == ["rxvoice", "Łódź"]
    assert query.getall("language_hint") == ["es", "de"]
    single = {name: query[name] for name in query if len(query.getall(name)) == 1}
    assert single == {
        "model": "flux-general-multi",
        "encoding": "linear16",
        "sample_rate": "16000",
        "eager_eot_threshold": "0.4",
        "eot_threshold": "0.7",
        "eot_timeout_ms": "3000",
        "mip_opt_out": "false",
        "tag": "test",
    }


def test_st19_hints_and_thresholds_change_without_another_connection() -> None:
    async def main() -> None:
        changes: Subject[Any] = Subject()
        async with FakeDeepgram(SPOKEN) as server:
            options = {"model": "flux-general-multi", "language_hint": ["es"], **EAGER}
            call = Call(flux(server, changes=changes, **options))
            await call.say(0.5)
            changes.on_next({"language_hint": ("fr", "de-CH"), "eot_threshold": 0.8})
            changes.on_next({"keyterm": ("rxvoice",)})
            await call.say(2.0)
            await call.end()
            (only,) = server.requests
            assert only.query["language_hint"] == "es"
            assert only.said("Configure") == [
                {
                    "type": "Configure",
                    "thresholds": {"eot_threshold": 0.8},
                    "language_hints": ["fr", "de"],
                },
                {"type": "Configure", "keyterms": ["rxvoice"]},
            ]
            answers = [sent.message for sent in only.sent]
            assert sum("ConfigureSuccess" in str(answer) for answer in answers) == 2
            assert not call.of(Fault)

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize("change", [{"model": "flux-general-multi"}, {"eot_threshold": None}])
def test_st07_what_cannot_be_told_is_changed_when_the_turn_is_over(change: Any) -> None:
    async def main() -> None:
        changes: Subject[Any] = Subject()
        async with FakeDeepgram(lambda x: [] if x.number else SPOKEN) as server:
            call = Call(flux(server, changes=changes, eot_threshold=0.8))
            await call.say(0.7)
            changes.on_next(change)
            await call.say(0.5)
            assert len(server.requests) == 1
            await call.say(1.5)
            assert len(server.requests) == 2
            await call.end()
            assert [final.text for final in call.finals] == ["Hello there, friend."]
            assert not call.of(Fault)

    run_virtual(main(), real_io=True)


def test_what_the_server_does_not_accept_is_told() -> None:
    async def main() -> None:
        changes: Subject[Any] = Subject()
        async with FakeDeepgram(SPOKEN) as server:
            call = Call(flux(server, changes=changes))
            await call.say(0.5)
            changes.on_next({"eot_timeout_ms": 100})
            await call.say(2.0)
            (fault,) = call.of(Fault)
            assert fault.message == "the server tells of ConfigureFailure unknown"
            await call.end()

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize(
    ("model", "languages"),
    [("flux-general-multi", ["es", "en"]), ("flux-general-en", ["en", "en"])],
)
def test_st18_each_turn_has_its_language(model: str, languages: list[str]) -> None:
    said = [Said("Hola.", at=0.3, language="es"), Said("Good bye.", at=3.0)]
    call = called(FakeDeepgram(said), lambda s: flux(s, model=model), 5.0)
    assert [final.language for final in call.finals] == languages


def test_st26_the_client_names_itself() -> None:
    fake = FakeDeepgram()
    called(fake, flux, 0.2)
    headers = fake.requests[0].headers
    assert headers["User-Agent"].startswith("rxvoice/")
    assert headers["Authorization"] == "Token k"
