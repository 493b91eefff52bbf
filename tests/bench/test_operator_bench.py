"""What `make bench` runs of the operator, with two domains: each figure is still there."""

import pytest

from bench.__main__ import measure


@pytest.mark.timeout(900)
def test_two_domains_are_measured_beside_the_tight_client():
    head, _, *rows = measure(2).splitlines()
    assert [cell.strip() for cell in head.strip("|").split("|")] == ["", "operator", "tight client", "ratio"]
    named = [row.split("|")[1].strip() for row in rows]
    assert named[:2] == ["CPU per domain, ms", "CPU, s"]
    assert {"Writes per domain", "Reads per domain", "Passes per domain"} < set(named)
