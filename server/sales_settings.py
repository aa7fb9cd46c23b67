"""How to read a till system's files: the mapping's settings, and those of common tills."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from edge.wire import SaleKind
from server.sections import Id, Section, TimeZone


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError as error:
        raise ValueError(f"{name!r} is not an encoding; usual ones are utf-8-sig, cp1252, latin-1") from error
    return name


class ColumnSettings(Section):
    """Which column of a file holds what, each by its name in the header."""

    ticket: str | None = Field(None, description="number of the ticket; absent: every row is a ticket")
    at: str | None = Field(None, description="date and time of payment in one column")
    date: str | None = Field(None, description="date of payment, with `time`")
    time: str | None = Field(None, description="time of payment, with `date`")
    sku: str | None = Field(None, description="the shop's number (or name) of the product")
    name: str | None = Field(None, description="the product's name")
    quantity: str | None = Field(None, description="pieces or kilograms; absent: 1")
    net: str | None = Field(None, description="amount of the row after discounts, without tax")
    gross: str | None = Field(None, description="amount of the row with tax, in place of `net`")
    unit_price: str | None = Field(None, description="price of one piece, in place of `net`")
    discount: str | None = Field(None, description="discount that `gross` or `unit_price` does not have yet")
    tax: str | None = Field(None, description="amount of tax in `gross` or in quantity times `unit_price`")
    tax_percent: str | None = Field(None, description="rate of that tax in percent, in place of `tax`")
    refunded: str | None = Field(None, description="amount of the whole ticket that was given back later")
    total: str | None = Field(None, description="amount of the whole ticket, of which `refunded` is a part")
    till: str | None = Field(None, description="till that took the money")
    kind: str | None = Field(None, description="what the ticket is, in the words of `kinds`")
    currency: str | None = Field(None, description="ISO 4217 code")
    customer: str | None = Field(
        None, description="customer's or loyalty number; only its keyed hash is kept"
    )

    @model_validator(mode="after")
    def _one_way_for_each(self) -> Self:
        if bool(self.at) == bool(self.date or self.time) or bool(self.date) != bool(self.time):
            raise ValueError("the time of payment needs either `at`, or both `date` and `time`")
        if len([amount for amount in (self.net, self.gross, self.unit_price) if amount]) > 1:
            raise ValueError("`net`, `gross` and `unit_price` exclude each other")
        if bool(self.refunded) != bool(self.total):
            raise ValueError("`refunded` and `total` go together: what share of the ticket was given back?")
        if self.tax and self.tax_percent:
            raise ValueError("`tax` and `tax_percent` exclude each other")
        if self.net and (self.discount or self.tax or self.tax_percent):
            raise ValueError(
                "`net` is after discounts and without tax: with `discount` or `tax`, name `gross` or"
                " `unit_price`"
            )
        return self

    @model_validator(mode="after")
    def _customers_stand_alone(self) -> Self:
        others = {column for field, column in self.named().items() if field != "customer"}
        if self.customer in others:
            raise ValueError("`customer` needs a column of its own: whatever else it held would be readable")
        return self

    def named(self) -> dict[str, str]:
        """Columns that the file must have, by what they hold."""
        return {field: column for field, column in self if column is not None}


def _known_format(form: str) -> str:
    try:
        datetime.strptime("", form)  # noqa: DTZ007 -- only the format is looked at
    except ValueError as error:
        if "directive" in str(error) or "stray" in str(error):
            raise ValueError(f"{form!r} is no strptime format: {error}") from error
    return form


DateFormat = Annotated[str, AfterValidator(_known_format)]
Preset = Literal["square", "shopify", "lightspeed"]


class MappingSettings(Section):
    """How to read one till system's CSV files."""

    preset: Preset | None = Field(
        None, description="a common till's mapping to begin with; what else is set wins"
    )
    delimiter: str = Field(",", pattern=r'^[^"\r\n]$', description="between two cells")
    encoding: Annotated[str, AfterValidator(_known_encoding)] = Field(
        "utf-8-sig", description="of the file, as Python names it"
    )
    decimal: Literal[".", ","] = Field(".", description="decimal sign; the other one groups thousands")
    rows: Literal["lines", "tickets"] = Field(
        "lines", description="`tickets`: each row is a whole ticket with its sum, and names no product"
    )
    columns: ColumnSettings
    date_formats: tuple[DateFormat, ...] = Field(
        ("%Y-%m-%d %H:%M:%S",),
        min_length=1,
        description="strptime formats of `at`, or of `date`, a space and `time`; the first that fits counts",
    )
    time_zone: TimeZone | None = Field(None, description="zone of the file's times; absent: the store's")
    quantity_divisor: int = Field(
        1, ge=1, le=1_000_000, description="what the quantities are divided by; 1000 where they are grams"
    )
    tax_percent: Decimal | None = Field(
        None, ge=0, le=1000, description="tax in `gross` or `unit_price` where no column says it"
    )
    name_for_sku: bool = Field(False, description="a row without sku takes its name in place of it")
    fill_down: bool = Field(
        False, description="what a ticket's later rows leave empty (time, till, kind, …) is as in its first"
    )
    ignore: frozenset[str] = Field(frozenset(), description="values of sku that are not products")
    skip: dict[str, frozenset[str]] = Field(
        default_factory=dict, description="rows to pass over: column to the values that say so"
    )
    returns_prefix: str = Field("", description="tickets whose number begins with it are returns")
    negative_is_return: bool = Field(
        False, description="tickets that hold only negative quantities are returns"
    )
    ticket_scope: Literal["store", "till", "day"] = Field(
        "store",
        description="`till`: each till numbers its tickets for itself; `day`: numbers restart with every"
        " business day",
    )
    ticket_per_kind: bool = Field(
        False, description="rows of one number but of several kinds are a ticket for each kind"
    )
    kinds: dict[str, SaleKind] = Field(
        default_factory=dict, description="the file's words for sale, return, void, pickup"
    )

    @model_validator(mode="before")
    @classmethod
    def _begun_with_a_preset(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.get("preset") not in _PRESET_VALUES:
            return given
        begun = _PRESET_VALUES[given["preset"]]
        columns = given.get("columns", {})
        if not isinstance(columns, dict):
            return given
        return {**begun, **given, "columns": {**begun["columns"], **columns}}

    @model_validator(mode="after")
    def _has_what_it_speaks_of(self) -> Self:
        if not self.columns.ticket and (
            self.returns_prefix or self.ticket_scope != "store" or self.fill_down
        ):
            raise ValueError(
                "returns_prefix, ticket_scope and fill_down speak of ticket numbers: name columns.ticket"
            )
        if self.ticket_scope == "till" and (not self.columns.till or self.fill_down):
            raise ValueError('ticket_scope = "till" needs columns.till, told in every row: without fill_down')
        if bool(self.kinds) != bool(self.columns.kind):
            raise ValueError("`kinds` and columns.kind belong together")
        if self.ticket_per_kind and not (self.columns.ticket and self.columns.kind):
            raise ValueError("ticket_per_kind needs columns.ticket and columns.kind")
        return self

    @model_validator(mode="after")
    def _names_products_or_whole_tickets(self) -> Self:
        if self.rows == "lines" and not self.columns.sku:
            raise ValueError('name columns.sku, or set rows = "tickets" where rows name no product')
        if self.rows == "tickets" and (self.columns.sku or self.columns.name or self.ignore):
            raise ValueError('with rows = "tickets" there are no products: leave sku, name and ignore out')
        return self

    @model_validator(mode="after")
    def _knows_the_tax(self) -> Self:
        columns = self.columns
        told = columns.tax or columns.tax_percent
        if told and self.tax_percent is not None:
            raise ValueError("tax_percent and a column with the tax exclude each other")
        if columns.gross and not told and self.tax_percent is None:
            raise ValueError(
                "`gross` holds tax: name columns.tax or columns.tax_percent, or set tax_percent for all rows"
            )
        if self.tax_percent is not None and not (columns.gross or columns.unit_price):
            raise ValueError("tax_percent speaks of columns.gross or columns.unit_price: name one of them")
        return self

    def needed_columns(self) -> dict[str, str]:
        """Columns that the file must have, each to what needs it."""
        told = {column: field for field, column in self.columns.named().items()}
        return {**dict.fromkeys(self.skip, "skip"), **told}


_PRESET_VALUES: dict[str, dict[str, Any]] = {
    # Columns as in the header of the "Items Detail CSV" of Square's dashboard, read from public samples of
    # 2017 to 2026. Net Sales is gross minus discounts, before tax: squareup.com/help article 5530.
    "square": {
        "columns": {
            "ticket": "Transaction ID",
            "date": "Date",
            "time": "Time",
            "sku": "SKU",
            "name": "Item",
            "quantity": "Qty",
            "net": "Net Sales",
            "till": "Device Name",
            "kind": "Event Type",
            "customer": "Customer ID",
        },
        "date_formats": ["%Y-%m-%d %H:%M:%S", "%m/%d/%y %H:%M:%S", "%m/%d/%Y %H:%M:%S"],
        "name_for_sku": True,
        "ticket_per_kind": True,
        "kinds": {"Payment": "sale", "Refund": "return"},
    },
    # One row per line item; what belongs to the order stands in its first row only. Columns as in
    # help.shopify.com/manual/fulfillment/managing-orders/exporting-orders. Prices hold tax where the shop's
    # prices do: then set tax_percent.
    "shopify": {
        "columns": {
            "ticket": "Name",
            "at": "Created at",
            "sku": "Lineitem sku",
            "name": "Lineitem name",
            "quantity": "Lineitem quantity",
            "unit_price": "Lineitem price",
            "discount": "Lineitem discount",
            "refunded": "Refunded Amount",
            "total": "Total",
            "till": "Location",
            "kind": "Financial Status",
            "currency": "Currency",
            "customer": "Email",
        },
        "date_formats": ["%Y-%m-%d %H:%M:%S %z"],
        "name_for_sku": True,
        "fill_down": True,
        "skip": {"Source": ["web"]},
        "kinds": {
            "paid": "sale",
            "partially_paid": "sale",
            # Which lines were given back is not in this export, only the sum: all are lowered alike.
            "partially_refunded": "sale",
            "refunded": "void",
            "voided": "void",
            "pending": "void",
            "authorized": "void",
            "expired": "void",
        },
    },
    # Lightspeed Retail X-Series (once Vend), sales history: a "Sale" row, its "Sale Line" rows, its
    # "Payment" rows. Field names as in public importers of this export; Lightspeed gives no public list. The
    # words of its status are those of x-series-api.lightspeedhq.com/docs/sales_statuses; what is parked, laid
    # by or open is no sale before it is closed, and then replaces itself.
    "lightspeed": {
        "columns": {
            "ticket": "Receipt Number",
            "at": "Date",
            "sku": "Sku",
            "name": "Details",
            "quantity": "Quantity",
            "net": "Subtotal",
            "till": "Register",
            "kind": "Status",
            "customer": "Customer Code",
        },
        "date_formats": ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S%z"],
        "name_for_sku": True,
        "fill_down": True,
        "skip": {"Line Type": ["Sale", "Payment"]},
        "negative_is_return": True,
        "kinds": {
            "CLOSED": "sale",
            "Closed": "sale",
            "Completed": "sale",
            "ONACCOUNT_CLOSED": "sale",
            "LAYBY_CLOSED": "sale",
            "ONACCOUNT": "sale",
            "AWAITING_PICKUP": "sale",
            "PICKED_UP_CLOSED": "sale",
            "AWAITING_DISPATCH": "sale",
            "DISPATCHED_CLOSED": "sale",
            "SERVICE_CLOSED": "sale",
            "VOIDED": "void",
            "Voided": "void",
            "OPEN": "void",
            "SAVED": "void",
            "LAYBY": "void",
            "SERVICE": "void",
        },
    },
}

PRESETS: dict[str, MappingSettings] = {
    name: MappingSettings.model_validate({"preset": name}) for name in _PRESET_VALUES
}
"""Mappings that need no configuration, by their name."""


class SalesSettings(Section):
    """How sales come in as files."""

    customer_key_file: Path = Field(
        Path("customer.key"),
        description="file with the key of the customers' hashes, relative to the database's folder",
    )
    mappings: dict[Id, MappingSettings] = Field(default_factory=dict, description="mappings by their name")
