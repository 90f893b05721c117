"""Who may ask: hosts and origins of requests."""

import random
from typing import Any

import pytest
from multidict import CIMultiDict

from rxvoice.server._hosts import Host, Origin, in_punycode, is_loopback, read_host, read_origin
from rxvoice.server._origins import Origins


def head(
    host: str | None = "localhost:7860", origin: str | None = None, **more: str
) -> CIMultiDict[str]:
    headers = CIMultiDict({name.replace("_", "-"): value for name, value in more.items()})
    if host is not None:
        headers.add("host", host)
    if origin is not None:
        headers.add("origin", origin)
    return headers


def kind(origins: Origins, headers: CIMultiDict[str], **options: bool) -> str:
    refusal = origins.check(headers, **options)
    return "" if refusal is None else refusal.kind


def test_this_machine_is_known_by_all_its_names() -> None:
    here = (
        "127.0.0.1 127.1.2.3 ::1 [::1] localhost LOCALHOST localhost. a.localhost ::ffff:127.0.0.1"
    )
    for name in here.split():
        assert is_loopback(name), name
    others = "0.0.0.0 :: 192.168.0.1 localhost.example.com 127.0.0.1.example.com notlocalhost"
    for name in ["", *others.split(), "::ffff:10.0.0.1", "127.1", "[::1", "fe80::1"]:
        assert not is_loopback(name), name


def test_hosts_are_read_as_browsers_write_them() -> None:
    assert read_host("Example.COM.") == Host("example.com")
    assert read_host("example.com:8080") == Host("example.com", 8080)
    assert read_host("[2001:DB8:0::1]:443") == Host("2001:db8::1", 443)
    assert read_host("[::1]") == Host("::1")
    assert read_host("xn--bcher-kva.example") == Host("xn--bcher-kva.example")
    assert read_host("192.0.2.1:80") == Host("192.0.2.1", 80)
    assert str(read_host("[::1]:5")) == "[::1]:5"
    assert read_host("192.0.2.1").is_address
    assert not read_host("example.com").is_address


@pytest.mark.parametrize(
    "text",
    [
        *["", ".", "a..b", "-a", "a b", "a/b", "a@b", "a:b", "a:", "a:0", "a:65536", "a:080"],
        *["a:١", "bücher.de", "::1", "[::1", "[::1]x", "[::1]:", "[fe80::1%eth0]", "[v1.x]"],
        *["1.2.3", "1.2.3.4.5", "0x7f.1", "2130706433", "127.0.0.01", "example.1", "a,b", "a\0"],
        *["a" * 64, ".".join(["a" * 60] * 5), "a\r\nb", "a:8\n", "a#", "a?", "a\\b", "%61"],
    ],
)
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="this is no"):
        read_host(text)


def test_origins_are_the_same_however_they_are_written() -> None:
    assert read_origin("HTTPS://Example.com:443") == read_origin("https://example.com")
    assert read_origin("http://example.com:443") != read_origin("https://example.com")
    assert read_origin("capacitor://localhost") == Origin("capacitor", Host("localhost"))
    assert str(read_origin("http://[::1]:80")) == "http://[::1]"
    for wrong in ["null", "", "example.com", "https://", "https://a/", "https://u@a", "//a", "*"]:
        with pytest.raises(ValueError, match="this is no"):
            read_origin(wrong)


def test_a_person_may_write_names_with_any_letters() -> None:
    assert in_punycode("https://bücher.example:8443") == "https://xn--bcher-kva.example:8443"
    assert in_punycode("straße.example") == "xn--strae-oqa.example"
    origins = Origins("0.0.0.0", allowed=["https://Bücher.example/"])
    assert kind(origins, head("bot.example", "https://xn--bcher-kva.example")) == ""
    for wrong in ["example.com", "https://example.com/page", "https://exa mple.com", "https://ü ü"]:
        with pytest.raises(ValueError, match="is no origin"):
            Origins("0.0.0.0", allowed=[wrong])
    with pytest.raises(ValueError, match="is no host"):
        Origins("0.0.0.0", hosts=["a b"])


