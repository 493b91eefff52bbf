"""Host names as people and zones write them: which are usable, which are not and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate_api.hostname import UnusableName, ancestors, check, normalise, overlap_group, overlaps, registrable
from nameplate_api.reasons import Reason

LONG = "a" * 63


def _of_length(octets: int) -> str:
    return f"{'b' * (octets - 201)}.{LONG}.{LONG}.{LONG}.acme.com"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("cdp.acme.com", id="usual"),
        pytest.param("cdp.acme.co.uk", id="two-label suffix"),
        pytest.param("a.b.c.example.com", id="deep"),
        pytest.param("cdp.acme.github.io", id="below a private suffix's customer"),
        pytest.param("cdp.amazonaws.com", id="below a domain that has suffixes further down"),
        pytest.param("cdp.acme.example", id="TLD for documentation"),
        pytest.param("cdp.acme.test", id="TLD for tests"),
        pytest.param("cdp.acme.corp", id="TLD of a private world"),
        pytest.param("cdp.xn--bcher-kva.example", id="A-label"),
        pytest.param("cdp.xn--85x722f.xn--55qx5d.cn", id="A-labels below a suffix of one"),
        pytest.param("cdp.xn--ls8h.la", id="emoji, sold by registries though IDNA 2008 forbids it"),
        pytest.param("cdp.xn--80ak6aa92e.com", id="look-alike of a Latin name: its holder may use it"),
        pytest.param("r3---sn.acme.com", id="hyphens in third and fourth place"),
        pytest.param("1.2.acme.com", id="labels of digits"),
        pytest.param("0x1.acme.com", id="hexadecimal label that is not the last"),
        pytest.param("123.acme.4chan", id="last label begins with a digit"),
        pytest.param(f"{LONG}.acme.com", id="label of 63"),
        pytest.param(_of_length(242), id="242 octets"),
        pytest.param("localhost.acme.com", id="special name that is not the last label"),
    ],
)
def test_name_is_usable(name: str) -> None:
    check(name)
    assert normalise(name) == name


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        pytest.param("", "it is empty", id="empty"),
        pytest.param("cdp", "it has a single label", id="single label"),
        pytest.param(f"a{LONG}.acme.com", "1 to 63 letters", id="label of 64"),
        pytest.param(_of_length(243), "it has 243 characters, at most 242 are possible", id="243 octets"),
        pytest.param("CDP.acme.com", "the label 'CDP'", id="upper case"),
        pytest.param("cdp.acme.com.", "the label ''", id="final dot"),
        pytest.param("cdp..acme.com", "the label ''", id="empty label"),
        pytest.param("*.acme.com", "the label '*'", id="wildcard"),
        pytest.param("_cdp.acme.com", "the label '_cdp'", id="underscore"),
        pytest.param("-cdp.acme.com", "the label '-cdp'", id="leading hyphen"),
        pytest.param("cdp-.acme.com", "the label 'cdp-'", id="trailing hyphen"),
        pytest.param("cdp.acme.com\n", "the label 'com\\n'", id="line break"),
        pytest.param("cdp.b\u00fccher.example", "the label 'b\u00fccher'", id="U-label"),
        pytest.param("192.0.2.1", "its last label is a number", id="IPv4 address"),
        pytest.param("cdp.acme.0x7f", "its last label is a number", id="hexadecimal last label"),
        pytest.param("2001:db8::1", "the label '2001:db8::1'", id="IPv6 address"),
        pytest.param("cdp.xn--99999999999.com", "no valid A-label", id="xn-- that encodes nothing"),
        pytest.param("cdp.xn--bcher-kva0.com", "no valid A-label", id="xn-- with something left over"),
        pytest.param("cdp.xn--abc.com", "no valid A-label", id="xn-- of control characters"),
        pytest.param("cdp.xn--0.com", "no valid A-label", id="xn-- that is cut off"),
        pytest.param("cdp.xn--\u0080.com", "the label", id="xn-- beyond ASCII"),
        pytest.param("cdp.localhost", "it does not belong to the public DNS", id="localhost"),
        pytest.param("web.acme.svc.cluster.local", "it does not belong to the public DNS", id="cluster's own"),
        pytest.param("cdp.acme.internal", "it does not belong to the public DNS", id="internal"),
        pytest.param("cdp.acme.onion", "it does not belong to the public DNS", id="onion"),
        pytest.param("1.2.0.192.in-addr.arpa", "it does not belong to the public DNS", id="reverse"),
    ],
)
def test_name_is_invalid(name: str, detail: str) -> None:
    with pytest.raises(UnusableName) as refused:
        check(name)

    assert refused.value.reason is Reason.INVALID_NAME
    assert detail in refused.value.message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("acme.com", "Pick a subdomain such as cdp.acme.com.", id="registrable"),
        pytest.param("acme.co.uk", "Pick a subdomain such as cdp.acme.co.uk.", id="registrable below two labels"),
        pytest.param("acme.test", "Pick a subdomain such as cdp.acme.test.", id="below a TLD that nobody knows"),
        pytest.param("acme.github.io", "Pick a subdomain such as cdp.acme.github.io.", id="below a private suffix"),
        pytest.param("co.uk", "co.uk is a public suffix", id="public suffix"),
        pytest.param("github.io", "github.io is a public suffix", id="private suffix"),
        pytest.param("acme.ck", "acme.ck is a public suffix", id="suffix by a wildcard rule"),
        pytest.param("www.ck", "Pick a subdomain such as cdp.www.ck.", id="exception to a wildcard rule"),
    ],
)
def test_apex_is_not_delegable(name: str, message: str) -> None:
    with pytest.raises(UnusableName) as refused:
        check(name)

    assert refused.value.reason is Reason.APEX_NOT_DELEGABLE
    assert message in refused.value.message


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("CDP.Acme.COM", "cdp.acme.com"),
        ("cdp.acme.com.", "cdp.acme.com"),
        ("  cdp.acme.com\n", "cdp.acme.com"),
        ("cdp.b\u00fccher.example", "cdp.xn--bcher-kva.example"),
        ("CDP.B\u00dcCHER.example.", "cdp.xn--bcher-kva.example"),
        ("cdp.bu\u0308cher.example", "cdp.xn--bcher-kva.example"),
        ("cdp.fa\u00df.de", "cdp.xn--fa-hia.de"),
        ("cdp\u3002\u98df\u72ee\uff0e\u516c\u53f8\u3002cn\u3002", "cdp.xn--85x722f.xn--55qx5d.cn"),
        ("\uff43dp.acme.com", "cdp.acme.com"),
        (_of_length(253), _of_length(253)),
    ],
)
def test_typed_name_becomes_a_labels(typed: str, name: str) -> None:
    assert normalise(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        "",
        ".",
        _of_length(254),
        "cdp.acme.com..",
        "cdp.\U0001f4a9.la",
        "cdp.\u202eacme.com",
        "b\u00fc" * 300,
        "x" * 100_000,
    ],
)
def test_typed_name_that_is_none_is_refused_in_printable_words(typed: str) -> None:
    with pytest.raises(UnusableName) as refused:
        normalise(typed)

    assert refused.value.reason is Reason.INVALID_NAME
    assert refused.value.message.isprintable()
    assert len(refused.value.message) < 400


@given(st.text(max_size=80) | st.from_regex(r"[a-z0-9.-]{1,40}(xn--[a-z0-9-]{1,20})?[.]com", fullmatch=True))
def test_any_text_is_a_name_or_refused(typed: str) -> None:
    try:
        name = normalise(typed)
    except UnusableName as refused:
        name, said = None, refused.message
    if name is None:
        assert said.isprintable()
    else:
        assert name.isascii()
        assert normalise(name) == name


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("cdp.acme.com", "acme.com"),
        ("acme.com", "acme.com"),
        ("a.cdp.acme.co.uk", "acme.co.uk"),
        ("cdp.acme.github.io", "acme.github.io"),
        ("cdp.acme.test", "acme.test"),
        ("co.uk", None),
        ("com", None),
    ],
)
def test_registrable_domain(name: str, domain: str | None) -> None:
    assert registrable(name) == domain


def test_ancestors_are_nearest_first_without_the_root() -> None:
    assert ancestors("a.cdp.acme.com") == ("cdp.acme.com", "acme.com", "com")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("cdp.acme.com", "cdp.acme.com", True),
        ("cdp.acme.com", "a.cdp.acme.com", True),
        ("a.b.cdp.acme.com", "cdp.acme.com", True),
        ("xcdp.acme.com", "cdp.acme.com", False),
        ("cdp.acme.com", "data.acme.com", False),
    ],
)
def test_overlap(one: str, other: str, expected: bool) -> None:
    assert overlaps(one, other) is expected
    assert overlaps(other, one) is expected


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("cdp.acme.com", "acme.com"),
        ("a.cdp.acme.co.uk", "acme.co.uk"),
        ("cdp.acme.github.io", "acme.github.io"),
        ("cdp.other.github.io", "other.github.io"),
        pytest.param("eu-west-1.amazonaws.com", "amazonaws.com", id="above a suffix"),
        pytest.param("cdp.acme.s3.eu-west-1.amazonaws.com", "amazonaws.com", id="below that suffix"),
    ],
)
def test_names_that_overlap_are_in_one_group(name: str, group: str) -> None:
    assert overlap_group(name) == group
