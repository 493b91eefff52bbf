"""Something new is asked for at a bounded rate, domain by domain."""

from nameplate_ingestion.library.upstream.allowance import Allowance


def test_a_page_may_load_all_of_its_destinations_at_once_and_strangers_get_two_a_second_after_that():
    now = 1000.0
    allowance = Allowance(lambda: now)
    assert sum(allowance.take("cdp.acme.com") for _ in range(1000)) == 100
    now += 10
    assert sum(allowance.take("cdp.acme.com") for _ in range(1000)) == 20
    now += 1e9
    assert sum(allowance.take("cdp.acme.com") for _ in range(1000)) == 100


def test_what_is_asked_for_at_one_domain_does_not_count_for_another():
    allowance = Allowance(lambda: 0.0)
    assert not all(allowance.take("cdp.acme.com") for _ in range(101))
    assert allowance.take("cdp.other.com")
