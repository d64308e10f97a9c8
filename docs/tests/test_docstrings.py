"""Both sites explain with the same words what both of them have."""

import pytest

from docs.side_by_side.pairs import load_pairs
from docs.side_by_side.units import split

PAIRS = [
    pair
    for pair in load_pairs()
    if not pair.reason and not pair.identical and pair.flask.endswith(".py")
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.title)
def test_what_both_sites_have_has_the_same_docstring(pair):
    # A module's own may be of one framework; it has no name.
    flask, django = (
        {symbol.name: symbol.doc for symbol in split(path) if symbol.name}
        for path in pair.paths
    )

    differences = [
        f"{name} has two docstrings, in {pair.title}:\n"
        f"  Flask:  {flask[name]}\n  Django: {django[name]}"
        for name in flask.keys() & django.keys()
        if flask[name] != django[name]
    ]
    assert not differences, "\n".join(differences)