def test_a_page_may_ask_the_host_that_it_came_from() -> None:
    origins = Origins("0.0.0.0")
    assert kind(origins, head("bot.example", "https://bot.example")) == ""
    assert kind(origins, head("bot.example:443", "https://bot.example")) == ""
    assert kind(origins, head("BOT.example:7860", "http://bot.example:7860")) == ""
    assert kind(origins, head("[2001:db8::1]:7860", "http://[2001:db8:0::1]:7860")) == ""
    foreign = [
        *["https://bot.example.evil.example", "https://evil.example", "http://bot.example:81"],
        *[
            "https://bot.example:444",
            "https://xbot.example",
            "http://localhost",
            "ws://bot.example",
        ],
        "capacitor://bot.example",
    ]
    for origin in foreign:
        assert kind(origins, head("bot.example", origin)) == "foreign", origin


def test_a_page_that_came_without_tls_is_foreign_where_there_is_tls() -> None:
    origins = Origins("0.0.0.0")
    assert kind(origins, head("bot.example", "http://bot.example"), secure=True) == "foreign"
    assert kind(origins, head("bot.example", "http://bot.example")) == ""
    assert kind(origins, head("bot.example", "https://bot.example"), secure=True) == ""


def test_further_origins_are_allowed_exactly() -> None:
    origins = Origins("0.0.0.0", allowed=["https://app.example", "http://app.example:8080"])
    assert kind(origins, head("bot.example", "https://app.example")) == ""
    assert kind(origins, head("bot.example", "http://app.example:8080")) == ""
    for origin in ["http://app.example", "https://app.example:8080", "https://sub.app.example"]:
        assert kind(origins, head("bot.example", origin)) == "foreign"


def test_no_origin_is_for_this_machine_or_for_who_has_a_token() -> None:
    beyond, here = Origins("0.0.0.0"), Origins("127.0.0.1")
    assert kind(beyond, head("bot.example")) == "missing"
    assert kind(beyond, head("bot.example"), token=True) == ""
    assert kind(beyond, head("localhost")) == "missing", "whoever asks may write any host"
    assert kind(here, head("localhost:7860")) == ""
    refusal = beyond.check(head("bot.example"))
    assert refusal is not None
    assert refusal.status == 401


def test_what_a_tunnel_brings_is_not_of_this_machine() -> None:
    here = Origins("127.0.0.1", hosts=["https://bot.tunnel.example"])
    assert kind(here, head("bot.tunnel.example")) == "missing"
    assert kind(here, head("bot.tunnel.example"), token=True) == ""
    assert kind(here, head("bot.tunnel.example", "https://bot.tunnel.example")) == ""
    assert kind(here, head("localhost", X_Forwarded_For="192.0.2.1")) == "missing"
    forwarded = head("localhost", "http://localhost:5173", Forwarded="for=192.0.2.1")
    assert kind(here, forwarded) == "foreign"


def test_a_browser_that_sends_no_origin_says_whose_page_it_was() -> None:
    for origins in [Origins("127.0.0.1"), Origins("0.0.0.0")]:
        assert kind(origins, head(Sec_Fetch_Site="cross-site")) == "foreign"
        assert kind(origins, head(Sec_Fetch_Site="cross-site"), token=True) == "foreign"
        assert kind(origins, head(Sec_Fetch_Site="same-origin")) == ""


def test_a_name_that_is_pointed_at_this_machine_does_not_reach_it() -> None:
    for bound in ["127.0.0.1", "::1", "localhost"]:
        origins = Origins(bound)
        evil = head("evil.example:7860", "http://evil.example:7860")
        assert kind(origins, evil) == "host"
        assert kind(origins, evil, token=True) == "host"
        assert kind(origins, head("127.0.0.1.evil.example")) == "host"
        assert kind(origins, head("192.168.0.7:7860")) == "host"
        for host in ["localhost:7860", "127.0.0.1:1", "[::1]:7860", "localhost"]:
            assert kind(origins, head(host)) == ""


def test_beyond_loopback_names_may_be_restricted_too() -> None:
    origins = Origins("0.0.0.0", hosts=["bot.example"])
    assert kind(origins, head("bot.example", "https://bot.example")) == ""
    assert kind(origins, head("192.168.0.7:7860", "http://192.168.0.7:7860")) == ""
    assert kind(origins, head("evil.example", "http://evil.example")) == "host"


def test_pages_of_this_machine_may_ask_from_any_port_and_others_may_not() -> None:
    origins = Origins("127.0.0.1")
    for origin in ["http://localhost:5173", "http://127.0.0.1:8000", "https://[::1]"]:
        assert kind(origins, head("localhost:7860", origin)) == ""
    for origin in ["https://evil.example", "http://localhost.evil.example", "tauri://localhost"]:
        assert kind(origins, head("localhost:7860", origin)) == "foreign"


