"""How our own watch and Lease ship: the times without which a hazard comes back, each as it runs."""

from nameplate_operator.adapters.kubernetes_lease import Terms
from nameplate_operator.adapters.kubernetes_watch import Pace

BOOKMARK_EVERY = 60
"""Seconds between two bookmarks of a watch that has nothing else to tell (k8s.io/apiserver, storage/cacher)."""
REQUEST_TIMEOUT = 5
"""Seconds after which one request about the Lease is given up."""


def test_a_silent_watch_is_given_up_soon_after_a_bookmark_is_due() -> None:
    assert BOOKMARK_EVERY < Pace().stall_timeout <= 90


def test_a_watch_that_lives_is_renewed_and_one_that_failed_begins_anew_in_half_a_minute() -> None:
    pace = Pace()
    assert pace.stall_timeout < pace.renew_after <= 600
    assert 0 < pace.first_retry_after <= 1
    assert pace.first_retry_after < pace.longest_retry_after <= 30
    assert 30 <= pace.refused_every <= 120


def test_a_listing_comes_in_pages() -> None:
    assert 100 <= Pace().page <= 500


def test_a_holder_has_given_up_seconds_before_another_takes_over() -> None:
    terms = Terms()
    assert terms.give_up_after + 5 <= terms.expires_after <= 15


def test_one_request_that_hangs_does_not_cost_the_lease() -> None:
    terms = Terms()
    assert terms.renew_every + REQUEST_TIMEOUT + terms.renew_every < terms.give_up_after
