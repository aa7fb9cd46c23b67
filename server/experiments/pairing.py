"""Stores that are alike in pairs, and one of each pair by a throw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b

from server.experiments.assigning import Place

LEAST_STORES = 8
"""With fewer stores than four pairs nothing can be said of chance."""


def places(stores: Mapping[str, float | None], arms: Sequence[str], key: bytes) -> dict[str, Place]:
    """Each store's arm and pair.

    Args:
        stores: each store's measure before; None where nothing is known. Those with the nearest values are
            paired. A store that is left over joins the last pair.
        arms: control, and what is tried.
        key: decides the throws.
    """
    alike = sorted(stores, key=lambda store: (stores[store] is None, stores[store] or 0.0, store))
    pairs = max(1, len(alike) // 2)
    found: dict[str, Place] = {}
    for number, store in enumerate(alike):
        group = min(number // 2, pairs - 1)
        heads = blake2b(f"pair {group}".encode(), key=key, digest_size=1).digest()[0] & 1
        found[store] = Place(arms[heads ^ (number & 1)], group)
    return found
