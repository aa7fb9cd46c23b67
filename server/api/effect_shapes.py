"""What explains sales, and groups of customers, as JSON and as tables."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from server.api.columns import Column, Table, table
from server.api.parts import Shape
from server.flow.group_figures import Group
from server.flow.outcome import Outcome


class EffectShape(Shape):
    """How sales differ with one thing, other things equal: 0.04 is 4 % more."""

    key: str
    words: str
    change: float
    low: float
    high: float
    days: int | None = Field(description="how many days are of that kind, where it is a kind of day")
    is_sure: bool = Field(description="the 95 % interval from low to high is on one side of 0")
    sentence: str


class RuleShape(Shape):
    """One kind of day, and what sells on such a day."""

    conditions: list[str]
    days: int
    mean: float
    low: float = Field(description="four of five of its days lie between low and high")
    high: float
    sentence: str


class SharesShape(Shape):
    """Shares of the variance of later days that are explained; below 0 is worse than their mean."""

    days: int
    regression: float
    tree: float
    entries_alone: float
    same_weekday: float


class DriversShape(Shape):
    """What a store's sales go along with, by its days up to two years back. It need not be a cause."""

    store: str
    of: Outcome
    first_day: date
    last_day: date
    days: int
    usual_entries: float
    usual_sales: float
    looked_at: list[str]
    effects: list[EffectShape]
    rules: list[RuleShape]
    shares: SharesShape | None = Field(description="null where there are too few days")
    sentences: list[str]
    notes: list[str] = Field(description="what was left out, and why")


class FavouriteZoneShape(Shape):
    """A zone with the share of a group's purchases that hold a product of it."""

    zone: str
    share: float


class GroupShape(Shape):
    """One group of customers; null where fewer than the least are in it."""

    group: Group
    meaning: str
    customers: int | None
    share_of_customers: float | None
    purchases: int | None
    net_sales: float | None
    share_of_sales: float | None
    basket: float | None
    zones: list[FavouriteZoneShape]
    suppressed: bool


class MoveShape(Shape):
    """How many customers of a group of the weeks before are in which group now, rounded."""

    before: Group
    now: Group
    customers: int


class CustomersShape(Shape):
    """The groups of a store's customers with a card. Nobody can be told from them."""

    store: str
    first_day: date
    last_day: date
    customers: int
    with_card: float = Field(description="share of the sales that say whose they are")
    currency: str | None
    groups: list[GroupShape]
    moves: list[MoveShape]
    rounded_to: int
    sentences: list[str]
    notes: list[str]


_OF_EFFECTS = (
    Column("store", "text", "id"),
    Column("of", "text", "transactions or net-sales"),
    Column("key", "text", "id"),
    Column("words", "text", "words"),
    Column("change", "number", "share"),
    Column("low", "number", "share"),
    Column("high", "number", "share"),
    Column("days", "whole", "days"),
    Column("is_sure", "flag", "true or false"),
)

_OF_GROUPS = (
    Column("store", "text", "id"),
    Column("group", "text", "id"),
    Column("meaning", "text", "words"),
    Column("customers", "whole", "customers"),
    Column("share_of_customers", "number", "share"),
    Column("purchases", "whole", "tickets"),
    Column("net_sales", "number", "currency"),
    Column("share_of_sales", "number", "share"),
    Column("basket", "number", "currency"),
    Column("suppressed", "flag", "true or false"),
)


def effects_table(shape: DriversShape) -> Table:
    """One row for each effect."""
    rows = ({"store": shape.store, "of": shape.of.value, **dict(effect)} for effect in shape.effects)
    return table(_OF_EFFECTS, rows)


def groups_table(shape: CustomersShape) -> Table:
    """One row for each group."""
    rows = ({"store": shape.store, **dict(each), "group": each.group.value} for each in shape.groups)
    return table(_OF_GROUPS, rows)
