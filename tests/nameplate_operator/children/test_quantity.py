"""Quantities come out as the API server writes them."""

import pytest

from nameplate_operator.children.quantity import canonical


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("100m", "100m"),
        ("1000m", "1"),
        ("1500m", "1500m"),
        ("0.5", "500m"),
        ("0.0001", "1m"),
        ("2", "2"),
        ("0", "0"),
        ("1000k", "1M"),
        ("1024", "1024"),
        ("128Mi", "128Mi"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("0.5Ki", "512"),
        ("0.1Gi", "107374182400m"),
        ("1000Ki", "1000Ki"),
    ],
)
def test_a_quantity_is_written_canonically(given, written):
    assert canonical(given) == written
