"""The part of the configuration for what is learnt from tickets, and the shop's own rules."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from server.sections import Section

Sku = Annotated[str, Field(min_length=1, max_length=100)]
Month = Annotated[int, Field(ge=1, le=12)]


class BundleSettings(Section):
    """Products that go with one product."""

    sku: Sku = Field(description="the product that is in the basket")
    offer: tuple[Sku, ...] = Field(min_length=1, max_length=100, description="products that go with it")


class SeasonSettings(Section):
    """Months in which products are in season; in the others they are not recommended."""

    category: str = Field("", max_length=200, description="products of this category")
    skus: tuple[Sku, ...] = Field((), max_length=10_000, description="and these products")
    months: tuple[Month, ...] = Field(min_length=1, max_length=12, description="1 to 12")


class RuleSettings(Section):
    """What the shop knows itself."""

    never: tuple[Sku, ...] = Field((), max_length=100_000, description="products that are never recommended")
    never_together: tuple[tuple[Sku, Sku], ...] = Field(
        (),
        max_length=10_000,
        description="pairs: one is not recommended beside the other, nor while it is in the basket",
    )
    least_margin: float | None = Field(
        None, ge=-1, le=1, description="products with a smaller (price - cost) / price are not recommended"
    )
    least_stock: float | None = Field(
        None, ge=0, description="products whose attribute `stock` is lower are not recommended"
    )
    bundles: tuple[BundleSettings, ...] = Field((), max_length=10_000, description="what goes with what")
    seasons: tuple[SeasonSettings, ...] = Field((), max_length=1_000, description="what is for which months")


class LearningSettings(Section):
    """What is learnt from tickets, and how good it has to be."""

    nightly: bool = Field(True, description="learn anew each night")
    folder: str = Field(
        "learnt", min_length=1, description="folder for what was learnt, relative to the database's folder"
    )
    days: int = Field(400, ge=14, le=3660, description="so many days of tickets are learnt from")
    least_tickets: int = Field(500, ge=50, le=10_000_000, description="with fewer nothing is learnt")
    clear_bar_by: float = Field(
        0.02, ge=0, le=10, description="what is learnt is used if it beats popularity by this share"
    )
    seed: int = Field(0, ge=0, le=2**31, description="the same tickets and seed give the same model")
    rules: RuleSettings = RuleSettings()
