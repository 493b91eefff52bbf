"""Writes a Kubernetes quantity as the API server would, so that what was applied compares equal to what stands."""

import re
from fractions import Fraction
from math import ceil

_BINARY: dict[str, Fraction] = {
    suffix: Fraction(1024**power) for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti"), start=1)
}
_DECIMAL: dict[str, Fraction] = {
    suffix: Fraction(1000) ** power for power, suffix in enumerate(("m", "", "k", "M", "G", "T"), start=-1)
}
_QUANTITY = re.compile(r"^([0-9]+(?:\.[0-9]+)?)([a-zA-Z]*)$")


def canonical(text: str) -> str:
    """Return the canonical form: no fraction, the largest suffix (apimachinery ``resource.Quantity``)."""
    match = _QUANTITY.match(text)
    if match is None:
        return text
    number, suffix = Fraction(match[1]), match[2]
    if suffix in _BINARY:
        value = number * _BINARY[suffix]
        if value >= 1024 and value.denominator == 1:
            return _with_largest(value, _BINARY)
    else:
        value = number * _DECIMAL[suffix]
    thousandths = ceil(value * 1000)
    return _with_largest(Fraction(thousandths, 1000), _DECIMAL)


def _with_largest(value: Fraction, suffixes: dict[str, Fraction]) -> str:
    for suffix, size in reversed(suffixes.items()):
        if value and (value / size).denominator == 1:
            return f"{value / size}{suffix}"
    return str(value)
