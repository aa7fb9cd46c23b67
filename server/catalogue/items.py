"""What a catalogue holds, as checked values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints, model_validator

from server.sections import Currency, Id
from server.storage.catalogue import Row

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Sku = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Price = Annotated[
    Decimal,
    Field(ge=0, le=100_000_000, decimal_places=4),
    PlainSerializer(lambda price: format(price.normalize(), "f"), return_type=str, when_used="json"),
]
Clock = Annotated[time, PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str)]
PartName = Literal["names", "hours", "holidays", "events", "weather", "planogram"]

MOST_ROWS = 100_000
"""Of one part, or products in one file."""


class Item(BaseModel):
    """One entry of a catalogue. `identity` names the fields that no two entries share."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    identity: ClassVar[tuple[str, ...]]

    def row(self) -> Row:
        """Its columns as they are stored."""
        return tuple(self.model_dump(mode="json").values())

    def key(self) -> tuple[object, ...]:
        """What tells it from the others."""
        return tuple(getattr(self, field) for field in self.identity)


class Product(Item):
    """One product, in all stores of a server."""

    identity = ("sku",)
    sku: Sku
    name: Text | None = None
    category: Text | None = None
    brand: Text | None = None
    price: Price | None = Field(None, description="usual price of a piece, with tax")
    cost: Price | None = Field(None, description="what a piece costs the shop, for its margin")
    currency: Currency | None = None
    attributes: dict[Annotated[str, StringConstraints(min_length=1, max_length=50)], Text] = Field(
        default_factory=dict, max_length=50, description="anything else, by its name"
    )


class DisplayName(Item):
    """What people call a zone, a line or a camera."""

    identity = ("kind", "id")
    kind: Literal["zone", "line", "camera"]
    id: Id
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class OpeningHours(Item):
    """A span in which a store is open on a weekday (1: Monday); one that closes earlier closes next day."""

    identity = ("weekday", "opens")
    weekday: int = Field(ge=1, le=7)
    opens: Clock
    closes: Clock

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.opens == self.closes:
            raise ValueError("opens and closes are the same; leave a closed day out")
        return self


class Holiday(Item):
    """A day with hours of its own; without hours the store is closed."""

    identity = ("day",)
    day: date
    name: Text
    opens: Clock | None = None
    closes: Clock | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.opens is None) != (self.closes is None):
            raise ValueError("a holiday has both opens and closes, or neither where the store is closed")
        return self


class Event(Item):
    """Something that explains why days were, or will be, unlike others; the last day is one of them.

    A campaign is the shop's own doing and happens again; an event, as a street party or a strike, is not.
    """

    identity = ("name", "first_day")
    name: Text
    kind: Literal["campaign", "event"]
    first_day: date
    last_day: date

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if not timedelta() <= self.last_day - self.first_day <= timedelta(days=366):
            raise ValueError(
                f"last_day {self.last_day} is not 0 to 366 days after first_day {self.first_day}"
            )
        return self


class Weather(Item):
    """The weather of a day: measured, or expected of a day to come."""

    identity = ("day",)
    day: date
    temperature_c: float | None = Field(None, ge=-90, le=60, description="highest of the day")
    rain_mm: float | None = Field(None, ge=0, le=2000)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.temperature_c is None and self.rain_mm is None:
            raise ValueError("neither temperature_c nor rain_mm is given")
        return self


class PlaceOfProduct(Item):
    """A product lies in a zone from a local day on (none: always) up to before another (none: for good)."""

    identity = ("sku", "zone", "valid_from", "valid_until")
    sku: Sku
    zone: Id
    valid_from: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_from >= self.valid_until:
            raise ValueError(
                f"valid_until {self.valid_until} does not lie after valid_from {self.valid_from}"
            )
        return self


PARTS: dict[str, type[Item]] = {
    "names": DisplayName,
    "hours": OpeningHours,
    "holidays": Holiday,
    "events": Event,
    "weather": Weather,
    "planogram": PlaceOfProduct,
}
"""What a store's catalogue holds beside its products, by the name of the part."""


def item_of(part: str, row: Row) -> Item:
    """An entry as it is stored, as a value."""
    model = PARTS[part]
    return model.model_validate(dict(zip(model.model_fields, row, strict=True)))


def doubled(items: Sequence[Item]) -> Iterable[tuple[int, int]]:
    """Places of entries that say again what one before them says, each with that one's place."""
    first: dict[tuple[object, ...], int] = {}
    for place, item in enumerate(items):
        if (before := first.setdefault(item.key(), place)) != place:
            yield place, before
