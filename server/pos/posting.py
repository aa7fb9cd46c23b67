"""Tickets as JSON: all of a request or nothing, each mistake named with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from sqlite_utils import Database

from edge.wire import SaleKind, SaleLine
from edge.wire.messages import Instant, Money, Quantity
from edge.wire.topics import ID_PATTERN
from server.config import Settings
from server.pos.amounts import Told, net_amount
from server.pos.customers import customer_key, hashed
from server.pos.gathering import says_the_same
from server.sections import Id
from server.storage import sales
from server.storage.exact import to_e4
from server.storage.sales import Ticket

_Item = TypeVar("_Item")

_CURRENCY_PATTERN = r"^[A-Z]{3}$"

MOST_TICKETS = 500
"""In one request."""

MOST_PROBLEMS = 50
"""So many are named; a request with more has one cause."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong in a request, and where: `tickets.3.lines.0.net`."""

    where: str
    problem: str


class TicketsRefused(ValueError):
    """Nothing of a request was stored."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        super().__init__("; ".join(f"{one.where}: {one.problem}" for one in wrong))
        self.wrong = tuple(wrong)


class _Posted(BaseModel):
    # A misspelt field would be silently without effect, so none is let through.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class PostedLine(_Posted):
    """One line: `net`, or `gross` or `unit_price` with what has to be taken off."""

    sku: str = Field(min_length=1, max_length=100)
    name: str | None = Field(None, max_length=200)
    quantity: Quantity = Field(default_factory=lambda: SaleLine.model_fields["quantity"].default)
    net: Money | None = Field(None, description="amount after discounts, without tax")
    gross: Money | None = Field(None, description="amount with tax, in place of net")
    unit_price: Money | None = Field(None, description="price of one piece, in place of net")
    discount: Money | None = Field(None, description="not yet off gross or quantity times unit_price")
    tax: Money | None = Field(None, description="tax in gross or in quantity times unit_price")
    tax_percent: Money | None = Field(None, ge=0, le=1000, description="rate of that tax, in place of tax")

    @model_validator(mode="after")
    def _one_amount(self) -> PostedLine:
        told = [what for what in ("net", "gross", "unit_price") if getattr(self, what) is not None]
        if len(told) > 1:
            raise ValueError(f"{' and '.join(told)} exclude each other")
        if self.tax is not None and self.tax_percent is not None:
            raise ValueError("tax and tax_percent exclude each other")
        if self.net is not None and any(x is not None for x in (self.discount, self.tax, self.tax_percent)):
            raise ValueError("net is after discounts and without tax, so neither may stand beside it")
        if self.gross is not None and self.tax is None and self.tax_percent is None:
            raise ValueError("gross holds tax: tell tax or tax_percent (0 where there is none)")
        return self

    def line(self) -> SaleLine:
        """The line as it is kept.

        Raises:
            ValidationError: the computed amount is out of bounds.
        """
        told = Told(self.net, self.gross, self.unit_price, self.discount, self.tax, self.tax_percent)
        net = net_amount(told, self.quantity)
        return SaleLine(sku=self.sku, name=self.name, quantity=self.quantity, net=net)


def _not_empty(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    # Not by min_length: it would also complain of a list whose items are wrong.
    if not items:
        raise ValueError("should hold at least 1 item")
    return items


class PostedTicket(_Posted):
    """One ticket. A higher revision replaces the ones before."""

    store: Id
    till: Id
    ticket: str = Field(min_length=1, max_length=100)
    at: Instant = Field(description="when it was paid, with its offset")
    revision: int = Field(1, ge=1, le=2**31)
    kind: SaleKind = SaleKind.SALE
    currency: str | None = Field(None, pattern=_CURRENCY_PATTERN)
    customer: str | None = Field(None, max_length=200, description="number; only its keyed hash is kept")
    lines: Annotated[tuple[PostedLine, ...], Field(max_length=2000), AfterValidator(_not_empty)]


_TICKETS = TypeAdapter(
    Annotated[tuple[PostedTicket, ...], Field(max_length=MOST_TICKETS), AfterValidator(_not_empty)]
)


def posted(body: bytes) -> tuple[PostedTicket, ...]:
    """The tickets of a request: one object, or a list of them.

    Raises:
        TicketsRefused: not JSON, none or too many, or any field of any ticket that is wrong.
    """
    try:
        tickets = _read(body)
    except ValidationError as error:
        raise TicketsRefused(in_words(error)) from error
    if wrong := _doubled(tickets):
        raise TicketsRefused(wrong[:MOST_PROBLEMS])
    return tickets


def refuse_other_tills(given: Sequence[PostedTicket], tills: frozenset[str]) -> None:
    """Let only tickets of these tills pass: the sender is bound to them.

    Raises:
        TicketsRefused: some are of other tills.
    """
    own = ", ".join(sorted(tills))
    wrong = [
        Wrong(f"tickets.{place}.till", f"this token is bound to {own}, not to the till {ticket.till!r}")
        for place, ticket in enumerate(given)
        if ticket.till not in tills
    ]
    if wrong:
        raise TicketsRefused(wrong[:MOST_PROBLEMS])


def store_posted(
    db: Database, settings: Settings, given: Sequence[PostedTicket], now: datetime
) -> list[dict[str, Any]]:
    """Store tickets; what became of each. Belongs into a transaction.

    An equal or lower revision changes nothing, but an equal one that says something else is refused.

    Raises:
        TicketsRefused: an unknown store, an amount out of bounds, or a revision that is held otherwise.
        CustomerKeyUnusable: a customer is named and the key cannot be used.
    """
    wrong: list[Wrong] = []
    outcomes = [
        _outcome(db, settings, place, ticket, now, wrong.append) for place, ticket in enumerate(given)
    ]
    if wrong:
        raise TicketsRefused(wrong[:MOST_PROBLEMS])
    return outcomes


def answer_of(outcomes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The answer to a request whose tickets had these outcomes."""
    counts = Counter(outcome["outcome"] for outcome in outcomes)
    return {
        **{name: counts[name] for name in ("new", "changed", "unchanged", "older")},
        "tickets": list(outcomes),
    }


