"""What the shop's rules forbid to recommend. Needs no library."""

from __future__ import annotations

from server.learning_settings import RuleSettings, SeasonSettings
from server.recommending.catalogue import Catalogue, Product
from server.recommending.protocol import Context


def in_season(season: SeasonSettings, product: Product) -> bool:
    """Whether a season is one of this product."""
    if product.sku in season.skus:
        return True
    return bool(season.category) and product.attributes.get("category") == season.category


def forbidden(rules: RuleSettings, catalogue: Catalogue, context: Context) -> frozenset[str]:
    """Products that must not be recommended here: never, out of season, too little margin or stock.

    A product of which margin or stock is not known is not forbidden by them.
    """
    apart = {
        pair[1 - place] for pair in rules.never_together for place in (0, 1) if pair[place] in context.basket
    }
    if rules.least_margin is None and rules.least_stock is None and not rules.seasons:
        return frozenset({*rules.never, *apart})
    month = context.day.month if context.day else None
    by_kind = {sku for sku, product in catalogue.products.items() if _is_forbidden(rules, product, month)}
    # Seasons of products by number hold also where the catalogue lacks them.
    unlisted = {
        sku
        for season in rules.seasons
        for sku in season.skus
        if sku not in catalogue.products and _is_forbidden(rules, Product(sku), month)
    }
    return frozenset({*rules.never, *apart, *by_kind, *unlisted})


def _is_forbidden(rules: RuleSettings, product: Product, month: int | None) -> bool:
    seasons = [season for season in rules.seasons if in_season(season, product)]
    if seasons and month is not None and not any(month in season.months for season in seasons):
        return True
    if rules.least_margin is not None and product.margin is not None and product.margin < rules.least_margin:
        return True
    stock = stock_of(product)
    return rules.least_stock is not None and stock is not None and stock < rules.least_stock


def stock_of(product: Product) -> float | None:
    """The product's attribute `stock` as a number; None without one, or where it is none."""
    try:
        return float(product.attributes["stock"])
    except (KeyError, ValueError):
        return None
