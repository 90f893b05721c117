"""What is taken of clients, and what is not."""

import pytest

from rxvoice.testing import run_virtual
from rxvoice.transports.webrtc import Candidate, PeerConnections, WebRtcTransport
from rxvoice.transports.webrtc._ice import usable_candidate
from rxvoice.transports.webrtc._requests import read_offer, read_patch
from rxvoice.transports.webrtc._sdp import Description, read_description

from .loopback import loopback
from .offers import FINGERPRINT, LINES, REACHABLE, body, sdp


def changed(old: str, new: str, count: int = -1) -> Description:
    text = sdp()
    assert old in text
    return read_description(text.replace(old, new, count), "offer")


def test_an_offer_of_a_browser_is_read_without_its_candidates() -> None:
    offer = read_description(sdp(), "offer")
    assert [(one.kind, one.mid, one.receives) for one in offer.media] == [
        ("audio", "0", True),
        ("video", "1", True),
        ("application", "2", False),
    ]
    assert offer.wants_audio
    assert "candidate" not in offer.text
    assert [one.text.split()[4] for one in offer.candidates] == [
        "192.0.2.7",
        "2f8bd44d-8b0f-4e6c-9d8e-1d8b9f9f7b3c.local",
    ]
    assert {(one.mid, one.index) for one in offer.candidates} == {("0", 0)}
    offer.check_follows(read_description(sdp(), "offer"))


def test_directions_that_are_implied_are_understood() -> None:
    assert changed("a=sendrecv\r\n", "").wants_audio
    assert not changed("a=sendrecv\r\n", "a=sendonly\r\n", 1).wants_audio
    assert not changed("a=sendrecv\r\n", "").text.startswith("a=")
    session = sdp().replace("a=sendrecv\r\n", "").replace("t=0 0\r\n", "t=0 0\r\na=inactive\r\n")
    assert not read_description(session, "offer").wants_audio


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("v=0", "v=zero", "cannot be read"),
        ("v=0", "\n v=0", "cannot be read"),
        ("s=-", "s=\0", "cannot be read"),
        ("m=audio 9", "m=audio nine", "cannot be read"),
        ("a=rtpmap:111", "a=rtpmap:x", "cannot be read"),
        ("a=rtpmap:111 opus/48000/2\r\n", "", "cannot be read"),
        ("a=setup:actpass", "a=setup:nobody", "cannot be read"),
        ("m=audio", "m=text", "neither audio, video nor application"),
        ("a=mid:1\r\n", "", "no name"),
        ("a=mid:1\r\n", "a=mid:0\r\n", "the same name"),
        ("a=ice-ufrag:gEzB\r\n", "", "no ICE user name"),
        ("a=ice-pwd:2V0sLhFmmKGKtWxsrEdIOcnz\r\n", "", "no ICE user name or password"),
        ("a=setup:actpass\r\n", "", "no fingerprint or does not say who begins"),
        (f"a=fingerprint:sha-256 {FINGERPRINT}\r\n", "", "no fingerprint"),
        (FINGERPRINT, "00:11", "a fingerprint cannot be read"),
        ("sha-256", "md5", "SHA-256"),
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP", "not encrypted"),
        ("a=rtcp-mux\r\n", "", "rtcp-mux"),
        ("a=extmap:1 ", "a=extmap:0 ", "out of range"),
        ("a=extmap:1 ", "a=extmap:256 ", "out of range"),
        ("opus/48000/2", "opus/44100/2", None),
        ("a=sctp-port:5000\r\n", "", "no port"),
        ("a=sctp-port:5000", "a=sctp-port:70000", "no port"),
        ("a=group:BUNDLE 0 1 2", "a=group:BUNDLE 0 1 7", "do not go one way"),
        ("a=group:BUNDLE 0 1 2", "a=group:BUNDLE 0 1", "do not go one way"),
        ("a=group:BUNDLE 0 1 2\r\n", "", "do not go one way"),
        ("typ host generation", "host generation", "a candidate cannot be read"),
        ("51472", "99999", "out of range"),
        ("2113937151", "21139371510", "out of range|cannot be read"),
        ("generation 0 network-cost 999", "raddr 0.0.0.0 rport 70000", "out of range"),
    ],
)
def test_what_is_wrong_with_an_offer_is_said(old: str, new: str, error: str | None) -> None:
    if error is None:
        changed(old, new)  # there is another codec
        return
    with pytest.raises(ValueError, match=error):
        changed(old, new)


