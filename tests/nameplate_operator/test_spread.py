"""What spreads the looks at many objects: a steady share for each."""

from nameplate_operator.spread import share


def test_a_share_is_steady_and_from_0_to_below_1() -> None:
    assert share("uid-1") == share("uid-1")
    assert all(0 <= share(f"uid-{number}") < 1 for number in range(1000))


def test_shares_are_even() -> None:
    tenths = [int(10 * share(f"uid-{number}")) for number in range(1000)]
    assert all(60 < tenths.count(tenth) < 140 for tenth in range(10))
