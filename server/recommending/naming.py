"""What products are called, in reasons."""

from __future__ import annotations

from collections.abc import Mapping

from server.recommending.catalogue import Catalogue


def names_in(catalogue: Catalogue) -> Mapping[str, str]:
    """Names by number of those products that have one."""
    return {sku: product.name for sku, product in catalogue.products.items() if product.name}
