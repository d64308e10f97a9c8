"""docs/proof.toml: what proves a function alike on both sides, or holds it apart."""

import tomllib
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from shared_tests.contract import load_contract
from shared_tests.differences import LEDGER

from .blocks import compare_symbols
from .pairs import ROOT, UnknownNameError


class Proof(NamedTuple):
    """Rows of the contract and entries of the ledger."""

    rows: tuple[str, ...]
    ledger: tuple[str, ...]


@cache
def load_proofs() -> dict[str, dict[str, Proof]]:
    """Read docs/proof.toml: file, symbol, names.

    Raises UnknownNameError where a name in it does not exist.
    """
    listed = tomllib.loads((ROOT / "docs/proof.toml").read_text(encoding="utf-8"))
    rows = [row.id for row in load_contract()]
    entries = [entry.id for entry in LEDGER]
    proofs: dict[str, dict[str, Proof]] = {}
    for file, symbols in listed.items():
        for symbol, names in symbols.items():
            compare_symbols(file, [symbol])
            for name in names:
                if name not in rows and name not in entries:
                    raise UnknownNameError("row or entry", name, rows + entries)
            proofs.setdefault(file, {})[symbol] = Proof(
                tuple(name for name in names if name in rows),
                tuple(name for name in names if name in entries),
            )
    return proofs


def proof_of(file: str, symbols: Iterable[str]) -> Proof:
    """Return what is known of some symbols of a file."""
    found = load_proofs().get(file, {})
    proofs = [found[symbol] for symbol in symbols if symbol in found]
    return Proof(
        tuple(dict.fromkeys(row for proof in proofs for row in proof.rows)),
        tuple(dict.fromkeys(entry for proof in proofs for entry in proof.ledger)),
    )
