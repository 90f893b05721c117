"""The answers that connect a call to a websocket."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.telephony import (
    clean_host,
    exotel_answer,
    plivo_xml,
    stream_url,
    texml,
    twiml,
    vonage_ncco,
)

NASTY = {"a&b": '<"quoted">', "na'me": "ü & \n"}


def parsed(xml: str) -> ElementTree.Element:
    return ElementTree.fromstring(xml.encode())


def found(xml: str, path: str) -> ElementTree.Element:
    element = parsed(xml).find(path)
    assert element is not None
    return element


def parameters(element: ElementTree.Element) -> dict[str | None, str | None]:
    return {each.get("name"): each.get("value") for each in element.findall("Parameter")}


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "https://example.com",
        "http://example.com/",
        "wss://example.com//",
        " WS://example.com ",
    ],
)
def test_te02_a_host_is_taken_as_people_write_it(host: str) -> None:
    assert clean_host(host) == "example.com"
    assert stream_url(host) == "wss://example.com/ws"
    assert stream_url(host, "calls/in") == "wss://example.com/calls/in"


@pytest.mark.parametrize("host", ["localhost:7860", "a-b.c", "10.0.0.1", "[::1]:80"])
def test_te02_ports_and_addresses_are_kept(host: str) -> None:
    assert clean_host(host) == host


@pytest.mark.parametrize(
    "host",
    [
        "",
        " https:// ",
        "a b",
        'a"/><x',
        "a.com/path",
        "user@a.com",
        "a.com?x",
        "-a.com",
        "a.com:",
        "a\nb",
    ],
)
def test_te02_what_is_no_host_is_refused(host: str) -> None:
    for answer in (twiml, texml, plivo_xml, vonage_ncco, exotel_answer):
        with pytest.raises(ValueError, match="host"):
            answer(host)


def test_te02_twiml_connects_both_ways() -> None:
    stream = found(twiml("https://example.com/", "/twilio", parameters=NASTY), "Connect/Stream")
    assert stream.attrib == {"url": "wss://example.com/twilio"}
    assert parameters(stream) == NASTY
    assert parsed(twiml("example.com")).tag == "Response"


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_te03_texml_asks_for_one_codec_both_ways(codec: Any) -> None:
    stream = found(texml("example.com", codec=codec, parameters=NASTY), "Connect/Stream")
    assert stream.attrib == {
        "url": "wss://example.com/ws",
        "bidirectionalMode": "rtp",
        "codec": codec,
        "bidirectionalCodec": codec,
    }
    assert parameters(stream) == NASTY


def test_te03_texml_knows_no_other_codec() -> None:
    wrong: Any = 'PCMU" x="'
    with pytest.raises(ValueError, match="codec"):
        texml("example.com", codec=wrong)


def test_te04_plivos_xml_keeps_the_call_and_gives_headers_along() -> None:
    stream = found(plivo_xml("example.com", parameters={"a": "1", "b&": "<2>"}), "Stream")
    assert stream.text == "wss://example.com/ws"
    assert stream.attrib == {
        "bidirectional": "true",
        "keepCallAlive": "true",
        "contentType": "audio/x-mulaw;rate=8000",
        "extraHeaders": "a=1,b&=<2>",
    }
    assert "extraHeaders" not in found(plivo_xml("example.com"), "Stream").attrib


@pytest.mark.parametrize("given", [{"a": "1,2"}, {"a;b": "1"}, {"a": "="}, {"a": "x" * 511}])
def test_te04_headers_that_plivo_cannot_send_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="parameters"):
        plivo_xml("example.com", parameters=given)


def test_te05_exotel_is_told_an_address() -> None:
    assert exotel_answer("example.com") == {"url": "wss://example.com/ws"}
    url = exotel_answer("example.com", rate=16_000, parameters={"a&": "ü="})["url"]
    assert parse_qs(urlsplit(url).query) == {"a&": ["ü="], "sample-rate": ["16000"]}


@pytest.mark.parametrize("given", [dict.fromkeys("abcd", ""), {"a": "x" * 255}])
def test_te05_parameters_that_exotel_does_not_take_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="parameters"):
        exotel_answer("example.com", parameters=given)


def test_te06_an_ncco_connects_to_a_websocket() -> None:
    assert json.loads(json.dumps(vonage_ncco("example.com", parameters={"uuid": "1"}))) == [
        {
            "action": "connect",
            "endpoint": [
                {
                    "type": "websocket",
                    "uri": "wss://example.com/ws",
                    "content-type": "audio/l16;rate=16000",
                    "headers": {"uuid": "1"},
                }
            ],
        }
    ]
    (action,) = vonage_ncco("example.com", rate=8_000)
    assert action["endpoint"][0]["content-type"] == "audio/l16;rate=8000"
    assert "headers" not in action["endpoint"][0]


def test_te06_headers_that_vonage_does_not_take_and_other_rates_are_refused() -> None:
    wrong: Any = 11_025
    with pytest.raises(ValueError, match="parameters"):
        vonage_ncco("example.com", parameters={"a": "x" * 512})
    for answer in (vonage_ncco, exotel_answer):
        with pytest.raises(ValueError, match="rate"):
            answer("example.com", rate=wrong)


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\ud800", "\ufffe"])
def test_te02_what_xml_cannot_hold_is_refused(sign: str) -> None:
    for answer in (twiml, texml, plivo_xml):
        with pytest.raises(ValueError, match="control"):
            answer("example.com", parameters={"a": sign})


names = st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=4)


@given(names, st.text(max_size=30))
def test_te02_no_parameter_and_no_path_leaves_its_place(given: dict[str, str], path: str) -> None:
    for answer in (twiml, texml):
        try:
            stream = found(answer("example.com", path, parameters=given), "Connect/Stream")
        except ValueError:
            continue
        assert parameters(stream) == given
        url = urlsplit(stream.attrib["url"])
        assert (url.scheme, url.netloc, url.query, url.fragment) == ("wss", "example.com", "", "")
