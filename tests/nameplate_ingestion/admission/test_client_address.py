"""Whose address an event carries, with any number of proxies in front and any lie in the header."""

import pytest

from nameplate_ingestion.admission.client_address import client_address

PEER = "10.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        pytest.param(None, 0, PEER, id="direct"),
        pytest.param(b"203.0.113.9", 0, PEER, id="direct, with a lie"),
        pytest.param(None, 1, PEER, id="a proxy that tells nothing"),
        pytest.param(b"", 1, PEER, id="a proxy that tells nothing at all"),
        pytest.param(b"203.0.113.9", 1, "203.0.113.9", id="one proxy"),
        pytest.param(b"198.51.100.6, 203.0.113.9", 1, "203.0.113.9", id="one proxy behind a lie"),
        pytest.param(b"198.51.100.6,203.0.113.9", 1, "203.0.113.9", id="without spaces"),
        pytest.param(b"203.0.113.9, 192.0.2.1", 2, "203.0.113.9", id="two proxies"),
        pytest.param(b"1.1.1.1, 8.8.8.8, 203.0.113.9 , 192.0.2.1", 2, "203.0.113.9", id="two behind two lies"),
        pytest.param(b"203.0.113.9", 2, "203.0.113.9", id="fewer entries than proxies"),
        pytest.param(b"203.0.113.9:40001", 1, "203.0.113.9", id="with a port"),
        pytest.param(b"2001:DB8:0:0::1", 1, "2001:db8::1", id="version 6"),
        pytest.param(b"[2001:db8::1]", 1, "2001:db8::1", id="in brackets"),
        pytest.param(b"[2001:db8::1]:443", 1, "2001:db8::1", id="in brackets with a port"),
        pytest.param(b"::ffff:203.0.113.9", 1, "203.0.113.9", id="version 4 in version 6"),
        pytest.param(b"::ffff:cb00:7109", 1, "203.0.113.9", id="the same in hexadecimal"),
    ],
)
def test_the_client_is_counted_from_the_end(forwarded, proxies, address):
    assert client_address(forwarded, PEER, proxies) == address


@pytest.mark.parametrize(
    "entry",
    [
        b"unknown",
        b"_hidden",
        b"localhost",
        b"127.1",
        b"0x7f000001",
        b"2130706433",
        b"203.0.113.09",
        b"203.0.113.256",
        b"203.0.113.9/24",
        b"203.0.113.9:",
        b"203.0.113.9:http",
        b"203.0.113.9 1.1.1.1",
        b"fe80::1%eth0",
        b"[203.0.113.9",
        b"2001:db8::1::",
        b'"203.0.113.9"',
        b"for=203.0.113.9",
        b"<script>",
        b"\xd9\xa1.1.1.1",
        b"1.1.1.1\x00",
        b"9" * 8000,
        b" ",
    ],
)
def test_what_is_no_address_is_none(entry):
    assert client_address(b"198.51.100.6, " + entry, PEER, 1) == ""


@pytest.mark.parametrize(("peer", "address"), [("", ""), ("::ffff:10.0.0.1", PEER), ("2001:db8::1", "2001:db8::1")])
def test_the_other_end_is_shown_in_the_same_form(peer, address):
    assert client_address(None, peer, 0) == address