def _read(body: bytes) -> tuple[PostedTicket, ...]:
    # Straight from JSON: by way of Python's floats, amounts would be rounded.
    if body.lstrip().startswith(b"["):
        return _TICKETS.validate_json(body, strict=True)
    return (PostedTicket.model_validate_json(body, strict=True),)


def in_words(error: ValidationError) -> list[Wrong]:
    """What is wrong, and where."""
    problems = error.errors(include_url=False, include_input=False)
    return [Wrong(_place(problem["loc"]), _told(problem)) for problem in problems[:MOST_PROBLEMS]]


_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not known here; leave it out",
    "timezone_aware": "lacks its offset from UTC, as in 2026-11-21T11:06:02+01:00 or 10:06:02Z",
}
_PATTERNS = {
    ID_PATTERN: "may hold only a-z, 0-9 and '-', 1 to 64 of them",
    _CURRENCY_PATTERN: "has to be the three capitals of ISO 4217, as EUR",
}


def _told(problem: ErrorDetails) -> str:
    pattern = problem.get("ctx", {}).get("pattern", "")
    words = _WORDS.get(problem["type"]) or _PATTERNS.get(pattern)
    return words or problem["msg"].removeprefix("Value error, ")


def _place(steps: tuple[int | str, ...]) -> str:
    if not steps:
        return "body"
    return ".".join(map(str, ("tickets", *steps) if isinstance(steps[0], int) else steps))


def _doubled(tickets: Sequence[PostedTicket]) -> list[Wrong]:
    first: dict[tuple[str, str], int] = {}
    return [
        Wrong(f"tickets.{place}.ticket", f"stands in this request already, as number {before}")
        for place, one in enumerate(tickets)
        if (before := first.setdefault((one.store, one.ticket), place)) != place
    ]


def _outcome(
    db: Database,
    settings: Settings,
    place: int,
    given: PostedTicket,
    now: datetime,
    wrong: Callable[[Wrong], None],
) -> dict[str, Any]:
    told: dict[str, Any] = {"store": given.store, "ticket": given.ticket, "revision": given.revision}
    if given.store not in settings.stores:
        wrong(Wrong(f"tickets.{place}.store", f"there is no store {given.store!r} here"))
        return told
    try:
        ticket = _ticket(settings, given)
    except (ValidationError, ArithmeticError):
        wrong(Wrong(f"tickets.{place}.lines", "an amount is out of bounds once tax and discount are off"))
        return told
    held = sales.held_ticket(db, given.store, given.ticket)
    outcome = _against(held, ticket, given.revision)
    if outcome == "held otherwise":
        problem = (
            f"revision {given.revision} is held and says something else; a correction needs a higher one"
        )
        wrong(Wrong(f"tickets.{place}.revision", problem))
    if outcome in {"new", "changed"}:
        sales.put_ticket(
            db, given.store, ticket, revision=given.revision, source=f"http:{given.till}", imported_at=now
        )
    return {**told, "outcome": outcome}


def _against(held: sales.StoredTicket | None, ticket: Ticket, revision: int) -> str:
    if held is None:
        return "new"
    if revision < held.revision:
        return "older"
    if says_the_same(held.ticket, ticket) and revision == held.revision:
        return "unchanged"
    return "changed" if revision > held.revision else "held otherwise"


def _ticket(settings: Settings, given: PostedTicket) -> Ticket:
    customer = None
    if given.customer and given.customer.strip():
        customer = hashed(customer_key(settings.sales.customer_key_file), given.customer)
    lines = tuple(line.line() for line in given.lines)
    for line in lines:
        to_e4(line.quantity)
    return Ticket(
        ticket=given.ticket,
        till=given.till,
        at=given.at,
        kind=given.kind,
        currency=given.currency or settings.stores[given.store].currency,
        lines=lines,
        customer=customer,
    )
