"""Options of recognisers: what cannot be is refused at the call, by the name of the argument."""

import inspect
import math
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

import pytest
from reactivex.subject import Subject

from rxvoice.errors import ProviderError
from rxvoice.providers._openai_stt import FileSttOptions
from rxvoice.providers.assemblyai import assemblyai_stt
from rxvoice.providers.cartesia import cartesia_stt
from rxvoice.providers.deepgram import deepgram_flux, deepgram_stt
from rxvoice.providers.elevenlabs import elevenlabs_stt, elevenlabs_stt_file
from rxvoice.providers.gladia import gladia_stt
from rxvoice.providers.mistral import mistral_stt
from rxvoice.providers.openai_audio import openai_stt, openai_stt_realtime
from rxvoice.providers.soniox import soniox_stt
from rxvoice.providers.speechmatics import speechmatics_stt
from rxvoice.providers.xai import xai_stt
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import FakeDeepgram, FakeServer, FakeSpeechmatics, Loud

from .hearing import Scene, listening
from .vendors import VENDORS, Vendor

SAID = Loud("Hello there.", word=0.2, pause=0.1)

MAKERS: list[Callable[..., Any]] = [
    assemblyai_stt,
    cartesia_stt,
    deepgram_flux,
    deepgram_stt,
    elevenlabs_stt,
    elevenlabs_stt_file,
    gladia_stt,
    mistral_stt,
    openai_stt,
    openai_stt_realtime,
    soniox_stt,
    speechmatics_stt,
    xai_stt,
]