def test_a_page_without_an_origin_is_refused_unless_that_is_wanted() -> None:
    for bound in ["127.0.0.1", "0.0.0.0"]:
        assert kind(Origins(bound), head(origin="null"), token=True) == "null"
        assert kind(Origins(bound, allowed=["null"]), head(origin="null")) == ""
        assert kind(Origins(bound, allowed=["*"]), head(origin="null")) == ""


def test_everybody_may_be_allowed_and_names_are_still_looked_at_on_loopback() -> None:
    origins = Origins("127.0.0.1", allowed=["*"])
    assert kind(origins, head(origin="https://any.example")) == ""
    assert kind(origins, head("evil.example", "http://evil.example")) == "host"
    assert origins.cors(head(origin="https://a.example"))["Access-Control-Allow-Origin"] == "*"
    assert kind(Origins("0.0.0.0", allowed=["*"]), head("bot.example")) == ""


def test_heads_that_cannot_be_read_are_refused() -> None:
    origins = Origins("0.0.0.0")
    twice = head("bot.example", "https://bot.example")
    twice.add("Origin", "https://evil.example")
    two_hosts = head("bot.example")
    two_hosts.add("Host", "bot.example")
    no_host = head(None)
    for headers in [twice, two_hosts, no_host, head("a b"), head("a", "https://a, https://b")]:
        refusal = origins.check(headers, token=True)
        assert refusal is not None
        assert (refusal.kind, refusal.status) == ("malformed", 400)


def test_a_browser_is_told_what_a_page_of_another_host_may_do() -> None:
    origins = Origins("0.0.0.0", allowed=["https://app.example"])
    asked: dict[str, Any] = {
        "Access_Control_Request_Method": "POST",
        "Access_Control_Request_Headers": "authorization, content-type",
        "Access_Control_Request_Private_Network": "true",
    }
    assert origins.preflight(head("bot.example", "https://app.example", **asked)) == (
        204,
        {
            "Vary": "Origin",
            "Access-Control-Allow-Origin": "https://app.example",
            "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
            "Access-Control-Allow-Headers": "authorization, content-type",
            "Access-Control-Allow-Private-Network": "true",
            "Access-Control-Max-Age": "600",
        },
    )
    evil = head("bot.example", "https://evil.example", **asked)
    assert origins.preflight(evil) == (403, {"Vary": "Origin"})
    assert origins.cors(evil) == {"Vary": "Origin"}
    assert origins.preflight(head("bot.example")) == (204, {"Vary": "Origin"})
    strange = head("bot.example", "https://app.example", Access_Control_Request_Headers="a\r\nb: c")
    assert "Access-Control-Allow-Headers" not in origins.preflight(strange)[1]


def test_refusals_repeat_nothing_of_the_request() -> None:
    for headers in [head("evil"), head("evil.example", "https://evil"), head("evil\n")]:
        refusal = Origins("127.0.0.1").check(headers)
        assert refusal is not None
        assert "evil" not in refusal.message


def test_hostile_heads_never_pass_and_never_break_anything() -> None:
    randomly = random.Random(11)
    pieces = [
        *["http", "https", "://", "bot", "example", ".", ":", "443", "/", "@", "[", "]", "::1"],
        *["%", "\0", " ", "é", "xn--", "127.0.0.1", "localhost", "-", "null", "\t", ",", "//"],
        *["https://bot.example", "bot.example"],
    ]
    origins = Origins("0.0.0.0", allowed=["https://app.example"], hosts=["bot.example"])
    read = passes = 0
    for _ in range(20_000):
        host, origin = ("".join(randomly.choices(pieces, k=randomly.randrange(9))) for _ in "ab")
        headers = head(randomly.choice([host, "bot.example"]), origin)
        passed = origins.check(headers, token=True) is None
        answer = origins.preflight(headers)[1]
        assert ("Access-Control-Allow-Origin" in answer) is passed
        for text, reader in [(host, read_host), (origin, read_origin)]:
            try:
                found = reader(text)
            except ValueError:
                continue
            read += 1
            assert reader(str(found)) == found
        passes += passed
        if passed:
            assert read_origin(origin).host.name in (read_host(headers["host"]).name, "app.example")
    assert read > 100
    assert passes > 20
