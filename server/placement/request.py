"""What somebody asks for when they ask what to place where: one file, refused as a whole if any part is
wrong."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Self

from pydantic import Field, model_validator

from server.sections import Id, Section

MOST_PAIRS = 2000
"""Products times zones."""

Sku = Annotated[str, Field(min_length=1, max_length=100)]
Category = Annotated[str, Field(min_length=1, max_length=200)]
Amount = Annotated[float, Field(ge=0, le=1e9)]


class ProductAsked(Section):
    """A product or promotion that can be shown."""

    sku: Sku
    margin: Amount | None = Field(
        None, description="money for one sold; else the catalogue's price less cost"
    )
    space: float = Field(1, gt=0, le=1e6, description="what it takes up, in any unit")
    category: Category | None = Field(None, description="for exclusions and ranges; else the catalogue's")
    most_zones: int = Field(1, ge=1, le=100, description="in how many zones it may lie at once")


class ZoneAsked(Section):
    """A zone that can be filled."""

    zone: Id
    space: float = Field(gt=0, le=1e6, description="how much fits, in the unit of the products")
    visits: Amount | None = Field(None, description="in the span that is planned; else of the last 4 weeks")
    stay: float | None = Field(
        None, ge=0, le=100, description="its mean dwell over the shop's; 1 is usual; else of the last 4 weeks"
    )


class AffinityAsked(Section):
    """How well a product sells in a zone."""

    sku: Sku
    zone: Id
    per_visit: float = Field(ge=0, le=1000, description="pieces that one visit of usual length buys")


class ExclusionAsked(Section):
    """What must not lie in a zone."""

    zone: Id | None = Field(None, description="without it, nowhere")
    sku: Sku | None = Field(None, description="one product")
    category: Category | None = Field(None, description="or all of a category")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.sku is None) == (self.category is None):
            raise ValueError("an exclusion names either a sku or a category")
        return self


class ApartAsked(Section):
    """Two products that never share a zone."""

    first: Sku
    second: Sku

    @model_validator(mode="after")
    def _are_two(self) -> Self:
        if self.first == self.second:
            raise ValueError(f"{self.first} cannot lie apart from itself: name two products")
        return self


class RangeAsked(Section):
    """A least number of products."""

    least: int = Field(ge=1, le=1000)
    category: Category | None = Field(None, description="without it, of any kind")
    zone: Id | None = Field(None, description="without it, in the whole shop")


class PlacedAsked(Section):
    """Where a product lies now."""

    sku: Sku
    zone: Id


class PlacementRequest(Section):
    """A whole request."""

    products: tuple[ProductAsked, ...] = Field(min_length=1, max_length=200)
    zones: tuple[ZoneAsked, ...] = Field(min_length=1, max_length=100)
    affinity: tuple[AffinityAsked, ...] = Field(
        (), max_length=MOST_PAIRS, description="where it is known; else pieces sold for each visit"
    )
    exclusions: tuple[ExclusionAsked, ...] = Field((), max_length=200)
    apart: tuple[ApartAsked, ...] = Field((), max_length=200)
    ranges: tuple[RangeAsked, ...] = Field((), max_length=200)
    present: tuple[PlacedAsked, ...] | None = Field(
        None, max_length=MOST_PAIRS, description="what lies where now; else the planogram"
    )

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if len(self.products) * len(self.zones) > MOST_PAIRS:
            raise ValueError(f"products times zones are more than {MOST_PAIRS:,}; ask for a part of the shop")
        skus, zones = [each.sku for each in self.products], [each.zone for each in self.zones]
        for names in (skus, zones):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"{', '.join(twice)} stands there twice")
        pairs = Counter((each.sku, each.zone) for each in self.affinity)
        if doubled := sorted(pair for pair, times in pairs.items() if times > 1):
            raise ValueError(f"affinity: {doubled[0][0]} in {doubled[0][1]} stands there twice")
        if unknown := sorted(set(self._named_skus()) - set(skus)):
            raise ValueError(f"{', '.join(unknown)} is named and does not stand among the products")
        if unknown := sorted(set(self._named_zones()) - set(zones)):
            raise ValueError(f"{', '.join(unknown)} is named and does not stand among the zones")
        return self

    def _named_skus(self) -> list[str]:
        named = [each.sku for each in self.affinity] + [each.sku for each in self.exclusions if each.sku]
        return [*named, *(sku for each in self.apart for sku in (each.first, each.second))]

    def _named_zones(self) -> list[str]:
        named = [each.zone for each in self.affinity]
        named += [each.zone for each in self.exclusions if each.zone]
        return named + [each.zone for each in self.ranges if each.zone]