def test_an_offer_without_a_codec_that_is_known_is_refused() -> None:
    unknown = [line.replace("opus", "speex").replace("G722", "G729") for line in LINES]
    unknown = [line.replace("PCM", "PCX") for line in unknown]
    with pytest.raises(ValueError, match="no codec for audio"):
        read_description(sdp(tuple(unknown)), "offer")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (sdp() + "a=x\r\n" * 30_000, "longer than 100000 characters"),
        (sdp() + "a=\r\n" * 3000, "more than 3000 lines"),
        (sdp() + "a=candidate:1 1 udp 1 192.0.2.7 5 typ host\r\n" * 62, "more than 64 candidates"),
        ("v=0\r\n", "must hold 1…8 media, got 0"),
        ("", "cannot be read"),
        (sdp(LINES + tuple(line for line in LINES if line[:2] in ("m=", "a=", "c=")) * 2), "media"),
    ],
)
def test_an_offer_has_its_bounds(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        read_description(text, "offer")


def test_an_answer_says_who_begins() -> None:
    with pytest.raises(ValueError, match="the answer does not say who begins"):
        read_description(sdp(), "answer")
    read_description(sdp().replace("actpass", "active"), "answer")


def test_an_offer_that_does_not_follow_another_is_refused() -> None:
    first = read_description(sdp(), "offer")
    changed("a=sendrecv\r\n", "a=inactive\r\n").check_follows(first)
    renamed = sdp().replace("a=mid:1", "a=mid:9").replace("BUNDLE 0 1 2", "BUNDLE 0 9 2")
    with pytest.raises(ValueError, match="changes the media"):
        read_description(renamed, "offer").check_follows(first)
    with pytest.raises(ValueError, match="restart_pc"):
        changed("gEzB", "other").check_follows(first)
    with pytest.raises(ValueError, match="restart_pc"):
        changed(FINGERPRINT, FINGERPRINT[::-1]).check_follows(first)


def test_candidates_are_read_with_and_without_the_name_of_the_attribute() -> None:
    text = "1 1 udp 2113937151 192.0.2.7 51472 typ host"
    for written in (text, f"candidate:{text}", f"a=candidate:{text}", f" {text} "):
        assert usable_candidate(written, "0", 0) == Candidate(text, "0", 0)
    assert usable_candidate("1 1 UDP 1 2001:db8::1 5 typ srflx raddr :: rport 0") is not None


@pytest.mark.parametrize(
    "text",
    [
        "1 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active",
        "1 2 udp 2113937151 192.0.2.7 51472 typ host",
        "1 1 udp 2113937151 192.0.2.7 0 typ host",
        "1 1 udp 2113937151 192.0.2.7 51472 typ prflx",
        "1 1 udp 2113937151 internal.example.org 51472 typ host",
        "1 1 udp 2113937151 ..%2f.local 51472 typ host",
    ],
)
def test_candidates_that_are_of_no_use_are_left_out(text: str) -> None:
    assert usable_candidate(text) is None


@pytest.mark.parametrize("text", ["", "candidate:", "1 1 udp 1 192.0.2.7 5 type host", "x" * 501])
def test_candidates_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a candidate"):
        usable_candidate(text)


def test_ru07_names_are_read_in_both_spellings() -> None:
    snake = read_offer(body(pc_id="a", restart_pc=True, request_data={"b": 1}))
    camel = read_offer(
        {
            "sdp": sdp(REACHABLE),
            "type": "offer",
            "pcId": "a",
            "restartPc": True,
            "requestData": {"b": 1},
        }
    )
    assert snake == camel
    found = {"candidate": "1 1 udp 1 192.0.2.7 5 typ host"}
    patches = [
        {"pc_id": "a", "candidates": [{**found, "sdp_mid": "0", "sdp_mline_index": 0}]},
        {"pcId": "a", "candidates": [{**found, "sdpMid": "0", "sdpMLineIndex": 0}]},
    ]
    first, second = (read_patch(patch).usable() for patch in patches)
    assert first == second == [Candidate(found["candidate"], "0", 0)]


@pytest.mark.parametrize(
    ("posted", "error"),
    [
        (None, "the offer cannot be read: body"),
        ([], "the offer cannot be read: body"),
        ({}, "sdp: Field required; type: Field required"),
        (body(sdp=5), "sdp: Input should be a valid string"),
        (body(sdp="x" * 100_001), "sdp: String should have at most"),
        (body(type="answer"), "type: String should match"),
        (body(pc_id=7), "pc_id: Input should be a valid string"),
        (body(pc_id="x" * 101), "pc_id: String should have at most"),
        (body(restart_pc="yes"), "restart_pc: Input should be a valid boolean"),
        (body(sdp="secret"), "the session description cannot be read"),
    ],
)
def test_ru07_what_is_wrong_with_a_request_is_said_and_nothing_of_its_content(
    posted: object, error: str
) -> None:
    async def main() -> None:
        peers = PeerConnections(lambda _: None)
        with pytest.raises(ValueError, match=error) as raised:
            await peers.offer(posted)
        assert "secret" not in str(raised.value)
        assert len(peers) == 0

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize(
    ("patched", "kind", "error"),
    [
        ({"pc_id": "nobody", "candidates": []}, LookupError, "there is no such connection"),
        ({"pc_id": "nobody"}, ValueError, "candidates: Field required"),
        ({"pc_id": "nobody", "candidates": [{"a": 1}]}, ValueError, "candidates.0.candidate"),
        ({"pc_id": "nobody", "candidates": [5]}, ValueError, "candidates.0"),
        ({"pc_id": "nobody", "candidates": [{"candidate": "x"}]}, ValueError, "which medium"),
        (
            {"pc_id": "nobody", "candidates": [{"candidate": "x", "sdp_mid": "0"}]},
            ValueError,
            "a candidate cannot be read",
        ),
        (
            {"pc_id": "nobody", "candidates": [{"candidate": ""}] * 65},
            ValueError,
            "candidates: List should have at most 64",
        ),
    ],
)
def test_ru07_what_is_wrong_with_candidates_is_said(
    patched: object, kind: type[Exception], error: str
) -> None:
    async def main() -> None:
        with pytest.raises(kind, match=error):
            PeerConnections(lambda _: None).candidates(patched)

    run_virtual(main())


def test_ru07_the_offer_of_a_browser_is_answered_with_sound_and_messages_and_no_pictures() -> None:
    async def main() -> None:
        lines: list[WebRtcTransport] = []
        peers = PeerConnections(lines.append)
        answer = await peers.offer(body(pc_id="from another life"))
        assert answer["type"] == "answer"
        assert answer["pc_id"] != "from another life"
        _, audio, video, data = answer["sdp"].split("m=")
        assert audio.startswith("audio")
        assert "a=sendrecv" in audio
        assert "a=candidate:" in audio
        assert "a=inactive" in video
        assert "a=sctp-port:5000" in data
        again = await peers.offer(body(pc_id=answer["pc_id"]))
        assert again["pc_id"] == answer["pc_id"]
        other = sdp(REACHABLE).replace("gEzB", "other")
        with pytest.raises(ValueError, match="restart_pc"):
            await peers.offer(body(pc_id=answer["pc_id"], sdp=other))
        third = await peers.offer(body(pc_id=answer["pc_id"], sdp=other, restart_pc=True))
        assert third["pc_id"] == answer["pc_id"]
        assert len(lines) == len(peers) == 1
        await peers.aclose()

    with loopback():
        run_virtual(main(), real_io=True)


def test_an_offer_for_messages_alone_is_answered() -> None:
    async def main() -> None:
        peers = PeerConnections(lambda _: None)
        audio, _, data = (at for at, line in enumerate(REACHABLE) if line.startswith("m="))
        lines = (*REACHABLE[:audio], *REACHABLE[data:])
        alone = sdp(lines).replace("BUNDLE 0 1 2", "BUNDLE 2")
        answer = await peers.offer(body(sdp=alone))
        assert answer["sdp"].count("m=") == 1
        await peers.aclose()

    with loopback():
        run_virtual(main(), real_io=True)