def options_of(make: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """Names and types of a function's options."""
    hints = get_type_hints(make)
    for name, parameter in inspect.signature(make).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            yield from get_type_hints(FileSttOptions).items()
        else:
            yield name, hints[name]


OPTIONS = [(make, name, hint) for make in MAKERS for name, hint in options_of(make)]


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_an_option_of_a_wrong_type_is_refused_by_its_name(make: Callable[..., Any]) -> None:
    for name, _ in options_of(make):
        with pytest.raises(TypeError, match=rf"\b{name}\b") as told:
            make(**{name: object()})
        assert "object" in str(told.value)


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_a_number_that_cannot_be_is_refused_by_its_name(make: Callable[..., Any]) -> None:
    tried = 0
    for name, hint in options_of(make):
        if "float" in str(hint) or "int" in str(hint).replace("hint", ""):
            for wrong in (-1, math.nan) if "Mapping" not in str(hint) else ():
                with pytest.raises((ValueError, TypeError), match=rf"\b{name}\b"):
                    make(**{name: wrong})
                tried += 1
    assert tried >= 4


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_one_text_is_no_list_of_texts(make: Callable[..., Any]) -> None:
    lists = [name for name, hint in options_of(make) if "Sequence" in str(hint)]
    for name in lists:
        with pytest.raises(TypeError, match=rf"\b{name}\b.*list"):
            make(**{name: "marble"})
        with pytest.raises(TypeError, match=rf"\b{name}\b.*list"):
            make(**{name: ["marble", 5]})
        assert make(**{name: iter(["en"])}) is not None


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (assemblyai_stt, {"vad_threshold": 1.1}),
        (cartesia_stt, {"keyterm": ["word"] * 101}),
        (deepgram_flux, {"eager_eot_threshold": 0.2}),
        (deepgram_flux, {"eager_eot_threshold": 0.8, "eot_threshold": 0.75}),
        (deepgram_flux, {"eot_threshold": 1.1}),
        (deepgram_stt, {"sample_rate": 0}),
        (elevenlabs_stt, {"commit_strategy": "never"}),
        (elevenlabs_stt, {"sample_rate": 11_025}),
        (elevenlabs_stt_file, {"timestamps_granularity": "sentence"}),
        (gladia_stt, {"sample_rate": 24_000}),
        (gladia_stt, {"speech_threshold": 2}),
        (mistral_stt, {"sample_rate": 11_025}),
        (mistral_stt, {"target_streaming_delay_ms": 10}),
        (openai_stt, {"temperature": 1.5}),
        (openai_stt_realtime, {"noise_reduction": "none"}),
        (speechmatics_stt, {"max_delay": 5.0}),
        (speechmatics_stt, {"target_languages": ["de"] * 6}),
        (xai_stt, {"endpointing": 6_000}),
        (xai_stt, {"smart_turn": 1.5}),
    ],
)
def test_what_the_vendor_does_not_take_is_refused_by_its_name(
    make: Callable[..., Any], options: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        make(**options)


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
@pytest.mark.parametrize("url", ["http://a:b", "http://a:70000", "http://[::1", "ftp://a", "", " "])
def test_st25_an_address_that_is_none_is_refused(vendor: Vendor, url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        vendor.make(base_url=url)


def test_what_json_cannot_hold_is_refused_by_its_name() -> None:
    with pytest.raises(TypeError, match="context"):
        soniox_stt(context={"topic": object()})
    with pytest.raises(TypeError, match="turn_detection"):
        openai_stt_realtime(turn_detection={"type": object()})
    with pytest.raises(TypeError, match="extra"):
        deepgram_stt(extra={"tier": object()})  # pyright: ignore[reportArgumentType]


def test_a_value_is_not_in_the_error_for_it_may_be_a_key() -> None:
    with pytest.raises(TypeError, match="api_key") as told:
        deepgram_stt(api_key=b"secret")  # pyright: ignore[reportArgumentType]
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("key", ["schlüssel", "a\nb"])
def test_a_key_that_is_none_is_fatal_at_once_and_told_nowhere(key: str) -> None:
    async def main() -> Scene:
        async with FakeDeepgram(SAID) as server:
            stt = deepgram_stt(base_url=server.url, api_key=key)
            said = await listening(stt, lambda one: one.over.wait())
            assert server.connections == 0
            return said

    error = run_virtual(main(), real_io=True).error
    assert isinstance(error, ProviderError)
    assert error.fatal
    chain: BaseException | None = error
    while chain is not None:
        assert key not in str(chain)
        chain = chain.__cause__
    assert "DEEPGRAM_API_KEY" in str(error)


def changed(fake: FakeServer, make: Callable[..., Any], *changes: Any) -> tuple[Scene, FakeServer]:
    """Change options one after the other, then speak."""
    told: Subject[Any] = Subject()

    async def main() -> tuple[Scene, FakeServer]:
        async with fake as server:

            async def scene(one: Scene) -> None:
                await one.quiet(0.2)
                for change in changes:
                    told.on_next(change)
                    await one.quiet(0.6)
                await one.say()
                await one.end()

            stt = make(base_url=server.url, api_key="k", changes=told)
            return await listening(stt, scene), server

    return run_virtual(main(), real_io=True)


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "ftp://a"},
        {"keyterm": 5},
        {"keyterm": "marble"},
        {"latency": -1.0},
        {"extra": 5},
        {"langage": "de"},
        {"sample_rate": 8_000},
        {1: 2},
        None,
        "language",
        5,
    ],
    ids=str,
)
def test_st07_a_change_that_cannot_be_is_a_fault_and_changes_nothing(change: Any) -> None:
    said, server = changed(FakeDeepgram(SAID), deepgram_stt, change)
    assert said.texts == ["Hello there."]
    assert said.error is None
    assert len(said.faults) == 1
    assert len(server.requests) == 1


def test_st07_options_are_changed_by_the_names_that_the_user_calls_them() -> None:
    said, server = changed(
        FakeDeepgram(SAID), deepgram_stt, {"finalize": False}, {"latency": 2.0, "language": "de"}
    )
    assert not said.faults
    assert server.requests[-1].query["language"] == "de"
    assert server.requests[-1].said("Finalize") == []


def test_st07_what_is_changed_at_once_is_checked_as_well() -> None:
    said, server = changed(
        FakeSpeechmatics(SAID), speechmatics_stt, {"max_delay": 9.0}, {"max_delay": 2.0}
    )
    assert ["max_delay" in fault.message for fault in said.faults] == [True]
    assert len(server.requests) == 1
