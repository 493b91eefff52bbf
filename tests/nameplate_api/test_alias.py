"""The default alias: always the same for a source, and nothing that tells its names."""

import re

from hypothesis import given
from hypothesis import strategies as st

from nameplate_api.alias import ALIAS_PATTERN, default_alias

_NAMES = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True)


def test_the_default_alias_stays_the_same_for_ever() -> None:
    # Pages carry it: sha256("nameplate alias acme") and of "nameplate alias acme/website", in Base32.
    assert default_alias("acme", "website") == "tenp3rmqfg/ezoe5y675t"


def test_sources_of_one_namespace_share_the_first_part_and_no_others_do() -> None:
    one, two, other = default_alias("a", "x"), default_alias("a", "y"), default_alias("b", "x")

    assert one.split("/")[0] == two.split("/")[0] != other.split("/")[0]
    assert len({each.split("/")[1] for each in (one, two, other)}) == 3


@given(_NAMES, _NAMES)
def test_a_default_alias_has_the_form_of_a_chosen_one(namespace: str, source: str) -> None:
    alias = default_alias(namespace, source)

    assert re.fullmatch("[a-z0-9]{10}/[a-z0-9]{10}", alias)
    assert re.match(ALIAS_PATTERN, alias)
